"""The evidence lower bound of a tree of clusters, its terms apart."""
from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .networks import ClusterNetwork
from .walk import Walk


class Terms(NamedTuple):
    """Of every object, (B,) each, all to be small: surprise at the object, weighted by P(leaf); divergence of the
    root's posterior from its prior; of the other nodes', and of the decisions, each weighted by P(node)."""

    reconstruction: Tensor
    kl_root: Tensor
    kl_nodes: Tensor
    kl_decisions: Tensor

    @property
    def elbo(self) -> Tensor:
        return -sum(self)

    def weighted(self, alpha: Tensor, decisions: Tensor) -> Tensor:
        """The loss (B,) with a weight of the divergences of latents, and one of decisions."""
        return self.reconstruction + alpha * (self.kl_root + self.kl_nodes) + decisions * self.kl_decisions

    def means(self) -> dict[str, float]:
        """Means over the objects, by name, with the bound itself."""
        return {name: value.mean().item() for name, value in [*self._asdict().items(), ("elbo", self.elbo)]}


def terms(network: ClusterNetwork, walked: Walk, x: Tensor, least: float = 0.0) -> Terms:
    """The terms of a walk of the inference model over objects x (B, *shape).

    A leaf decodes the objects only that come there with a probability above `least`; 0 leaves out nothing that counts.
    """
    tree, none = walked.tree, x.new_zeros(len(x))
    reconstruction = none
    for leaf in (leaf for leaf in tree.leaves if leaf in walked.p):
        rows = (walked.p[leaf] > least).nonzero().flatten()
        surprise = network.surprise(network.decode(leaf, walked.z[leaf][rows]), x[rows])
        reconstruction = reconstruction.index_add(0, rows, walked.p[leaf][rows] * surprise)
    nodes = [walked.p[node] * kl for node, kl in walked.kl.items() if node != tree.root]
    forks = [walked.p[node] * kl for node, kl in walked.kl_decisions.items()]
    return Terms(reconstruction, walked.kl.get(tree.root, none), *(
        torch.stack(parts).sum(0) if parts else none for parts in (nodes, forks)))
