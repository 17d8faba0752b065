"""The class tree: which classes share a reverse process, and from when to when.

A branch owns a set of classes on the half-open interval (t_low, t_high] of diffusion time; a leaf, the branch of one
class down to data, also owns t = 0. So every (class, time) lies on exactly one branch. Classes go by their names; an
integer stands for its decimal name (4 is the class "4").

A class that joins later is *grafted*: its leaf leaves an existing path at some time. A branch that this cuts in two
stays one reverse process: both parts name the same `process`, and who walks it does not notice the cut.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from heapq import nsmallest
from itertools import combinations, groupby, pairwise, product
from typing import Any

from .. import believed
from ..errors import BranchedError
from ..names import Label, one_of, some_of
from ..outline import Outline, OutlineNode
from . import tree_json
from .branch import Branch, Meeting


class ClassTree:
    """Branches that together own every (class, time) once. Immutable; checked on construction.

    `labels` fixes the order of the classes. Usually there is one root; in a *flat* tree every class is its own root
    (the label-conditioned linear model).
    """

    def __init__(self, labels: Iterable[Label], branches: Iterable[Branch]):
        self.labels = believed.names(str(label) for label in labels)
        self.branches = tuple(sorted(branches, key=lambda branch: branch.id))
        self._by_id = {branch.id: branch for branch in self.branches}
        self._members = {branch.id: frozenset(branch.classes) for branch in self.branches}
        self._below: dict[int | None, list[Branch]] = {}
        self._parts: dict[int, list[Branch]] = {}
        for branch in self.branches:
            self._below.setdefault(branch.parent, []).append(branch)
            self._parts.setdefault(branch.process, []).append(branch)
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
        return one_of(self.labels, label, "this tree")

    def group(self, labels: Label | Iterable[Label] | None) -> tuple[str, ...]:
        """Names of one class, of several (repeats dropped, order kept), or of all for None."""
        return some_of(self.labels, labels, "this tree")

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
        return tuple(sorted(self._below.get(branch.id, ()), key=lambda child: child.process))

    @cached_property
    def roots(self) -> tuple[Branch, ...]:
        return tuple(sorted(self._below.get(None, ()), key=lambda root: root.process))

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
        return tuple(sorted(self._parts[branch.process], key=lambda b: -b.t_low))

    def meeting(self, *labels: Label | Iterable[Label]) -> Meeting:
        """Where the paths of two classes (or sets of classes) part: the end of the smallest branch that holds them."""
        wanted = {name for label in labels for name in self.group(label)}
        up = reversed(self.path(next(iter(wanted))))
        branch = next((branch for branch in up if wanted <= self._members[branch.id]), None)
        return Meeting(1.0 if branch is None else branch.t_low, branch)

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
        found: list[tuple[str, str]] = []
        place = {label: k for k, label in enumerate(self.labels)}
        for _, level in groupby([*sorted(self.branch_points, key=_end), None], _end):
            parted = (self.roots if branch is None else self.children(branch) for branch in level)
            pairs = (tuple(sorted(pair, key=place.get)) for below in parted for a, b in combinations(below, 2)
                     for pair in product(a.classes, b.classes))
            found += nsmallest(most - len(found), pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
            if len(found) >= most:
                break
        return found

    def through(self, labels: Label | Iterable[Label] | None = None) -> Iterator[Branch]:
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
        if time == 1:  # nothing is shared but the noise itself: a root of its own
            return ClassTree((*self.labels, name), (*self.branches, leaf))
        # Half-open the other way than `owns`: at a branch point the leaf joins the children, not the parent.
        cut = next(b for b in self.path(sibling) if b.t_low <= time < b.t_high)
        above = [b for b in self.path(sibling) if b.t_low > cut.t_low]
        if cut.t_low < time:
            # Both parts run the process of the old branch. The lower one keeps its id, by which noise is seeded, and
            # its children's parent; so what was drawn before is drawn again to the last bit.
            upper = Branch(new + 1, cut.classes, leaf.t_high, cut.t_high, cut.parent, cut.process)
            lower = replace(cut, t_high=leaf.t_high, parent=upper.id)
        else:
            upper, lower = cut, None
        # The new class passes through all that lies above its leaf. Later entries win: first the old branches, then
        # the one that was cut, then those that hold a class more.
        grown = {b.id: replace(b, classes=(*b.classes, name)) for b in (*above, upper)}
        kept = {b.id: b for b in (*self.branches, *((lower,) if lower else ()))}
        return ClassTree((*self.labels, name), {**kept, **grown, leaf.id: replace(leaf, parent=upper.id)}.values())

    def prune(self, name: Label) -> ClassTree:
        """This tree without a class that was grafted; a branch that the graft had cut is whole again.

        Of the processes, that of the class is gone, and those with higher numbers move down by one.
        """
        leaf, above = self.leaf(name), self.path(name)[:-1]
        kept = {b.id: b for b in self.branches if b.id != leaf.id}
        kept |= {b.id: replace(b, classes=tuple(c for c in b.classes if c != leaf.classes[0])) for b in above}
        # Where the leaf has left, a branch that splits into one child alone is no branch point any more: the graft had
        # cut it, and its parts are joined again.
        rest = [kept[b.id] for b in self.children(above[-1]) if b.id != leaf.id] if above else list(kept.values())
        if len(rest) == 1 and above:
            [lower], upper = rest, above[-1]
            if lower.process != upper.process:  # nothing was cut here: the parts never were one
                why = (f"{lower.classes[0]} joined its path later; remove that first" if upper.process == leaf.process
                       else "it was there when the model was trained")
                raise BranchedError(f"{leaf.classes[0]} cannot be removed: {why}.")
            del kept[upper.id]
            kept[lower.id] = replace(lower, t_high=upper.t_high, parent=upper.parent)
        if not kept:
            raise BranchedError(f"{leaf.classes[0]} is the only class; a tree needs one.")
        # The tables of private parameters lose the row of this process, and those behind it move up.
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
            numbers = {"id": branch.id} | ({"process": branch.process} if branch.process != branch.id else {})
            if branch.is_leaf:
                return {"class": branch.classes[0], **numbers}
            return {"time": branch.t_low, **numbers, "split": [node(child) for child in self.children(branch)]}

        return {"labels": list(self.labels), "roots": [node(root) for root in self.roots]}

    @classmethod
    def from_json(cls, source: str | dict[str, Any]) -> ClassTree:
        """Read what `to_json` wrote, or a tree written by hand: one nested node, labels and ids left out.

        Raises BranchedError with the reason if it is not a tree.
        """
        return cls(*tree_json.read(source))

    # -- checks ------------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Refuse anything in which some (class, time) would have no branch, or two."""
        if not self.labels:
            raise BranchedError("A tree needs at least one class.")
        self._known = frozenset(self.labels)
        if len(self._known) != len(self.labels):
            raise BranchedError("A tree names every class once; a name is there twice.")
        if len(self._by_id) != len(self.branches):
            raise BranchedError("Every branch of a tree has an id of its own; one is there twice.")
        self._leaves: dict[str, Branch] = {}
        for branch in self.branches:
            self._check_span(branch)
            self._check_children(branch)
        for branch in self.branches:
            if any(lower.parent != upper.id for upper, lower in pairwise(self.parts(branch))):
                raise BranchedError(f"{_named(branch)} does not follow the other parts of its process.")
        if set(self._leaves) != self._known or sorted(
                c for root in self.roots for c in root.classes) != sorted(self.labels):
            raise BranchedError("Every class needs one path from time 1 to time 0; one class has none.")

    def _check_span(self, branch: Branch) -> None:
        """That a branch runs downwards, for known classes, from time 1 or a parent that exists."""
        name = _named(branch)
        if not 0 <= branch.t_low < branch.t_high <= 1:
            raise BranchedError(
                f"{name} runs from {branch.t_high:g} to {branch.t_low:g}; times fall from 1 to 0 along a path.")
        if not self._members[branch.id] <= self._known:
            raise BranchedError(f"{name} holds a class that is not among the labels.")
        if branch.parent is None and branch.t_high != 1:
            raise BranchedError(f"{name} has no parent, so it must start at time 1.")
        if branch.parent is not None and branch.parent not in self._by_id:
            raise BranchedError(f"{name} names a parent that does not exist.")

    def _check_children(self, branch: Branch) -> None:
        """That a leaf is one class's only end, and that any other branch is shared out among its children."""
        name, children = _named(branch), self.children(branch)
        if branch.is_leaf:
            if children or len(branch.classes) != 1 or branch.classes[0] in self._leaves:
                raise BranchedError(f"{name} reaches time 0, so it must hold one class, and no other branch may.")
            self._leaves[branch.classes[0]] = branch
        elif (len(children) < 2 or any(child.t_high != branch.t_low for child in children)
              or sorted(c for child in children for c in child.classes) != sorted(branch.classes)):
            raise BranchedError(f"{name} must split into at least two branches that share out its classes.")


def _end(branch: Branch | None) -> float:
    return 1.0 if branch is None else branch.t_low


def _named(branch: Branch) -> str:
    return f"The branch of {', '.join(map(repr, branch.classes)):.200}" if branch.classes else "The branch of no class"
