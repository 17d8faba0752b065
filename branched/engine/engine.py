"""The engine: whoever asks gets an answer at once, and a thread works at it."""
from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

import torch

from .answer import Answer, News
from .bounds import Bounds
from .costs import Costs
from .expected import expected, soonest
from .loop import Load, Loop
from .order import FRONT, Urgency
from .task import Task, Wish
from .wanted import Wanted

BROKEN = "The engine that works for this page has stopped; please ask again."
CLOSED = "The engine that works for this page is closed."


class Engine:
    """Works requests in one thread, those of many together. Its methods and its answers serve any thread.

    Messages to its thread are calls that it makes between two turns. They go through a SimpleQueue, which even a
    finaliser may fill: Python may collect garbage anywhere.
    """

    def __init__(self, bounds: Bounds = Bounds(), clock: Callable[[], float] = time.perf_counter):  # noqa: B008
        self._clock, self._costs = clock, Costs()
        self._wanted = Wanted(bounds, partial(soonest, costs=self._costs))
        self._loop = Loop(self._wanted, self._costs, clock)
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._starting = Lock()

    def ask(self, name: str, request: Any, model: Any, visitor: str = "", private: bool = False,
            urgency: Urgency = FRONT) -> Answer:
        """The answer to a request to a loaded model of this name; what others want as well is worked once.

        What is `private` is shared by a visitor's own threads alone, and by nobody without a `visitor`. Raises Busy if
        too much is asked.
        """
        if getattr(request, "inline", False):
            return _at_once(request, model)
        who = visitor or object()
        key = (name, request, who) if private else (name, request)
        task, wish = self._wanted.ask(key, who, urgency, partial(Task, name, request, model, self._clock))
        self._look(task)
        return Answer(task.news, Wanting(self, task, wish), partial(self._calls.put, partial(self._gone, task, wish)))

    def load(self) -> Load:
        """What it has to do, and has done."""
        return self._loop.load

    def close(self) -> None:
        """End its thread, and with it all that is at work."""
        with self._starting:
            thread = self._thread
        if thread is not None:
            self._calls.put(None)
            thread.join()

    def leave(self, task: Task, wish: Wish) -> None:
        for each in self._wanted.leave(task, wish):
            self._look(each)

    def drop(self, task: Task, wish: Wish) -> None:
        self._wanted.drop(task, wish)
        self._look(task)

    def expected(self, task: Task) -> float | None:
        return expected(task, list(self._wanted), self._costs)

    def _gone(self, task: Task, wish: Wish) -> None:
        self._wanted.gone(task, wish)
        self._loop.look(task)

    def _look(self, task: Task) -> None:
        self._calls.put(partial(self._loop.look, task))
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._work, name="engine", daemon=True)
                self._thread.start()

    # -- in its thread -------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        own = torch.get_num_threads()  # this thread takes its own number now, and keeps it
        _for_later(1)
        why = BROKEN
        try:
            while self._called(self._loop.turn()):
                pass
            why = CLOSED
        finally:
            _for_later(own)
            # Who asks while it ends is told so, or finds no thread and starts one.
            with self._starting:
                self._thread = None
                self._loop.close(why)

    def _called(self, busy: bool) -> bool:
        """Make all calls that have come, or wait for one; whether it is to go on."""
        with suppress(Empty):
            while True:
                call = self._calls.get(block=not busy)
                if call is None:
                    return False
                call()
                busy = True
        return True


def _for_later(number: int) -> None:
    """Let threads that come later compute with so many; while an engine works, each by itself: where OpenMP has more
    threads than there are cores, GNU's lets all of them sleep at once, and every layer waits for one to wake
    (docs/experiments.md)."""
    later = Thread(target=torch.set_num_threads, args=(number,))
    later.start()
    later.join()


class Wanting:
    """One's own part in a task."""

    def __init__(self, engine: Engine, task: Task, wish: Wish):
        self._engine, self._task, self._wish = engine, task, wish

    def expected(self) -> float | None:
        return self._engine.expected(self._task)

    def leave(self) -> None:
        self._engine.leave(self._task, self._wish)

    def drop(self) -> None:
        self._engine.drop(self._task, self._wish)


class Done:
    """No part in anything: the work was done at once."""

    def expected(self) -> float:
        return 0.0

    def leave(self) -> None:
        """There is nothing to leave."""

    drop = leave


def _at_once(request: Any, model: Any) -> Answer:
    """The answer to what needs no network, worked by who asks."""
    news: News = News()
    try:
        news.end(_last(news, request.work(model)))
    except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
        news.end(error=error)
    return Answer(news, Done(), lambda: None)


def _last(news: News, steps: Generator[Any, None, Any]) -> Any:
    while True:
        try:
            news.tell(next(steps))
        except StopIteration as end:
            return end.value
