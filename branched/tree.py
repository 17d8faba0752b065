"""The class tree: which classes share a reverse process, and from when to when.

A branch owns a set of classes on the half-open interval (t_low, t_high] of diffusion time; a leaf, the branch of one
class down to data, also owns t = 0. So every (class, time) lies on exactly one branch. Classes go by their names; an
integer stands for its decimal name (4 is the class "4").
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .errors import BranchedError

Label = str | int


@dataclass(frozen=True)
class Branch:
    """One reverse process: these classes, from t_high down to t_low. The parent hands over at t_high."""

    id: int
    classes: tuple[str, ...]
    t_low: float
    t_high: float
    parent: int | None

    @property
    def is_leaf(self) -> bool:
        return self.t_low == 0.0

    @property
    def length(self) -> float:
        return self.t_high - self.t_low

    def owns(self, t: float) -> bool:
        """Whether time t lies on this branch: the one place where the boundaries are written."""
        return self.t_low < t <= self.t_high or (self.is_leaf and t == 0.0)


class ClassTree:
    """Branches that together own every (class, time) once. Immutable; checked on construction.

    `labels` fixes the order of the classes. Usually there is one root; in a *flat* tree every class is its own root
    (the label-conditioned linear model).
    """

    def __init__(self, labels: Iterable[Label], branches: Iterable[Branch]):
        self.labels = tuple(str(label) for label in labels)
        self.branches = tuple(sorted(branches, key=lambda branch: branch.id))
        self._by_id = {branch.id: branch for branch in self.branches}
        self._check()

    @classmethod
    def flat(cls, labels: Iterable[Label]) -> ClassTree:
        """Every class alone from t = 1 to 0: the label-conditioned linear model."""
        labels = tuple(str(label) for label in labels)
        return cls(labels, [Branch(k, (label,), 0.0, 1.0, None) for k, label in enumerate(labels)])

    @classmethod
    def from_merges(cls, labels: Iterable[Label], merges: Iterable[tuple[float, tuple[Label, ...]]]) -> ClassTree:
        """Build from merges `(time, classes)`, in any order: from that time on, these classes are one.

        Leaves get the ids 0..N-1 in the order of `labels`, merged branches follow in order of time.
        """
        labels = tuple(str(label) for label in labels)
        sets = [(0.0, (label,)) for label in labels]
        for time, group in sorted(merges, key=lambda merge: (merge[0], len(merge[1]))):
            members = {str(label) for label in group}
            sets.append((float(time), tuple(label for label in labels if label in members)))
        branches = []
        for k, (time, group) in enumerate(sets):
            above = [j for j, (_, other) in enumerate(sets) if set(group) < set(other)]
            parent = min(above, key=lambda j: len(sets[j][1])) if above else None
            branches.append(Branch(k, group, time, 1.0 if parent is None else sets[parent][0], parent))
        return cls(labels, branches)

    # -- questions ---------------------------------------------------------------------------------------------------

    def label(self, label: Label) -> str:
        """A class's name, from a name or an integer; an unknown one is refused."""
        if isinstance(label, bool) or not isinstance(label, (str, int)) and not hasattr(label, "__index__"):
            raise BranchedError(f"A class is named by its name or a whole number, not by {label!r}.")
        name = label if isinstance(label, str) else str(int(label))
        if name not in self._leaves:
            raise BranchedError(f"There is no class {name!r}; this tree knows {', '.join(self.labels)}.")
        return name

    def group(self, labels: Label | Iterable[Label] | None) -> tuple[str, ...]:
        """Names of one class, of several (repeats dropped, order kept), or of all for None."""
        if labels is None:
            return self.labels
        if isinstance(labels, str) or not isinstance(labels, Iterable):
            labels = (labels,)
        names = tuple(dict.fromkeys(self.label(label) for label in labels))
        if not names:
            raise BranchedError("Name at least one class.")
        return names

    def __getitem__(self, branch_id: int) -> Branch:
        return self._by_id[branch_id]

    def leaf(self, label: Label) -> Branch:
        """The branch that a class has to itself, down to data."""
        return self._leaves[self.label(label)]

    def path(self, label: Label) -> tuple[Branch, ...]:
        """The branches of a class from t = 1 to t = 0, root first."""
        branch, path = self.leaf(label), []
        while branch is not None:
            path.append(branch)
            branch = self.parent(branch)
        return tuple(reversed(path))

    def branch_of(self, label: Label, t: float) -> Branch:
        """The one branch that owns a class at time t in [0, 1]."""
        for branch in self.path(label):
            if branch.owns(t):
                return branch
        raise BranchedError(f"Time runs from 0 (data) to 1 (noise); {t} is outside.")

    def parent(self, branch: Branch) -> Branch | None:
        return None if branch.parent is None else self[branch.parent]

    def children(self, branch: Branch) -> tuple[Branch, ...]:
        return tuple(child for child in self.branches if child.parent == branch.id)

    @cached_property
    def roots(self) -> tuple[Branch, ...]:
        return tuple(branch for branch in self.branches if branch.parent is None)

    @cached_property
    def branch_points(self) -> tuple[Branch, ...]:
        """The branches that end in a split, latest (nearest to noise) first."""
        inner = [branch for branch in self.branches if not branch.is_leaf]
        return tuple(sorted(inner, key=lambda branch: (-branch.t_low, branch.id)))

    def meeting_branch(self, *labels: Label | Iterable[Label]) -> Branch | None:
        """The smallest branch that holds all the given classes; None if they share no branch (a flat tree)."""
        wanted = {name for label in labels for name in self.group(label)}
        holding = [branch for branch in self.branches if wanted <= set(branch.classes)]
        return min(holding, key=lambda branch: (len(branch.classes), branch.t_low), default=None)

    def meeting_point(self, a: Label | Iterable[Label], b: Label | Iterable[Label]) -> float:
        """The time at which the paths of two classes (or of two sets of classes) part; 0 for a class and itself."""
        branch = self.meeting_branch(a, b)
        return 1.0 if branch is None else branch.t_low

    def walk(self, labels: Label | Iterable[Label] | None = None) -> Iterator[Branch]:
        """The branches that the given classes pass through, each once, parents before children."""
        wanted = set(self.group(labels))
        stack = [branch for branch in reversed(self.roots) if wanted & set(branch.classes)]
        while stack:
            branch = stack.pop()
            yield branch
            stack += [child for child in reversed(self.children(branch)) if wanted & set(child.classes)]

    @property
    def total_length(self) -> float:
        """Summed length of all branches; class by class, it would be the number of classes."""
        return sum(branch.length for branch in self.branches)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassTree) and (self.labels, self.branches) == (other.labels, other.branches)

    def __hash__(self) -> int:
        return hash((self.labels, self.branches))

    def __repr__(self) -> str:
        return f"ClassTree({len(self.labels)} classes, {len(self.branches)} branches)"

    # -- as JSON -----------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """A nested dictionary that a person can write: `{"time": 0.3, "split": ["4", "9"]}`, with ids beside.

        `time` is where the branch splits; a leaf is its class's name, or `{"class": name, "id": 3}`.
        """
        def node(branch: Branch) -> dict[str, Any]:
            if branch.is_leaf:
                return {"class": branch.classes[0], "id": branch.id}
            return {"time": branch.t_low, "id": branch.id, "split": [node(child) for child in self.children(branch)]}

        return {"labels": list(self.labels), "roots": [node(root) for root in self.roots]}

    @classmethod
    def from_json(cls, source: str | dict[str, Any]) -> ClassTree:
        """Read what `to_json` wrote, or a tree written by hand: one nested node, labels and ids left out.

        Raises BranchedError with the reason if it is not a tree.
        """
        if isinstance(source, str):
            try:
                source = json.loads(source)
            except (ValueError, RecursionError) as error:
                raise BranchedError(f"The tree is not valid JSON: {error}.") from None
        if not isinstance(source, dict):
            raise BranchedError('A tree is a JSON object such as {"time": 0.3, "split": ["4", "9"]}.')
        roots = source.get("roots", [source])
        if not isinstance(roots, list) or not isinstance(source.get("labels", []), list):
            raise BranchedError('"roots" and "labels" of a tree are lists.')
        branches: list[Branch] = []

        def read(node: Any, t_high: float, parent: int | None) -> tuple[str, ...]:
            if isinstance(node, (str, int)):
                node = {"class": node}
            if not isinstance(node, dict) or ("class" in node) == ("split" in node):
                raise BranchedError(f'A node of a tree has either "class", or "time" and "split"; found {node!r:.80}.')
            own_id = node.get("id", len(branches))
            if not isinstance(own_id, int) or isinstance(own_id, bool) or own_id < 0:
                raise BranchedError(f"A branch's id is a whole number from 0 on, not {own_id!r:.80}.")
            place = len(branches)
            branches.append(Branch(own_id, (), 0.0, t_high, parent))  # keeps its place; filled in below
            if "class" in node:
                t_low, classes = 0.0, (str(node["class"]),)
            else:
                t_low, split = node.get("time"), node["split"]
                if not isinstance(t_low, (int, float)) or isinstance(t_low, bool) or not 0 < t_low < 1:
                    raise BranchedError(f'A split needs a "time" between 0 and 1; found {t_low!r:.80}.')
                if not isinstance(split, list) or len(split) < 2:
                    raise BranchedError(f'"split" lists at least two nodes; found {split!r:.80}.')
                t_low = float(t_low)
                classes = tuple(name for child in split for name in read(child, t_low, own_id))
            branches[place] = Branch(own_id, classes, t_low, t_high, parent)
            return classes

        try:
            names = [name for root in roots for name in read(root, 1.0, None)]
        except RecursionError:
            raise BranchedError("The tree is nested too deeply to be one.") from None
        labels = [str(label) for label in source.get("labels", sorted(names, key=natural_order))]
        order = {label: k for k, label in enumerate(labels)}
        return cls(labels, [
            Branch(b.id, tuple(sorted(b.classes, key=lambda c: order.get(c, -1))), b.t_low, b.t_high, b.parent)
            for b in branches
        ])

    # -- checks ------------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Refuse anything in which some (class, time) would have no branch, or two."""
        if not self.labels:
            raise BranchedError("A tree needs at least one class.")
        if len(set(self.labels)) != len(self.labels):
            raise BranchedError("A tree names every class once; a name is there twice.")
        if len(self._by_id) != len(self.branches):
            raise BranchedError("Every branch of a tree has an id of its own; one is there twice.")
        self._leaves = {}
        for branch in self.branches:
            name = f"The branch of {', '.join(branch.classes) or 'no class'}"
            if not 0 <= branch.t_low < branch.t_high <= 1:
                raise BranchedError(
                    f"{name} runs from {branch.t_high:g} to {branch.t_low:g}; times fall from 1 to 0 along a path.")
            if set(branch.classes) - set(self.labels):
                raise BranchedError(f"{name} holds a class that is not among the labels.")
            if branch.parent is None and branch.t_high != 1:
                raise BranchedError(f"{name} has no parent, so it must start at time 1.")
            if branch.parent is not None and branch.parent not in self._by_id:
                raise BranchedError(f"{name} names a parent that does not exist.")
            children = self.children(branch)
            if branch.is_leaf:
                if children or len(branch.classes) != 1 or branch.classes[0] in self._leaves:
                    raise BranchedError(f"{name} reaches time 0, so it must hold one class, and no other branch may.")
                self._leaves[branch.classes[0]] = branch
            elif (len(children) < 2 or any(child.t_high != branch.t_low for child in children)
                  or sorted(c for child in children for c in child.classes) != sorted(branch.classes)):
                raise BranchedError(f"{name} must split into at least two branches that share out its classes.")
        if set(self._leaves) != set(self.labels) or sorted(
                c for root in self.roots for c in root.classes) != sorted(self.labels):
            raise BranchedError("Every class needs one path from time 1 to time 0; one class has none.")


def natural_order(name: str) -> tuple[int, int, str]:
    """Sort numbers by value, before words."""
    return (0, int(name), "") if name.isdecimal() else (1, 0, name)
