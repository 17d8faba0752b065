"""The outline of a model: the tree that is drawn of it, whatever family it is of.

A node stands for groups (classes, or clusters) that are still one between two heights: `high`, where it begins, and
`low`, where it ends; in a class tree, heights are diffusion times. Plain, frozen and hashable, so that figures can be
kept by it.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


def owns(low: float, high: float, is_leaf: bool, height: float) -> bool:
    """Whether a height lies between two ends: the one place where the boundaries are written.

    Half-open, (low, high], so that at a branch point exactly one side answers; a leaf also owns its lower end.
    """
    return low < height <= high or (is_leaf and height == low)


@dataclass(frozen=True)
class OutlineNode:
    """These groups, from `high` down to `low`; `parent` is the id of the node above, None for a root."""

    id: int
    parent: int | None
    groups: tuple[str, ...]
    low: float
    high: float
    is_leaf: bool

    @property
    def name(self) -> str:
        """What a person calls it: its groups."""
        return " ".join(self.groups)

    def owns(self, height: float) -> bool:
        """Whether a height lies on this node."""
        return owns(self.low, self.high, self.is_leaf, height)


@dataclass(frozen=True)
class Outline:
    """All nodes of a tree over its `groups`; the children of a node in the order in which they are drawn."""

    groups: tuple[str, ...]
    nodes: tuple[OutlineNode, ...]

    @cached_property
    def _by_id(self) -> dict[int, OutlineNode]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _leaves(self) -> dict[str, OutlineNode]:
        return {node.groups[0]: node for node in self.nodes if node.is_leaf}

    def __getitem__(self, node_id: int) -> OutlineNode:
        return self._by_id[node_id]

    def children(self, node: OutlineNode) -> tuple[OutlineNode, ...]:
        """The nodes that follow one, in the order in which they are listed."""
        return tuple(child for child in self.nodes if child.parent == node.id)

    @cached_property
    def roots(self) -> tuple[OutlineNode, ...]:
        return tuple(node for node in self.nodes if node.parent is None)

    @cached_property
    def points(self) -> tuple[OutlineNode, ...]:
        """The nodes that end in a split, highest first."""
        return tuple(sorted((node for node in self.nodes if not node.is_leaf), key=lambda node: (-node.low, node.id)))

    def leaf(self, group: str) -> OutlineNode:
        """The node that a group has to itself."""
        return self._leaves[group]

    def path(self, group: str) -> tuple[OutlineNode, ...]:
        """The nodes of a group, root first."""
        return tuple(reversed([*self._upwards(self.leaf(group))]))

    def node_of(self, group: str, height: float) -> OutlineNode:
        """The one node that a group is on at a height."""
        return next(node for node in self._upwards(self.leaf(group)) if node.owns(height))

    def _upwards(self, node: OutlineNode | None) -> Iterator[OutlineNode]:
        while node is not None:
            yield node
            node = None if node.parent is None else self[node.parent]
