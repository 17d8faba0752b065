"""What the page "Hybrids" shows: what two sets of classes share until their ways part, and what becomes of it."""
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from branched import BranchedModel, ClassTree

from ..figures.standing_tree import SMALL, figure, graph
from ..frame import words
from ..frame.visitor import remembered
from ..parts import reels
from ..parts.film import Frame
from ..parts.pictures import Row, hybrids

COLUMNS = 8
MOMENTS = 40   # of the film, besides the meeting point
JUDGED = 250   # pictures that the judge looks at in one go
SURE = 0.8     # a picture looks like the class to which the judge gives more than this

Classes = tuple[str, ...]


@dataclass(frozen=True)
class Parted:
    """Hybrids (n, H, W[, 3]) at the moment `meeting` of the film, what becomes of them, and the film itself.

    `seen` has what the judge takes each best guess of the film for, "" if it can't decide; None without a judge.
    """

    meeting: int
    noisy: np.ndarray
    guesses: np.ndarray
    endings: dict[str, np.ndarray]
    reel: reels.Reel
    seen: list[str] | None


# -- the two sides -----------------------------------------------------------------------------------------------------

def default(tree: ClassTree) -> tuple[str, str]:
    """The two classes that part last."""
    if not tree.branch_points:
        return tree.labels[0], tree.labels[1]
    first, second, *_ = tree.children(tree.branch_points[-1])
    return first.classes[0], second.classes[0]


def settled(own: Sequence[str], other: Sequence[str], before: Sequence[str]) -> tuple[list[str], list[str], str]:
    """Both sides as they may be after `own` was changed, and a sentence on what was not done as asked ("": all was).

    A class is on one side only, where it was put last; and no side is empty.
    """
    both = [label for label in own if label in other]
    if not own:
        return list(before), list(other), "A side needs at least one class. To exchange it, choose the new one first."
    if not both:
        return list(own), list(other), ""
    verb = "is" if len(both) == 1 else "are"
    if left := [label for label in other if label not in both]:
        return list(own), left, f"{words.listed(both)} {verb} on this side now: a class can be on one side only."
    return ([label for label in own if label not in both] or list(before), list(other),
            f"{words.listed(both)} {verb} all there is on the other side. Choose something else there first.")


def open_sides(usual: tuple[str, str]) -> None:
    """Where a link has a class on both sides, keep it on the first; the usual sides, if then one is empty."""
    a, b = st.session_state.a, st.session_state.b
    if set(a) & set(b):
        left = [label for label in b if label not in a]
        st.session_state.a, st.session_state.b = (a, left) if left else ([usual[0]], [usual[1]])
        st.warning("The link has a class on both sides, and it can be on one only.", icon=":material/link_off:")


def style(first: str, second: str, ink: str) -> str:
    """Each side's chosen classes in the colour of its way on the tree; and no hand over a tree without clicks."""
    return "<style>" + "".join(
        f".st-key-{key} button[aria-checked=true], .st-key-{key} button[aria-pressed=true], .st-key-{key} "
        f"button[kind=pillsActive] {{background: {colour} !important; border-color: {colour} !important; "
        f"color: {ink} !important}}" for key, colour in (("a", first), ("b", second))
    ) + ".st-key-tree .nsewdrag {cursor: default !important}</style>"


# -- the work ----------------------------------------------------------------------------------------------------------

def part(model: BranchedModel, a: Classes, b: Classes, seed: int, judge: Any = None) -> Generator[Any, None, Parted]:
    """Walk down to every class of both sides, telling of each wave as `model.sampling` does."""
    tree, labels, waves = model.tree, a + b, []
    for frame in model.sampling(labels, n=COLUMNS, seed=seed, hybrids=True):
        if not waves:
            beginning = frame
        waves.append(reels.wave(frame))
        yield frame
    branch, made = tree.meeting_branch(a, b), frame.result
    if branch is None:  # a flat tree: what they share is the noise
        time, noisy, guesses = 1.0, beginning.noisy[0], beginning.denoised[0]
    else:
        time, noisy, guesses = branch.t_low, made.hybrids[branch.id].noisy, made.hybrids[branch.id].denoised
    times = schedule(time)
    reel = with_meeting(reels.reel(tree, labels, waves, times), times.index(time), noisy, guesses)
    seen = None
    if judge is not None:
        seen = []
        for first in range(0, len(reel.guesses), JUDGED):
            seen += recognised(judge, reel.guesses[first:first + JUDGED])
            yield frame
    return Parted(times.index(time), noisy, guesses, dict(zip(labels, made.images, strict=True)), reel, seen)


def schedule(meeting: float) -> list[float]:
    """The film's moments from noise to data, the meeting point among them and none too near to it."""
    apart = 0.5 / MOMENTS
    even = [t for t in reels.even(MOMENTS) if abs(t - meeting) >= apart or t in (0, 1) and t != meeting]
    return sorted([*even, meeting], reverse=True)


def with_meeting(reel: reels.Reel, moment: int, noisy: np.ndarray, guesses: np.ndarray) -> reels.Reel:
    """The film with the hybrids themselves at the meeting point: as seen from above, and the same for all classes."""
    cells = reel.cells.copy()
    cells[moment] = len(reel.noisy) + np.arange(len(noisy))
    return reels.Reel(reel.times, np.concatenate([reel.noisy, reels.levels(noisy)]),
                        np.concatenate([reel.guesses, reels.levels(guesses)]), cells)


def recognised(judge: Any, pictures: np.ndarray) -> list[str]:
    """What a judge takes pictures (B, H, W[, 3]), uint8, for; "" where it is not sure."""
    found = judge.probabilities(pictures.astype(np.float32) / 255)
    return [judge.labels[k] if row[k] > SURE else "" for row, k in zip(found, found.argmax(1), strict=True)]


# -- in words ----------------------------------------------------------------------------------------------------------

def headline(tree: ClassTree, a: Classes, b: Classes) -> str:
    """When the sides part."""
    branch = tree.meeting_branch(a, b)
    if branch is None:
        return f"{words.listed(a + b)} share nothing but the noise: this model draws each class by itself."
    if len(a) == len(b) == 1:
        return f"{a[0]} and {b[0]} part at {words.at(branch.t_low)}. Until then the model draws them as one."
    if together(tree, a, b):
        all_of_them = words.listed(label for label in tree.labels if label in a + b)
        return f"{all_of_them} begin to part at {words.at(branch.t_low)}."
    sides = sorted([a, b], key=len)
    verb = "parts" if len(sides[0]) == 1 else "part"
    return f"{words.listed(sides[0])} {verb} from {words.listed(sides[1])} at {words.at(branch.t_low)}."


def kinship(tree: ClassTree, a: Classes, b: Classes) -> str:
    """What that time means, beside the other pairs of classes."""
    branch = tree.meeting_branch(a, b)
    if branch is None:
        return "So there are no hybrids, and each class goes its own way from the start."
    pairs = [tree.meeting_point(*pair) for pair in combinations(tree.labels, 2)]
    earlier, later = (sum(t > branch.t_low for t in pairs), sum(t < branch.t_low for t in pairs))
    others = [label for label in branch.classes if label not in a + b]
    parts = [f"{words.listed(own)}, of both sides, stay together even longer." for own in together(tree, a, b)]
    if not later and earlier:
        parts.append("No two classes part later.")
    elif not earlier and later:
        parts.append("No two classes part earlier.")
    elif earlier:
        parts.append(f"Of all {len(pairs)} pairs of classes {earlier} part earlier and {later} later.")
    shared = f"{1 - branch.t_low:.0%} of the way from noise to picture"
    if others:
        who = words.listed(others) if len(others) < 4 else f"{len(others)} other classes"
        parts.append(f"They share {shared}, together with {who}: so a hybrid may look like one of those, too.")
    else:
        parts.append(f"They share {shared}.")
    if later <= earlier:
        parts.append("Much of the shape is settled by then: a stroke more or less decides.")
    else:
        parts.append("Little is settled by then: much still changes on the way down to either side.")
    return " ".join(parts)


def together(tree: ClassTree, a: Classes, b: Classes) -> list[Classes]:
    """Classes of both sides that go on together below the meeting point."""
    branch = tree.meeting_branch(a, b)
    kept = [tuple(label for label in child.classes if label in a + b) for child in tree.children(branch)]
    return [own for own in kept if set(own) & set(a) and set(own) & set(b)]


def tally(seen: Sequence[str], labels: Sequence[str]) -> str:
    """What best guesses look like: "5 look like 4, 2 like 9, 1 is undecided"."""
    counts = {label: seen.count(label) for label in labels if label in seen}
    parts = []
    for label in sorted(counts, key=lambda own: -counts[own]):
        verb = "" if parts else "look " if counts[label] > 1 else "looks "
        parts.append(f"{counts[label]} {verb}like {label}")
    other, unsure = sum(own not in labels for own in seen if own), sum(not own for own in seen)
    if other:
        parts.append(f"{other} {'like' if parts else 'look like'} something else")
    if unsure:
        parts.append(f"{unsure} {'is' if unsure == 1 else 'are'} undecided")
    return ", ".join(parts)


def caption(t: float, cells: np.ndarray, labels: Sequence[str], seen: Sequence[str] | None, here: bool) -> str:
    """A moment of the film in words: the time and, if there is a judge, how decided the best guesses are."""
    time = f"{words.at(t)}, where they part" if here else words.at(t)
    shared = bool((cells == cells[0]).all()) and len(cells) > 1
    if t == 0:
        time = "t = 0, finished"
    if seen is None:
        return f"{time}: still one picture in each column." if shared else f"{time}."
    if shared:
        return f"{time}: of {cells.shape[1]} best guesses, {tally([seen[k] for k in cells[0]], labels)}."
    right = [f"{sum(seen[k] == label for k in row)} of {len(row)} {'' if n else 'look '}like {label}"
             for n, (label, row) in enumerate(zip(labels, cells, strict=True))]
    return f"{time}: of the best guesses {', '.join(right)}."


# -- in pictures -------------------------------------------------------------------------------------------------------

def rows(found: Parted, a: Classes, b: Classes) -> list[Row]:
    """The hybrids, and below each what becomes of it as each class."""
    return [Row("Where they part:", "", "", ""),
            *hybrids(words.listed(a + b), found.noisy, found.guesses, {label: found.endings[label] for label in a + b})]


def frames(tree: ClassTree, a: Classes, b: Classes, found: Parted) -> list[Frame]:
    """The film: a row for each class, and dots on the tree where they are."""
    nodes, labels, meeting = graph(tree).nodes, a + b, tree.meeting_branch(a, b)
    result = []
    for k, (t, cells) in enumerate(zip(found.reel.times, found.reel.cells, strict=True)):
        here = k == found.meeting
        live = {meeting} if here and meeting else {tree.branch_of(label, t) for label in labels}
        result.append(Frame(caption(t, cells, labels, found.seen, here and meeting is not None),
                            tuple(map(tuple, cells.tolist())),
                            tuple((nodes[branch.id]["x"], t) for branch in live)))
    return result


def nearest(times: Sequence[float], t: float) -> int:
    """The moment nearest to a time."""
    return min(range(len(times)), key=lambda k: abs(times[k] - t))


def paths(tree: ClassTree, a: Classes, b: Classes) -> dict[int, str]:
    """How branches are lit: "lit" for the first side, "other" for the second, "both" for what they share."""
    kinds = {(True, True): "both", (True, False): "lit", (False, True): "other"}
    return {branch.id: kinds[bool(set(a) & set(branch.classes)), bool(set(b) & set(branch.classes))]
            for branch in tree.walk(a + b)}


@remembered(256)
def tree_figure(name: str, a: Classes, b: Classes, dark: bool, _tree: ClassTree) -> go.Figure:
    """The tree with both ways lit. Never change what this returns: all visitors share it."""
    branch = _tree.meeting_branch(a, b)
    return figure(_tree, branch and branch.id, dark=dark, paths=paths(_tree, a, b), height=SMALL)
