"""Drawing from a model that is told the label: every object alone from noise to data, all of them together."""
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
from ..noise.solvers import SOLVERS, grid


@dataclass(frozen=True)
class Space:
    """Where a model diffuses: the `shape` of a state; estimates are `kept` within the range of clean ones; `shown`
    makes of states (B, *shape) what a user gets, (B, ...)."""

    shape: tuple[int, ...]
    kept: Callable[[Tensor], Tensor]
    shown: Callable[[Tensor], np.ndarray]
    kind: str


@dataclass(frozen=True)
class Labels:
    """The names of some classes, and their places among all that a model knows."""

    names: tuple[str, ...]
    places: tuple[int, ...]


class Drawing:
    """n objects of every label, from noise to data. Iterate to see every wave, or `run()`; then read `samples`.

    Object i of every class grows from the same noise, with the same fresh noise on the way, by (seed, i) alone: so what
    differs between two classes, or between two models, is not luck.
    """

    def __init__(self, denoise: Denoiser, space: Space, labels: Labels, asked: Sampling):
        self.denoise, self.space, self.labels, self.asked = denoise, space, labels, asked
        self.waves, self.evaluations = 0, 0

    @torch.inference_mode()
    def __iter__(self) -> Iterator[tuple[Tensor, float, Tensor]]:
        """Yields states (N n, *shape), their time, and the estimates from them."""
        began = perf_counter()
        keys = [mix(self.asked.seed, i) for i in range(self.asked.n)]
        x = self._of_each(normal(keys, self.space.shape).to(self.denoise.device))
        noise = FreshNoise([mix(key, 0) for key in keys], x)
        condition = torch.tensor(self.labels.places).repeat_interleave(self.asked.n).to(x.device)
        steps = SOLVERS[self.asked.solver](x, grid(1.0, 0.0, self.asked.steps), lambda: self._of_each(noise()))
        answer = None
        while True:
            try:
                xt, t = steps.send(answer)
            except StopIteration as end:
                self.samples = self._finished(end.value, perf_counter() - began)
                return
            x0, cost = self.denoise(xt, torch.full((len(xt),), t, device=x.device), condition)
            answer = self.space.kept(x0)
            self.waves, self.evaluations = self.waves + 1, self.evaluations + int(cost.sum())
            yield xt, t, answer

    def run(self) -> Samples:
        for _ in self:
            pass
        return self.samples

    def frames(self) -> Iterator[Frame]:
        """A frame for each wave, the last with the samples."""
        for xt, t, x0 in self:
            yield Frame(self._shown(xt), self._shown(x0), (t,) * len(self.labels.names), self.evaluations)
        yield Frame.last(self.samples)

    def _of_each(self, x: Tensor) -> Tensor:
        """Rows (n, *shape), the same for every class: (N n, *shape)."""
        return x.repeat(len(self.labels.names), *[1] * (x.ndim - 1))

    def _shown(self, x: Tensor) -> np.ndarray:
        shown = self.space.shown(x)
        return shown.reshape(len(self.labels.names), self.asked.n, *shown.shape[1:])

    def _finished(self, x0: Tensor, seconds: float) -> Samples:
        made = self._shown(x0)
        return Samples(made, self.space.kind, self.labels.names, self.evaluations, self.evaluations, self.waves,
                       seconds, self.asked)
