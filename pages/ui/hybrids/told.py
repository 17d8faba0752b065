"""The page "Hybrids" in words: when two sides part and what that means, and what a classifier reads in the pictures."""
from collections.abc import Sequence
from itertools import combinations

from branched import ClassTree

from ..frame.words import at, listed
from ..parts.markup import literal
from .work import SURE, Classes, Parted

INTRODUCTION = "One picture for both, until their paths part. Pull the slider from noise to picture, or press play."
SIDES = ("One side", "The other side")
GROUPS = "With groups, a side can have several: then a click adds to it, or takes away."
SLIDER = "Time, from noise to picture"
STARTS = "Eight starts: which one is large"
EXPLANATION = """
The model takes noise away step by step, from the top of the tree to the bottom. As long as two classes look alike under
all the noise, it keeps one picture for both. What it has at the **branch point**, the moment just before it must
decide, is a **hybrid**. That is mostly noise to the eye, so look at the model's **best guess** too: the finished
picture that it expects, a mean over all that can still become of it. Then the paths part, and the same picture is
finished once as each class. On the tree thick lines are what both share, then in its own colour each side's path; the
dots go with the slider.
"""
JUDGED = f"""
What is written under the pictures, and the order of the small ones, comes from a second network: a **classifier** that
had no part in the drawing. It is *undecided* where it gives no class more than {SURE:.0%}. The one that is large at
first is the one that it finds most like both sides.
"""
SHARES = "At noise level *t* the model's state is a picture with noise mixed in. At this branch point the shares are:"
SIDE_IS_EMPTY = "A side needs at least one class. To exchange it, choose the new one first."
ON_BOTH_SIDES = "The link has a class on both sides, and it can be on one only."


def title(labels: Sequence[str]) -> str:
    """The page's title; a model of no digits has classes."""
    return f"Between two {'digits' if all(label.isdecimal() for label in labels) else 'classes'}"


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
        return f"Up to {at(meeting.time)}, one picture serves both {a[0]} and {b[0]}."
    mixed = together(tree, a, b)
    leaving = [label for label in tree.labels if label in a + b and not any(label in group for group in mixed)]
    sentences = [_leave(tree, leaving, a, b)] if leaving else []
    return " ".join([*sentences, *(_stay(tree, group, a, b) for group in mixed)])


def _leave(tree: ClassTree, leaving: Sequence[str], a: Classes, b: Classes) -> str:
    """Which classes part from the others at the branch point."""
    time, others = at(tree.meeting(a, b).time), set(a + b) - set(leaving)
    if not others:
        few, many = sorted([a, b], key=len)
        return f"{listed(few)} {'leaves' if len(few) == 1 else 'leave'} {listed(many)} at {time}."
    return f"{listed(leaving)} {'leaves' if len(leaving) == 1 else 'leave'} first, at {time}."


def _stay(tree: ClassTree, group: Classes, a: Classes, b: Classes) -> str:
    """Until when classes of both sides stay together."""
    one, other = (tuple(label for label in group if label in side) for side in (a, b))
    return f"{listed(group)} stay together until {at(tree.meeting(one, other).time)}."


def kinship(tree: ClassTree, a: Classes, b: Classes) -> str:
    """What that time means, beside the other pairs of classes."""
    meeting = tree.meeting(a, b)
    if meeting.branch is None:
        return "So there are no hybrids, and each class has a path of its own from the start."
    pairs = [tree.meeting_point(*pair) for pair in combinations(tree.labels, 2)]
    earlier, later = (sum(t > meeting.time for t in pairs), sum(t < meeting.time for t in pairs))
    others = [label for label in meeting.branch.classes if label not in a + b]
    parts = [_rank(len(pairs), earlier, later), _share(meeting.time, others)]
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

def caption(t: float, many: int, labels: Sequence[str], here: bool) -> str:
    """A moment of the film in words: so many different pictures there are for the classes; `here` they part."""
    if t == 0:
        return "t = 0, finished."
    if here:
        return f"{at(t)}, the branch point: the last moment as one."
    if many == len(labels):
        return f"{at(t)}: each on its own path."
    return f"{at(t)}: {'one picture' if many == 1 else f'{many} pictures'} for {listed(labels)}."


def read(label: str) -> str:
    """What a classifier takes a picture for; "" if it can't decide."""
    return f"reads as {label}" if label else "undecided"


def start(k: int, seen: str | None) -> str:
    """The name of start `k` for those who do not see it."""
    return f"Start {k + 1}" + ("" if seen is None else f", {read(seen)}")


def balance(parted: Parted, labels: Sequence[str]) -> str:
    """How undecided the hybrids are: what the classifier reads in each."""
    many = len(parted.guesses)
    if parted.seen is None:
        return f"{many} starts, each from noise of its own. Choose which one is large:"
    seen = [parted.seen[k] for k in parted.reel.cells[parted.meeting, 0]]
    told = f"of these {many}, at the branch point, {tally(seen, labels)}."
    if 2 * sum(label in labels for label in seen) > many:
        return f"**A hybrid is rarely half and half; most lean to one side:** {told}"
    return f"{told[0].upper()}{told[1:]}"


def tally(seen: Sequence[str], labels: Sequence[str]) -> str:
    """What best guesses look like: "5 look like 4, 2 like 9, 1 is undecided"."""
    counts = {label: seen.count(label) for label in labels if label in seen}
    parts = []
    for label in sorted(counts, key=lambda label: -counts[label]):
        verb = "" if parts else "look " if counts[label] > 1 else "looks "
        parts.append(f"{counts[label]} {verb}like {literal(label)}")
    other, unsure = sum(label not in labels for label in seen if label), sum(not label for label in seen)
    if other:
        parts.append(f"{other} {'like' if parts else 'look like'} something else")
    if unsure:
        parts.append(f"{unsure} {'is' if unsure == 1 else 'are'} undecided")
    return ", ".join(parts)
