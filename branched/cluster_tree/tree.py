"""The tree of clusters: nodes, their depths, splitting a leaf, pruning one. Standard library alone.

A node has two children (then it has routers), one (what pruning leaves: everything passes through), or none (a leaf,
which has a decoder). Ids are stable: they never change, and none is used twice in the growth of a tree.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import BranchedError
from ..outline import Outline, OutlineNode


@dataclass(frozen=True)
class Node:
    """A node by its id and its parent's, None for the root; `depth` counts the steps from the root."""

    id: int
    parent: int | None
    depth: int


@dataclass(frozen=True)
class ClusterTree:
    """All nodes, parents before children, left before right. Raises BranchedError for what is not one binary tree."""

    nodes: tuple[Node, ...] = (Node(0, None, 0),)

    def __post_init__(self) -> None:
        seen: dict[int, Node] = {}
        for node in self.nodes:
            above = seen.get(node.parent)
            depth = 0 if node.parent is None else None if above is None else above.depth + 1
            if node.id in seen or node.depth != depth:
                raise BranchedError(f"Node {node.id} of the tree comes twice, or not a step below its parent.")
            seen[node.id] = node
        if sum(node.parent is None for node in self.nodes) != 1 or any(len(c) > 2 for c in self._children.values()):
            raise BranchedError("A tree of clusters has one root, and at most two children below a node.")

    @cached_property
    def _by_id(self) -> dict[int, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _children(self) -> dict[int, tuple[int, ...]]:
        return {node.id: tuple(child.id for child in self.nodes if child.parent == node.id) for node in self.nodes}

    def __getitem__(self, node: int) -> Node:
        return self._by_id[node]

    def children(self, node: int) -> tuple[int, ...]:
        """Ids of a node's children, left before right."""
        return self._children[node]

    @property
    def root(self) -> int:
        return self.nodes[0].id

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """Ids of the leaves from left to right."""
        return tuple(node for node in self.below([self.root]) if not self.children(node))

    @cached_property
    def forks(self) -> tuple[int, ...]:
        """Ids of the nodes with two children, parents before children."""
        return tuple(node.id for node in self.nodes if len(self.children(node.id)) == 2)

    @property
    def depth(self) -> int:
        """The greatest depth of a node."""
        return max(node.depth for node in self.nodes)

    def path(self, node: int) -> tuple[int, ...]:
        """Ids from the root down to a node, both included."""
        above = self[node].parent
        return (*(() if above is None else self.path(above)), node)

    def below(self, nodes: Iterable[int]) -> Iterator[int]:
        """Nodes and all that hangs on them, each before what is below it, left before right."""
        for node in nodes:
            yield node
            yield from self.below(self.children(node))

    def levels(self, nodes: Iterable[int] | None = None) -> list[list[Node]]:
        """Some nodes, else all, in the order of `nodes`: those of a depth together, the root's first."""
        wanted = set(self._by_id if nodes is None else nodes)
        levels: dict[int, list[Node]] = {}
        for node in sorted((node for node in self.nodes if node.id in wanted), key=lambda node: node.depth):
            levels.setdefault(node.depth, []).append(node)
        return list(levels.values())

    # -- other trees -----------------------------------------------------------------------------------------------

    def split(self, leaf: int) -> ClusterTree:
        """This tree with two children below a leaf; their ids are the next free ones."""
        if leaf not in self.leaves:
            raise BranchedError(f"Only a leaf can be split, and node {leaf} is none.")
        new = 1 + max(node.id for node in self.nodes)
        return ClusterTree((*self.nodes, *(Node(new + k, leaf, self[leaf].depth + 1) for k in (0, 1))))

    def prune(self, leaf: int) -> ClusterTree:
        """This tree without a leaf, and without what then leads to no leaf. A parent with one child left stays, for its
        latent is on the way to that child."""
        if leaf not in self.leaves or len(self.leaves) == 1:
            raise BranchedError(f"Node {leaf} cannot be taken away: it is no leaf, or the last one.")
        gone = {node for node in self.path(leaf) if set(self.below([node])) & set(self.leaves) == {leaf}}
        return ClusterTree(tuple(node for node in self.nodes if node.id not in gone))

    # -- for others ------------------------------------------------------------------------------------------------

    def outline(self, names: Sequence[str] | None = None) -> Outline:
        """What is drawn of the tree; `names` are the leaves', left to right, else letters.

        Heights fall evenly with the depth from 1 to 0. Nodes that all pass through are drawn as a part of the next.
        """
        names = tuple(names or map(letter, range(len(self.leaves))))
        if len(names) != len(self.leaves) or len(set(names)) != len(names):
            raise BranchedError(f"The {len(self.leaves)} leaves need a name each, all different.")
        place, steps = dict(zip(self.leaves, names, strict=True)), self.depth + 1
        drawn = []
        for node in self.below([self.root]):
            if len(self.children(node)) != 1:
                top = self._top(node)
                groups = tuple(place[leaf] for leaf in self.below([node]) if leaf in place)
                low = 0.0 if node in place else 1 - (self[node].depth + 1) / steps
                above = self[top].parent
                drawn.append(OutlineNode(node, above, groups, low, 1 - self[top].depth / steps, node in place))
        return Outline(names, tuple(drawn))

    def _top(self, node: int) -> int:
        """Where what all pass through on the way to a node alone begins."""
        above = self[node].parent
        return node if above is None or len(self.children(above)) == 2 else self._top(above)

    def to_json(self) -> list[list[int | None]]:
        """Every node as [id, parent], in the order of `nodes`."""
        return [[node.id, node.parent] for node in self.nodes]

    @classmethod
    def from_json(cls, source: Iterable[Sequence[int | None]]) -> ClusterTree:
        """Read what `to_json` wrote. Raises BranchedError if it is no tree."""
        depths: dict[int | None, int] = {None: -1}
        nodes = []
        try:
            for name, parent in source:
                depths[name] = depths[parent] + 1
                nodes.append(Node(name, parent, depths[name]))
            return cls(tuple(nodes))
        except (KeyError, TypeError, ValueError) as error:
            raise BranchedError(f"This is not a tree of clusters ({error}).") from None


def letter(place: int) -> str:
    """A leaf's name by its place from 0: A to Z, A1 to Z1, A2 and so on."""
    return chr(ord("A") + place % 26) + (str(place // 26) if place >= 26 else "")


def by_leaf(tree: ClusterTree, values: Mapping[int, Any]) -> list[Any]:
    """What the leaves have of something that all nodes have, left to right."""
    return [values[leaf] for leaf in tree.leaves]
