"""The class tree and the learnt tree facing each other: between them each class's pictures go to the leaves where they
lie (a tanglegram, its lines as wide as their share)."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

import branched
from branched import BranchedError, Outline

from ..frame.look import Look
from ..frame.words import listed
from ..language import N_, _, decimal
from ..parts.markup import filled, literal
from ..parts.pictures import levels, png, svg
from ..parts.pictures import picture as image
from ..serve import models
from ..serve.kept import kept
from .measured import members
from .opened import Opened

HERE = Path(__file__).parent
LEFT, RIGHT = N_("Read off the noise, with names"), N_("Learnt from pictures alone")
READING = N_("Two trees over the same pictures, each found in its own way. The **left** one was told which picture is "
             "which digit: covered with more and more noise, two digits are joined as soon as they can hardly be told "
             "apart. The **right** one was told nothing. Between them every digit's pictures go to the leaves where "
             "they lie; a hair is a single picture or a few. Both trees are turned so that the fewest lines cross.")
UNKNOWN = N_("Nobody has looked up which classes lie in the leaves of this tree; so no line can be drawn.")
ROW = 44       # pixels of a leaf with its picture
FULL = 0.78    # of its place, that the fullest leaf or class fills
# Ten colours that the colour-blind tell apart (Tol, 2021, "muted", with grey), the dark ones lighter on a dark ground.
ON_LIGHT = ("#332288", "#4fa8cc", "#44aa99", "#117733", "#999933", "#c9b24a", "#cc6677", "#882255", "#aa4499",
            "#7d7d7d")
ON_DARK = ("#9b8cf0", "#88ccee", "#44aa99", "#3faf63", "#b5b545", "#ddcc77", "#e0808f", "#d6669b", "#c86bb8", "#a6a6a6")


@dataclass(frozen=True)
class Shape:
    """A path, filled or stroked, in colours of CSS."""

    path: str
    fill: str
    stroke: str
    width: float


@dataclass(frozen=True)
class Band:
    """The pictures of one class in one leaf, by their places in the orders shown: from one interval of heights to
    another, (top, bottom) each in pixels."""

    label: int
    leaf: int
    left: tuple[float, float]
    right: tuple[float, float]


def colour(k: int, look: Look) -> str:
    """The colour of the class at this place."""
    return (ON_DARK if look.dark else ON_LIGHT)[k % len(ON_LIGHT)]


def show(page: Opened) -> None:
    """The part of the page."""
    st.markdown(_(READING))
    counts, name = page.measured.counts("members"), page.measured.data and page.measured.data.record.class_tree
    if counts is None or not name:
        st.info(_(UNKNOWN), icon=":material/info:")
        return
    try:
        class_tree = models.get(name).outline()
    except (BranchedError, OSError) as error:
        lost = _("The class tree {name} could not be loaded.").format(name=name)
        st.error(literal(f"{lost} {error}"), icon=":material/error:")
        return
    if set(class_tree.groups) != set(page.measured.classes):
        st.info(_(UNKNOWN), icon=":material/info:")
        return
    turned = facing(page.name, name, counts.tobytes(), class_tree=class_tree, learnt=page.model.outline(),
                    counts=counts, classes=page.measured.classes)
    st.html(figure(turned, leaf_pictures(page), page.look, page.measured.classes))
    st.markdown(told_agreement(page.measured.data.record.agreement))
    st.markdown(literal(told_pairs(turned)))


@dataclass(frozen=True)
class Turned:
    """Both trees in the order of their leaves in which the fewest lines cross, and counts (leaves, N) in that order."""

    left: Outline
    right: Outline
    counts: np.ndarray


@kept
def facing(name: str, class_tree_name: str, digest: bytes, *, class_tree: Outline, learnt: Outline, counts: np.ndarray,
           classes: Sequence[str]) -> Turned:
    """The trees, turned; counts (leaves, N) in the order of the learnt tree's groups and of `classes`."""
    counts = counts[:, [classes.index(label) for label in class_tree.groups]]
    found = branched.facing(class_tree, learnt, counts)
    rows = [learnt.groups.index(group) for group in found.right.groups]
    return Turned(found.left, found.right,
                  counts[rows][:, [class_tree.groups.index(label) for label in found.left.groups]])


def leaf_pictures(page: Opened) -> dict[str, np.ndarray]:
    """A typical picture of each leaf, by its name: the member of which the tree is surest."""
    found = members(page.model, page.measured)
    return {} if found is None else dict(zip(page.model.groups, found[:, 0], strict=True))


# -- between the trees -------------------------------------------------------------------------------------------------

def bands(counts: np.ndarray, high: float) -> list[Band]:
    """All bands, the widest first, from counts (leaves, N) in the orders shown, top to bottom. At each end of it a band
    is as wide as its number of pictures, on a scale common to all; those of a class or a leaf lie upon each other."""
    scale = FULL * high / max(len(side) * side.max(initial=1) for side in (counts.sum(0), counts.sum(1)))
    left, right = (_stacked(side * scale, high) for side in (counts.T, counts))
    found = [Band(label, leaf, left[label][leaf], right[leaf][label])
             for leaf, label in zip(*counts.nonzero(), strict=True)]
    return sorted(found, key=lambda band: band.left[0] - band.left[1])


def _stacked(widths: np.ndarray, high: float) -> list[list[tuple[float, float]]]:
    """Intervals (top, bottom) of widths (ends, parts), in the middle of each end's place."""
    places = (np.arange(len(widths)) + 0.5) * high / len(widths)
    bottoms = places[:, None] - widths.sum(1, keepdims=True) / 2 + widths.cumsum(1)
    return [[(float(bottom - width), float(bottom)) for bottom, width in zip(*row, strict=True)]
            for row in zip(bottoms, widths, strict=True)]


def ribbon(band: Band, colour: str) -> Shape:
    """A band from left to right; a line, at least, however few pictures it has."""
    (a, b), (c, d) = band.left, band.right
    path = f"M0 {a:.2f}C50 {a:.2f} 50 {c:.2f} 100 {c:.2f}V{d:.2f}C50 {d:.2f} 50 {b:.2f} 0 {b:.2f}Z"
    return Shape(path, colour, colour, 0.6)


# -- the trees ---------------------------------------------------------------------------------------------------------

def places(outline: Outline, high: float) -> dict[int, tuple[float, float]]:
    """Where nodes stand (x, y): leaves at x = 100, evenly, in the order of the groups; the highest node at 0, and every
    fork a step before the furthest of its children."""
    steps, ys = {}, {}
    for node in sorted(outline.nodes, key=lambda node: len(node.groups)):  # children before parents
        below = [child.id for child in outline.children(node)]
        steps[node.id] = 1 + max((steps[child] for child in below), default=-1)
        beside = [ys[child] for child in below]
        ys[node.id] = (min(beside) + max(beside)) / 2 if beside else (
            (outline.groups.index(node.groups[0]) + 0.5) * high / len(outline.groups))
    deepest = max(steps.values()) or 1
    return {node: (100 - 100 * steps[node] / deepest, ys[node]) for node in steps}


def half(outline: Outline, high: float, look: Look, mirrored: bool = False) -> str:
    """One of the trees, lying, its leaves to the right (mirrored: to the left); as the source of an <img>."""
    at = {node: (99 - 0.98 * x if mirrored else 1 + 0.98 * x, y) for node, (x, y) in places(outline, high).items()}
    lines = [f"M{at[node.parent][0]:.2f} {at[node.parent][1]:.2f}V{at[node.id][1]:.2f}H{at[node.id][0]:.2f}"
             for node in outline.nodes if node.parent is not None]
    return svg(filled(HERE / "paths.svg", high=high, shapes=[Shape(line, "none", look.line, 2.2) for line in lines]))


# -- both --------------------------------------------------------------------------------------------------------------

def figure(turned: Turned, pictures: Mapping[str, np.ndarray], look: Look, classes: Sequence[str]) -> str:
    """Both trees as HTML. `pictures` (H, W[, 3]) are of leaves, by name; a class has the colour of its place in
    `classes`."""
    counts, high = turned.counts, ROW * max(turned.counts.shape)
    own = [colour(classes.index(label), look) for label in turned.left.groups]
    shapes = [ribbon(band, own[band.label]) for band in bands(counts, high)]
    return filled(
        HERE / "facing.html", high=high, left=half(turned.left, high, look), right=half(turned.right, high, look, True),
        bands=svg(filled(HERE / "paths.svg", high=high, shapes=shapes)), left_head=_(LEFT),
        right_head=_(RIGHT), left_alt=_("The class tree"), right_alt=_("The learnt tree"), bands_alt=told_lines(turned),
        classes=[{"name": label, "colour": shade} for label, shade in zip(turned.left.groups, own, strict=True)],
        groups=[{"name": group, "source": png(image(levels(pictures[group]) / 255)) if group in pictures else ""}
                for group in turned.right.groups])


# -- in words ----------------------------------------------------------------------------------------------------------

def homes(turned: Turned) -> dict[str, str]:
    """The leaf where most pictures of each class lie, by the class; classes without any are left out."""
    return {label: turned.right.groups[turned.counts[:, k].argmax()] for k, label in enumerate(turned.left.groups)
            if turned.counts[:, k].any()}


def told_lines(turned: Turned) -> str:
    """Where most pictures of each class go, for screen readers."""
    ways = ", ".join(_("{label} to {leaf}").format(label=label, leaf=leaf) for label, leaf in homes(turned).items())
    return _("Lines from classes to the leaves where most of their pictures lie: {ways}").format(ways=ways)


def told_agreement(agreement: Any) -> str:
    """How far the trees agree, as it was measured; nothing, if it was not."""
    if not agreement.triples or agreement.agree is None:
        return ""
    both = round(agreement.agree * agreement.triples)
    agreed = _("**Do they agree?** Take any three digits: which two belong together, and which is the odd one out? Of "
               "the {count} times that both trees decide this, they agree **{both} times**.").format(
                   count=agreement.triples, both=both)
    if agreement.chance is None:
        return agreed
    chance = _("Had the digits been put at its leaves by chance, they would agree about {count} times.")
    return f"{agreed} {chance.format(count=decimal(agreement.chance * agreement.triples))}"


def told_pairs(turned: Turned) -> str:
    """Which classes both trees part last, and which leaves each parts first."""
    home = homes(turned)
    last = [pair for pair in combinations(home, 2) if home[pair[0]] != home[pair[1]] and _part_last(turned.left, pair)
            and _part_last(turned.right, [home[label] for label in pair])]
    pairs = "; ".join(listed(sorted(pair)) for pair in last)
    alike = _("Both find most alike: {pairs}.").format(pairs=pairs) if last else ""
    own = {leaf: label for label, leaf in home.items()}
    sides = _first(turned.left), [own[leaf] for leaf in _first(turned.right) if leaf in own]
    if not all(sides):
        return alike
    one, other = map(listed, sides)
    first = (_("Both part {one} from all others first.") if one == other else
             _("The first to part from all others is {one} on the left, and {other} on the right."))
    return f"{alike} {first.format(one=one, other=other)}".lstrip()


def _part_last(outline: Outline, pair: Sequence[str]) -> bool:
    """Whether two groups, and no other, part at a node."""
    return any(set(node.groups) == set(pair) for node in outline.nodes)


def _first(outline: Outline) -> list[str]:
    """The groups that are alone from the first branch point on."""
    return [child.name for root in outline.roots for child in outline.children(root) if child.is_leaf]
