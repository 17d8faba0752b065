"""Fakes for the engine: a network that counts, a clock that goes when something is done, requests of all manners."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from branched.denoisers.network import NetworkDenoiser
from branched.engine.bounds import Bounds
from branched.engine.costs import Costs
from branched.engine.expected import expected, soonest
from branched.engine.loop import Loop
from branched.engine.order import FRONT, Urgency
from branched.engine.task import Task, Wish
from branched.engine.wanted import Wanted

SHAPE = 1, 2, 2


class Clock:
    """It goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Counting(nn.Module):
    """A network whose velocity is the condition, so that each row's answer tells whose it is. `batches` remembers the
    conditions of each call; a call takes a second for a hundred rows, and one more hundredth."""

    def __init__(self, chunk: int = 8, clock: Clock | None = None):
        super().__init__()
        self.weight, self.chunk, self.clock = nn.Parameter(torch.zeros(1)), chunk, clock or Clock()
        self.batches: list[list[int]] = []
        self.eval()

    def forward(self, xt: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        self.batches.append(condition.tolist())
        self.clock.now += 0.01 * (len(xt) + 1)
        if (condition < 0).any():
            raise ValueError("A condition is not negative.")
        return condition.view(-1, 1, 1, 1).expand_as(xt).to(xt)

    def rows(self, condition: int) -> int:
        """How many rows of a condition it has seen."""
        return sum(batch.count(condition) for batch in self.batches)


def estimate(network: nn.Module, number: int, rows: int) -> Tensor:
    """One question of so many rows."""
    xt, t = torch.ones(rows, *SHAPE), torch.full((rows,), 0.5)
    return NetworkDenoiser(network)(xt, t, torch.full((rows,), number)).x0


@dataclass(frozen=True)
class Asks:
    """Asks a network some times for `rows` rows, yielding after each what it got or, if it shows nothing, how far it
    is. The result: all that it got."""

    number: int
    rows: int = 1
    times: int = 3
    shows: bool = True
    alone: bool = False
    resumable: bool = False
    log: list[Any] = field(default_factory=list, compare=False)

    def work(self, model: nn.Module) -> Generator[Any, None, list[Tensor]]:
        got = []
        try:
            for k in range(self.times):
                with torch.inference_mode():
                    got.append(estimate(model, self.number, self.rows))
                yield got[-1] if self.shows else k / self.times
            return got
        finally:
            self.log.append("ended")


@dataclass(frozen=True)
class Learns:
    """A lesson: steps that ask nothing and take their time, and tell how far they are."""

    number: int
    steps: int = 4
    seconds: float = 0.1
    resumable: bool = True
    weight: float = 1.0
    log: list[Any] = field(default_factory=list, compare=False)

    def work(self, model: Counting) -> Generator[str, None, int]:
        try:
            for k in range(self.steps):
                model.clock.now += self.seconds
                self.log.append(k)
                yield f"step {k}"
            return self.steps
        finally:
            self.log.append("ended")


class Bench:
    """A loop in the thread of a test, turn by turn."""

    def __init__(self, chunk: int = 8, bounds: Bounds = Bounds()):  # noqa: B008
        self.clock, self.costs = Clock(), Costs()
        self.network = Counting(chunk, self.clock)
        self.wanted = Wanted(bounds, partial(soonest, costs=self.costs))
        self.loop = Loop(self.wanted, self.costs, self.clock)

    def ask(self, request: Any, visitor: Any = None, urgency: Urgency = FRONT) -> tuple[Task, Wish]:
        """As the engine does it."""
        task, wish = self.wanted.ask(request, visitor or object(), urgency,
                                     partial(Task, "fake", request, self.network, self.clock))
        self.loop.look(task)
        return task, wish

    def expected(self, task: Task) -> float | None:
        return expected(task, list(self.wanted), self.costs)

    def turns(self, most: int = 10_000) -> int:
        """Up to so many turns; gives how many there were."""
        return next((k for k in range(most) if not self.loop.turn()), most)
