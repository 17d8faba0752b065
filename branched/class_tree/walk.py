"""Walking the tree: many solvers at once, all answered by one evaluation of the network.

A *lane* is one branch being walked for a batch of objects. At any time all live lanes ask together, so the number of
sequential network calls is about the number of steps, however many classes there are. A lane that comes to its end is
followed by others: downwards by one for each child that is wanted (so everything above a branch point is computed
once), upwards by its parent.

A branch that a graft has cut in two is still one lane, which takes the steps that it took before. The grafted class
leaves it in the middle of a step: with the same estimate and the same fresh noise, but only as far as its branch point.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import torch
from torch import Tensor

from ..data.form import Form
from ..networks.base import BranchedNetwork
from ..noise import schedule
from ..noise.seeds import mix, normal
from ..noise.solvers import ONCE, SOLVERS, Steps, grid, solve
from .tree import Branch, ClassTree


@dataclass(frozen=True)
class Denoiser:
    """E[x0 | xt] by the branch that each row is on: the trained network, its tree, and the form of its data."""

    network: BranchedNetwork
    tree: ClassTree
    form: Form

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one object: (C, H, W), or (F,)."""
        return self.form.shape

    @cached_property
    def _rows(self) -> Tensor:
        """The row of the network's private parameters for each branch id."""
        rows = torch.zeros(1 + max(branch.id for branch in self.tree.branches), dtype=torch.long)
        for branch in self.tree.branches:
            rows[branch.id] = branch.process
        return rows

    @torch.inference_mode()
    def __call__(self, xt: Tensor, t: Tensor, branch: Tensor) -> Tensor:
        """States xt (B, *shape), times t (B,), branch ids (B,) -> estimates of x0 (B, *shape) in the range of the
        data."""
        pieces = -(-len(xt) // self.network.chunk) if self.device.type == "cpu" else 1
        rows = self._rows[branch.cpu()]
        parts = zip(*(value.to(self.device).tensor_split(pieces) for value in (xt, t, rows)), strict=True)
        x0 = torch.cat([schedule.clean_from_velocity(x, self.network(x, s, b), s) for x, s, b in parts])
        return self.form.clamp(x0)


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


class FreshNoise:
    """Noise for one step after another; every row draws from a generator of its own, whatever its company."""

    def __init__(self, seeds: Sequence[int], like: Tensor):
        self.seeds, self.like = seeds, like
        self.generators: list[torch.Generator] = []

    def __call__(self) -> Tensor:
        if not self.generators:
            self.generators = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        drawn = [torch.randn(self.like.shape[1:], generator=generator) for generator in self.generators]
        return torch.stack(drawn).to(self.like.device)

    def copy(self) -> FreshNoise:
        """One that will give what this one would give next."""
        other = FreshNoise(self.seeds, self.like)
        other.generators = [generator.clone_state() for generator in self.generators]
        return other


@dataclass
class Lane:
    """One process, walked for the rows of one start, for the classes `labels` below it. x0 is the latest estimate.

    `parts` are the branches that it runs through, from noise to data: more than one where a graft has cut it.
    """

    origin: int
    parts: tuple[Branch, ...]
    labels: tuple[str, ...]
    noise: FreshNoise
    solver: Steps
    x: Tensor
    t: float
    x0: Tensor | None = None

    @property
    def branch(self) -> Branch:
        """Where the lane is now."""
        return next((part for part in self.parts if part.t_low < self.t), self.parts[-1])


class Walk:
    """Walks all starts together. Iterate to see every wave of evaluations, or `run()`; then read the results.

    `ends[origin, label]` is the state that arrived, `handed[origin, branch id]` the state at the end of a branch, and
    `calls[origin, branch id]` the evaluations that each row cost there; `waves` counts sequential network calls.
    """

    def __init__(self, denoise: Denoiser, starts: Sequence[Start], steps: int, solver: str):
        self.denoise, self.starts, self.steps, self.solver = denoise, starts, steps, solver
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
            self._evaluate(live)
            yield live
            live = [following for lane in live for following in self._advance(lane)]

    @property
    def evaluations(self) -> int:
        """Network evaluations of single objects, summed over the walk."""
        return sum(calls * len(self.starts[origin].x) for (origin, _), calls in self.calls.items())

    def path_evaluations(self, origin: int, label: str) -> int:
        """Evaluations that walking one start to one class costs each of its rows."""
        return sum(self.calls.get((origin, branch.id), 0) for branch in self.denoise.tree.path(label))

    def _enter(self, origin: int, labels: tuple[str, ...], x: Tensor, t: float) -> list[Lane]:
        """Open a lane on every branch on which the walk goes on from time t."""
        until = self.starts[origin].until
        if t == until:
            self.ends |= {(origin, label): x for label in labels}
            return []
        lanes, tree = [], self.denoise.tree
        for branch in tree.walk(labels):
            if until < t and branch.owns(t):
                parts = tuple(part for part in tree.parts(branch) if until < part.t_high <= branch.t_high)
                times = grid(t, max(parts[-1].t_low, until), self.steps)
            elif until > t and branch.t_low <= t < branch.t_high:
                parts = tuple(part for part in tree.parts(branch) if until > part.t_low >= branch.t_low)
                times = grid(min(parts[0].t_high, until), t, self.steps)[::-1]
            else:
                continue
            below = tuple(label for label in labels if label in branch.classes)
            noise = FreshNoise([mix(key, tree.parts(branch)[-1].id) for key in self.starts[origin].keys], x)
            solver = SOLVERS[self.solver](x, times, noise)
            lanes.append(Lane(origin, parts, below, noise, solver, *solver.send(None)))
        return lanes

    def _evaluate(self, lanes: list[Lane]) -> None:
        """Answer every lane's question with one evaluation of the network."""
        rows = torch.tensor([len(lane.x) for lane in lanes])
        t = torch.tensor([lane.t for lane in lanes]).repeat_interleave(rows)
        branch = torch.tensor([lane.branch.id for lane in lanes]).repeat_interleave(rows)
        x0 = self.denoise(torch.cat([lane.x for lane in lanes]), t, branch)
        for lane, estimate in zip(lanes, x0.split(rows.tolist()), strict=True):
            lane.x0 = estimate
            place = lane.origin, lane.branch.id
            self.calls[place] = self.calls.get(place, 0) + 1
        self.waves += 1

    def _advance(self, lane: Lane) -> list[Lane]:
        """The same lane one step on, with those that leave it on the way; or, at its end, those that follow it."""
        x, t, leaves = lane.x, lane.t, any(label not in lane.parts[-1].classes for label in lane.labels)
        before = lane.noise.copy() if leaves else lane.noise
        try:
            lane.x, lane.t = lane.solver.send(lane.x0)
            ended = False
        except StopIteration as end:
            lane.x, lane.t, ended = end.value, self._end(lane), True
        following = []
        for upper, lower in pairwise(lane.parts):
            leaving = tuple(label for label in lane.labels if label not in lower.classes)
            if leaving and lane.t <= upper.t_low < t:
                step = SOLVERS[ONCE.get(self.solver, self.solver)]
                state = solve(step, lambda *_: lane.x0, x, (t, upper.t_low), before.copy())
                lane.labels = tuple(label for label in lane.labels if label in lower.classes)
                self.handed[lane.origin, upper.id] = state
                following += self._enter(lane.origin, leaving, state, upper.t_low)
        if not ended:
            return [lane, *following] if lane.labels else following
        self.handed[lane.origin, lane.parts[-1].id] = lane.x
        return following + (self._enter(lane.origin, lane.labels, lane.x, lane.t) if lane.labels else [])

    def _end(self, lane: Lane) -> float:
        """The time at which a lane ends."""
        start = self.starts[lane.origin]
        if start.until > start.t:
            return min(lane.parts[0].t_high, start.until)
        return max(lane.parts[-1].t_low, start.until)


def from_noise(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int) -> Walk:
    """The walk from pure noise at t = 1 to each label. Row i depends on (seed, i) alone."""
    keys = [mix(seed, i) for i in range(n)]
    start = Start(normal(keys, denoise.shape).to(denoise.device), 1.0, labels, keys)
    return Walk(denoise, [start], steps, solver)
