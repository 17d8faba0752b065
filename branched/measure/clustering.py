"""How well clusters that nobody labelled are those of the labels: the labels are used here alone.

Every figure is from 0 (for the adjusted Rand index, about 0) to 1, and does not depend on how clusters are numbered.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import BranchedError
from ..outline import Outline, OutlineNode


class Clustering(NamedTuple):
    """Accuracy after the best matching of clusters and classes; normalised mutual information; adjusted Rand index;
    share of objects that are of their leaf's most frequent class; dendrogram purity."""

    accuracy: float
    nmi: float
    ari: float
    leaf_purity: float
    dendrogram_purity: float


def clustering(outline: Outline, assigned: Sequence[int], classes: Sequence[int]) -> Clustering:
    """All figures of objects, from the place of each one's leaf among the groups (n,) and of its class (n,)."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    table = contingency(assigned, classes, len(outline.groups))
    return Clustering(accuracy(table), float(normalized_mutual_info_score(classes, assigned)),
                      float(adjusted_rand_score(classes, assigned)), leaf_purity(table),
                      dendrogram_purity(outline, table))


def contingency(assigned: Sequence[int], classes: Sequence[int], leaves: int) -> np.ndarray:
    """How many objects of each class every leaf has, (leaves, N). Raises BranchedError for other than places."""
    assigned, classes = np.asarray(assigned), np.asarray(classes)
    if assigned.shape != classes.shape or assigned.ndim != 1 or not len(assigned):
        raise BranchedError(f"Every object has a leaf and a class; there are {assigned.shape} and {classes.shape}.")
    if min(assigned.min(), classes.min()) < 0 or assigned.max() >= leaves:
        raise BranchedError(f"Leaves are places from 0 to {leaves - 1}, and classes from 0 on.")
    table = np.zeros((leaves, int(classes.max()) + 1), np.int64)
    np.add.at(table, (assigned, classes), 1)
    return table


def accuracy(table: np.ndarray) -> float:
    """The share of objects that are right, from the counts (leaves, N), where each leaf stands for a class of its own;
    the matching is the best one (Kuhn, 1955)."""
    from scipy.optimize import linear_sum_assignment

    return float(table[linear_sum_assignment(table, maximize=True)].sum() / table.sum())


def leaf_purity(table: np.ndarray) -> float:
    """The share of objects, from the counts (leaves, N), that are of their leaf's most frequent class."""
    return float(table.max(1).sum() / table.sum())


def dendrogram_purity(outline: Outline, table: np.ndarray) -> float:
    """Over all pairs of different objects of one class: the share of that class below the smallest node that has both
    (Heller and Ghahramani, 2005), from the counts (leaves, N), leaves in the order of the groups. 1 without a pair."""
    counts = {node.id: table[[outline.groups.index(group) for group in node.groups]].sum(0) for node in outline.nodes}
    weighted, pairs = 0.0, 0.0
    for node in outline.nodes:
        met = _meeting(outline, node, counts)
        weighted += float((met * counts[node.id]).sum()) / max(1, counts[node.id].sum())
        pairs += float(met.sum())
    return float(weighted / pairs) if pairs else 1.0


def _meeting(outline: Outline, node: OutlineNode, counts: dict[int, np.ndarray]) -> np.ndarray:
    """How many pairs of each class, (N,), have this node as the smallest that has both."""
    within = [counts[child.id] for child in outline.children(node)]
    return _pairs(counts[node.id]) - sum((_pairs(part) for part in within), np.zeros(len(counts[node.id])))


def _pairs(count: np.ndarray) -> np.ndarray:
    return count * (count - 1) / 2
