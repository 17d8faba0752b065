"""What the tree page shows: the tree with its pictures, what there is at a node, and how noise goes down the tree."""
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from branched import Outline, OutlineNode

from ..figures.graph import graph
from ..figures.standing_tree import figure
from ..frame import words
from ..frame.look import Look
from ..parts import pictures
from ..parts.pictures import Row, strip
from ..parts.reels import Frame, latest
from ..serve.kept import kept
from . import told
from .work import COLUMNS, Descent, Tour

MOMENTS = 50  # of the film in which noise goes down the tree


def thumbnails(outline: Outline, tour: Tour) -> dict[int, np.ndarray]:
    """A picture for every node: the hybrid at a branch point, the finished one at a leaf; all from the same noise."""
    return {node.id: tour.finished[node.groups[0]][0] if node.is_leaf else tour.guesses[node.id][0]
            for node in outline.nodes}


@kept
def tree(name: str, descent: Descent, node: int, look: Look, thumbs: bool, *, outline: Outline,
         tour: Tour) -> go.Figure:
    """The tree with one node chosen, and with thumbnails or without."""
    return figure(outline, node, thumbnails(outline, tour) if thumbs else None, look)


@kept
def sheet(name: str, descent: Descent, node: int, *, outline: Outline, tour: Tour) -> str:
    """What there is to see at a node, as HTML."""
    return pictures.sheet(rows(outline, outline[node], tour))


def rows(outline: Outline, node: OutlineNode, tour: Tour) -> list[Row]:
    """What there is to see at a node: hybrids and what becomes of them, or the way to a class."""
    return _way(outline, node, tour) if node.is_leaf else _hybrids(outline, node, tour)


def _way(outline: Outline, leaf: OutlineNode, tour: Tour) -> list[Row]:
    """The pictures of a class, and above them what each of them was where other classes left."""
    [label] = leaf.groups
    before = [Row(words.at(above.low), told.leaving(above, below), strip(tour.guesses[above.id]),
                  f"The model's best guesses at t = {above.low:.2f}")
              for above, below in pairwise(outline.path(label))]
    finished = strip(tour.finished[label])
    return [*before, Row(f"Finished: {label}", "t = 0", finished, f"{COLUMNS} finished pictures of {label}")]


def _hybrids(outline: Outline, node: OutlineNode, tour: Tour) -> list[Row]:
    endings = {label: tour.finished[label] for child in outline.children(node) for label in child.groups}
    return pictures.hybrids(words.listed(node.groups), tour.noisy[node.id], tour.guesses[node.id], endings)


@kept
def falling(name: str, descent: Descent, *, outline: Outline, tour: Tour) -> tuple[np.ndarray, list[Frame]]:
    """A film of pictures that go down the tree: the pictures (P, H, W[, 3]), uint8, and frames that say where each is.
    """
    nodes, frames, states = graph(outline).nodes, [], []
    for t in np.linspace(1, 0, MOMENTS + 1).tolist():
        live = [node for node in outline.nodes if node.owns(t)]
        sprites = []
        for node in live if t > 0 else ():  # at the end the tree's own pictures show what came out
            k = outline.groups.index(node.groups[0])
            wave = latest([times[k] for times, _ in tour.waves], t)
            sprites.append((nodes[node.id]["x"], t, len(states)))
            states.append(tour.waves[wave][1][k])
        frames.append(Frame(told.progress(t, len(live), len(outline.groups)), sprites=tuple(sprites)))
    return (255 * np.stack(states)).astype(np.uint8), frames
