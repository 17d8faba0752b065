"""How the diffusion model of a tree of clusters learns: every object with a path on which the frozen tree sends it.

Each step draws the leaf and the latents anew, from the inference model. Some paths are cut off at an inner node, so
that what its leaves share can be drawn, too; some are left out, so that the model can guide itself.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..learning.loop import LearningConfig, check_share
from ..learning.velocity import spread, velocity_error
from ..noise import schedule
from ..noise.seeds import mix
from .networks import ClusterNetwork
from .told import Told, places, told_of
from .tree import ClusterTree
from .walk import walk


@dataclass(frozen=True)
class DiffusionConfig(LearningConfig):
    """How the diffusion model is trained."""

    drop: float = 0.1           # share of rows that learn without their path
    partial: float = 0.15       # share of rows whose path ends at an inner node

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("drop", "partial"):
            check_share(name, getattr(self, name))


class Batch(NamedTuple):
    """Rows for one step: clean objects and noise (B, *shape), times (B,), and what `Told` has."""

    x0: Tensor
    noise: Tensor
    t: Tensor
    latents: Tensor
    nodes: Tensor
    decoded: Tensor


@dataclass(frozen=True, eq=False)
class Batches:
    """A step -> its batch, from clean objects x0 (n, *shape) and their chain (n, depth + 1, width); all on the CPU."""

    network: ClusterNetwork
    tree: ClusterTree
    x0: Tensor
    chain: Tensor
    config: DiffusionConfig
    decodes: bool                # whether the decoders' objects are among what is told

    @torch.no_grad()
    def __call__(self, step: int) -> Batch:
        generator = torch.Generator().manual_seed(mix(self.config.seed, step, 1))
        rows = torch.randint(len(self.x0), (self.config.batch,), generator=generator)
        noise = torch.randn(len(rows), *self.x0.shape[1:], generator=generator)
        t = spread(len(rows), torch.rand((), generator=generator, dtype=torch.float64).item())
        told = cut(self._told(rows, generator), len(self.tree.nodes), self.config, generator)
        return Batch(self.x0[rows], noise, t, *told)  # rows are random: so are their times

    def _told(self, rows: Tensor, generator: torch.Generator) -> Told:
        """What the inference model says of some objects, its leaf drawn by its probability."""
        sizes, tree = self.network.config, self.tree
        noise = torch.randn(len(rows), sizes.depth + 1, sizes.latent, generator=generator)
        walked = walk(self.network, tree, noise, self.chain[rows])
        leaf = torch.multinomial(walked.leaves, 1, generator=generator).flatten()
        ends = torch.tensor(places(tree, tree.leaves))[leaf]
        return told_of(self.network, tree, walked.latents, ends, self.decodes)


def cut(told: Told, nodes: int, config: DiffusionConfig, generator: torch.Generator) -> Told:
    """The same paths, in a tree of so many nodes, but that some end at an inner node, each of theirs as likely as any,
    and that some are empty, without the decoder's object."""
    chance, share, dropped = torch.rand(3, len(told.nodes), generator=generator)
    length = (told.nodes < nodes).sum(1)
    kept = torch.where(chance < config.partial, 1 + (share * (length - 1)).long(), length)
    kept = kept.masked_fill(dropped < config.drop, 0)
    gone = torch.arange(told.nodes.shape[1]) >= kept[:, None]
    nothing = (kept == 0).view(-1, *[1] * (told.decoded.ndim - 1))
    return Told(told.latents, told.nodes.masked_fill(gone, nodes), told.decoded.masked_fill(nothing, 0))


def loss_of(network: nn.Module, batch: Batch) -> Tensor:
    """Mean squared error of the velocity."""
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    return velocity_error(network(xt, batch.t, Told(batch.latents, batch.nodes, batch.decoded)), batch)
