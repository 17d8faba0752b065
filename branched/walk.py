"""Walking the tree: many solvers at once, all answered by one evaluation of the network.

A *lane* is one branch being walked for a batch of objects. At any time all live lanes ask together, so the number of
sequential network calls is about the number of steps, however many classes there are. A lane that comes to its end is
followed by others: downwards by one for each child that is wanted (so everything above a branch point is computed
once), upwards by its parent.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from . import schedule
from .network import BranchedUNet
from .sampler import SOLVERS, Steps, grid
from .seeds import mix, normal
from .tree import Branch, ClassTree

CHUNK = 64  # rows of one pass on a CPU: the activations of more do not stay in its cache


@dataclass(frozen=True)
class Denoiser:
    """E[x0 | xt] by the branch that each row is on: the trained network and its tree."""

    network: BranchedUNet
    tree: ClassTree

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one object."""
        return self.network.config.shape

    @torch.inference_mode()
    def __call__(self, xt: Tensor, t: Tensor, branch: Tensor) -> Tensor:
        """States xt (B, C, H, W), times t (B,), branch ids (B,) -> estimates of x0 (B, C, H, W) in [-1, 1]."""
        pieces = -(-len(xt) // CHUNK) if self.device.type == "cpu" else 1
        parts = zip(*(value.to(self.device).tensor_split(pieces) for value in (xt, t, branch)), strict=True)
        return torch.cat([schedule.clean_from_velocity(x, self.network(x, s, b), s).clamp(-1, 1) for x, s, b in parts])


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
    """One branch, walked for the rows of one start, for the classes `labels` below it. x0 is the latest estimate."""

    origin: int
    branch: Branch
    labels: tuple[str, ...]
    solver: Steps
    x: Tensor
    t: float
    x0: Tensor | None = None
    calls: int = 0


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
        lanes = []
        for branch in self.denoise.tree.walk(labels):
            if until < t and branch.owns(t):
                times = grid(t, max(branch.t_low, until), self.steps)
            elif until > t and branch.t_low <= t < branch.t_high:
                times = grid(min(branch.t_high, until), t, self.steps)[::-1]
            else:
                continue
            solver = SOLVERS[self.solver](x, times, self._noise(origin, branch))
            state, t_first = solver.send(None)
            below = tuple(label for label in labels if label in branch.classes)
            lanes.append(Lane(origin, branch, below, solver, state, t_first))
        return lanes

    def _evaluate(self, lanes: list[Lane]) -> None:
        """Answer every lane's question with one evaluation of the network."""
        rows = torch.tensor([len(lane.x) for lane in lanes])
        t = torch.tensor([lane.t for lane in lanes]).repeat_interleave(rows)
        branch = torch.tensor([lane.branch.id for lane in lanes]).repeat_interleave(rows)
        x0 = self.denoise(torch.cat([lane.x for lane in lanes]), t, branch)
        for lane, estimate in zip(lanes, x0.split(rows.tolist()), strict=True):
            lane.x0 = estimate
            lane.calls += 1
        self.waves += 1

    def _advance(self, lane: Lane) -> list[Lane]:
        """The same lane one step on; or, at its end, those that follow it."""
        try:
            lane.x, lane.t = lane.solver.send(lane.x0)
            return [lane]
        except StopIteration as end:
            x = end.value
        until, branch = self.starts[lane.origin].until, lane.branch
        self.calls[lane.origin, branch.id] = lane.calls
        self.handed[lane.origin, branch.id] = x
        upwards = until > self.starts[lane.origin].t
        t = min(branch.t_high, until) if upwards else max(branch.t_low, until)
        return self._enter(lane.origin, lane.labels, x, t)

    def _noise(self, origin: int, branch: Branch):
        """Fresh noise for each step on a branch; every row draws from a generator of its own, whatever its company."""
        start = self.starts[origin]
        generators: list[torch.Generator] = []

        def draw() -> Tensor:
            if not generators:
                generators.extend(torch.Generator().manual_seed(mix(key, branch.id)) for key in start.keys)
            return torch.stack([torch.randn(self.denoise.shape, generator=g) for g in generators]).to(start.x.device)

        return draw


def from_noise(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int) -> Walk:
    """The walk from pure noise at t = 1 to each label. Row i depends on (seed, i) alone."""
    keys = [mix(seed, i) for i in range(n)]
    start = Start(normal(keys, denoise.shape).to(denoise.device), 1.0, labels, keys)
    return Walk(denoise, [start], steps, solver)
