"""What a diffusion model is told of an object: its path down the tree, with the latents that were drawn on it."""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .networks import ClusterNetwork
from .tree import ClusterTree


class Told(NamedTuple):
    """Paths, rows from the root down: latents (B, L, Z) and places of nodes (B, L) among those of the tree; where a
    path is shorter than L, the place is the number of nodes, which stands for none. And what the leaf's decoder makes
    of it, (B, *shape), or (B, 0) where nobody looks at that. A path without any node tells nothing."""

    latents: Tensor
    nodes: Tensor
    decoded: Tensor

    def of(self, rows: Tensor) -> Told:
        """Some rows of it."""
        return self._make(part[rows] for part in self)


def places(tree: ClusterTree, nodes: Sequence[int]) -> list[int]:
    """The places of some nodes, given by their ids, among those of the tree."""
    place = {node.id: k for k, node in enumerate(tree.nodes)}
    return [place[node] for node in nodes]


def paths(tree: ClusterTree) -> Tensor:
    """Of every node of a tree the places on the way from the root to it, (nodes, depth + 1)."""
    none = [len(tree.nodes)] * (tree.depth + 1)
    return torch.tensor([(places(tree, tree.path(node.id)) + none)[:len(none)] for node in tree.nodes])


def told_of(network: ClusterNetwork, tree: ClusterTree, latents: Tensor, ends: Tensor, decodes: bool) -> Told:
    """The paths to the places `ends` (B,) of nodes, from the latents (B, nodes, Z) of all nodes in the tree's order;
    with what the decoders make of it where a path ends at a leaf, zeros elsewhere."""
    nodes = paths(tree).to(ends.device)[ends]                                                        # (B, depth + 1)
    none = nodes == len(tree.nodes)
    picked = latents.take_along_dim(nodes.masked_fill(none, 0)[..., None], 1).masked_fill(none[..., None], 0)
    return Told(picked, nodes, decoded(network, tree, latents, ends) if decodes else latents.new_zeros(len(ends), 0))


def decoded(network: ClusterNetwork, tree: ClusterTree, latents: Tensor, ends: Tensor) -> Tensor:
    """What the leaves' decoders make of latents (B, nodes, Z), where the places `ends` (B,) are leaves: (B, *shape)."""
    made = latents.new_zeros(len(ends), *network.config.shape)
    for leaf, place in zip(tree.leaves, places(tree, tree.leaves), strict=True):
        if len(rows := (ends == place).nonzero().flatten()):
            made[rows] = network.clean(network.decode(leaf, latents[rows, place]))
    return made
