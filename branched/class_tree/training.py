"""How a class tree learns: each step a batch with some rows of every branch, from bridges and from plain diffusion."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..learning.loop import LearningConfig, LearningState, Progress, check_positive, check_share, learn, start
from ..learning.velocity import EARLIEST, velocity_error
from ..networks.base import NetworkConfig
from ..networks.trunk import Trunk, begun
from ..noise import schedule
from ..noise.seeds import mix
from .branch import Branch
from .bridge import Pairs, chained_pairs
from .tree import ClassTree

SHORTEST = 0.02  # a branch weighs at least as if it were so long: short ones would hardly ever be trained

Material = tuple[Dataset, dict[int, Pairs]]  # what batches are made of: data, and bridges by branch id
Supply = Callable[[int], Material]           # by how often it was asked


@dataclass(frozen=True)
class TrainingConfig(LearningConfig):
    """How a model is trained."""

    bridge: float = 0.7         # share of each batch that consists of bridges; 0 is the published way
    pairs: int = 1024           # size of the optimal-transport problem at each branch point
    refresh: int = 128          # steps after which new pairs are drawn

    def __post_init__(self):
        super().__post_init__()
        for name in ("pairs", "refresh"):
            check_positive(name, getattr(self, name))
        check_share("bridge", self.bridge)


class Batch(NamedTuple):
    """Rows for one step: clean objects and noise (B, *shape), times (B,), and the processes (B,) that run there."""

    x0: Tensor
    noise: Tensor
    t: Tensor
    process: Tensor


def loss_of(network: nn.Module, batch: Batch) -> Tensor:
    """Mean squared error of the velocity."""
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    return velocity_error(network(xt, batch.t, batch.process), batch)


def begin(tree: ClassTree, network: NetworkConfig, config: TrainingConfig, device: torch.device,
          trunk: Trunk | None = None) -> LearningState:
    """A run before its first step, its network initialised from the seed, or from a trunk."""
    return start(begun(network, tree.processes, config.seed, trunk).to(device), config)


def train(state: LearningState, tree: ClassTree, data: Dataset, config: TrainingConfig) -> Iterator[Progress]:
    """Train all branches of a tree from one data set, with bridges that are chained down the tree."""
    def supply(turn: int) -> Material:
        generator = torch.Generator().manual_seed(mix(config.seed, turn, 2))
        return data, chained_pairs(tree, data, config.pairs, generator) if config.bridge > 0 else {}

    return learn(state, Batches(tree.branches, supply, config), loss_of, config)


class Batches:
    """A step -> its batch. The `supply` is asked anew after every `config.refresh` steps."""

    def __init__(self, branches: Sequence[Branch], supply: Supply, config: TrainingConfig):
        self.branches, self.supply, self.config = branches, supply, config
        self._turn = -1

    def __call__(self, step: int) -> Batch:
        turn = step // self.config.refresh
        if turn != self._turn:
            self._turn, (self._data, self._pairs) = turn, self.supply(turn)
        return make_batch(self.branches, self._data, self._pairs, self.config, step)


def make_batch(branches: Sequence[Branch], data: Dataset, pairs: dict[int, Pairs], config: TrainingConfig,
               step: int) -> Batch:
    """The global batch of a step: for each branch some rows from its chained bridges and some from plain diffusion."""
    generator = torch.Generator().manual_seed(mix(config.seed, step, 1))
    offset = torch.rand((), generator=generator, dtype=torch.float64).item()
    place, t = spread(branches, config.batch, offset)
    x0 = torch.empty(config.batch, *data.shape)
    noise = torch.randn(x0.shape, generator=generator)
    bridged = torch.rand(config.batch, generator=generator) < config.bridge
    for k in place.unique().tolist():  # in the order of branches: so the generator's draws are the same in any run
        rows = (place == k).nonzero().flatten()
        plain, paired = rows[~bridged[rows]], rows[bridged[rows]]
        if len(plain):
            x0[plain] = data.draw(branches[k].classes, len(plain), generator)
        if len(paired):
            clean, inferred = pairs[branches[k].id]
            pick = torch.randint(len(clean), (len(paired),), generator=generator)
            x0[paired], noise[paired] = clean[pick], inferred[pick]
    order = torch.randperm(config.batch, generator=generator)  # so that every process gets a fair slice
    process = torch.tensor([branch.process for branch in branches])[place]
    return Batch(x0[order], noise[order], t[order], process[order])


def spread(branches: Sequence[Branch], rows: int, offset: float) -> tuple[Tensor, Tensor]:
    """Places among the branches (rows,) and times (rows,), evenly spaced over all branches laid end to end.

    A branch weighs its length times the square root of its number of classes: a leaf is one of many and must be sharp,
    an inner branch serves several.
    """
    weights = torch.tensor([max(b.length, SHORTEST) * len(b.classes) ** 0.5 for b in branches], dtype=torch.float64)
    # All branches end to end are a line of length 1. Rows stand on it at even distances, moved together by a random
    # offset (stratified sampling): every branch gets its share in every batch, not only in the mean.
    ends = weights.cumsum(0) / weights.sum()
    place = (torch.arange(rows, dtype=torch.float64) + offset) / rows
    index = torch.searchsorted(ends, place).clamp(max=len(ends) - 1)
    # Where a row stands within its branch's piece of the line is where its time lies within the branch.
    within = 1 - (ends[index] - place) / (weights / weights.sum())[index]
    low, high = (torch.tensor([getattr(b, name) for b in branches], dtype=torch.float64)[index]
                 for name in ("t_low", "t_high"))
    return index, (low + within.clamp(0, 1) * (high - low)).clamp(min=EARLIEST).float()
