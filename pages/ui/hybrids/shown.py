"""What the page "Hybrids" shows: the tree with both paths lit, one large picture that parts, and the film that tells
when."""
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from branched import ClassTree, graph

from ..figures.standing_tree import SMALL, figure
from ..figures.ways import two_ways
from ..frame.look import Look
from ..parts.markup import filled
from ..parts.pictures import picture, png
from ..parts.reels import Frame
from ..serve.kept import kept
from . import told
from .work import Classes, Parted

HERE = Path(__file__).parent
CSS = HERE / "hybrids.css"
HEIGHT = 280  # CSS pixels of a picture that is alone
NO_PICTURES = np.zeros((0, 1, 1), np.uint8)  # of a film whose pictures the morph shows


def style(look: Look) -> str:
    """The colours for the page's style sheet."""
    return f"<style>:root {{--side-a: {look.lit}; --side-b: {look.other}; --side-ink: {look.ink}}}</style>"


@kept
def tree_figure(name: str, a: Classes, b: Classes, look: Look, *, tree: ClassTree) -> go.Figure:
    """The tree with both paths lit."""
    return figure(tree.outline(), tree.meeting(a, b).id, look=look, paths=two_ways(tree, a, b), height=SMALL)


def drawing(guess: np.ndarray) -> str:
    """The model's best guess (H, W[, 3]) while it is drawing, where the large picture will be."""
    return filled(HERE / "drawing.html", source=png(picture(guess)), height=HEIGHT)


def beside(tree: ClassTree, a: Classes, b: Classes) -> list[str]:
    """All classes of both sides in an order in which those that share a path are neighbours, the first side first."""
    nodes = graph(tree.outline()).nodes
    places = {label: nodes[tree.leaf(label).id]["x"] for label in a + b}
    swapped = np.mean([places[label] for label in a]) > np.mean([places[label] for label in b])
    return sorted(a + b, key=places.get, reverse=bool(swapped))


def notes(parted: Parted, view: str) -> list[str]:
    """What a judge reads in each picture of the film, where that is what is looked at."""
    return [] if parted.seen is None or view != "guess" else [told.read(label) for label in parted.seen]


def frames(tree: ClassTree, a: Classes, b: Classes, parted: Parted) -> list[Frame]:
    """The film: the moments in words, and dots on the tree where the classes are."""
    nodes, labels, meeting = graph(tree.outline()).nodes, a + b, tree.meeting(a, b).branch
    result = []
    for k, (t, cells) in enumerate(zip(parted.reel.times, parted.reel.cells, strict=True)):
        here = k == parted.meeting and meeting is not None
        live = {meeting} if here else {tree.branch_of(label, t) for label in labels}
        result.append(Frame(told.caption(t, len({tuple(row) for row in cells.tolist()}), labels, here),
                            dots=tuple((nodes[branch.id]["x"], t) for branch in live)))
    return result
