"""Where to cut a cluster in two: the minimum normalised cut (Shi and Malik, 2000) of a graph of its objects.

Neighbours are found among the objects themselves, cells among what the trained chain makes of them. Cutting off one
cell after another (as Ward's rule or two means do here) would give a caterpillar; a normalised cut is balanced.
"""
from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

CELLS = 24
NEIGHBOURS = 20
LEAST = 0.05        # share of the objects that each side has to have
TIES = 0.01         # how much cells without common neighbours are tied by their nearness
EYES = 14           # side of pictures when they are compared


def cut(embedded: Tensor, objects: Tensor, seed: int) -> Tensor:
    """The side, 0 or 1, of each of n objects (n, *shape), embedded as (n, D): int64 (n,)."""
    from sklearn.cluster import KMeans  # takes a second, and rarely needed

    unit = F.normalize(embedded, dim=1)
    different = len(unit.mul(1e4).round().unique(dim=0))  # there are no more cells than that
    cells = min(CELLS, max(2, len(objects) // 10), different)
    means = KMeans(cells, n_init=3, random_state=seed % 2**32).fit(unit.numpy())
    cell = np.unique(means.labels_, return_inverse=True)[1]
    sides = normalised_cut(_affinity(cell, _comparable(objects)), np.bincount(cell))
    return torch.from_numpy(sides[cell])


def _comparable(objects: Tensor) -> np.ndarray:
    """Objects as vectors (n, P) between which distances mean something: small pictures by their direction from the
    mean, anything else as it is."""
    if objects.ndim != 4:
        return objects.flatten(1).numpy()
    small = F.adaptive_avg_pool2d(objects, (min(EYES, objects.shape[2]), min(EYES, objects.shape[3]))).flatten(1)
    return F.normalize(small - small.mean(0), dim=1).numpy()


def _affinity(cell: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """How many pairs of neighbours two cells have in common, (cells, cells), symmetric; with weak ties by distance."""
    from sklearn.neighbors import kneighbors_graph

    cells, count = cell.max() + 1, min(NEIGHBOURS, len(vectors) - 1)
    graph = kneighbors_graph(vectors, count).tocoo()
    pairs = np.zeros((cells, cells))
    np.add.at(pairs, (cell[graph.row], cell[graph.col]), 1.0)
    centres = np.stack([vectors[cell == k].mean(0) for k in range(cells)])
    square = ((centres[:, None] - centres[None]) ** 2).sum(-1)
    scale = np.median(square[square > 0]) / 8 if (square > 0).any() else 1.0
    return pairs + pairs.T + TIES * pairs.mean() * np.exp(-square / scale)


def normalised_cut(affinity: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The side, 0 or 1, of every cell, from the affinities (n, n) and how many objects each has.

    Sweeps along the second to fourth eigenvector, then single moves as long as they help.
    """
    degree = affinity.sum(1)
    scaled = affinity / np.sqrt(np.outer(degree, degree))
    vectors = np.linalg.eigh((scaled + scaled.T) / 2)[1][:, ::-1]
    best, least = np.zeros(len(sizes), np.int64), np.inf
    for vector in (vectors[:, 1:4] / np.sqrt(degree)[:, None]).T:
        order = np.argsort(vector, kind="stable")
        for first in range(1, len(order)):
            sides = np.zeros(len(sizes), np.int64)
            sides[order[:first]] = 1
            if (value := cut_value(affinity, sides, sizes)) < least:
                best, least = sides, value
    return _moved(affinity, best, sizes, least)


def _moved(affinity: np.ndarray, best: np.ndarray, sizes: np.ndarray, least: float) -> np.ndarray:
    """The sides after single moves, the best one first, until none makes the cut smaller."""
    while True:
        moves = [np.where(np.arange(len(best)) == k, 1 - best, best) for k in range(len(best))]
        values = [cut_value(affinity, sides, sizes) for sides in moves]
        if not min(values) < least - 1e-12:
            return best
        best, least = moves[int(np.argmin(values))], min(values)


def cut_value(affinity: np.ndarray, sides: np.ndarray, sizes: np.ndarray) -> float:
    """The normalised cut: what is cut, as a share of what each side has; infinite where a side is too small."""
    one = sides == 1
    if min(sizes[one].sum(), sizes[~one].sum()) < LEAST * sizes.sum() or one.all() or not one.any():
        return np.inf
    between, degree = affinity[np.ix_(one, ~one)].sum(), affinity.sum(1)
    return float(between / degree[one].sum() + between / degree[~one].sum())
