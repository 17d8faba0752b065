"""How a model that is told the label learns: plain diffusion, every time alike, now and then without the label."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..errors import BranchedError
from ..learning.loop import LearningConfig, check_share
from ..learning.velocity import spread, velocity_error
from ..noise import schedule
from ..noise.seeds import mix


@dataclass(frozen=True)
class TrainingConfig(LearningConfig):
    """How a model is trained."""

    drop: float = 0.15          # share of rows that learn without their label (Ho & Salimans 2022: 0.1 to 0.2)

    def __post_init__(self):
        super().__post_init__()
        check_share("drop", self.drop)


class Batch(NamedTuple):
    """Rows for one step: clean objects and noise (B, *shape), times (B,), and labels (B,): the number of classes stands
    for no label."""

    x0: Tensor
    noise: Tensor
    t: Tensor
    label: Tensor


@dataclass(frozen=True, eq=False)
class Batches:
    """A step -> its batch, from clean objects x0 (n, *shape) as the network sees them and the place y (n,) of each
    one's class among `classes`; the classes in equal shares, as in a tree's leaves."""

    x0: Tensor
    y: Tensor
    classes: int
    config: TrainingConfig

    def __post_init__(self) -> None:
        if empty := set(range(self.classes)) - set(self.y.unique().tolist()):
            raise BranchedError(f"{len(empty)} of the {self.classes} classes have no object to learn from.")

    def __call__(self, step: int) -> Batch:
        generator = torch.Generator().manual_seed(mix(self.config.seed, step, 1))
        rows = self.config.batch
        label = torch.arange(rows).add(step * rows).remainder(self.classes)[torch.randperm(rows, generator=generator)]
        x0 = self.x0[self._drawn(label, generator)]
        noise = torch.randn(x0.shape, generator=generator)
        t = spread(rows, torch.rand((), generator=generator, dtype=torch.float64).item())
        untold = torch.rand(rows, generator=generator) < self.config.drop
        order = torch.randperm(rows, generator=generator)  # of the times, which rise from row to row
        return Batch(x0, noise, t[order], torch.where(untold, self.classes, label))

    def _drawn(self, label: Tensor, generator: torch.Generator) -> Tensor:
        """A random object of each row's class, with replacement: its place (B,) among all."""
        order, first, counts = self._by_class
        place = (torch.rand(len(label), generator=generator, dtype=torch.float64) * counts[label]).long()
        return order[first[label] + place]

    @cached_property
    def _by_class(self) -> tuple[Tensor, Tensor, Tensor]:
        """The objects in the order of their classes, (n,); where each class begins there, and how many it has, (N,)."""
        counts = torch.bincount(self.y, minlength=self.classes)
        return self.y.argsort(stable=True), counts.cumsum(0) - counts, counts


def loss_of(network: nn.Module, batch: Batch) -> Tensor:
    """Mean squared error of the velocity."""
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    return velocity_error(network(xt, batch.t, batch.label), batch)
