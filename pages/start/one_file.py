"""The usual model as one file, at `/class`: a class needs one address, and the server only hands the file out.

Whoever has it asks nothing more, so thirty tablets cost the server what thirty downloads cost. It is made when it is
first asked for, and compressed: text in base64 is a quarter smaller then.
"""
import asyncio
import gzip
import hashlib
import logging
import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from .guarded import HEADERS

PATH = "class"   # beside the pages
USUAL = "mnist"
LEVEL = 1        # of gzip's 9: more makes it hardly smaller
POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]*)"')


class OneFile:
    """An ASGI application that answers requests for this page with what `make` gives, which is called once; all else is
    answered by another application."""

    def __init__(self, app: ASGIApp, make: Callable[[], bytes]) -> None:
        self.app, self.make = app, make
        self._lock = asyncio.Lock()
        self._made: tuple[bytes, dict[str, str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if wanted and scope["path"].rsplit("/", 1)[-1] == PATH:
            answer = await self._answer(Headers(scope=scope))
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, asked: Headers) -> Response:
        try:
            async with self._lock:  # thirty may ask at once: all but one wait, and find it
                if self._made is None:
                    self._made = await asyncio.to_thread(self._make)
        except Exception:
            logging.getLogger(__name__).exception("The page in one file could not be made")
            return PlainTextResponse("The page could not be made; the server's log says why.", 500)
        packed, headers = self._made
        if asked.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if "gzip" in asked.get("accept-encoding", ""):
            return Response(packed, headers=headers | {"content-encoding": "gzip"}, media_type="text/html")
        return Response(gzip.decompress(packed), headers=headers, media_type="text/html")

    def _make(self) -> tuple[bytes, dict[str, str]]:
        """The page, compressed, and its headers: what the page says that it may do, the server says, too."""
        page = self.make()
        policy = POLICY.search(page)
        said = {"content-security-policy": policy[1].decode()} if policy else {}
        mark = hashlib.sha256(page).hexdigest()[:32]
        return gzip.compress(page, LEVEL, mtime=0), HEADERS | said | {
            "etag": f'"{mark}"', "cache-control": "no-cache", "vary": "accept-encoding"}


def usual() -> bytes:
    """The page of the model that the app shows if no other is asked for."""
    from branched import page_of

    from ..ui.serve import models

    return page_of(models.shared(USUAL))
