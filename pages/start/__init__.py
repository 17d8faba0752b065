"""How the app comes up: what a server of it is, and what that server does before anybody comes.

`streamlit run app.py` finds the server in app.py and imports it; nothing here imports what is large, so that it
answers at once. What pages need is imported meanwhile, in threads (`ahead`); what browsers fetch goes out compressed
(`compressed`), pages with their looks (`styled`), and what is drawn is read while the pen moves (`reading`). Browsers
are told to ask no other host, and nobody sends without end (`guarded`). At `/class` the app is one file (`one_file`).
What a class needs beside the pages, short links and news of its room, is answered at once (`beside`).
"""
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware

from . import ahead, beside
from .compressed import Compressed
from .guarded import Guarded
from .one_file import OneFile, usual
from .reading import Reading, shares
from .styled import Styled


def served(first: Callable[[], None]) -> dict[str, Any]:
    """What `streamlit.App` is told beside the script: files go out compressed, and as soon as the server is up, a
    thread imports what pages need and then calls `first`, which prepares what the first visitor will want to see; a
    drawing is read while it grows; and what a class asks beside the pages is answered."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        ahead.begin(first)
        async with beside.sweeping():
            yield

    return {"lifespan": lifespan, "routes": beside.ROUTES,
            "middleware": [Middleware(OneFile, make=usual), Middleware(Guarded), Middleware(Styled),
                           Middleware(Compressed), Middleware(Reading, read=shares)]}
