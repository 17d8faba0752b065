"""What the page of tables asks of a model: its own rows at branch points, and rows that become another class."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

import branched
from branched import BranchedModel

from ..serve.request import Numbers, Request
from .numbers import has_order

ROWS = 300            # of each class on the way down the tree
TURNED = 400          # rows of one class that become another
TRIES = 50            # times that one row is turned, to see what is chance
NUMBERS = 2_000_000   # at most, in what is kept of one draw
ELSEWHERE = 10_000    # added to the draw number: other noise


@dataclass(frozen=True, eq=False)
class Descended:
    """Rows (n, F) of every class, and at every branch point the best guesses (n, F) of what may come of them."""

    finished: dict[str, np.ndarray]
    guesses: dict[int, np.ndarray]


@dataclass(frozen=True, eq=False)
class Turned:
    """Rows (n, F) before and after, Pearson's r of each feature (F,), and r with other rows of the target (F,).

    Features without an order, of three words or more, have no r: nan. `taken` are the classes for which the tree itself
    takes the rows afterwards (n,).
    """

    before: np.ndarray
    after: np.ndarray
    r: np.ndarray
    chance: np.ndarray
    taken: tuple[str, ...]

    def right(self, target: str) -> int:
        """How many rows the tree itself takes for a class."""
        return sum(label == target for label in self.taken)


@dataclass(frozen=True)
class Descent(Request[Descended]):
    """One walk down the whole tree: the same for all branch points, and for all visitors."""

    seed: int

    def work(self, model: BranchedModel) -> Generator[float, None, Descended]:
        n = int(np.clip(NUMBERS // (len(model.tree.branches) * len(model.features)), 20, ROWS))
        for frame in model.sampling(n=n, seed=self.seed, hybrids=True):
            yield 1 - float(np.mean(frame.times))
        samples = frame.result
        return Descended(dict(zip(samples.labels, samples.rows, strict=True)),
                         {branch: shared.denoised for branch, shared in samples.hybrids.items()})


@dataclass(frozen=True)
class TurnMany(Request[Turned]):
    """Many of the model's own rows of one class, turned into another; `plain` is without chance."""

    source: str
    target: str
    seed: int
    plain: bool

    def work(self, model: BranchedModel) -> Generator[float, None, Turned]:
        n = int(np.clip(min(NUMBERS // (4 * len(model.features)), 20_000 // len(model.labels)), 50, TURNED))
        yield 0.0
        before = model.rounded(model.sample([self.source], n=n, seed=self.seed).rows[0])
        yield 0.2
        after = model.transmute(before, self.source, self.target, seed=self.seed, deterministic=self.plain).rows
        yield 0.4
        others = model.sample([self.target], n=n, seed=self.seed + ELSEWHERE).rows[0]
        yield 0.6
        taken = tuple(map(str, model.classify(model.rounded(after))))
        r, chance = (np.where(has_order(model.form), branched.correlations(before, rows), np.nan)
                     for rows in (after, others))
        return Turned(before, after, r, chance, taken)


@dataclass(frozen=True)
class OneRow(Request[np.ndarray]):
    """One of the model's own rows of a class, (F,), every value on its feature's grid."""

    source: str
    seed: int

    def work(self, model: BranchedModel) -> Generator[float, None, np.ndarray]:
        yield 0.0
        return model.rounded(model.sample([self.source], n=1, seed=self.seed).rows[0, 0])


@dataclass(frozen=True)
class TurnOne(Request[Turned]):
    """One row (F,) turned many times, each with noise of its own; the first is the one to look at."""

    row: Numbers
    source: str
    target: str
    seed: int
    plain: bool
    private = True  # a visitor may have changed the row

    def work(self, model: BranchedModel) -> Generator[float, None, Turned]:
        yield 0.0
        before = np.repeat(self.row.array[None], 1 if self.plain else TRIES, axis=0)
        after = model.transmute(before, self.source, self.target, seed=self.seed, deterministic=self.plain).rows
        after = model.rounded(after)
        yield 0.5
        unknown = np.full(len(self.row.array), np.nan)
        return Turned(before, after, unknown, unknown, tuple(map(str, model.classify(after))))
