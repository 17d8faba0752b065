"""What a diffusion model is told of an object: its path down the tree, with the latents that were drawn on it."""
from __future__ import annotations

from collections.abc import Mapping
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


def paths(tree: ClusterTree) -> Tensor:
    """Of every node of a tree the places on the way from the root to it, (nodes, depth + 1)."""
    place = {node.id: k for k, node in enumerate(tree.nodes)}
    none = [len(place)] * (tree.depth + 1)
    return torch.tensor([([place[above] for above in tree.path(node)] + none)[:len(none)] for node in place])


def told_of(network: ClusterNetwork, tree: ClusterTree, z: Mapping[int, Tensor], ends: Tensor, decodes: bool) -> Told:
    """The paths to the places `ends` (B,) of nodes among those of the tree, from the latents (B, Z) of all nodes by
    their ids; with what the decoders make of it where a path ends at a leaf, zeros elsewhere."""
    latents = torch.stack([z[node.id] for node in tree.nodes], 1)                                    # (B, nodes, Z)
    nodes = paths(tree).to(ends.device)[ends]                                                        # (B, depth + 1)
    none = nodes == len(tree.nodes)
    picked = latents.take_along_dim(nodes.masked_fill(none, 0)[..., None], 1).masked_fill(none[..., None], 0)
    return Told(picked, nodes, _decoded(network, tree, z, ends) if decodes else latents.new_zeros(len(ends), 0))


def _decoded(network: ClusterNetwork, tree: ClusterTree, z: Mapping[int, Tensor], ends: Tensor) -> Tensor:
    """What the leaves' decoders make of rows that end there, (B, *shape)."""
    decoded = z[tree.root].new_zeros(len(ends), *network.config.shape)
    for place, node in enumerate(tree.nodes):
        if node.id in tree.leaves and len(rows := (ends == place).nonzero().flatten()):
            decoded[rows] = network.clean(network.decode(node.id, z[node.id][rows]))
    return decoded
