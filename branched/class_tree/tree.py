"""The class tree: which classes share a reverse process, and from when to when.

A branch owns a set of classes on the half-open interval (t_low, t_high] of diffusion time; a leaf, the branch of one
class down to data, also owns t = 0. So every (class, time) lies on exactly one branch. Classes go by their names; an
integer stands for its decimal name (4 is the class "4").

A class that joins later is *grafted*: its leaf leaves an existing path at some time. A branch that this cuts in two
stays one reverse process: both parts name the same `process`, and who walks it does not notice the cut.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any

from ..errors import BranchedError
from ..names import natural_order
from ..outline import Outline, OutlineNode

Label = str | int


@dataclass(frozen=True)
class Branch:
    """These classes, from t_high down to t_low, where the parent hands over at t_high.

    `process` is the reverse process that runs here, as a row of the network's tables of private parameters: the
    branch's own (its id, unless told otherwise), or the one that it shares with the other parts of a branch that was
    cut by a graft.
    """

    id: int
    classes: tuple[str, ...]
    t_low: float
    t_high: float
    parent: int | None
    process: int = -1

    def __post_init__(self) -> None:
        if self.process < 0:
            object.__setattr__(self, "process", self.id)

    @property
    def is_leaf(self) -> bool:
        return self.t_low == 0.0

    @property
    def length(self) -> float:
        return self.t_high - self.t_low

    def owns(self, t: float) -> bool:
        """Whether time t lies on this branch: the one place where the boundaries are written."""
        return self.t_low < t <= self.t_high or (self.is_leaf and t == 0.0)


@dataclass(frozen=True)
class Meeting:
    """Where the paths of classes part: the time, and the branch that ends there, which all of them share. In a flat
    tree they share none, and meet in the noise at t = 1."""

    time: float
    branch: Branch | None

    def holds(self, label: str) -> bool:
        """Whether a class passes here: noise is everybody's."""
        return self.branch is None or label in self.branch.classes


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
        """In the order of their processes: so a graft changes nothing in the order of what was there."""
        return tuple(sorted((b for b in self.branches if b.parent == branch.id), key=lambda child: child.process))

    @cached_property
    def roots(self) -> tuple[Branch, ...]:
        return tuple(sorted((b for b in self.branches if b.parent is None), key=lambda root: root.process))

    @cached_property
    def branch_points(self) -> tuple[Branch, ...]:
        """The branches that end in a split, latest (nearest to noise) first."""
        inner = [branch for branch in self.branches if not branch.is_leaf]
        return tuple(sorted(inner, key=lambda branch: (-branch.t_low, branch.id)))

    @property
    def processes(self) -> int:
        """How many rows a table of private parameters needs."""
        return 1 + max(branch.process for branch in self.branches)

    def parts(self, branch: Branch) -> tuple[Branch, ...]:
        """All parts of the process that a branch belongs to, from noise to data: usually the branch alone."""
        return tuple(sorted((own for own in self.branches if own.process == branch.process), key=lambda b: -b.t_low))

    def meeting(self, *labels: Label | Iterable[Label]) -> Meeting:
        """Where the paths of two classes (or sets of classes) part: the end of the smallest branch that holds them."""
        wanted = {name for label in labels for name in self.group(label)}
        holding = [branch for branch in self.branches if wanted <= set(branch.classes)]
        branch = min(holding, key=lambda branch: (len(branch.classes), branch.t_low), default=None)
        return Meeting(1.0 if branch is None else branch.t_low, branch)

    def meeting_branch(self, *labels: Label | Iterable[Label]) -> Branch | None:
        """The smallest branch that holds all the given classes; None if they share no branch (a flat tree)."""
        return self.meeting(*labels).branch

    def meeting_point(self, a: Label | Iterable[Label], b: Label | Iterable[Label]) -> float:
        """The time at which the paths of two classes (or of two sets of classes) part; 0 for a class and itself."""
        return self.meeting(a, b).time

    def by_kinship(self, label: Label) -> tuple[str, ...]:
        """The other classes, nearest first: by the time at which they part from this one."""
        others = [other for other in self.labels if other != self.label(label)]
        return tuple(sorted(others, key=lambda other: self.meeting_point(label, other)))

    def nearest(self, label: Label) -> str | None:
        """The class that parts last from another one; None where there is no other."""
        return next(iter(self.by_kinship(label)), None)

    def closest_pairs(self, most: int = 1) -> list[tuple[str, str]]:
        """The pairs of classes that part last on the way to data, the last first."""
        pairs = combinations(self.labels, 2)
        return sorted(pairs, key=lambda pair: self.meeting_point(*pair))[:most]

    def walk(self, labels: Label | Iterable[Label] | None = None) -> Iterator[Branch]:
        """The branches that the given classes pass through, each once, parents before children."""
        wanted = set(self.group(labels))
        stack = [branch for branch in reversed(self.roots) if wanted & set(branch.classes)]
        while stack:
            branch = stack.pop()
            yield branch
            stack += [child for child in reversed(self.children(branch)) if wanted & set(child.classes)]

    def outline(self) -> Outline:
        """What is drawn of the tree: a node for each branch, children in their order."""
        nodes = [OutlineNode(branch.id, branch.parent, branch.classes, branch.t_low, branch.t_high, branch.is_leaf)
                 for branch in sorted(self.branches, key=lambda branch: branch.process)]
        return Outline(self.labels, tuple(nodes))

    # -- other trees -------------------------------------------------------------------------------------------------

    def graft(self, name: str, sibling: Label, time: float) -> ClassTree:
        """This tree with a new class, whose leaf leaves the sibling's path at `time` and runs a process of its own.

        All old branches keep their ids. One that is cut keeps its id below the cut; at a branch point nothing is cut.
        In a flat tree, where nothing is shared, `time` is 1.
        """
        if not isinstance(name, str) or not name.strip():
            raise BranchedError(f"The new class needs a name, not {name!r}.")
        if name in self.labels:
            raise BranchedError(f"There is a class {name!r} already; choose another name, or remove that one first.")
        if isinstance(time, bool) or not isinstance(time, (int, float)) or not 0 < time <= 1:
            raise BranchedError(f"A class joins at a time above 0 (data) and at most 1 (noise), not {time!r}.")
        new = 1 + max(branch.id for branch in self.branches)
        leaf = Branch(new, (name,), 0.0, float(time), None, self.processes)
        if time == 1:
            return ClassTree((*self.labels, name), (*self.branches, leaf))
        cut = next(b for b in self.path(sibling) if b.t_low <= time < b.t_high)
        above = [b for b in self.path(sibling) if b.t_low > cut.t_low]
        if cut.t_low < time:
            upper = Branch(new + 1, cut.classes, leaf.t_high, cut.t_high, cut.parent, cut.process)
            lower = replace(cut, t_high=leaf.t_high, parent=upper.id)
        else:
            upper, lower = cut, None
        grown = {b.id: replace(b, classes=(*b.classes, name)) for b in (*above, upper)}
        kept = {b.id: b for b in (*self.branches, *((lower,) if lower else ()))}
        return ClassTree((*self.labels, name), {**kept, **grown, leaf.id: replace(leaf, parent=upper.id)}.values())

    def prune(self, name: Label) -> ClassTree:
        """This tree without a class that was grafted; a branch that the graft had cut is whole again.

        Of the processes, that of the class is gone, and those with higher numbers move down by one.
        """
        leaf = self.leaf(name)
        path = self.path(name)[:-1]
        kept = {b.id: b for b in self.branches if b.id != leaf.id}
        kept |= {b.id: replace(b, classes=tuple(c for c in b.classes if c != leaf.classes[0])) for b in path}
        rest = [kept[b.id] for b in self.children(path[-1]) if b.id != leaf.id] if path else list(kept.values())
        if len(rest) == 1 and path:
            [lower], upper = rest, path[-1]
            if lower.process != upper.process:
                why = (f"{lower.classes[0]} joined its path later; remove that first" if upper.process == leaf.process
                       else "it was there when the model was trained")
                raise BranchedError(f"{leaf.classes[0]} cannot be removed: {why}.")
            del kept[upper.id]
            kept[lower.id] = replace(lower, t_high=upper.t_high, parent=upper.parent)
        if not kept:
            raise BranchedError(f"{leaf.classes[0]} is the only class; a tree needs one.")
        return ClassTree((label for label in self.labels if label != leaf.classes[0]),
                         (replace(b, process=b.process - (b.process > leaf.process)) for b in kept.values()))

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
            own = {"id": branch.id} | ({"process": branch.process} if branch.process != branch.id else {})
            if branch.is_leaf:
                return {"class": branch.classes[0], **own}
            return {"time": branch.t_low, **own, "split": [node(child) for child in self.children(branch)]}

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
            process = node.get("process", own_id)
            for number in (own_id, process):
                if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                    raise BranchedError(f"A branch's id (or process) is a whole number from 0 on, not {number!r:.80}.")
            place = len(branches)
            branches.append(Branch(own_id, (), 0.0, t_high, parent, process))  # keeps its place; filled in below
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
            branches[place] = Branch(own_id, classes, t_low, t_high, parent, process)
            return classes

        try:
            names = [name for root in roots for name in read(root, 1.0, None)]
        except RecursionError:
            raise BranchedError("The tree is nested too deeply to be one.") from None
        labels = [str(label) for label in source.get("labels", sorted(names, key=natural_order))]
        order = {label: k for k, label in enumerate(labels)}
        return cls(labels, [
            replace(b, classes=tuple(sorted(b.classes, key=lambda c: order.get(c, -1)))) for b in branches])

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
        for branch in self.branches:
            if any(lower.parent != upper.id for upper, lower in pairwise(self.parts(branch))):
                name = ", ".join(branch.classes)
                raise BranchedError(f"The branch of {name} does not follow the other parts of its process.")
        if set(self._leaves) != set(self.labels) or sorted(
                c for root in self.roots for c in root.classes) != sorted(self.labels):
            raise BranchedError("Every class needs one path from time 1 to time 0; one class has none.")
