"""Where pages ask: the result of a request is there from an earlier time, or worked now, when it is one's turn.

Between two things that the work yields the visitor may have moved on; then Streamlit stops the script, and the place in
line is free for the next.
"""
import inspect
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

from . import models, queue
from .kept import MISSING, store
from .request import Request, is_private

T = TypeVar("T")
PAUSE = 0.2  # seconds between two redraws: the browser and the model share the processor
LINE = queue.Line()


@dataclass
class Running(Generic[T]):
    """Work that has begun, and the last thing that it yielded. It can be left, and goes on from there."""

    steps: Generator[Any, None, T]
    latest: Any = None

    def finish(self, show: Callable[[Any], None]) -> T:
        """Go on to the end, showing all that comes; first, where it had been left, how far it is."""
        if self.latest is not None:
            show(self.latest)
        while True:
            try:
                self.latest = next(self.steps)
            except StopIteration as end:
                return end.value
            show(self.latest)

    @property
    def waits(self) -> bool:
        """Whether it can go on: it has neither ended nor failed."""
        return inspect.getgeneratorstate(self.steps) in (inspect.GEN_CREATED, inspect.GEN_SUSPENDED)


def ask(name: str, request: Request[T], show: Callable[[Any], None] | None = None) -> T:
    """The result of a request to the model of this name.

    `show` is given what the work yields, though not oftener than can be seen; without it, numbers from 0 to 1 move a
    bar. Raises what the work raises; BranchedError or OSError if there is no such model.
    """
    key, things = (name, request), store(is_private(name, request))
    if (result := things.get(key)) is MISSING:
        place = st.empty()
        with LINE.turn(lambda before: _tell(place, before)):
            place.empty()
            if (result := things.get(key)) is MISSING:  # somebody before us may have wanted the same
                result = things.put(key, _worked(name, request, seldom(show or _bar(place))))
        place.empty()
    return result


def is_kept(name: str, request: Request) -> bool:
    """Whether the result of a request is there already."""
    return store(is_private(name, request)).get((name, request)) is not MISSING


def latest(name: str, request: Request) -> Any:
    """The last thing that a resumable request yielded before it was left; None if it did not yet, or is done."""
    running = _left().get((name, request))
    return running and running.latest


def drop(name: str, request: Request) -> None:
    """A request that was left is not gone on with, and its result is not kept: to ask it again is to begin anew."""
    _left().pop((name, request), None)
    store(is_private(name, request)).drop((name, request))


def seldom(draw: Callable[[Any], None], pause: float = PAUSE) -> Callable[[Any], None]:
    """`draw`, but left out where the last time was less than `pause` seconds ago."""
    last = -pause

    def show(progress: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= pause:
            draw(progress)
            last = time.monotonic()

    return show


def _worked(name: str, request: Request[T], show: Callable[[Any], None]) -> T:
    """The result, worked now. What is resumable waits in the session if it is left."""
    key, left = (name, request), _left()  # fetched before: in a script that is being stopped the session is closed
    running = left.pop(key, None) if request.resumable else None
    running = running or Running(request.work(models.get(name)))
    try:
        return running.finish(show)
    finally:
        if request.resumable and running.waits:
            left[key] = running


def _left() -> dict[tuple[str, Request], Running]:
    """What this visitor has left half done."""
    return st.session_state.setdefault("_left", {})


def _bar(place: Any) -> Callable[[float], None]:
    """A bar that only appears where it is worth it."""
    began = time.monotonic()

    def show(share: float) -> None:
        if time.monotonic() - began > queue.PATIENCE:
            place.progress(min(1.0, max(0.0, float(share))), "The model is drawing …")
        else:
            place.empty()

    return show


def _tell(place: Any, before: int) -> None:
    who = "One visitor is" if before == 1 else f"{before} visitors are"
    place.info(f"{who} before you in the line; the model draws for one at a time.", icon=":material/hourglass_top:")
