"""The sides of a branch point: which classes part there, and how that is lit on the tree."""
from __future__ import annotations

from itertools import combinations

from branched import Branch, ClassTree

Side = tuple[str, ...]


def sides(tree: ClassTree, branch: Branch, asked: str = "") -> tuple[Side, Side]:
    """Two sides of a branch point: those asked for ("0-2": the first and the third), or else the largest two."""
    groups = [child.classes for child in tree.children(branch)]
    i, j = map(int, asked.split("-")) if asked else (0, len(groups))
    if j >= len(groups):
        i, j = sorted(sorted(range(len(groups)), key=lambda k: -len(groups[k]))[:2])
    return groups[i], groups[j]


def pairs_of_sides(tree: ClassTree, branch: Branch) -> dict[str, tuple[Side, Side]]:
    """All pairs of sides of a branch point, by what they are called in the link."""
    groups = [child.classes for child in tree.children(branch)]
    return {f"{i}-{j}": (groups[i], groups[j]) for i, j in combinations(range(len(groups)), 2)}


def point_of(tree: ClassTree, node: int) -> int | None:
    """The branch point for a node that was clicked: itself, or for a leaf the one where it leaves."""
    branch = tree[node]
    return branch.parent if branch.is_leaf else node


def ways(tree: ClassTree, node: int, one: Side, other: Side) -> dict[int, str]:
    """How branches are lit: "lit" and "other" below the two sides of a branch point, "both" from noise down to it."""
    below = {branch.id: kind for kind, side in (("lit", one), ("other", other)) for branch in tree.branches
             if set(branch.classes) <= set(side)}
    return below | {branch.id: "both" for branch in tree.path(one[0]) if branch.t_low >= tree[node].t_low}
