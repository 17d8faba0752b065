"""The tree page in words: names for the nodes of the tree, and a sentence about each."""
from itertools import pairwise

from branched import BranchedModel, Facts, Outline, OutlineNode

from ..frame.words import at, classes, is_digit, listed, one_class
from ..parts.markup import literal

TITLE = "One noise, {many} {kind}: when does the model decide?"
INTRODUCTION = "Pure noise is cleaned step by step. {until} Tap a **branch point**."
UNTOLD = """ Nobody told it what is on the pictures that it learnt from: {first} to {last} are groups of like ones,
which another model had found by itself."""
READING = """Every column grew from the same noise: read it from top to bottom. What may still become any of them is
called a *hybrid*; it is rarely half and half."""
LIST = "Branch point or {one}"
ALT = "The tree, from noise at the top to pictures at the bottom. The arrow keys go along it; a list names all of it."
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
EXPLANATION = """
The model begins with pure noise, at the top of the tree, and takes a little of it away at each step, until a clean
picture is left at the bottom. As long as there is much noise, a 4 and a 9 look much alike. So the model puts the choice
off: it draws *all* of them together, and at each **branch point** some part, the least alike first.

The small pictures are what the model **thinks** it will be, of four starts at once: at the top a ghost of anything, at
a branch point one of those that may still come, at the bottom a picture. Tap a branch point to see what the model has
there, still mostly noise, and how the same start ends on each branch. Tap a name at the bottom to see how it came
about. All work above a branch point is done only once, however many there are below. Time is drawn wide where paths
part.
"""


def kind(model: BranchedModel, count: int = 2) -> str:
    """What so many of a model's classes are called."""
    if model.facts.training.clusters:
        return "group" if count == 1 else "groups"
    return one_class(model.labels) if count == 1 else classes(model.labels)


def number(count: int) -> str:
    """A small number in words."""
    return NUMBERS[count] if 0 < count < len(NUMBERS) else str(count)


def title(model: BranchedModel) -> str:
    """The question that the page answers."""
    count = len(model.labels)
    return TITLE.format(many=number(count), kind=kind(model, count))


def introduction(model: BranchedModel) -> str:
    """What the page is about; where classes are clusters, what their names are."""
    first, last = (literal(model.labels[k]) for k in (0, -1))
    untold = UNTOLD.format(first=first, last=last) if model.facts.training.clusters else ""
    return INTRODUCTION.format(until=_until(model.outline(), kind(model))) + untold


def _until(outline: Outline, kind: str) -> str:
    """For how long one picture serves all, if there is one."""
    if len(outline.roots) > 1 or not outline.points:
        return "Every picture has its own path from the beginning."
    part = 1 - outline.points[0].low
    about = "first half" if abs(part - 0.5) < 0.05 else f"first {part:.0%}"
    return f"For the {about} of the way, one picture serves all {number(len(outline.groups))} {kind}; then they part."


def name(outline: Outline, node: OutlineNode) -> str:
    """What a node is called in a list: "4 | 9, at t = 0.34", or "4, on its own below t = 0.34"."""
    if node.is_leaf:
        return f"{node.groups[0]}, on its own below {at(node.high)}"
    return " | ".join(" ".join(child.groups) for child in outline.children(node)) + f", at {at(node.low)}"


def headline(outline: Outline, node: OutlineNode) -> str:
    """One sentence about what happens at a node."""
    if node.is_leaf:
        return f"From {at(node.high)} on, it can only become {_one(node.groups[0])}."
    serves = "both" if len(node.groups) == 2 else f"all {number(len(node.groups))}"
    time = f"at {at(node.low)}. Up to here, one picture serves {serves}."
    sides = sorted((child.groups for child in outline.children(node)), key=len)
    verb = "parts" if len(sides[0]) == 1 else "part"
    if len(sides[-1]) == 1:
        return f"{listed(side[0] for side in sides)} part here, {time}"
    if len(sides) == 2:
        others = "all the others" if node.parent is None else listed(sides[1])
        return f"{listed(sides[0])} {verb} from {others} here, {time}"
    return f"{len(sides)} groups part here ({'; '.join(map(listed, sides))}), {time}"


def enlarged(point: OutlineNode) -> str:
    """What is to be seen of a branch point on the page where pictures are large."""
    return f"See one picture become {number(len(point.groups))}"


def _one(label: str) -> str:
    """One of a class: "a 7", "an 8"; other names are as they are."""
    return f"{'an' if label == '8' else 'a'} {label}" if is_digit(label) else label


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
            return f"{'the ' if is_digit(names[0]) else ''}{names[0]} leaves"
        return f"{listed(names)} leave" + (" together" if len(away) == 1 else "")
    if all(len(node.groups) == 1 for node in away):
        return f"{listed(names)} part"
    return " part from ".join(listed(node.groups) for node in away)


def progress(outline: Outline, t: float) -> str:
    """A caption for a time of the film: who has just left, and how many pictures are under way."""
    if t == 0:
        return finished(outline)
    live, (_, points) = sum(node.owns(t) for node in outline.nodes), parted(outline, t)
    if not points:
        return f"One picture for all {number(len(outline.groups))}." if live < len(outline.groups) else _pictures(live)
    said = "; ".join(leave(outline, point) for point in points)
    return f"{said[0].upper()}{said[1:]}: {_pictures(live).lower()}"


def _pictures(count: int) -> str:
    return f"{number(count).capitalize()} picture{'s' * (count > 1)}."


def shared(outline: Outline) -> float:
    """Which part of its path a class is drawn together with others, on average."""
    return sum(1 - outline.leaf(group).high for group in outline.groups) / len(outline.groups)


def finished(outline: Outline) -> str:
    """The film's last words: what came out, and how much of the work was done only once."""
    many, part = _pictures(len(outline.groups)), shared(outline)
    if not part:
        return many
    once = "most of the way" if part > 0.5 else f"{part:.0%} of the way"
    return f"{many[:-1]}, drawn together for {once}."


def leaving(above: OutlineNode, below: OutlineNode) -> str:
    """Who leaves where one node follows another: "7 parts", or "3 and 5 part"."""
    names = [label for label in above.groups if label not in below.groups]
    return f"{listed(names)} part{'s' if len(names) == 1 else ''}"


def company(outline: Outline, leaf: OutlineNode) -> str:
    """With whom a class is drawn on its way from noise, and until when."""
    label, path = leaf.groups[0], outline.path(leaf.groups[0])
    if len(path) == 1:
        return f"{label} shares its path with no other."
    partings = [f"{listed(group for group in above.groups if group not in below.groups)} until {at(above.low)}"
                for above, below in pairwise(path)]
    return f"On its path from noise, {label} is drawn together with {listed(partings)}."


def training(facts: Facts) -> str:
    """One line on how the model was trained, from what its file tells."""
    parts, run = [], facts.training
    if facts.data.name:
        parts.append(f"on {facts.data.name.upper()}{' without its labels' if run.clusters else ''}")
    if run.steps is not None:
        parts.append(f"in {run.steps:,} steps")
    if run.seconds is not None:
        parts.append(f"for {run.seconds / 60:.0f} minutes")
    return f"The model was trained {', '.join(parts)}." if parts else ""
