"""What the server answers beside Streamlit's pages, for a class: short links, the news of a room, and whether a device
can connect, which it must be able to ask without Streamlit. What that needs is imported when it is first asked, so that
the server is up at once.
"""
import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

HERE = Path(__file__).parent
EVERY, PATIENCE = 0.15, 20.0  # seconds between two looks at a room; after which who waits is told that nothing is new
LISTENERS = 400               # who may wait for news at once, in this process
SWEEPS = 30.0                 # seconds between two looks for rooms whose time is over
LOAD = bytes(range(256)) * 1024  # that a device fetches to see how fast it can
_listening = 0


async def go(request: Request) -> Response:
    """To where a short link leads; a room's own code leads into the room."""
    from ..class_room import LINKS, ROOMS

    code = request.path_params["code"]
    if (view := LINKS.find(code)) is not None:
        return RedirectResponse(f"../{view}", 307)
    if room := ROOMS.find(code):
        return RedirectResponse(f"../?room={room.code}", 307)
    return RedirectResponse("../wall?lost=yes", 307)


async def news(request: Request) -> Response:
    """The version of a room, as soon as it is another than the asker's, or when nothing is new for long; -1 where there
    is no such room (any more)."""
    global _listening
    code, since = request.path_params["code"], request.query_params.get("since", "")
    if _listening >= LISTENERS:
        return Response(status_code=503, headers={"retry-after": "5"})
    _listening += 1
    try:
        return JSONResponse({"version": await _changed(code, since)}, headers={"cache-control": "no-store"})
    finally:
        _listening -= 1


async def _changed(code: str, since: str) -> int:
    from ..class_room import ROOMS

    end = time.monotonic() + PATIENCE
    while (room := ROOMS.find(code)) is not None:
        room.attended = room.now()
        if str(room.version) != since or time.monotonic() > end:
            return room.version
        await asyncio.sleep(EVERY)
    return -1


async def picture(request: Request) -> Response:
    """A work on a room's wall, as a picture; of one that waits there is none. No browser keeps it."""
    from ..class_room import ROOMS

    room = ROOMS.find(request.path_params["code"])
    if room is None or (post := room.seen(request.path_params["number"])) is None:
        return Response(status_code=404)
    return Response(post.image, media_type="image/png", headers={"cache-control": "no-store"})


async def check(request: Request) -> Response:
    """The page on which a device finds out whether it can connect."""
    from .checked import page

    return HTMLResponse(page(request.query_params.get("lang", ""), request.headers.get("accept-language", "")))


async def script(request: Request) -> Response:
    """What that page runs."""
    return Response((HERE / "check.js").read_bytes(), media_type="text/javascript")


async def load(request: Request) -> Response:
    """Something to be fetched, by which the page tells how fast that is."""
    return Response(LOAD, media_type="application/octet-stream", headers={"cache-control": "no-store"})


ROUTES = (Route("/go/{code}", go), Route("/news/{code}", news),
          Route("/works/{code}/{number:int}.png", picture), Route("/check", check), Route("/check.js", script),
          Route("/check.bin", load))


@contextlib.asynccontextmanager
async def sweeping() -> AsyncIterator[None]:
    """As long as the server runs, rooms vanish whose time is over, though nobody comes."""
    async def sweep() -> None:
        while True:
            await asyncio.sleep(SWEEPS)
            if rooms := sys.modules.get("pages.class_room"):
                rooms.ROOMS.sweep()

    task = asyncio.create_task(sweep())
    yield
    task.cancel()
