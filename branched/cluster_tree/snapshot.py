"""What is kept of every step of a tree's growth, for its replay: small, and free of weights."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..data.dataset import Dataset
from ..noise.seeds import mix
from .elbo import Terms, terms
from .lessons import CHUNK, look
from .networks import ClusterNetwork
from .tree import ClusterTree
from .walk import walk

THUMBNAILS = 8
MEASURED = 2000   # objects by which the terms are measured


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A tree after the stage with this number: objects of every leaf, left to right; mean terms of the bound, by name;
    and pictures of the surest members of every leaf, (leaves, n, *shape) as a data set stores them, n from 1 to 8."""

    index: int
    stage: str
    tree: ClusterTree
    counts: tuple[int, ...]
    terms: Mapping[str, float]
    thumbnails: Tensor

    @classmethod
    def of(cls, index: int, stage: str, network: ClusterNetwork, tree: ClusterTree, data: Dataset,
           seed: int) -> Snapshot:
        """What a network has made of some data."""
        leaves, measured = measure(network, tree, data, seed)
        counts = torch.bincount(leaves.argmax(1), minlength=len(tree.leaves))
        n = min(THUMBNAILS, len(data))
        surest = leaves.topk(n, dim=0).indices.T                                                        # (leaves, n)
        return cls(index, stage, tree, tuple(counts.tolist()), measured, data.x[surest])

    def header(self) -> dict[str, Any]:
        """All but the pictures, for JSON."""
        return {"index": self.index, "stage": self.stage, "tree": self.tree.to_json(), "counts": list(self.counts),
                "terms": dict(self.terms)}

    @classmethod
    def read(cls, header: Mapping[str, Any], thumbnails: Tensor) -> Snapshot:
        """The inverse of `header`."""
        return cls(header["index"], header["stage"], ClusterTree.from_json(header["tree"]), tuple(header["counts"]),
                   header["terms"], thumbnails)


@torch.no_grad()
def measure(network: ClusterNetwork, tree: ClusterTree, data: Dataset, seed: int) -> tuple[Tensor, dict[str, float]]:
    """Probabilities of the leaves (n, leaves) for all objects, and the mean terms of the bound over some, by name."""
    generator, device = torch.Generator().manual_seed(mix(seed, 22)), network.centre.device
    some = torch.randperm(len(data), generator=generator)[:MEASURED].sort().values
    leaves, found = [], []
    for rows in torch.arange(len(data)).split(CHUNK):
        x = data.form.scale(data.x[rows])
        chain = look(network, x).to(device)
        noise = torch.randn(len(rows), network.config.depth + 1, network.config.latent, generator=generator).to(device)
        walked = walk(network, tree, noise, chain)
        leaves.append(walked.leaves.cpu())
        if (asked := torch.isin(rows, some)).any():
            found.append([part[asked] for part in map(Tensor.cpu, terms(network, walked, x.to(device)))])
    return torch.cat(leaves), _means(found)


def _means(found: Sequence[Sequence[Tensor]]) -> dict[str, float]:
    return Terms(*(torch.cat(parts) for parts in zip(*found, strict=True))).means()
