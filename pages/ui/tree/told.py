"""The tree page in words: names for the nodes of the tree, and a sentence about each."""
from itertools import pairwise

from branched import BranchedModel, Facts, Outline, OutlineNode

from ..frame.words import at, listed

INTRODUCTION = "This model makes pictures out of noise, and decides late what they become. Click a point of the tree."
UNTOLD = """ Nobody told it what is on the pictures that it learnt from: {first} to {last} are groups of like ones,
which another model had found by itself."""
READING = "Each column is one picture: read it from top to bottom."
ALT = "The class tree along diffusion time. The list 'Place in the tree' names the same nodes."
EXPLANATION = """
The model begins with pure noise, at the top of the tree, and takes a little of it away at each step, until a clean
picture is left at the bottom. As long as there is much noise, a 4 and a 9 look much alike. So the model puts the choice
off: it draws *all* classes together, and at each **branch point** some of them part, the least alike first.

Click a branch point and you see what the model has there, still mostly noise; its **best guess** of the finished
picture, often a **hybrid**, with something of each class that it may become; and what really becomes of it along each
way down. Click a class at the bottom to see finished pictures of it, and what they were on their way. All work above a
branch point is done only once, however many classes there are below.
"""


def introduction(model: BranchedModel) -> str:
    """What the page is about; where classes are clusters, what their names are."""
    untold = UNTOLD.format(first=model.labels[0], last=model.labels[-1]) if model.facts.training.clusters else ""
    return INTRODUCTION + untold


def name(outline: Outline, node: OutlineNode) -> str:
    """What a node is called in a list: "4 | 9, at t = 0.34", or "4, on its own below t = 0.34"."""
    if node.is_leaf:
        return f"{node.groups[0]}, on its own below {at(node.high)}"
    return " | ".join(" ".join(child.groups) for child in outline.children(node)) + f", at {at(node.low)}"


def headline(outline: Outline, node: OutlineNode) -> str:
    """One sentence about what happens at a node."""
    if node.is_leaf:
        return f"Below {at(node.high)}, {node.groups[0]} is drawn on its own."
    time = f"at {at(node.low)}. Until then the model draws them as one."
    sides = sorted((child.groups for child in outline.children(node)), key=len)
    verb = "parts" if len(sides[0]) == 1 else "part"
    if len(sides[-1]) == 1:
        return f"{listed(side[0] for side in sides)} part here, {time}"
    if len(sides) == 2:
        others = "all the others" if node.parent is None else listed(sides[1])
        return f"{listed(sides[0])} {verb} from {others} here, {time}"
    return f"{len(sides)} groups part here ({'; '.join(map(listed, sides))}), {time}"


def progress(time: float, pictures: int, classes: int) -> str:
    """How many pictures are under way at a time."""
    if time == 0:
        finished = f"{classes} finished pictures" if classes > 1 else "the finished picture"
        return f"t = 0: {finished}. Play, to see how noise becomes pictures."
    many = "one picture" if pictures == 1 else f"{pictures} pictures"
    return f"{at(time)}: {many} for {classes} classes."


def leaving(above: OutlineNode, below: OutlineNode) -> str:
    """Who leaves where one node follows another: "7 parts", or "3 and 5 part"."""
    names = [label for label in above.groups if label not in below.groups]
    return f"{listed(names)} part{'s' if len(names) == 1 else ''}"


def company(outline: Outline, leaf: OutlineNode) -> str:
    """With whom a class is drawn on its way from noise, and until when."""
    label, path = leaf.groups[0], outline.path(leaf.groups[0])
    if len(path) == 1:
        return f"{label} shares its way from noise with no other."
    partings = [f"{listed(group for group in above.groups if group not in below.groups)} until {at(above.low)}"
                for above, below in pairwise(path)]
    return f"On its way down from noise, {label} is drawn together with {listed(partings)}."


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
