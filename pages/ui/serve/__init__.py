"""How pages get work done: they ask a model a request, and get its result. `serve.ask(name, request)` is all they know.

The engine, waiting for it, and what is kept from earlier times are known here alone. What works for a page imports no
Streamlit, so the part of this room that does (`desk`) is imported when it is first asked for (PEP 562).
"""
from importlib import import_module
from typing import Any

from .request import Numbers, Request, is_private

AT_THE_DESK = ("ahead", "ask", "drop", "is_kept", "latest")
__all__ = ["Numbers", "Request", "ahead", "ask", "drop", "is_kept", "is_private", "latest"]


def __getattr__(name: str) -> Any:
    if name in AT_THE_DESK:
        return getattr(import_module(".desk", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
