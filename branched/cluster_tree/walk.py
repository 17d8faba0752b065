"""The one walk over the nodes of a tree, nodes of a depth together: latents, probabilities, and what they cost.

With a chain (what nodes see of objects) it is the inference model, without one the generative model. Sums over nodes
are exact: every node is evaluated for every object, and only latents are drawn.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .networks import ClusterNetwork
from .tree import ClusterTree, Node, by_leaf


class Standing(NamedTuple):
    """Where a walk begins that does not begin at the root: a node's latents (B, Z), and the probability (B,) of having
    come there."""

    z: Tensor
    p: Tensor


@dataclass(frozen=True)
class Walk:
    """By nodes' ids: latents z (B, Z), probabilities p (B,) of passing there. With a chain also the divergence (B,) of
    a node's posterior from its prior, and at forks that of the inferred decision from the generative one."""

    tree: ClusterTree
    z: dict[int, Tensor]
    p: dict[int, Tensor]
    kl: dict[int, Tensor]
    kl_decisions: dict[int, Tensor]

    @property
    def leaves(self) -> Tensor:
        """Probability of every leaf, left to right, (B, leaves); sums to 1."""
        return torch.stack(by_leaf(self.tree, self.p), 1)

    @property
    def latents(self) -> Tensor:
        """Latents of all nodes of the tree, in its order, (B, nodes, Z); zeros of those that were not walked."""
        nothing = torch.zeros_like(next(iter(self.z.values())))
        return torch.stack([self.z.get(node.id, nothing) for node in self.tree.nodes], 1)


def walk(network: ClusterNetwork, tree: ClusterTree, noise: Tensor, chain: Tensor | None = None,
         start: Mapping[int, Standing] | None = None) -> Walk:
    """Walk down a tree with standard normal noise (B, depth + 1, Z), one row of it for each depth, so that what all
    leaves make of one root can be compared. `chain` (B, depth + 1, width) makes it the inference model; a `start`
    somewhere else than at the root leaves out all that is not below."""
    z, kl = {node: at.z for node, at in (start or {}).items()}, {}
    visited = list(tree.below(start if start else [tree.root]))
    for level in tree.levels(node for node in visited if node not in z):
        _arrive(network, tree, level, noise[:, level[0].depth], chain, z, kl)
    forks = [node for node in visited if len(tree.children(node)) == 2]
    generative = _by_fork(network.routers_p(torch.stack([z[node] for node in forks]), forks), forks) if forks else {}
    inferred = decisions(network, tree, chain, forks) if chain is not None else generative
    p = reach(tree, inferred, {node: at.p for node, at in start.items()} if start else {tree.root: noise.new_ones(
        len(noise))})
    costs = {node: bernoulli_kl(inferred[node], generative[node]) for node in forks} if chain is not None else {}
    return Walk(tree, z, p, kl, costs)


def decisions(network: ClusterNetwork, tree: ClusterTree, chain: Tensor, forks: list[int]) -> dict[int, Tensor]:
    """Logits (B,) of going left at forks, by the inference model."""
    if not forks:
        return {}
    seen = network.seen_by(chain, [tree[node].depth for node in forks])
    return _by_fork(network.routers_q(seen, forks), forks)


def reach(tree: ClusterTree, logits: Mapping[int, Tensor], start: Mapping[int, Tensor]) -> dict[int, Tensor]:
    """The probability (B,) of passing every node below the start, from the logits of going left at its forks."""
    p = dict(start)
    for node in tree.below(start):
        children = tree.children(node)
        if len(children) == 1:
            p[children[0]] = p[node]
        for sign, child in zip((1, -1), children if len(children) == 2 else (), strict=False):
            p[child] = p[node] * (sign * logits[node]).sigmoid()
    return p


def passing(network: ClusterNetwork, tree: ClusterTree, chain: Tensor) -> dict[int, Tensor]:
    """q(node | x), (B,) of every node by its id: without any latent, for routers of the inference model see the
    chain."""
    return reach(tree, decisions(network, tree, chain, list(tree.forks)), {tree.root: chain.new_ones(len(chain))})


def routes(network: ClusterNetwork, tree: ClusterTree, chain: Tensor) -> Tensor:
    """q(leaf | x), (B, leaves), left to right."""
    return torch.stack(by_leaf(tree, passing(network, tree, chain)), 1)


def _by_fork(logits: Tensor, forks: list[int]) -> dict[int, Tensor]:
    return dict(zip(forks, logits.squeeze(-1).unbind(0), strict=True))


def _arrive(network: ClusterNetwork, tree: ClusterTree, level: list[Node], noise: Tensor, chain: Tensor | None,
            z: dict[int, Tensor], kl: dict[int, Tensor]) -> None:
    """Draw the latents of the nodes of a depth, with noise (B, Z), from their parents' and what they see."""
    ids, at_root = [node.id for node in level], level[0].id == tree.root
    prior = (torch.zeros_like(noise)[None], torch.ones_like(noise)[None]) if at_root else network.transform(
        torch.stack([z[node.parent] for node in level]), ids)
    mean, variance = prior
    if chain is not None:
        seen = network.dense(network.seen_by(chain, [node.depth for node in level]), ids)
        mean, variance = seen if at_root else merge(seen, prior)
        kl |= dict(zip(ids, gaussian_kl((mean, variance), prior), strict=True))
    z |= dict(zip(ids, mean + variance.sqrt() * noise, strict=True))


def merge(a: tuple[Tensor, Tensor], b: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """The product of two normal distributions, (mean, variance) each: precisions add (Sønderby et al., 2016)."""
    variance = 1 / (1 / a[1] + 1 / b[1])
    return variance * (a[0] / a[1] + b[0] / b[1]), variance


def gaussian_kl(q: tuple[Tensor, Tensor], p: tuple[Tensor, Tensor]) -> Tensor:
    """KL(q || p) of diagonal normal distributions, (mean, variance) (..., Z) each -> (...)."""
    return ((q[1] + (q[0] - p[0]).square()) / p[1] - 1 + p[1].log() - q[1].log()).sum(-1) / 2


def bernoulli_kl(q: Tensor, p: Tensor) -> Tensor:
    """KL(q || p) of decisions, from their logits (...)."""
    return (q.sigmoid() * (F.logsigmoid(q) - F.logsigmoid(p))
            + (-q).sigmoid() * (F.logsigmoid(-q) - F.logsigmoid(-p)))
