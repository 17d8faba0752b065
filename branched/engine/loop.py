"""The engine's turns, in a single thread: who is first either goes on by itself, or has its rows merged."""
from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from . import batch, order
from .costs import Costs
from .order import Shares, Standing
from .task import LEFT, Task
from .traced import Traced
from .wanted import Wanted


class Load(NamedTuple):
    """What an engine has to do, and what it has done: tasks at work and `paused`, rows of networks that wait; batches
    and rows evaluated; seconds in which it worked."""

    tasks: int
    paused: int
    rows_waiting: int
    batches: int
    rows: int
    seconds: float


class Loop:
    """Tasks are taken in by `look`, and get on by `turn`; all in the thread in which they began."""

    def __init__(self, wanted: Wanted, costs: Costs, clock: Callable[[], float] = time.perf_counter):
        self.wanted, self.costs, self.clock = wanted, costs, clock
        self.batches, self.rows, self.seconds = 0, 0, 0.0
        self._tasks: list[Task] = []
        self._shares, self._traced, self._turns = Shares(), Traced(), 0

    def look(self, task: Task) -> None:
        """A task is new, or somebody else wants it, or somebody does not any more."""
        if self.wanted.ended(task):
            self._end(task)
        elif task not in self._tasks:
            self._tasks.append(task)
            self._keep_shares()
            self._go_on(task)

    def turn(self) -> bool:
        """Let those get on whose turn it is; whether there was anybody."""
        ready = [task for task in self._tasks if task.visitors]
        if not ready:
            return False
        self._keep_shares()
        stands = {task: self._standing(task) for task in ready}
        lead = order.leader(ready, stands.__getitem__, self._turns, self.clock())
        self._turns += 1
        if lead.question is None:
            self._go_on(lead)
        else:
            self._evaluate(order.company(lead, _like(lead, ready), stands.__getitem__))
        return True

    def close(self, why: str) -> None:
        """End all that has begun, and all that waits to."""
        for task in [*self._tasks, *self.wanted]:
            task.leave(why)
            self.wanted.ended(task)
        self._tasks = []

    @property
    def load(self) -> Load:
        """May be looked at in any thread."""
        tasks = list(self.wanted)
        at_work = [task for task in tasks if task.visitors]
        questions = [question for task in at_work if (question := task.question) is not None]
        return Load(len(at_work), len(tasks) - len(at_work), sum(question.left for question in questions),
                    self.batches, self.rows, self.seconds)

    def _standing(self, task: Task) -> Standing:
        return Standing(task.urgency, task.seen, min(map(self._shares.of, task.visitors), default=0.0), task.since)

    def _keep_shares(self) -> None:
        self._shares.keep({visitor for task in self._tasks for visitor in task.visitors})

    def _evaluate(self, tasks: list[Task]) -> None:
        """Rows of what these tasks ask, as many as make a batch; then those go on who have all of theirs."""
        began, by = self.clock(), {task.question: task for task in tasks}
        pieces = batch.batch(list(by))
        batch.evaluate(pieces, self._traced.of)
        seconds, rows = self.clock() - began, sum(map(len, pieces))
        self.batches, self.rows, self.seconds = self.batches + 1, self.rows + rows, self.seconds + seconds
        self.costs.evaluated(tasks[0].name, rows, seconds)
        for piece in pieces:
            task = by[piece.question]
            share = seconds * len(piece) / rows
            task.spent.rows += len(piece)
            task.had += share
            self._shares.charge(task.visitors, share / task.weight)
            task.since = self.clock()
        for piece in pieces:
            if piece.question.is_over:
                by[piece.question].spent.questions += 1
                self._go_on(by[piece.question])

    def _go_on(self, task: Task) -> None:
        seconds = task.go_on()
        self.seconds += seconds
        self._shares.charge(task.visitors, seconds / task.weight)
        if task.over:
            if not task.failed:
                self.costs.learn(task.name, task.request, task.spent)
            self.wanted.ended(task)
            self._tasks.remove(task)

    def _end(self, task: Task) -> None:
        """Nobody wants it any more; or it has ended already."""
        if task in self._tasks:
            self._tasks.remove(task)
        if not task.over:
            task.leave(LEFT)


def _like(lead: Task, tasks: list[Task]) -> list[Task]:
    """Those that ask what can be evaluated together with what the lead asks."""
    if lead.question.alone:
        return [lead]
    return [task for task in tasks if task.question is not None and task.question.kind == lead.question.kind
            and not task.question.alone]
