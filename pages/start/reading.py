"""What a drawing looks like while the pen still moves: asked by the canvas, beside Streamlit.

A run of the page would stop the film that the stroke before began, or wait for its end. Nothing is kept of what comes.
Who reads is a quick classifier.
"""
import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "reading"  # beside the pages: browsers ask for it relative to the page that they show
USUAL = "mnist"   # in whose form the classifier sees pictures
MOST = 250_000    # bytes: a canvas that is full sends fewer


class Reading:
    """An ASGI application that answers such questions by `read` (from strokes to shares by their names), one at a time;
    all else is answered by another application."""

    def __init__(self, app: ASGIApp, read: Callable[[Any], Mapping[str, float]]) -> None:
        self.app, self.read = app, read
        self._lock = asyncio.Lock()  # the processor is the model's, which draws meanwhile

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].rsplit("/", 1)[-1] == PATH:
            answer = await self._answer(Request(scope, receive))
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MOST:
                return Response(status_code=413)
        try:
            strokes = json.loads(body)
        except ValueError:  # Unicode's errors among it
            return Response(status_code=400)
        async with self._lock:
            return JSONResponse(dict(await asyncio.to_thread(self.read, strokes)))


def shares(strokes: Any) -> dict[str, float]:
    """The probability of each class by its name; nothing, where no digit can be made out."""
    from branched import BranchedError, reader_for

    from ..ui.parts.canvas import checked, inked
    from ..ui.serve import models

    model = models.shared(USUAL)
    try:
        if not (reader := reader_for(model)):
            return {}
        read = reader.read(model.prepare(inked(checked(strokes)))[None], model.labels)
    except (BranchedError, OSError):
        return {}
    found = read.probabilities[0] * (1 - read.other[0])
    return dict(zip(model.labels, map(float, found.round(4)), strict=True))
