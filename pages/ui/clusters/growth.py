"""The replay of how a tree of clusters grew: figures from the snapshots that its file keeps, cut by cut."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st

from ..frame import link
from ..language import N_, _, decimal
from ..parts.growing import Heap, Spot, Step, growing
from ..parts.pictures import picture as image
from ..parts.pictures import png, strip
from ..serve.kept import kept
from .opened import Opened

SHOWN = 8   # pictures of a heap
FEW = 4     # pictures in the small one of a heap that will be cut
WIDEST = 9  # pixels of the line that all pictures go along
READING = N_("**One heap, cut in two, again and again.** The tree began as one heap. Always the fullest leaf is cut, "
             "where the fewest pictures have a look-alike on the other side. Then two new leaves learn what is on "
             "each side, and all the rest of the tree stays as it was. Press play, or pull the slider.")
COUNTS = N_("A picture counts where it most probably lies. So the numbers of a step may differ a little from those "
            "before it: a few pictures change sides.")
NONE = N_("This file keeps nothing of how its tree grew.")


def settings(model: Any) -> Sequence[link.Setting]:
    """What the link says of this part: the step at which the replay rests; at first the last one."""
    last = len(model.snapshots)
    return (link.whole("step", 0, last, last),)


def show(page: Opened) -> None:
    """The part of the page."""
    if not page.model.snapshots or page.model.form.kind != "images":
        st.info(_(NONE), icon=":material/info:")
        return
    st.markdown(_(READING))
    grown, [step] = replay_of(page.name, model=page.model), settings(page.model)
    step.set(growing("growing", grown.spots, grown.steps, grown.strips, depth=grown.depth, across=grown.across,
                     start=step.value, label=N_("Step of the growth")))
    st.caption(_(COUNTS))


@dataclass(frozen=True)
class Moment:
    """A tree at a snapshot: objects of every node by its id, and the ids of leaves. Since the moment before, a leaf of
    this `size` may have been `cut` into `new` ones, and some leaves are `gone`."""

    counts: Mapping[int, int]
    leaves: tuple[int, ...]
    cut: int | None = None
    size: int = 0
    new: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


@dataclass(frozen=True)
class Whole:
    """All nodes that there ever were: children of each by id, left before right, and the names of the last leaves."""

    children: Mapping[int, tuple[int, ...]]
    root: int
    names: Mapping[int, str]

    @classmethod
    def of(cls, snapshots: Sequence[Any], groups: Sequence[str]) -> Whole:
        """The union of the trees of snapshots."""
        parents = {node.id: node.parent for snapshot in snapshots for node in snapshot.tree.nodes}
        children = {node: tuple(sorted(k for k, above in parents.items() if above == node)) for node in parents}
        names = dict(zip(snapshots[-1].tree.leaves, groups, strict=True))
        return cls(children, snapshots[0].tree.root, names)

    def below(self, node: int) -> list[int]:
        """The leaves below a node, left to right; a leaf itself."""
        return [leaf for child in self.children[node] for leaf in self.below(child)] or [node]

    @cached_property
    def depths(self) -> dict[int, int]:
        """How many steps each node is below the root; parents before children."""
        depths, waiting = {}, [(self.root, 0)]
        while waiting:
            node, depth = waiting.pop(0)
            depths[node] = depth
            waiting += [(child, depth + 1) for child in self.children[node]]
        return depths

    @cached_property
    def places(self) -> dict[int, tuple[float, float]]:
        """Where nodes stand, (x, y) in percent: leaves evenly beside each other, forks in the middle of their children.
        """
        leaves, deepest, across = self.below(self.root), max(self.depths.values()) or 1, {}
        for node in reversed(self.depths):
            xs = [across[child] for child in self.children[node]]
            across[node] = sum(xs) / len(xs) if xs else 100 * (leaves.index(node) + 0.5) / len(leaves)
        return {node: (round(across[node], 3), round(100 * depth / deepest, 3)) for node, depth in self.depths.items()}


# -- what happened -----------------------------------------------------------------------------------------------------

def moments(snapshots: Sequence[Any]) -> list[Moment]:
    """All moments of a growth, beginning with all objects on one heap."""
    first = snapshots[0]
    root, total = first.tree.root, sum(first.counts)
    found = [Moment({root: total}, (root,))]
    for snapshot in snapshots:
        before, counts, leaves = found[-1], counted(snapshot), snapshot.tree.leaves
        cut = next((node for node in before.leaves if node in counts and node not in leaves
                    and set(snapshot.tree.children(node)) <= set(leaves)), None)
        gone = tuple(node for node in before.leaves if node not in counts)
        found.append(Moment(counts, leaves, cut, before.counts.get(cut, 0),
                            () if cut is None else snapshot.tree.children(cut), gone))
    return found


def counted(snapshot: Any) -> dict[int, int]:
    """Objects of every node: those of the leaves below it."""
    counts = dict(zip(snapshot.tree.leaves, snapshot.counts, strict=True))
    return {node.id: sum(counts[leaf] for leaf in snapshot.tree.below([node.id]) if leaf in counts)
            for node in snapshot.tree.nodes}


# -- what is said ------------------------------------------------------------------------------------------------------

def told(all_moments: Sequence[Moment], names: Mapping[int, str]) -> list[str]:
    """A sentence about every moment."""
    start = _("At the start all {count} pictures lie on one heap. Nobody has said what is on them.")
    return [start.format(count=decimal(sum(all_moments[0].counts.values()))),
            *(_told(k, before, now, names, is_last=k == len(all_moments) - 1)
              for k, (before, now) in enumerate(pairwise(all_moments), 1))]


def _told(number: int, before: Moment, now: Moment, names: Mapping[int, str], is_last: bool) -> str:
    here = _("The last step") if is_last else _("Step {number}").format(number=number)
    if now.cut is not None and len(now.new) == 2:
        what = _cut(before, now)
    elif len(now.leaves) > len(before.leaves):
        what = _("leaves are cut in two, again and again, until there are {count}.").format(count=len(now.leaves))
    else:
        what = " ".join([_("no leaf is cut. All parts learn together, and every cut is set straight."),
                         *_moved(before, now, names)])
    return _("{step}: {what}").format(step=here, what=what)


def _cut(before: Moment, now: Moment) -> str:
    """Which leaf was cut in two, and how many pictures went where."""
    left, right = (decimal(now.counts[node]) for node in now.new)
    if len(before.leaves) == 1:
        text = _("the heap, with {count} pictures, is cut in two. {left} go to the left and {right} to the right.")
    elif now.size == max(before.counts[leaf] for leaf in before.leaves):
        text = _("the fullest leaf, with {count} pictures, is cut in two. {left} go to the left and {right} to the "
                 "right.")
    else:
        text = _("a leaf, with {count} pictures, is cut in two. {left} go to the left and {right} to the right.")
    return text.format(count=decimal(now.size), left=left, right=right)


def _moved(before: Moment, now: Moment, names: Mapping[int, str]) -> list[str]:
    """Which leaf changed most, and what was taken away, in sentences."""
    moves = {leaf: abs(now.counts[leaf] - before.counts[leaf]) for leaf in now.leaves if leaf in before.counts}
    gone = (_("A leaf with hardly any pictures is taken away.") if len(now.gone) == 1 else
            _("{count} leaves with hardly any pictures are taken away.").format(count=len(now.gone)))
    told, leaf = [gone] * bool(now.gone), max(moves, key=moves.get, default=None)
    if leaf is None or not moves[leaf]:
        return told
    most = (_("Most of all this moves leaf {leaf}: from {before} to {after} pictures.") if leaf in names else
            _("Most of all this moves one leaf: from {before} to {after} pictures."))
    return [*told, most.format(leaf=names.get(leaf), before=decimal(before.counts[leaf]),
                               after=decimal(now.counts[leaf]))]


# -- what is shown -----------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Growth:
    """All that the replay shows: see `parts.growing`."""

    spots: tuple[Spot, ...]
    steps: tuple[Step, ...]
    strips: Mapping[str, str]
    depth: int
    across: int


@kept
def replay_of(name: str, *, model: Any) -> Growth:
    """The replay of the model of this name. Never change what this returns: all visitors share it."""
    return replay(model)


def replay(model: Any) -> Growth:
    """The replay of a model's growth, from at least one snapshot."""
    snapshots = model.snapshots
    whole, history = Whole.of(snapshots, model.groups), moments(snapshots)
    shown = pictures(model.form, snapshots, whole)
    order = list(whole.depths)
    steps = [_step(whole, order, now, sentence) for now, sentence in zip(history, told(history, whole.names),
                                                                      strict=True)]
    return Growth(tuple(_spot(whole, node, history, shown[node]) for node in order), tuple(steps),
                  {str(node): strip(shown[node], SHOWN) for node in order}, max(whole.depths.values()),
                  len(whole.below(whole.root)))


def pictures(form: Any, snapshots: Sequence[Any], whole: Whole) -> dict[int, np.ndarray]:
    """Some pictures (n, H, W[, 3]) of every node, by id: of a leaf the surest, as it was seen last; of a fork those of
    the leaves that came of it, in turn, for they were on its heap."""
    own = {leaf: form.shown(snapshot.thumbnails[k]) for snapshot in snapshots
           for k, leaf in enumerate(snapshot.tree.leaves)}
    return {node: in_turn([own[leaf] for leaf in whole.below(node)], SHOWN) for node in whole.depths}


def in_turn(heaps: Sequence[np.ndarray], n: int) -> np.ndarray:
    """n pictures (n, H, W[, 3]) of several heaps, one of each after the other; of some heaps, if there are more than n;
    fewer where there are no more."""
    some = [heaps[k * len(heaps) // n] for k in range(n)] if len(heaps) > n else list(heaps)
    return np.stack([heap[k] for k in range(max(map(len, some))) for heap in some if k < len(heap)][:n])


def _spot(whole: Whole, node: int, history: Sequence[Moment], shown: np.ndarray) -> Spot:
    """A node as it stands in the tree; its line is as wide as its first share of all pictures."""
    above = next((k for k, children in whole.children.items() if node in children), node)
    first, total = next(now.counts[node] for now in history if node in now.counts), sum(history[0].counts.values())
    is_heap = bool(whole.children[node]) and len(shown) >= FEW
    return Spot(whole.places[node], whole.places[above], round(1 + (WIDEST - 1) * first / max(total, 1), 2),
                whole.names.get(node, ""), png(image(mosaic(shown[:FEW]) if is_heap else shown[0])))


def mosaic(four: np.ndarray) -> np.ndarray:
    """Four pictures (4, H, W[, 3]) as one, (2H, 2W[, 3])."""
    return np.concatenate([np.concatenate(list(pair), axis=1) for pair in (four[:2], four[:1:-1])])


def _step(whole: Whole, order: Iterable[int], now: Moment, sentence: str) -> Step:
    """One moment, as the browser shows it."""
    order = list(order)
    notes = [decimal(now.counts[node]) if node in now.leaves else "" for node in order]
    return Step(sentence, tuple(_state(node, now) for node in order), tuple(notes), tuple(_heaps(whole, now)))


def _state(node: int, now: Moment) -> str:
    if node not in now.counts:
        return "unborn"
    if node in now.leaves:
        return "leaf new" if node in now.new else "leaf"
    return "fork cut" if node == now.cut else "fork"


def _heaps(whole: Whole, now: Moment) -> list[Heap]:
    """The heap that was cut and what came of it; without a cut, all leaves."""
    if now.cut is None:
        kind = "all" if len(now.leaves) > 1 else ""
        some = _("Some of the {count} pictures")
        return [Heap(kind, whole.names.get(leaf, "") if kind else some.format(count=decimal(now.counts[leaf])),
                     str(leaf)) for leaf in now.leaves]
    before = Heap("", _("Before: some of the {count} pictures").format(count=decimal(now.size)), str(now.cut))
    sides = (_("Left: {count} pictures"), _("Right: {count} pictures")) if len(now.new) == 2 else (
        _("After: {count} pictures"),)
    return [before, *(Heap("new", _called(whole, node, side.format(count=decimal(now.counts[node]))), str(node))
                      for side, node in zip(sides, now.new, strict=True))]


def _called(whole: Whole, node: int, heap: str) -> str:
    """A heap, and which leaf it is now, if it is one."""
    return _("{heap}, now leaf {leaf}").format(heap=heap, leaf=whole.names[node]) if node in whole.names else heap
