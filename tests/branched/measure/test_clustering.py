"""Figures of clusterings against brute force on small trees."""
from itertools import combinations, permutations

import numpy as np
import pytest

from branched import BranchedError
from branched.measure.clustering import accuracy, clustering, contingency, dendrogram_purity, leaf_purity
from branched.outline import Outline, OutlineNode


@pytest.fixture
def outline() -> Outline:
    """a | (b | (c | d))"""
    nodes = [(0, None, "abcd"), (1, 0, "a"), (2, 0, "bcd"), (3, 2, "b"), (4, 2, "cd"), (5, 4, "c"), (6, 4, "d")]
    return Outline(tuple("abcd"), tuple(OutlineNode(k, above, tuple(groups), 0, 1, len(groups) == 1)
                                        for k, above, groups in nodes))


def by_pairs(outline: Outline, leaf: np.ndarray, y: np.ndarray) -> float:
    """The definition: every pair of one class, its smallest common node, the share of the class below that."""
    shares = []
    for i, j in combinations(range(len(y)), 2):
        if y[i] == y[j]:
            both = {outline.groups[leaf[i]], outline.groups[leaf[j]]}
            node = min((node for node in outline.nodes if both <= set(node.groups)), key=lambda node: len(node.groups))
            below = np.isin(leaf, [outline.groups.index(group) for group in node.groups])
            shares.append(np.mean(y[below] == y[i]))
    return float(np.mean(shares))


@pytest.mark.parametrize("seed", range(5))
def test_dendrogram_purity_is_that_of_all_pairs(outline, seed):
    generator = np.random.default_rng(seed)
    leaf, y = generator.integers(0, 4, 40), generator.integers(0, 3, 40)
    assert dendrogram_purity(outline, contingency(leaf, y, 4)) == pytest.approx(by_pairs(outline, leaf, y))


def test_dendrogram_purity_sees_the_tree(outline):
    """A class in two leaves: beside each other they are one subtree, far apart they are not."""
    y = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    near, far = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([1, 1, 2, 2, 0, 0, 3, 3])
    assert clustering(outline, near, y).dendrogram_purity == 1 > clustering(outline, far, y).dendrogram_purity
    assert clustering(outline, far, y).leaf_purity == 1


@pytest.mark.parametrize(("leaves", "classes"), [(4, 4), (4, 3), (3, 4)])
def test_accuracy_is_the_best_of_all_matchings(leaves, classes):
    table = np.random.default_rng(leaves * classes).integers(0, 20, (leaves, classes))
    tall = table if leaves >= classes else table.T
    best = max(sum(tall[row, k] for k, row in enumerate(rows)) for rows in permutations(range(len(tall)),
                                                                                       tall.shape[1]))
    assert accuracy(table) == pytest.approx(best / table.sum())


def test_what_is_right_however_it_is_numbered(outline):
    y = np.arange(40) % 4
    assert clustering(outline, 3 - y, y) == pytest.approx((1, 1, 1, 1, 1))
    chance = clustering(outline, np.arange(4000) // 1000, np.arange(4000) % 4)
    assert chance.accuracy == 0.25 == chance.leaf_purity and abs(chance.ari) < 0.01 and chance.nmi < 0.01


def test_leaf_purity_by_hand():
    assert leaf_purity(np.array([[3, 1], [2, 4]])) == 0.7


def test_what_are_no_places_is_refused(outline):
    for leaf, y in (([0, 1], [0]), ([], []), ([4], [0]), ([-1], [0]), ([0], [-1])):
        with pytest.raises(BranchedError):
            clustering(outline, leaf, y)


def test_objects_that_are_all_alone():
    outline = Outline(("a",), (OutlineNode(0, None, ("a",), 0, 1, True),))
    assert dendrogram_purity(outline, contingency([0, 0], [0, 1], 1)) == 1
