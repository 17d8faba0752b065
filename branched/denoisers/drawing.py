"""Drawing from a model that is told what to draw: every object alone from noise to data, all of them together."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from ..noise.denoiser import Denoiser
from ..noise.fresh import FreshNoise
from ..noise.samples import Frame, Samples
from ..noise.sampling import Sampling
from ..noise.seeds import mix, normal
from ..noise.solvers import SOLVERS, grid, solving


@dataclass(frozen=True)
class Space:
    """Where a model diffuses: the `shape` of a state; estimates are `kept` within the range of clean ones; `shown`
    makes of states (B, *shape) what a user gets, (B, ...)."""

    shape: tuple[int, ...]
    kept: Callable[[Tensor], Tensor]
    shown: Callable[[Tensor], np.ndarray]
    kind: str


class Drawing:
    """n objects of every label, from noise to data. Iterate to see every wave, or `run()`; then read `samples`.

    Object i of every label grows from the same noise, with the same fresh noise on the way, by (seed, i) alone: so what
    differs between two labels, or between two models, is not luck. What the denoiser is told of each is its row of
    `conditions` (N n,), label by label.
    """

    def __init__(self, denoise: Denoiser, space: Space, labels: tuple[str, ...], conditions: Tensor, asked: Sampling):
        self.denoise, self.space, self.labels, self.asked = denoise, space, labels, asked
        self.conditions = conditions.to(denoise.device)
        self.waves, self.evaluations = 0, 0

    @torch.inference_mode()
    def __iter__(self) -> Iterator[tuple[Tensor, float, Tensor]]:
        """Yields states (N n, *shape), their time, and the estimates from them."""
        began = perf_counter()
        keys = [mix(self.asked.seed, i) for i in range(self.asked.n)]
        x = self._of_each(normal(keys, self.space.shape).to(self.denoise.device))
        noise = FreshNoise([mix(key, 0) for key in keys], x)
        end = yield from solving(SOLVERS[self.asked.solver], self._estimate, x, grid(1.0, 0.0, self.asked.steps),
                                 lambda: self._of_each(noise()))
        self.samples = self._finished(end, perf_counter() - began)

    def _estimate(self, xt: Tensor, t: float) -> Tensor:
        x0, cost = self.denoise(xt, torch.full((len(xt),), t, device=xt.device), self.conditions)
        self.waves, self.evaluations = self.waves + 1, self.evaluations + int(cost.sum())
        return self.space.kept(x0)

    def run(self) -> Samples:
        for _ in self:
            pass
        return self.samples

    def frames(self) -> Iterator[Frame]:
        """A frame for each wave, the last with the samples."""
        for xt, t, x0 in self:
            yield Frame(self._shown(xt), self._shown(x0), (t,) * len(self.labels), self.evaluations)
        yield Frame.last(self.samples)

    def _of_each(self, x: Tensor) -> Tensor:
        """Rows (n, *shape), the same for every label: (N n, *shape)."""
        return x.repeat(len(self.labels), *[1] * (x.ndim - 1))

    def _shown(self, x: Tensor) -> np.ndarray:
        shown = self.space.shown(x)
        return shown.reshape(len(self.labels), self.asked.n, *shown.shape[1:])

    def _finished(self, x0: Tensor, seconds: float) -> Samples:
        made = self._shown(x0)
        return Samples(made, self.space.kind, self.labels, self.evaluations, self.evaluations, self.waves,
                       seconds, self.asked)
