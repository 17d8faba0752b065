"""A class tree in words: names for its nodes, a sentence about each, and what happens as noise comes down."""
from itertools import pairwise

from ..facts import Facts
from ..outline import Outline, OutlineNode
from .language import N_, _, decimal, ngettext, percent
from .words import at, classes, is_digit, listed, one_class

INTRODUCTION = N_("Pure noise is cleaned step by step. {until} Tap a **branch point**.")
READING = N_("Every column grew from the same noise: read it from top to bottom. What may still become any of them is "
             "called a *hybrid*; it is rarely half and half.")
SEES, THINKS = (N_("What it sees"), N_("a noisy picture")), (N_("What it thinks"), N_("it will be"))  # rows of pictures
ENDS = N_("How the same start ends, on each branch:")
FINISHED = N_("Finished: {label}")
NUMBERS = (N_("no"), N_("one"), N_("two"), N_("three"), N_("four"), N_("five"), N_("six"), N_("seven"), N_("eight"),
           N_("nine"), N_("ten"), N_("eleven"), N_("twelve"))
EXPLANATION = N_("""
The model begins with pure noise, at the top of the tree, and takes a little of it away at each step, until a clean
picture is left at the bottom. As long as there is much noise, a 4 and a 9 look much alike. So the model puts the choice
off: it draws *all* of them together, and at each **branch point** some part, the least alike first.

The small pictures are what the model **thinks** it will be, of four starts at once: at the top a ghost of anything, at
a branch point one of those that may still come, at the bottom a picture. Tap a branch point to see what the model has
there, still mostly noise, and how the same start ends on each branch. Tap a name at the bottom to see how it came
about. All work above a branch point is done only once, however many there are below. Time is drawn wide where paths
part.
""")


def kind(labels: tuple[str, ...], clusters: str | None = None, count: int = 2) -> str:
    """What so many of a model's classes are called; `clusters` is where they come from, if nobody named them."""
    if clusters:
        return ngettext("group", "groups", count)
    return one_class(labels) if count == 1 else classes(labels)


def number(count: int) -> str:
    """A small number in words."""
    return _(NUMBERS[count]) if 0 < count < len(NUMBERS) else decimal(count)


def title(outline: Outline, kind: str) -> str:
    """The question that a tree of classes of a kind answers."""
    text = _("One noise, {many} {kind}: when does the model decide?")
    return text.format(many=number(len(outline.groups)), kind=kind)


def introduction(outline: Outline, kind: str) -> str:
    """What is to be seen of it."""
    return _(INTRODUCTION).format(until=_until(outline, kind))


def _until(outline: Outline, kind: str) -> str:
    """For how long one picture serves all, if there is one."""
    if len(outline.roots) > 1 or not outline.points:
        return _("Every picture has its own path from the beginning.")
    part, many = 1 - outline.points[0].low, number(len(outline.groups))
    if abs(part - 0.5) < 0.05:
        return _("For the first half of the way, one picture serves all {many} {kind}; then they part.").format(
            many=many, kind=kind)
    return _("For the first {share} of the way, one picture serves all {many} {kind}; then they part.").format(
        share=percent(part), many=many, kind=kind)


def name(outline: Outline, node: OutlineNode) -> str:
    """What a node is called in a list: "4 | 9, at t = 0.34", or "4, on its own below t = 0.34"."""
    if node.is_leaf:
        return _("{label}, on its own below {time}").format(label=node.groups[0], time=at(node.high))
    sides = " | ".join(" ".join(child.groups) for child in outline.children(node))
    return _("{sides}, at {time}").format(sides=sides, time=at(node.low))


def headline(outline: Outline, node: OutlineNode) -> str:
    """One sentence about what happens at a node."""
    if node.is_leaf:
        return _("From {time} on, it can only become {label}.").format(time=at(node.high), label=_one(node.groups[0]))
    return f"{_parting(outline, node)} {_serves(len(node.groups))}"


def _serves(count: int) -> str:
    """How many one picture serves, up to a branch point."""
    if count == 2:
        return _("Up to here, one picture serves both.")
    return _("Up to here, one picture serves all {many}.").format(many=number(count))


def _parting(outline: Outline, node: OutlineNode) -> str:
    """Who parts from whom at a branch point, and when."""
    time, sides = at(node.low), sorted((child.groups for child in outline.children(node)), key=len)
    if len(sides[-1]) == 1:
        return _("{labels} part here, at {time}.").format(labels=listed(side[0] for side in sides), time=time)
    if len(sides) == 2:
        others = _("all the others") if node.parent is None else listed(sides[1])
        return ngettext("{few} parts from {others} here, at {time}.", "{few} part from {others} here, at {time}.",
                        len(sides[0])).format(few=listed(sides[0]), others=others, time=time)
    return _("{count} groups part here ({sides}), at {time}.").format(
        count=len(sides), sides="; ".join(map(listed, sides)), time=time)


def _one(label: str) -> str:
    """One of a class: "a 7", "an 8"; other names are as they are."""
    if not is_digit(label):
        return label
    return (_("an {digit}") if label == "8" else _("a {digit}")).format(digit=label)


def parted(outline: Outline, t: float) -> tuple[float, list[OutlineNode]]:
    """The last time at which classes parted on the way down to t, and the branch points where they did; none: 1."""
    time = min((point.low for point in outline.points if point.low >= t), default=1.0)
    return time, [point for point in outline.points if point.low == time]


def leavers(outline: Outline, point: OutlineNode) -> list[OutlineNode]:
    """Who leaves at a branch point: all but the largest of the nodes that follow; all, where none is the largest."""
    *small, largest = sorted(outline.children(point), key=lambda child: len(child.groups))
    return small if len(small[-1].groups) < len(largest.groups) else [*small, largest]


def leave(outline: Outline, point: OutlineNode) -> str:
    """What happens at a branch point, in a few words: "the 1 leaves"."""
    away = leavers(outline, point)
    names = [group for node in away for group in node.groups]
    if len(away) < len(outline.children(point)):
        if len(names) == 1:
            return (_("the {label} leaves") if is_digit(names[0]) else _("{label} leaves")).format(label=names[0])
        return (_("{labels} leave together") if len(away) == 1 else _("{labels} leave")).format(labels=listed(names))
    if all(len(node.groups) == 1 for node in away):
        return _("{labels} part").format(labels=listed(names))
    one, *others = (listed(node.groups) for node in away)
    return _("{one} part from {others}").format(one=one, others=" / ".join(others))


def progress(outline: Outline, t: float) -> str:
    """A caption for a time of the film: who has just left, and how many pictures are under way."""
    if t == 0:
        return finished(outline)
    live, (_time, points) = sum(node.owns(t) for node in outline.nodes), parted(outline, t)
    if not points:
        many = _("one picture for all {many}.").format(many=number(len(outline.groups)))
        return _capital(many if live < len(outline.groups) else f"{_pictures(live)}.")
    said = "; ".join(leave(outline, point) for point in points)
    return f"{_capital(said)}: {_pictures(live)}."


def _pictures(count: int) -> str:
    return ngettext("{many} picture", "{many} pictures", count).format(many=number(count))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def shared(outline: Outline) -> float:
    """Which part of its path a class is drawn together with others, on average."""
    return sum(1 - outline.leaf(group).high for group in outline.groups) / len(outline.groups)


def finished(outline: Outline) -> str:
    """The film's last words: what came out, and how much of the work was done only once."""
    many, part = _capital(_pictures(len(outline.groups))), shared(outline)
    if not part:
        return f"{many}."
    if part > 0.5:
        return _("{pictures}, drawn together for most of the way.").format(pictures=many)
    return _("{pictures}, drawn together for {share} of the way.").format(pictures=many, share=percent(part))


def leaving(above: OutlineNode, below: OutlineNode) -> str:
    """Who leaves where one node follows another: "7 parts", or "3 and 5 part"."""
    names = [label for label in above.groups if label not in below.groups]
    return ngettext("{labels} parts", "{labels} part", len(names)).format(labels=listed(names))


def company(outline: Outline, leaf: OutlineNode) -> str:
    """With whom a class is drawn on its way from noise, and until when."""
    label, path = leaf.groups[0], outline.path(leaf.groups[0])
    if len(path) == 1:
        return _("{label} shares its path with no other.").format(label=label)
    partings = [_("{labels} until {time}").format(
        labels=listed(group for group in above.groups if group not in below.groups), time=at(above.low))
        for above, below in pairwise(path)]
    return _("On its path from noise, {label} is drawn together with {partings}.").format(
        label=label, partings=listed(partings))


def training(facts: Facts) -> str:
    """One line on how the model was trained, from what its file tells."""
    parts, run = [], facts.training
    if facts.data.name:
        on = _("on {data} without its labels") if run.clusters else _("on {data}")
        parts.append(on.format(data=facts.data.name.upper()))
    if run.steps is not None:
        parts.append(_("in {count} steps").format(count=decimal(run.steps)))
    if run.seconds is not None:
        parts.append(_("for {count} minutes").format(count=decimal(run.seconds / 60)))
    return _("The model was trained {how}.").format(how=", ".join(parts)) if parts else ""
