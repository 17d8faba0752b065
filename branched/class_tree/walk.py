"""Walking the tree: many solvers at once, all answered by one evaluation of the network.

A *lane* is one reverse process being walked for a batch of objects. At any time all live lanes ask together, so the
number of sequential network calls is about the number of steps, however many classes there are. A lane that comes to
its end is followed by others: downwards by one for each child that is wanted (so everything above a branch point is
computed once), upwards by its parent.

A branch that a graft has cut in two is still one lane, which takes the steps that it took before. The grafted class
leaves it in the middle of a step: with the same estimate and the same fresh noise, but only as far as its branch point.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from ..noise.fresh import FreshNoise
from ..noise.sampling import Sampling
from ..noise.seeds import mix, normal
from ..noise.solvers import SOLVERS, Steps, grid, solve
from .branch import Branch
from .diffusion import Diffusion


@dataclass(frozen=True)
class Start:
    """Objects x (n, C, H, W) at time t, to be walked to the time `until` of each of `labels`.

    Downwards, or for a single label upwards (from t > 0: a clean object says nothing about its noise).

    `keys` (n,) seed each row's own noise, for stochastic solvers.
    """

    x: Tensor
    t: float
    labels: tuple[str, ...]
    keys: Sequence[int] = ()
    until: float = 0.0


@dataclass
class Lane:
    """One process, walked for the rows of one start, for the classes `labels` below it. x0 is the latest estimate.

    `parts` are the branches that it runs through, from noise to data: more than one where a graft has cut it.
    """

    origin: int
    parts: tuple[Branch, ...]
    labels: tuple[str, ...]
    noise: FreshNoise
    steps: Steps
    x: Tensor
    t: float
    x0: Tensor | None = None

    @property
    def branch(self) -> Branch:
        """Where the lane is now."""
        return next((part for part in self.parts if part.t_low < self.t), self.parts[-1])

    @property
    def is_left(self) -> bool:
        """Whether some of its classes leave it before it ends."""
        return any(label not in self.parts[-1].classes for label in self.labels)


class Walk:
    """Walks all starts together. Iterate to see every wave of evaluations, or `run()`; then read the results.

    `ends[origin, label]` is the state that arrived, `handed[origin, branch id]` the state at the end of a branch, and
    `calls[origin, branch id]` the evaluations that each row cost there; `waves` counts sequential network calls.
    Of `sampling` the steps and the solver count here; `starts` say how many objects there are, and their seeds.
    """

    def __init__(self, diffusion: Diffusion, starts: Sequence[Start], sampling: Sampling):
        self.diffusion, self.starts, self.sampling = diffusion, starts, sampling
        self.solver = SOLVERS[sampling.solver]
        self.ends: dict[tuple[int, str], Tensor] = {}
        self.handed: dict[tuple[int, int], Tensor] = {}
        self.calls: dict[tuple[int, int], int] = {}
        self.waves = 0

    def run(self) -> Walk:
        for _ in self:
            pass
        return self

    def __iter__(self) -> Iterator[list[Lane]]:
        """Yields the live lanes after each wave: states, their times, and the estimates from them."""
        live = [lane for k, start in enumerate(self.starts) for lane in self._enter(k, start.labels, start.x, start.t)]
        while live:
            # One call for all lanes: what counts is the number of calls one after another, not that of rows.
            self._evaluate(live)
            yield live
            live = [following for lane in live for following in self._advance(lane)]

    @property
    def evaluations(self) -> int:
        """Network evaluations of single objects, summed over the walk."""
        return sum(calls * len(self.starts[origin].x) for (origin, _), calls in self.calls.items())

    def path_evaluations(self, origin: int, label: str) -> int:
        """Evaluations that walking one start to one class costs each of its rows."""
        return sum(self.calls.get((origin, branch.id), 0) for branch in self.diffusion.tree.path(label))

    def _enter(self, origin: int, labels: tuple[str, ...], x: Tensor, t: float) -> list[Lane]:
        """Open a lane on every branch on which the walk goes on from time t."""
        until = self.starts[origin].until
        if t == until:
            self.ends |= {(origin, label): x for label in labels}
            return []
        # Downwards the branch point belongs to the children, upwards to the parent: exactly one side answers for it.
        return [self._lane(origin, branch, labels, x, t) for branch in self.diffusion.tree.through(labels)
                if (branch.owns(t) if until < t else branch.t_low <= t < branch.t_high)]

    def _lane(self, origin: int, branch: Branch, labels: tuple[str, ...], x: Tensor, t: float) -> Lane:
        """A lane that begins on a branch at time t, with its first question asked."""
        start, whole = self.starts[origin], self.diffusion.tree.parts(branch)
        if start.until < t:
            parts = tuple(part for part in whole if start.until < part.t_high <= branch.t_high)
            times = grid(t, max(parts[-1].t_low, start.until), self.sampling.steps)
        else:  # upwards: the same grid, turned round, so that the way up visits the times of the way down
            parts = tuple(part for part in whole if start.until > part.t_low >= branch.t_low)
            times = grid(min(parts[0].t_high, start.until), t, self.sampling.steps)[::-1]
        below = tuple(label for label in labels if label in branch.classes)
        # The lowest part keeps the id that the process had before any graft: so its noise stays what it was.
        noise = FreshNoise([mix(key, whole[-1].id) for key in start.keys], x)
        steps = self.solver(x, times, noise)
        return Lane(origin, parts, below, noise, steps, *steps.send(None))

    def _evaluate(self, lanes: list[Lane]) -> None:
        """Answer every lane's question with one call of the denoiser."""
        rows = [len(lane.x) for lane in lanes]
        repeats = torch.tensor(rows)
        t = torch.tensor([lane.t for lane in lanes]).repeat_interleave(repeats)
        branch = torch.tensor([lane.branch.id for lane in lanes]).repeat_interleave(repeats)
        x0, evaluations = self.diffusion.estimate(torch.cat([lane.x for lane in lanes]), t, branch)
        # Time and branch are one for all rows of a lane, so each row costs what the last one does.
        costs = evaluations.tolist()
        for lane, estimate, end in zip(lanes, x0.split(rows), accumulate(rows), strict=True):
            lane.x0 = estimate
            place = lane.origin, lane.branch.id
            self.calls[place] = self.calls.get(place, 0) + costs[end - 1]
        self.waves += 1

    def _advance(self, lane: Lane) -> list[Lane]:
        """The same lane one step on, with those that leave it on the way; or, at its end, those that follow it."""
        x, t = lane.x, lane.t
        # A class that leaves in the middle of the step draws the very noise that the step draws: a copy, made before.
        before = lane.noise.copy() if lane.is_left else lane.noise
        ended = self._step(lane)
        # A step may be longer than a branch: then classes leave at several cuts within it, from noise to data.
        following = [new for upper, lower in pairwise(lane.parts) if lane.t <= upper.t_low < t
                     for new in self._leave(lane, upper, lower, x, t, before)]
        if not ended:
            return [lane, *following] if lane.labels else following
        self.handed[lane.origin, lane.parts[-1].id] = lane.x
        return following + (self._enter(lane.origin, lane.labels, lane.x, lane.t) if lane.labels else [])

    def _step(self, lane: Lane) -> bool:
        """Send a lane its estimate and take its next question; whether it has come to its end instead."""
        try:
            lane.x, lane.t = lane.steps.send(lane.x0)
        except StopIteration as end:
            lane.x, lane.t = end.value, self._end(lane)
            return True
        return False

    def _leave(self, lane: Lane, upper: Branch, lower: Branch, x: Tensor, t: float, noise: FreshNoise) -> list[Lane]:
        """Lanes for the classes that leave where `upper` ends, in the step that a lane took from the state x at t.

        They take that step from the same state, by the same estimate and the same noise, but only as far as their
        branch point. The lane goes on as if nobody had left.
        """
        leaving = tuple(label for label in lane.labels if label not in lower.classes)
        if not leaving:
            return []
        state = solve(self.solver.single, lambda *_: lane.x0, x, (t, upper.t_low), noise.copy())
        lane.labels = tuple(label for label in lane.labels if label in lower.classes)
        self.handed[lane.origin, upper.id] = state
        return self._enter(lane.origin, leaving, state, upper.t_low)

    def _end(self, lane: Lane) -> float:
        """The time at which a lane ends."""
        start = self.starts[lane.origin]
        if start.until > start.t:
            return min(lane.parts[0].t_high, start.until)
        return max(lane.parts[-1].t_low, start.until)


def from_noise(diffusion: Diffusion, labels: tuple[str, ...], sampling: Sampling) -> Walk:
    """The walk from pure noise at t = 1 to each label. Row i depends on (seed, i) alone."""
    keys = [mix(sampling.seed, i) for i in range(sampling.n)]
    start = Start(normal(keys, diffusion.shape).to(diffusion.device), 1.0, labels, keys)
    return Walk(diffusion, [start], sampling)
