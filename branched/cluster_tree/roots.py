"""Roots that lead to a node, with all that is drawn below them: exact draws from p(latents | node), by rejection.

Object i makes one attempt after another: the latents of all nodes are drawn, and a leaf by the probabilities that the
routers then give. The first attempt that comes to a node is the object's for that node. So what an object is depends
on the seed and its number alone, and nodes to which one attempt leads may have it in common.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ..noise.seeds import mix
from .networks import ClusterNetwork
from .told import places
from .tree import ClusterTree
from .walk import Standing, walk

AT_A_TIME, MOST = 64, 1024  # attempts of an object; after so many the one that most probably comes there is taken
OBJECTS = 64                # walked at a time


class Led(NamedTuple):
    """Of n objects for each of some nodes: latents of all nodes of the tree, in its order, (targets, n, nodes, Z), and
    how probable it was to come there, given them, (targets, n)."""

    latents: Tensor
    p: Tensor


class Start(NamedTuple):
    """A node by its id, and the latent (Z,) that every attempt has there."""

    node: int
    z: Tensor


@dataclass(frozen=True)
class Roots:
    """Attempts to come to some nodes, the targets, given by their ids. With a `start` only what is below it is
    drawn."""

    network: ClusterNetwork
    tree: ClusterTree
    targets: tuple[int, ...]
    seed: int
    start: Start | None = None

    @torch.inference_mode()
    def own(self, n: int) -> Led:
        """Of each of n objects the first attempt that comes to a target, for every target."""
        return self._of_all(n, self._own)

    @torch.inference_mode()
    def shared(self, n: int) -> Led:
        """Of each of n objects the first attempt, for all targets the same, whether it comes there or not."""
        def first(objects: Tensor) -> Led:
            latents, p, _ = self._attempts(objects, 0, 1)
            return Led(latents[:, 0].expand(len(p), -1, -1, -1), p[..., 0])

        return self._of_all(n, first)

    def _of_all(self, n: int, of: Callable[[Tensor], Led]) -> Led:
        parts = [of(objects) for objects in torch.arange(n).split(OBJECTS)]
        return Led(*(torch.cat(part, 1) for part in zip(*parts, strict=True)))

    def _own(self, objects: Tensor) -> Led:
        device, sizes = self.network.centre.device, (len(self.targets), len(objects))
        latents = torch.zeros(*sizes, len(self.tree.nodes), self.network.config.latent, device=device)
        p, found = torch.full(sizes, -1.0, device=device), torch.zeros(sizes, dtype=torch.bool, device=device)
        for block in range(MOST // AT_A_TIME):
            left = (~found).any(0).nonzero().flatten()
            if not len(left):
                break
            tried, probable, comes = self._attempts(objects[left.cpu()], block)
            best = torch.where(comes.any(-1), comes.int().argmax(-1), probable.argmax(-1))             # (targets, left)
            value = probable.gather(-1, best[..., None])[..., 0]
            better = ~found[:, left] & (comes.any(-1) | (value > p[:, left]))
            picked = tried[torch.arange(len(left), device=device), best]
            latents[:, left] = torch.where(better[..., None, None], picked, latents[:, left])
            p[:, left] = torch.where(better, value, p[:, left])
            found[:, left] |= comes.any(-1)
        return Led(latents, p)

    def _attempts(self, objects: Tensor, block: int, count: int = AT_A_TIME) -> tuple[Tensor, Tensor, Tensor]:
        """The first of a block of attempts of some objects, m: latents (m, count, nodes, Z), and for every target how
        probable it is to come there, and whether they did, (targets, m, count)."""
        noise, chance = self._drawn(objects, block, count)
        start = self.start and {self.start.node: Standing(self.start.z.expand(len(noise), -1), noise.new_ones(
            len(noise)))}
        walked = walk(self.network, self.tree, noise, start=start)
        leaves = [leaf for leaf in self.tree.leaves if leaf in walked.p]
        ends = torch.stack([walked.p[leaf] for leaf in leaves], 1).cumsum(1)
        leaf = (chance[:, None] >= ends[:, :-1]).sum(1)
        below = torch.tensor([[target in self.tree.path(leaf) for leaf in leaves] for target in self.targets])
        p = torch.stack([walked.p[target] for target in self.targets])
        shape = len(self.targets), len(objects), count
        return (walked.latents.unflatten(0, shape[1:]), p.view(shape), below.to(leaf.device)[:, leaf].view(shape))

    def _drawn(self, objects: Tensor, block: int, count: int) -> tuple[Tensor, Tensor]:
        """Noise (m count, depth + 1, Z) and a number (m count,) by which the leaf is drawn, each object's from its own
        key."""
        sizes, device = self.network.config, self.network.centre.device
        generators = [torch.Generator().manual_seed(mix(self.seed, i, block, 26)) for i in objects.tolist()]
        noise = [torch.randn(AT_A_TIME, sizes.depth + 1, sizes.latent, generator=each)[:count] for each in generators]
        chance = [torch.rand(AT_A_TIME, generator=each)[:count] for each in generators]
        return torch.cat(noise).to(device), torch.cat(chance).to(device)


@torch.inference_mode()
def from_node(network: ClusterNetwork, tree: ClusterTree, node: int, n: int,
              seed: int) -> tuple[tuple[int, ...], Tensor]:
    """The leaves below a node by their ids, left to right, and latents (leaves, n, nodes, Z) of n objects of each: down
    to the node all have the same, drawn once, and below it each its own."""
    [[above]] = Roots(network, tree, (node,), seed).own(1).latents
    on_way = places(tree, tree.path(node))
    leaves = tuple(leaf for leaf in tree.below([node]) if leaf in tree.leaves)
    latents = Roots(network, tree, leaves, mix(seed, 27), Start(node, above[on_way[-1]])).own(n).latents
    latents[:, :, on_way] = above[on_way]
    return leaves, latents


@torch.inference_mode()
def swapped(network: ClusterNetwork, tree: ClusterTree, leaf: int, depth: int, n: int, seed: int) -> Tensor:
    """Latents (n, nodes, Z) of the first object of a leaf, that of one depth taken from each of n objects of it: so the
    first is itself."""
    [latents] = Roots(network, tree, (leaf,), seed).own(n).latents
    [place] = places(tree, [tree.path(leaf)[depth]])
    mixed = latents[:1].repeat(n, 1, 1)
    mixed[:, place] = latents[:, place]
    return mixed
