"""Two trees over the same classes: how far they agree, and in which order of their leaves that is seen best.

One is a tree over the classes themselves, the other a tree over clusters, in whose leaves objects of the classes lie:
each class is where most of its objects are.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, permutations, product
from math import factorial, prod
from typing import NamedTuple

import numpy as np

from ..errors import BranchedError
from ..outline import Outline, OutlineNode

ALL = 7             # up to so many classes every way to put them at the leaves is tried, beyond that DRAWN random ones
DRAWN = 10_000
ORDERS = 1024       # up to so many orders of a tree's leaves all are tried
BROAD = 6           # children of a node whose orders are all tried
OPEN = -1           # no pair of a triple is closest


# -- how far two trees agree -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreement:
    """Of the triples of classes that two trees both decide, the share in which the same pair is closest; that share's
    mean over random trees, and how many of those agree as often or more (`luck`). nan where there is no such triple."""

    triples: int
    agree: float
    chance: float
    luck: float


def agreement(class_tree: Outline, learnt: Outline, counts: np.ndarray, seed: int = 0) -> Agreement:
    """How far a tree over classes and one over clusters agree; counts (leaves, N) say how many objects of each class a
    leaf has, leaves and classes in the order of the outlines' groups. A class without any object is left out.

    Of three classes a and b are closest if their smallest common node is below that of either with c (Critchlow, Pearl
    and Qian, 1996, the triples distance). A triple that a tree leaves open, for all three meet in one
    node, is not compared. Classes that share a leaf are closest to each other there; three that share one are open.

    A random tree is the learnt one with the classes at random among their places at its leaves: its shape, and how
    many share a leaf, stay. A triple that it decides then has each of the three pairs closest equally often, so the
    mean is 1/3 where each placement has as many to compare (as where one of the trees leaves none open). It is taken
    over all placements of up to seven classes, and over 10,000 drawn ones of more.
    """
    counts = _checked(class_tree, learnt, counts)
    there = counts.any(0)
    homes = [learnt.groups[leaf] for leaf in counts.argmax(0)]
    a = shared_depths(class_tree, class_tree.groups)[np.ix_(there, there)]
    b = shared_depths(learnt, homes)[np.ix_(there, there)]
    triples = np.array([*combinations(range(len(a)), 3)], int).reshape(-1, 3)
    ours, theirs = closest(a, triples), closest(b, triples)
    random = [share for order in _placed(len(b), seed)
              if not np.isnan(share := _share(ours, closest(b[np.ix_(order, order)], triples)))]
    found = _share(ours, theirs)
    return Agreement(int(_compared(ours, theirs).sum()), found, float(np.mean(random)) if random else np.nan,
                     float(np.mean([share >= found - 1e-12 for share in random])) if random else np.nan)


def shared_depths(outline: Outline, groups: list[str] | tuple[str, ...]) -> np.ndarray:
    """How many nodes the ways to two groups have in common, int (n, n): the more, the closer they are."""
    paths = [outline.path(group) for group in groups]
    return np.array([[len(set(one) & set(other)) for other in paths] for one in paths], int).reshape(len(paths), -1)


def closest(shared: np.ndarray, triples: np.ndarray) -> np.ndarray:
    """Which of each triple (T, 3) is the odd one out, its place 0, 1 or 2, or OPEN, from common nodes (n, n)."""
    a, b, c = triples.T
    depths = np.stack([shared[b, c], shared[a, c], shared[a, b]])                                        # (3, T)
    is_one = (depths == depths.max(0)).sum(0) == 1
    return np.where(is_one, depths.argmax(0), OPEN)


def _placed(n: int, seed: int) -> Iterator[np.ndarray]:
    """Orders of n classes: all, or random ones where there are too many."""
    if n <= ALL:
        yield from map(list, permutations(range(n)))
    else:
        generator = np.random.default_rng(seed)
        yield from (generator.permutation(n) for _ in range(DRAWN))


def _compared(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return (ours != OPEN) & (theirs != OPEN)


def _share(ours: np.ndarray, theirs: np.ndarray) -> float:
    both = _compared(ours, theirs)
    return float((ours == theirs)[both].mean()) if both.any() else np.nan


def _checked(class_tree: Outline, learnt: Outline, counts: np.ndarray) -> np.ndarray:
    """The counts. Raises BranchedError if they are not those of these trees."""
    counts = np.asarray(counts)
    if counts.shape != (len(learnt.groups), len(class_tree.groups)) or (counts < 0).any():
        raise BranchedError(f"Counts of {len(learnt.groups)} leaves and {len(class_tree.groups)} classes are needed, "
                            f"none below 0; these have the shape {counts.shape}.")
    return counts


# -- facing each other -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facing:
    """Two trees with the children of nodes in another order, and how many lines from classes to their leaves cross."""

    left: Outline
    right: Outline
    crossings: int


def facing(class_tree: Outline, learnt: Outline, counts: np.ndarray) -> Facing:
    """The two trees (as `agreement` takes them), their leaves in the order in which the fewest lines from a class to
    its leaf cross; of equals, the order in which the fewest do that join each class to every leaf where objects of it
    are, weighted by their shares; of equals, the listed one.

    For an order of one tree the best of the other is found node by node, for whether two lines cross is decided where
    they part. All orders of the learnt tree are tried if there are at most 1,024; else the trees take turns until
    nothing improves. (Buchin et al., 2012: in general the problem is hard.) Of more than six children of a node come
    first, one by one, those that cross the fewest others.
    """
    counts = _checked(class_tree, learnt, counts)
    lines = _lines(counts)
    if _number(learnt) <= ORDERS:
        right = min(_orders(learnt), key=lambda order: _costs(lines, _arranged(class_tree, _beside(lines, order)),
                                                              order))
    else:
        right = _in_turn(class_tree, learnt, lines)
    left = _arranged(class_tree, _beside(lines, right))
    return Facing(_rotated(class_tree, left), _rotated(learnt, right), round(_cost(lines.homes, left, right)))


Order = tuple[int, ...]  # places among an outline's groups


class Lines(NamedTuple):
    """Weights (leaves, N) of lines: 1 from a class to where most of its objects are; and the shares of its objects."""

    homes: np.ndarray
    shares: np.ndarray

    @property
    def turned(self) -> Lines:
        """The same from leaves to classes."""
        return Lines(self.homes.T, self.shares.T)


def _lines(counts: np.ndarray) -> Lines:
    homes, there = np.zeros(counts.shape), counts.any(0)
    homes[counts.argmax(0)[there], there.nonzero()[0]] = 1
    return Lines(homes, counts / np.maximum(counts.sum(0), 1))


def _in_turn(class_tree: Outline, learnt: Outline, lines: Lines) -> Order:
    """An order of the leaves of a tree with too many: each tree is put beside the other until nothing improves."""
    right, best = _arranged(learnt, np.zeros((len(learnt.groups),) * 2)), None
    while True:
        left = _arranged(class_tree, _beside(lines, right))
        if best is not None and _costs(lines, left, right) >= best:
            return right
        best = _costs(lines, left, right)
        right = _arranged(learnt, _beside(lines.turned, left))


def _beside(lines: Lines, order: Order) -> np.ndarray:
    """What it costs to have one thing before another, (n, n), where lines (m, n) lead to things in an order: crossings
    of homes first, whatever the shares."""
    homes, shares = (_crossing(weights[list(order)]) for weights in lines)
    return homes * (1 + lines.shares.sum() ** 2) + shares


def _crossing(laid: np.ndarray) -> np.ndarray:
    """Weight of the lines (m, n) that cross where one of n is before another, (n, n)."""
    later = np.tril(np.ones((len(laid), len(laid))), -1)    # a place after another one
    return laid.T @ later @ laid


def _cost(weights: np.ndarray, left: Order, right: Order) -> float:
    """Weight of all pairs of lines (leaves, N) that cross."""
    return float(np.triu(_crossing(weights[np.ix_(right, left)]), 1).sum())


def _costs(lines: Lines, left: Order, right: Order) -> tuple[float, ...]:
    return tuple(round(_cost(weights, left, right), 9) for weights in lines)


def _arranged(outline: Outline, cost: np.ndarray) -> Order:
    """The order of a tree's leaves in which each node's children come as cheaply as they can; listed ones stay, of
    equals."""
    place = {group: k for k, group in enumerate(outline.groups)}

    def below(node: OutlineNode) -> Order:
        return (place[node.groups[0]],) if node.is_leaf else joined(outline.children(node))

    def joined(nodes: tuple[OutlineNode, ...]) -> Order:
        parts = [below(node) for node in nodes]
        between = np.array([[cost[np.ix_(a, b)].sum() for b in parts] for a in parts])
        return tuple(k for part in _cheapest(between) for k in parts[part])

    return joined(outline.roots)


def _cheapest(between: np.ndarray) -> Order:
    """The order of things in which what it costs to have each before the later ones is least."""
    if len(between) <= BROAD:
        return min(permutations(range(len(between))),
                   key=lambda order: round(sum(between[a, b] for a, b in combinations(order, 2)), 9))
    left, order = list(range(len(between))), []
    while left:
        order.append(min(left, key=lambda k: between[k, left].sum() - between[k, k]))
        left.remove(order[-1])
    return tuple(order)


def _number(outline: Outline) -> int:
    """How many orders of the leaves there are."""
    return prod(factorial(len(children)) for children in (outline.roots, *map(outline.children, outline.nodes)))


def _orders(outline: Outline) -> list[Order]:
    """All orders of the leaves that orders of children make, the listed one first."""
    place = {group: k for k, group in enumerate(outline.groups)}

    def below(node: OutlineNode) -> list[Order]:
        return [(place[node.groups[0]],)] if node.is_leaf else joined(outline.children(node))

    def joined(nodes: tuple[OutlineNode, ...]) -> list[Order]:
        parts = [below(node) for node in nodes]
        return [sum((chosen[k] for k in order), ()) for order in permutations(range(len(parts)))
                for chosen in product(*parts)]

    return joined(outline.roots)


def _rotated(outline: Outline, order: Order) -> Outline:
    """The same tree with its leaves in another order that its nodes allow."""
    rank = {outline.groups[k]: at for at, k in enumerate(order)}
    groups = tuple(sorted(outline.groups, key=rank.__getitem__))
    nodes = [replace(node, groups=tuple(sorted(node.groups, key=rank.__getitem__))) for node in outline.nodes]
    return Outline(groups, tuple(sorted(nodes, key=lambda node: (rank[node.groups[0]], -node.high))))
