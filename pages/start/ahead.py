"""What a server does before anybody comes: it imports what pages need, loads the model and draws the first pictures.

A visitor who comes meanwhile waits for the imports (in `pages.ui.frame`, which every page begins with): Plotly and
Streamlit look at `sys.modules` for pandas and others, and would take what another thread has imported by half.
"""
import importlib
import logging
import sys
import threading
from collections.abc import Callable, Generator
from typing import Any

LIBRARIES = ("branched", "pandas", "networkx", "plotly.graph_objects")  # in the order in which they are wanted
ROOMS = ("transmute", "discovery", "hybrids", "generate", "table")  # whose pages' first views are drawn, in order
SWITCH = 0.001  # seconds after which a thread that imports lets the server answer: 0.005 add up over 90 files
_imported = threading.Event()
_imported.set()


def begin(first: Callable[[], None]) -> list[threading.Thread]:
    """In two threads, import the libraries and call `first`, which draws while what it does not need is still imported.
    What fails there is logged; a visitor who asks for it again is told."""
    _imported.clear()
    sys.setswitchinterval(SWITCH)
    threads = [threading.Thread(target=_logged, args=(work,), name="ahead", daemon=True) for work in (_import, first)]
    for thread in threads:
        thread.start()
    return threads


def views() -> None:
    """Draw what pages show at first, one after the other, while no visitor wants anything; each room says what that is
    (`first.asks`). Where one fails, the next is not worse off."""
    for room in ROOMS:
        _logged(lambda room=room: _view(importlib.import_module(f"pages.ui.{room}.first")))


def _view(first: Any) -> None:
    from ..ui import serve
    from ..ui.serve import models

    answered(first.asks(models.shared(first.MODEL)), lambda request: serve.ahead(first.MODEL, request))


def answered(asks: Generator[Any, Any, None], ask: Callable[[Any], Any]) -> None:
    """Ask all of these requests, of which some depend on the results of those before."""
    result = None
    try:
        while True:
            result = ask(asks.send(result))
    except StopIteration:
        return


def wait() -> None:
    """Until the libraries are imported whole, if that has begun."""
    _imported.wait()


def _import() -> None:
    try:
        for name in LIBRARIES:
            importlib.import_module(name)
    finally:
        _imported.set()


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        logging.getLogger(__name__).exception("The server could not prepare what the first visitor needs")
