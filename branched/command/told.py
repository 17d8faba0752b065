"""What commands say of a tree, and of a training before it begins: in plain words."""
from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..class_tree.branch import Branch
from ..class_tree.fit import Plan
from ..class_tree.tree import ClassTree
from ..data.dataset import Dataset
from ..facts import CHARACTERS

WIDTH = 110


def tree_lines(tree: ClassTree) -> Iterator[str]:
    """A tree as text: a line for each branch point, with its time and the classes that go on alone from there."""
    alone = [root.classes[0] for root in tree.roots if root.is_leaf]
    if alone:
        yield from _wrapped("alone from the beginning: ", alone)
    if len(alone) < len(tree.roots):
        yield "time of each branch point, from noise (1) to data (0), and which classes go on alone from there:"
    for root in tree.roots:
        if not root.is_leaf:
            yield from _below(tree, root, 1)
    yield (f"{len(tree.labels)} classes, {len(tree.branches)} branches of total length {tree.total_length:.2f} "
           f"(class by class: {len(tree.labels)})")


def _below(tree: ClassTree, branch: Branch, depth: int) -> Iterator[str]:
    """The branch points at the end of a branch and below it, of which each is as far to the right as it is deep."""
    while len(children := tree.children(branch)) == 1:  # a branch that a lesson has cut
        [branch] = children
    leaves = [child.classes[0] for child in children if child.is_leaf]
    yield from _wrapped(f"{'  ' * depth}{branch.t_low:.3f}  ", leaves)
    for child in children:
        if not child.is_leaf:
            yield from _below(tree, child, depth + 1)


def _wrapped(lead: str, names: list[str]) -> list[str]:
    text = ", ".join(name.replace(" ", "\u00a0") for name in names)  # a name is not broken
    lines = textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead),
                          break_long_words=False, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines] or [lead.rstrip()]


def data_line(data: Dataset) -> str:
    """What there is to learn from."""
    counts = [len(data.of(label)) for label in data.labels]
    each = f"{min(counts):,}" if min(counts) == max(counts) else f"{min(counts):,} to {max(counts):,}"
    size = " × ".join(map(str, data.form.outside_shape[:2])) + " pixels" if data.form.kind == "images" else (
        f"{len(data.form.features)} numbers")
    return f"{data.name}: {len(data):,} {data.form.many} of {size}, in {len(counts)} classes, {each} of each."


def shown_line(data: Dataset) -> str:
    """What a model of images will make of a photo, as far as these say; nothing of other data."""
    if data.form.kind != "images":
        return ""
    if data.form.facts(data.x)["shows"] == CHARACTERS and data.shape[0] == 1:
        return "They show characters: in a photo the model will look for one. (If not: --shows pictures.)"
    return "They show pictures: the model will take a photo whole. (If these are characters: --shows characters.)"


def plan_line(plan: Plan, seconds: float) -> str:
    """How a model will learn, and about how long."""
    numbers = sum(p.numel() for p in plan.network.build(plan.tree.processes).parameters()) / 1e6
    return (f"A network of {numbers:.2f} million numbers learns {len(plan.tree.branches)} branches, in "
            f"{plan.config.steps:,} steps of {plan.config.batch} {plan.data.form.many}: about {span(seconds)} on this "
            "machine.")


def span(seconds: float) -> str:
    """A stretch of time, as a person says it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "a minute"
    if minutes < 90:
        return f"{minutes} minute{'s' * (minutes > 1)}"
    return f"{minutes / 60:.1f} hours"
