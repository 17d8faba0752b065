"""The line in front of the model: one visitor's work at a time, in order of arrival; finished work is kept for all.

Work is a generator: it yields whenever there is something to show, and returns its result. Between two yields the
visitor may have moved on; then Streamlit stops the script, and the place in line is free for the next.
"""
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import cachetools
import streamlit as st

T = TypeVar("T")
SHARED, OWN = 256_000_000, 32_000_000  # bytes of finished work kept for everyone, and for one visitor alone
PRIVATE = "own-"                       # how the names of things begin that one visitor alone has
PATIENCE = 0.25                        # seconds before a wait is told of, and between two looks at the line
PAUSE = 0.2                            # seconds between two redraws: the browser and the model share the processor


class Line:
    """Tickets in order of arrival; whoever holds the first may let the model work."""

    def __init__(self) -> None:
        self._tickets: deque[object] = deque()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """Wait for one's turn, telling now and then how many are before; leave the line whatever happens."""
        ticket = object()
        with self._moved:
            self._tickets.append(ticket)
        try:
            while before := self._before(ticket):
                waiting(before)
            yield
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    def _before(self, ticket: object) -> int:
        """How many are still before this ticket, after a moment's patience."""
        with self._moved:
            self._moved.wait_for(lambda: self._tickets[0] is ticket, PATIENCE)
            return self._tickets.index(ticket)


@st.cache_resource(show_spinner=False)
def _line() -> Line:
    return Line()


@st.cache_resource(show_spinner=False)
def _shared() -> tuple[cachetools.LRUCache, threading.Lock]:
    return cachetools.LRUCache(SHARED, getsizeof=size), threading.Lock()


def work(key: tuple, job: Callable[[], Generator[Any, None, T]], show: Callable[[Any], None] | None = None,
         private: bool = False) -> T:
    """The result of a job: kept from an earlier time, or computed now, when it is this visitor's turn.

    `key` says all that the result depends on. `show` is given whatever the job yields; without it, numbers from 0 to 1
    move a bar. What is `private` (it was made from a drawing or an upload) is kept in the visitor's own session alone;
    and so is all whose key names something that is the visitor's own.
    """
    private = private or is_private(key)
    if (found := _kept(key, private)) is None:
        place = st.empty()
        with _line().turn(lambda before: _tell(place, before)):
            place.empty()
            if (found := _kept(key, private)) is None:  # somebody before us may have wanted the same
                found = _run(job(), show or seldom(_bar(place)))
                _keep(key, found, private)
        place.empty()
    return found


def seldom(draw: Callable[[Any], None], pause: float = PAUSE) -> Callable[[Any], None]:
    """`draw`, but left out where the last time was less than `pause` seconds ago."""
    last = -pause

    def show(value: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= pause:
            draw(value)
            last = time.monotonic()

    return show


def _run(steps: Generator[Any, None, T], show: Callable[[Any], None]) -> T:
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            return end.value
        show(progress)


def _bar(place) -> Callable[[float], None]:
    """A bar that only appears where it is worth it."""
    began = time.monotonic()

    def show(share: float) -> None:
        if time.monotonic() - began > PATIENCE:
            place.progress(min(1.0, max(0.0, float(share))), "The model is drawing …")
        else:
            place.empty()

    return show


def _tell(place, before: int) -> None:
    who = "One visitor is" if before == 1 else f"{before} visitors are"
    place.info(f"{who} before you in the line; the model draws for one at a time.", icon=":material/hourglass_top:")


def is_kept(key: tuple) -> bool:
    """Whether the result of this work, which is not made from a drawing or an upload, is there already."""
    return _kept(key, is_private(key)) is not None


def is_private(key: tuple) -> bool:
    """Whether a key names something that is one visitor's own."""
    return any(isinstance(part, str) and part.startswith(PRIVATE) for part in key)


def _kept(key: tuple, private: bool) -> Any:
    if private:
        return _own().get(key)
    store, lock = _shared()
    with lock:
        return store.get(key)


def _keep(key: tuple, value: Any, private: bool) -> None:
    if private:
        _own()[key] = value
        return
    store, lock = _shared()
    with lock:
        store[key] = value


def _own() -> cachetools.LRUCache:
    return st.session_state.setdefault("_own_work", cachetools.LRUCache(OWN, getsizeof=size))


def size(value: Any) -> int:
    """Bytes of the arrays and texts in a result, and a little for the rest."""
    if isinstance(value, dict):
        return 64 + sum(map(size, value.values()))
    if isinstance(value, (list, tuple)):
        return 64 + sum(map(size, value))
    if is_dataclass(value):
        return 64 + sum(size(getattr(value, own.name)) for own in fields(value))
    return getattr(value, "nbytes", 0) or (len(value) if isinstance(value, (str, bytes)) else 64)
