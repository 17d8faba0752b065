"""The page "Hybrids" in words: when two sides part and what that means, and what a classifier reads in the pictures."""
from collections.abc import Sequence
from itertools import combinations

from branched import ClassTree

from ..frame.words import at, listed
from ..language import N_, _, ngettext, percent
from ..parts.markup import literal
from .work import SURE, Classes, Parted

INTRODUCTION = N_("One picture for both, until their paths part. Pull the slider from noise to picture, or press play.")
SIDES = N_("One side"), N_("The other side")
GROUPS = N_("With groups, a side can have several: then a click adds to it, or takes away.")
SLIDER = N_("Time, from noise to picture")
STARTS = N_("Eight starts: which one is large")
EXPLANATION = N_("""
The model takes noise away step by step, from the top of the tree to the bottom. As long as two classes look alike under
all the noise, it keeps one picture for both. What it has at the **branch point**, the moment just before it must
decide, is a **hybrid**. That is mostly noise to the eye, so look at the model's **best guess** too: the finished
picture that it expects, a mean over all that can still become of it. Then the paths part, and the same picture is
finished once as each class. On the tree thick lines are what both share, then in its own colour each side's path; the
dots go with the slider.
""")
JUDGED = N_("""
What is written under the pictures, and the order of the small ones, comes from a second network: a **classifier** that
had no part in the drawing. It is *undecided* where it gives no class more than {share}. The one that is large at
first is the one that it finds most like both sides.
""")
SHARES = N_("At noise level *t* the model's state is a picture with noise mixed in. At this branch point the shares "
            "are:")
SIDE_IS_EMPTY = N_("A side needs at least one class. To exchange it, choose the new one first.")
ON_BOTH_SIDES = N_("The link has a class on both sides, and it can be on one only.")


def title(labels: Sequence[str]) -> str:
    """The page's title; a model of no digits has classes."""
    return _("Between two digits") if all(label.isdecimal() for label in labels) else _("Between two classes")


def explanation(judged: bool) -> str:
    """What is to be seen; and who reads what is written there, where anybody does."""
    return _(EXPLANATION) + (_(JUDGED).format(share=percent(SURE)) if judged else "")


def moved(labels: Sequence[str]) -> str:
    """That classes have changed sides."""
    return ngettext("{labels} is on this side now: a class can be on one side only.",
                    "{labels} are on this side now: a class can be on one side only.",
                    len(labels)).format(labels=listed(labels))


def all_there_is(labels: Sequence[str]) -> str:
    """That classes cannot change sides, or nothing would be left on the other."""
    return ngettext("{labels} is all there is on the other side. Choose something else there first.",
                    "{labels} are all there is on the other side. Choose something else there first.",
                    len(labels)).format(labels=listed(labels))


# -- where they part ---------------------------------------------------------------------------------------------------

def chart(tree: ClassTree, a: Classes, b: Classes) -> str:
    """The tree for those who cannot see it."""
    return _("The class tree. {said}").format(said=headline(tree, a, b))


def headline(tree: ClassTree, a: Classes, b: Classes) -> str:
    """When the sides part."""
    meeting = tree.meeting(a, b)
    if meeting.branch is None:
        return _("{labels} share nothing but the noise: this model draws each class by itself.").format(
            labels=listed(a + b))
    if len(a) == len(b) == 1:
        return _("Up to {time}, one picture serves both {a} and {b}.").format(time=at(meeting.time), a=a[0], b=b[0])
    mixed = together(tree, a, b)
    leaving = [label for label in tree.labels if label in a + b and not any(label in group for group in mixed)]
    sentences = [_leave(tree, leaving, a, b)] if leaving else []
    return " ".join([*sentences, *(_stay(tree, group, a, b) for group in mixed)])


def _leave(tree: ClassTree, leaving: Sequence[str], a: Classes, b: Classes) -> str:
    """Which classes part from the others at the branch point."""
    time, others = at(tree.meeting(a, b).time), set(a + b) - set(leaving)
    if not others:
        few, many = sorted([a, b], key=len)
        return ngettext("{few} leaves {many} at {time}.", "{few} leave {many} at {time}.", len(few)).format(
            few=listed(few), many=listed(many), time=time)
    return ngettext("{labels} leaves first, at {time}.", "{labels} leave first, at {time}.", len(leaving)).format(
        labels=listed(leaving), time=time)


def _stay(tree: ClassTree, group: Classes, a: Classes, b: Classes) -> str:
    """Until when classes of both sides stay together."""
    one, other = (tuple(label for label in group if label in side) for side in (a, b))
    return _("{labels} stay together until {time}.").format(
        labels=listed(group), time=at(tree.meeting(one, other).time))


def kinship(tree: ClassTree, a: Classes, b: Classes) -> str:
    """What that time means, beside the other pairs of classes."""
    meeting = tree.meeting(a, b)
    if meeting.branch is None:
        return _("So there are no hybrids, and each class has a path of its own from the start.")
    pairs = [tree.meeting_point(*pair) for pair in combinations(tree.labels, 2)]
    earlier, later = (sum(t > meeting.time for t in pairs), sum(t < meeting.time for t in pairs))
    others = [label for label in meeting.branch.classes if label not in a + b]
    parts = [_rank(len(pairs), earlier, later), _share(meeting.time, others)]
    if later <= earlier:
        parts.append(_("Much of the shape is settled by then: a stroke more or less decides."))
    else:
        parts.append(_("Little is settled by then: much still changes on the way down to either side."))
    return " ".join(part for part in parts if part)


def _rank(pairs: int, earlier: int, later: int) -> str:
    """How many of the pairs of classes part earlier or later; "" if all part at once."""
    if not later and earlier:
        return _("No two classes part later.")
    if not earlier and later:
        return _("No two classes part earlier.")
    if not earlier:
        return ""
    return _("Of all {pairs} pairs of classes {earlier} part earlier and {later} later.").format(
        pairs=pairs, earlier=earlier, later=later)


def _share(time: float, others: Sequence[str]) -> str:
    """How much of their way they share, and with whom."""
    if not others:
        text = _("They share {share} of the way from noise to picture.")
    elif len(others) < 4:
        text = _("They share {share} of the way from noise to picture, together with {labels}: so a hybrid may look "
                 "like one of those, too.")
    else:
        text = _("They share {share} of the way from noise to picture, together with {count} other classes: so a "
                 "hybrid may look like one of those, too.")
    return text.format(share=percent(1 - time), labels=listed(others), count=len(others))


def together(tree: ClassTree, a: Classes, b: Classes) -> list[Classes]:
    """Classes of both sides that go on together below the meeting point; there is one."""
    groups = [tuple(label for label in child.classes if label in a + b)
              for child in tree.children(tree.meeting(a, b).branch)]
    return [group for group in groups if set(group) & set(a) and set(group) & set(b)]


# -- the film ----------------------------------------------------------------------------------------------------------

def caption(t: float, many: int, labels: Sequence[str], here: bool) -> str:
    """A moment of the film in words: so many different pictures there are for the classes; `here` they part."""
    if t == 0:
        return _("t = 0, finished.")
    if here:
        return _("{time}, the branch point: the last moment as one.").format(time=at(t))
    if many == len(labels):
        return _("{time}: each on its own path.").format(time=at(t))
    text = _("{time}: one picture for {labels}.") if many == 1 else _("{time}: {count} pictures for {labels}.")
    return text.format(time=at(t), count=many, labels=listed(labels))


def read(label: str) -> str:
    """What a classifier takes a picture for; "" if it can't decide."""
    return _("reads as {label}").format(label=label) if label else _("undecided")


def start(k: int, seen: str | None) -> str:
    """The name of start `k` for those who do not see it."""
    if seen is None:
        return _("Start {number}").format(number=k + 1)
    return _("Start {number}, {read}").format(number=k + 1, read=read(seen))


def balance(parted: Parted, labels: Sequence[str]) -> str:
    """How undecided the hybrids are: what the classifier reads in each."""
    many = len(parted.guesses)
    if parted.seen is None:
        return _("{count} starts, each from noise of its own. Choose which one is large:").format(count=many)
    seen = [parted.seen[k] for k in parted.reel.cells[parted.meeting, 0]]
    text = _("Of these {count}, at the branch point, {tally}.")
    if 2 * sum(label in labels for label in seen) > many:
        text = _("**A hybrid is rarely half and half; most lean to one side:** of these {count}, at the branch point, "
                 "{tally}.")
    return text.format(count=many, tally=tally(seen, labels))


def tally(seen: Sequence[str], labels: Sequence[str]) -> str:
    """What best guesses look like: "5 look like 4, 2 like 9, 1 is undecided"."""
    counts = {label: seen.count(label) for label in labels if label in seen}
    parts = [_like(counts[label], literal(label), not k)
             for k, label in enumerate(sorted(counts, key=lambda label: -counts[label]))]
    other, unsure = sum(label not in labels for label in seen if label), sum(not label for label in seen)
    if other:
        parts.append(_like(other, _("something else"), not parts))
    if unsure:
        parts.append(ngettext("{count} is undecided", "{count} are undecided", unsure).format(count=unsure))
    return ", ".join(parts)


def _like(count: int, what: str, first: bool) -> str:
    """So many look like something; what comes first has the verb."""
    text = _("{count} like {what}")
    if first:
        text = ngettext("{count} looks like {what}", "{count} look like {what}", count)
    return text.format(count=count, what=what)
