"""How the app comes up: what a server of it is, and what that server does before anybody comes.

`streamlit run app.py` finds the server in app.py and imports it; nothing here imports what is large, so that it
answers at once. What pages need is imported meanwhile, in threads (`ahead`); what browsers fetch goes out compressed
(`compressed`), and pages with their looks (`styled`).
"""
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware

from . import ahead
from .compressed import Compressed
from .styled import Styled


def served(first: Callable[[], None]) -> dict[str, Any]:
    """What `streamlit.App` is told beside the script: files go out compressed, and as soon as the server is up, a
    thread imports what pages need and then calls `first`, which prepares what the first visitor will want to see."""

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        ahead.begin(first)
        yield

    return {"lifespan": lifespan, "middleware": [Middleware(Styled), Middleware(Compressed)]}
