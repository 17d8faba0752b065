"""A request at work, as a greenlet: it runs in the engine's thread, and stops where it asks, or has had its moment.

A switch of greenlets costs a microsecond; handing Python's lock from one of many threads to another can cost
milliseconds. Greenlets belong to the thread that made them, and must end there.
"""
from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from numbers import Number
from time import perf_counter
from typing import Any

import torch
from greenlet import getcurrent, greenlet
from torch import Tensor, nn

from ..denoisers.network import Condition, evaluated_by, in_pieces
from ..errors import BranchedError
from .answer import News
from .batch import Question, merges
from .costs import Spent
from .order import AHEAD, Urgency

LEFT = "Nobody waited for this any more; it can be asked again."
MOMENT = 0.005  # seconds for which a task that asks nothing goes on over what it yields


def processor_seconds() -> float:
    """Seconds of the processor that the request has had in which this is called, its share of what is evaluated with
    others among them; not those in which others were served. Outside of an engine it is a clock."""
    return _SECONDS.get()()


_SECONDS: ContextVar[Callable[[], float]] = ContextVar("seconds", default=perf_counter)


class Left(BaseException):
    """Nobody wants it any more: raised in a task where it has stopped. Not for `except Exception`."""


@dataclass(eq=False)
class Wish:
    """That a visitor wants a task; not `wanting`: it was left, and may be asked again."""

    visitor: Hashable
    urgency: Urgency
    wanting: bool = True


class Task:
    """A request, worked step by step. `question`: what it waits for, if it waits for something.

    `wishes`: of those who want it. `since`: when it was last served. `seen`: whether it has yielded something that is
    to be looked at; a plain number only tells how far it is. `weight`: how many visitors' shares of the processor it
    has.
    """

    def __init__(self, name: str, request: Any, model: Any, clock: Callable[[], float]):
        self.name, self.request, self.model, self.clock = name, request, model, clock
        self.resumable, self.weight = getattr(request, "resumable", False), getattr(request, "weight", 1.0)
        self.news, self.spent = News(), Spent()
        self.wishes: tuple[Wish, ...] = ()
        self.question: Question | None = None
        self.seen, self.over, self.failed = False, False, False
        self.since = clock()
        self._greenlet: greenlet | None = None
        self._asked, self._resumed = False, self.since
        self.had = 0.0  # seconds of the processor

    @property
    def visitors(self) -> list[Hashable]:
        """Who wants it now."""
        return [wish.visitor for wish in self.wishes if wish.wanting]

    @property
    def urgency(self) -> Urgency:
        return min((wish.urgency for wish in self.wishes if wish.wanting), default=AHEAD)

    def go_on(self) -> float:
        """Go on to the next stop; gives the seconds that took. What it waited for has been answered."""
        if self._greenlet is None:
            self._greenlet = greenlet(self._work)
        self._resumed = began = self.clock()
        self._greenlet.switch()
        return self._stopped(began)

    def leave(self, why: str) -> None:
        """End it where it has stopped. One that does not want to end is left where it next stops, for good."""
        if self._greenlet:  # it has begun, and not ended
            self._greenlet.throw(Left)
            if self._greenlet:
                _ABANDONED.append(self._greenlet)
        self.end(error=BranchedError(why))

    def end(self, result: Any = None, error: BaseException | None = None) -> None:
        """Nothing comes after this. What went wrong may be looked at in any thread, so the greenlet goes first."""
        self.over, self.failed, self.question, self.model = True, error is not None, None, None
        self.news.end(result, error)

    def _stopped(self, began: float) -> float:
        self.since = self.clock()
        self.spent.seconds += self.since - began
        self.had += self.since - began
        if self._greenlet.dead:
            self._greenlet = None
        return self.since - began

    # -- within the greenlet -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        _SECONDS.set(lambda: self.had + self.clock() - self._resumed)  # a greenlet has a context of its own
        with evaluated_by(self._estimates):
            try:
                self.end(self._worked(self.request.work(self.model)))
            except Left:
                pass
            except BaseException as error:  # noqa: BLE001 - it belongs to who asked, whatever it is
                self.end(error=error)

    def _worked(self, steps: Generator[Any, None, Any]) -> Any:
        try:
            while True:
                try:
                    latest = next(steps)
                except StopIteration as end:
                    return end.value
                self._yielded(latest)
        finally:
            steps.close()

    def _yielded(self, latest: Any) -> None:
        self.seen |= latest is not None and not isinstance(latest, Number)
        self.news.tell(latest)
        if not self._asked and self.clock() - self._resumed > MOMENT:
            self._stop()
        self._asked = False

    def _estimates(self, network: nn.Module, xt: Tensor, t: Tensor, condition: Condition) -> Tensor:
        """What a network says, whenever it is this task's turn."""
        if not (len(xt) and merges(network)):
            return in_pieces(network, xt, t, condition)
        self.question = question = Question(network, xt, t, condition, getattr(self.request, "alone", False))
        self._stop()
        self._asked, self.question = True, None
        return question.answer

    def _stop(self) -> None:
        """Let others work. PyTorch keeps its modes by thread: this guard puts back all of them, so that every task has
        its own."""
        with torch.inference_mode(False):
            getcurrent().parent.switch()


_ABANDONED: list[greenlet] = []  # else Python would try to end them, wherever it collects garbage
