"""The page "Hybrids" in words: when two sides part and what that means, and how decided the best guesses are."""
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from branched import ClassTree

from ..frame.words import at, listed
from .work import Classes

INTRODUCTION = "Choose two sides. Until their ways part, the model draws them as one: what it has then is a **hybrid**."
LINES = "Thick lines: what both share, then in its own colour each side's way. The dots go with the slider."
EXPLANATION = """
The model takes noise away step by step, from the top of the tree to the bottom. As long as two classes look alike under
all the noise, it keeps one picture for both. The moment just before it must decide is their **meeting point**; what it
has there is a **hybrid**. That is mostly noise to the eye, so look at the model's **best guess** too: the finished
picture that it expects, a mean over all that can still become of it. Then the ways part, and the same picture is
finished once as each class: in the rows at the bottom each column has the same beginning.
"""
JUDGED = """
A second network, a **classifier** that had no part in the drawing, tells what each best guess looks like.
"""
SHARES = "At time *t* the model's state is a picture with noise mixed in. At this meeting point the shares are:"
SIDE_IS_EMPTY = "A side needs at least one class. To exchange it, choose the new one first."
ON_BOTH_SIDES = "The link has a class on both sides, and it can be on one only."


def moved(labels: Sequence[str]) -> str:
    """That classes have changed sides."""
    return f"{_are(labels)} on this side now: a class can be on one side only."


def all_there_is(labels: Sequence[str]) -> str:
    """That classes cannot change sides, or nothing would be left on the other."""
    return f"{_are(labels)} all there is on the other side. Choose something else there first."


def _are(labels: Sequence[str]) -> str:
    return f"{listed(labels)} {'is' if len(labels) == 1 else 'are'}"


# -- where they part ---------------------------------------------------------------------------------------------------

def headline(tree: ClassTree, a: Classes, b: Classes) -> str:
    """When the sides part."""
    meeting = tree.meeting(a, b)
    if meeting.branch is None:
        return f"{listed(a + b)} share nothing but the noise: this model draws each class by itself."
    if len(a) == len(b) == 1:
        return f"{a[0]} and {b[0]} part at {at(meeting.time)}. Until then the model draws them as one."
    if together(tree, a, b):
        all_of_them = listed(label for label in tree.labels if label in a + b)
        return f"{all_of_them} begin to part at {at(meeting.time)}."
    few, many = sorted([a, b], key=len)
    return f"{listed(few)} {'parts' if len(few) == 1 else 'part'} from {listed(many)} at {at(meeting.time)}."


def kinship(tree: ClassTree, a: Classes, b: Classes) -> str:
    """What that time means, beside the other pairs of classes."""
    meeting = tree.meeting(a, b)
    if meeting.branch is None:
        return "So there are no hybrids, and each class goes its own way from the start."
    pairs = [tree.meeting_point(*pair) for pair in combinations(tree.labels, 2)]
    earlier, later = (sum(t > meeting.time for t in pairs), sum(t < meeting.time for t in pairs))
    others = [label for label in meeting.branch.classes if label not in a + b]
    parts = [f"{listed(group)}, of both sides, stay together even longer." for group in together(tree, a, b)]
    parts += [_rank(len(pairs), earlier, later), _share(meeting.time, others)]
    if later <= earlier:
        parts.append("Much of the shape is settled by then: a stroke more or less decides.")
    else:
        parts.append("Little is settled by then: much still changes on the way down to either side.")
    return " ".join(part for part in parts if part)


def _rank(pairs: int, earlier: int, later: int) -> str:
    """How many of the pairs of classes part earlier or later; "" if all part at once."""
    if not later and earlier:
        return "No two classes part later."
    if not earlier and later:
        return "No two classes part earlier."
    return f"Of all {pairs} pairs of classes {earlier} part earlier and {later} later." if earlier else ""


def _share(time: float, others: Sequence[str]) -> str:
    """How much of their way they share, and with whom."""
    shared = f"They share {1 - time:.0%} of the way from noise to picture"
    if not others:
        return f"{shared}."
    who = listed(others) if len(others) < 4 else f"{len(others)} other classes"
    return f"{shared}, together with {who}: so a hybrid may look like one of those, too."


def together(tree: ClassTree, a: Classes, b: Classes) -> list[Classes]:
    """Classes of both sides that go on together below the meeting point; there is one."""
    groups = [tuple(label for label in child.classes if label in a + b)
              for child in tree.children(tree.meeting(a, b).branch)]
    return [group for group in groups if set(group) & set(a) and set(group) & set(b)]


# -- the film ----------------------------------------------------------------------------------------------------------

def tally(seen: Sequence[str], labels: Sequence[str]) -> str:
    """What best guesses look like: "5 look like 4, 2 like 9, 1 is undecided"."""
    counts = {label: seen.count(label) for label in labels if label in seen}
    parts = []
    for label in sorted(counts, key=lambda label: -counts[label]):
        verb = "" if parts else "look " if counts[label] > 1 else "looks "
        parts.append(f"{counts[label]} {verb}like {label}")
    other, unsure = sum(label not in labels for label in seen if label), sum(not label for label in seen)
    if other:
        parts.append(f"{other} {'like' if parts else 'look like'} something else")
    if unsure:
        parts.append(f"{unsure} {'is' if unsure == 1 else 'are'} undecided")
    return ", ".join(parts)


def caption(t: float, cells: np.ndarray, labels: Sequence[str], seen: Sequence[str] | None, here: bool) -> str:
    """A moment of the film in words: the time and, if there is a judge, how decided the best guesses are.

    `cells` (classes, n) says which picture is where; `here` that this is the moment at which the sides part.
    """
    time = f"{at(t)}, where they part" if here else at(t)
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
