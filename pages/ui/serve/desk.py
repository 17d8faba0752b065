"""Where pages ask: the result of a request is there from an earlier time, or the engine works on it while we wait.

The waiting script looks up now and then: is there something new to be seen, and has the visitor moved on?
"""
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from numbers import Number
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, get_script_run_ctx

import branched

from . import engines, models, told
from .kept import MISSING, SHARED, Store, store
from .request import Request, is_private

T = TypeVar("T")
Left = dict[tuple[str, Request], Any]  # answers of the engine, by what was asked
PATIENCE = 0.25  # seconds before there is a bar
SILENCE = 1.5    # seconds before a sentence tells how long it will take: first pictures often come sooner
PAUSES = 0.2, 1.5  # seconds between two redraws: the browser and the model share the processor
SPARING = 5      # times as long as the last redraw took, which is long where many are drawn, within these bounds
EVERY = 0.5      # seconds between two tellings of the wait: to reckon it takes a look at all that is at work
LOOK = 0.1       # seconds between two looks whether the visitor has moved on
GRACE = 1.0      # seconds in which a script that runs again may ask the same: work in hand is not begun anew
AGAIN = 5.0      # seconds, at most, after which the engine is asked again where it had been too busy

_GUARD = threading.Lock()
_WORKING: WeakValueDictionary = WeakValueDictionary()  # by what is asked: whoever works it holds a lock


def ask(name: str, request: Request[T], show: Callable[[Any], None] | None = None) -> T:
    """The result of a request to the model of this name.

    `show` is given what the work yields, though not oftener than can be seen, and always the latest; without it,
    numbers from 0 to 1 move a bar. Raises what the work raises; BranchedError or OSError if there is no such model.
    """
    key, things, top = (name, request), store(is_private(name, request)), st.session_state.get("_board")
    if top:
        top.tell("")  # what was left there by a run that was stopped
    if (result := things.get(key)) is not MISSING:
        return result
    if request.inline:
        return _at_once(key, things)
    result, screen = MISSING, Screen(st.empty(), show, top)
    while result is MISSING:
        try:
            result = _waited(key, screen)
        except branched.Busy as busy:
            screen.tell(told.busy(busy.seconds))
            _pause(min(AGAIN, busy.seconds or AGAIN))
    screen.end()
    return things.put(key, result)


def _at_once(key: tuple[str, Request[T]], things: Store) -> T:
    """The result of what needs no network, worked in this thread: once, if several want the same at the same time."""
    with _GUARD:
        lock = _WORKING.setdefault(key, threading.Lock())
    with lock:
        if (result := things.get(key)) is MISSING:
            result = things.put(key, finished(key[1].work(models.get(key[0]))))
    return result


def finished(steps: Generator[Any, None, T]) -> T:
    """What comes at the end of some work."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def ahead(name: str, request: Request[T]) -> T:
    """The result of a request that no visitor has asked yet, and where there is no screen: kept for all. Who asks the
    same meanwhile shares the work."""
    if (result := SHARED.get((name, request))) is MISSING:
        answer = engines.get().ask(name, request, models.shared(name), urgency=branched.AHEAD)
        result = SHARED.put((name, request), answer.result())
    return result


def is_kept(name: str, request: Request) -> bool:
    """Whether the result of a request is there already."""
    return store(is_private(name, request)).get((name, request)) is not MISSING


def latest(name: str, request: Request) -> Any:
    """The last thing that a resumable request yielded before it was left; None if it did not yet, or is done."""
    answer = _left().get((name, request))
    return answer and answer.latest


def drop(name: str, request: Request) -> None:
    """A request that was left is not gone on with, and its result is not kept: to ask it again is to begin anew."""
    if answer := _left().pop((name, request), None):
        answer.drop()
    store(is_private(name, request)).drop((name, request))


class Board:
    """Where one who waits is told so: a place that is always in view, if the page has one."""

    def __init__(self, place: Any):
        self.place, self.text = place, ""

    def tell(self, text: str) -> None:
        """A sentence, or none; it is sent when it changes."""
        if text != self.text:
            self.place.info(text, icon=":material/hourglass_top:") if text else self.place.empty()
            self.text = text


def board(place: Any) -> None:
    """The page that begins has this place for telling of waiting, whatever it asks."""
    st.session_state["_board"] = Board(place)


class Screen:
    """What a waiting visitor sees: what comes, by `show` or as a bar at a `place`; before that, how long it will take,
    at the `top` of the page, or there.
    """

    def __init__(self, place: Any, show: Callable[[Any], None] | None, top: Board | None = None):
        self.place, self.show, self.top = place, show, top or Board(place)
        self.began, self.next, self.told = time.monotonic(), 0.0, -EVERY
        self.seen: Any = None

    def turn(self, answer: Any) -> None:
        """Draw what is new, or tell of the wait, if it is time for that."""
        now, latest = time.monotonic(), answer.latest
        if now < self.next:
            return
        if latest is not None and latest is not self.seen:
            self.seen = latest
            if self.show:
                self.tell("")
                self.show(latest)
            self.next = now + min(max(PAUSES[0], SPARING * (time.monotonic() - now)), PAUSES[1])
        waits = SILENCE if self.seen is None else PATIENCE
        if now - self.began > waits and now - self.told >= EVERY and (self.seen is None or not self.show):
            self.told = now
            self.wait(answer.expected)

    def wait(self, expected: float | None) -> None:
        """The bar, or the seconds that are expected, where they are many."""
        if self.seen is None:
            self.tell(told.waiting(expected, engines.get().load().tasks, bool(self.show)))
        elif isinstance(self.seen, Number):
            self.tell("")
            self.place.progress(min(1.0, max(0.0, float(self.seen))), told.drawing(expected))

    def tell(self, text: str) -> None:
        """A sentence about waiting, or none."""
        self.top.tell(text)

    def end(self) -> None:
        """There is nothing to wait for any more."""
        self.tell("")
        self.place.empty()


def _waited(key: tuple[str, Request[T]], screen: Screen) -> T:
    """The engine's result, in view of the visitor. Raises Busy where it has no room."""
    with _asked(key) as answer:
        screen.turn(answer)
        while not (answer.wait(LOOK) and answer.done):
            _look_up()
            screen.turn(answer)
    return answer.result()


@contextmanager
def _asked(key: tuple[str, Request]) -> Iterator[Any]:
    """The engine's answer to a request, for as long as this script waits for it."""
    left, model = _left(), models.get(key[0])  # fetched before: a script that is being stopped has no session
    answer = _taken(key, left, model)
    try:
        yield answer
    except BaseException as stopped:
        _leave(key, answer, left, comes_back=isinstance(stopped, RerunException))
        raise


def _taken(key: tuple[str, Request], left: Left, model: Any) -> Any:
    """What this visitor had left, if it is the same and need not be asked again; else the engine's answer."""
    _let_go(key, left)
    if (before := left.pop(key, None)) and (before.done or not key[1].resumable):
        return before
    return engines.get().ask(*key, model, visitor=_visitor(), private=is_private(*key))


def _let_go(key: tuple[str, Request], left: Left) -> None:
    """Of all that this visitor had left, what is resumable waits on; nobody wants the rest any more."""
    for other in [other for other in left if other != key and not other[1].resumable]:
        if answer := left.pop(other, None):
            answer.leave()


def _leave(key: tuple[str, Request], answer: Any, left: Left, comes_back: bool) -> None:
    """This script waits no more. One that runs again may ask the same at once, and has it back."""
    if key[1].resumable:
        answer.leave()
        left[key] = answer
    elif comes_back:
        left[key] = answer
        timer = threading.Timer(GRACE, _forget, (key, answer, left))
        timer.daemon = True
        timer.start()
    else:
        answer.leave()


def _forget(key: tuple[str, Request], answer: Any, left: Left) -> None:
    """Nobody has come back."""
    if left.get(key) is answer:
        del left[key]
        answer.leave()


def _pause(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(LOOK)
        _look_up()


def _look_up() -> None:
    """Stop here if the visitor has moved on: Streamlit sees to that whenever the session's state is read."""
    "_left" in st.session_state  # noqa: B015


def _visitor() -> str:
    """The session of the visitor who asks; "" outside of any."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def _left() -> Left:
    """What this visitor has left half done. It goes with the session; then the engine forgets it."""
    return st.session_state.setdefault("_left", {})
