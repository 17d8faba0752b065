"""What the page "Hybrids" shows: the tree with both ways lit, the hybrids, and the film of how the choice comes about.
"""
from pathlib import Path

import plotly.graph_objects as go

from branched import ClassTree

from ..figures.graph import graph
from ..figures.standing_tree import SMALL, figure
from ..figures.ways import two_ways
from ..frame.look import Look
from ..frame.words import listed
from ..parts.pictures import Row, hybrids
from ..parts.reels import Frame
from ..serve.kept import kept
from . import told
from .work import Classes, Parted

CSS = Path(__file__).with_name("hybrids.css")


def style(look: Look) -> str:
    """The colours for the page's style sheet."""
    return f"<style>:root {{--side-a: {look.lit}; --side-b: {look.other}; --side-ink: {look.ink}}}</style>"


@kept
def tree_figure(name: str, a: Classes, b: Classes, look: Look, *, tree: ClassTree) -> go.Figure:
    """The tree with both ways lit."""
    return figure(tree.outline(), tree.meeting(a, b).id, look=look, paths=two_ways(tree, a, b), height=SMALL)


def rows(parted: Parted, a: Classes, b: Classes) -> list[Row]:
    """The hybrids, and below each what becomes of it as each class."""
    return [Row("Where they part:", "", "", ""),
            *hybrids(listed(a + b), parted.noisy, parted.guesses, {label: parted.endings[label] for label in a + b})]


def frames(tree: ClassTree, a: Classes, b: Classes, parted: Parted) -> list[Frame]:
    """The film: a row for each class, and dots on the tree where they are."""
    nodes, labels, meeting = graph(tree.outline()).nodes, a + b, tree.meeting(a, b).branch
    result = []
    for k, (t, cells) in enumerate(zip(parted.reel.times, parted.reel.cells, strict=True)):
        here = k == parted.meeting and meeting is not None
        live = {meeting} if here else {tree.branch_of(label, t) for label in labels}
        result.append(Frame(told.caption(t, cells, labels, parted.seen, here), tuple(map(tuple, cells.tolist())),
                            tuple((nodes[branch.id]["x"], t) for branch in live)))
    return result
