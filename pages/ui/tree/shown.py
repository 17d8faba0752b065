"""What the tree page shows: the tree with its pictures, what there is at a node, and how noise goes down the tree."""
from itertools import pairwise
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from branched import Outline, OutlineNode, graph, of_tree, stretch

from ..figures.standing_tree import Hung, figure
from ..frame import words
from ..frame.look import Look
from ..language import _
from ..parts import pictures
from ..parts.pictures import Row, mosaic, strip
from ..parts.reels import Frame, latest
from ..serve.descent import COLUMNS, SEVERAL, Descent, Tour
from ..serve.kept import kept

CSS = Path(__file__).with_name("tree.css")
MOMENTS, SECONDS = 160, 16.0  # of the film in which noise goes down the tree: a sentence at each branch point is read
HALF_WAY = 0.45  # of a branch's height, from below, where a picture hangs on it
CLEAR = 0.3  # of the figure's height that a leaf's branch has at least, if there is room for a picture on it


def thumbnails(outline: Outline, tour: Tour) -> dict[int, np.ndarray]:
    """A picture for every node: what several starts may become at a branch point, the first one finished at a leaf."""
    return {node.id: tour.finished[node.groups[0]][0] if node.is_leaf else mosaic(tour.guesses[node.id][:SEVERAL], 2)
            for node in outline.nodes}


def hung(outline: Outline, tour: Tour) -> list[Hung]:
    """From noise to digit along the branches: on the trunk pure noise, and what the model sees in some of it; on the
    long branches of leaves what it sees in the first picture half way down."""
    nodes, scale, result = graph(outline).nodes, stretch(outline), []
    for node in outline.nodes:
        k, x = outline.groups.index(node.groups[0]), nodes[node.id]["x"]
        low, high = scale.height(node.low), scale.height(node.high)
        if node.parent is None and not node.is_leaf:
            t = scale.time(low + HALF_WAY * (high - low))
            result += [Hung(x, time, mosaic(seen, SEVERAL), SEVERAL / 2)
                       for time, seen in ((node.high, tour.waves[0].noisy[k]), (t, _guesses(tour, k, t)))]
        elif node.is_leaf and high - low > CLEAR:
            t = scale.time(low + HALF_WAY * (high - low))
            result.append(Hung(x, t, _guesses(tour, k, t)[0], 0.5))
    return result


def _guesses(tour: Tour, k: int, t: float) -> np.ndarray:
    """The model's best guesses of a class at a time."""
    return tour.waves[latest([wave.times[k] for wave in tour.waves], t)].guesses[k]


@kept
def tree(name: str, descent: Descent, node: int, look: Look, thumbs: bool, *, outline: Outline,
         tour: Tour) -> go.Figure:
    """The tree with one node chosen, and with thumbnails or without."""
    return figure(outline, node, thumbnails(outline, tour) if thumbs else None, look,
                  hung=hung(outline, tour) if thumbs else ())


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
    before = [Row(words.at(above.low), of_tree.leaving(above, below), strip(tour.guesses[above.id]),
                  _("The model's best guesses at {time}").format(time=words.at(above.low)))
              for above, below in pairwise(outline.path(label))]
    finished = strip(tour.finished[label])
    return [*before, Row(_(of_tree.FINISHED).format(label=label), "t = 0", finished,
                       _("{count} finished pictures of {label}").format(count=COLUMNS, label=label))]


def _hybrids(outline: Outline, node: OutlineNode, tour: Tour) -> list[Row]:
    endings = {label: tour.finished[label] for child in outline.children(node) for label in child.groups}
    return pictures.hybrids(words.listed(node.groups), tour.noisy[node.id], tour.guesses[node.id], endings)


@kept
def falling(name: str, descent: Descent, *, outline: Outline, tour: Tour) -> tuple[np.ndarray, list[Frame]]:
    """A film of pictures that go down the tree: the pictures (P, H, W[, 3]), uint8, and frames that say where each is.

    They fall as fast as the tree is drawn, so most of the film is where paths part.
    """
    nodes, scale, places, frames = graph(outline).nodes, stretch(outline), {}, []
    for moment in range(MOMENTS + 1):
        t = scale.time(1 - moment / MOMENTS)
        sprites = []
        for node in outline.nodes if t > 0 else ():  # at the end the tree's own pictures show what came out
            if node.owns(t):
                k = outline.groups.index(node.groups[0])
                state = latest([wave.times[k] for wave in tour.waves], t), k
                sprites.append((nodes[node.id]["x"], t, places.setdefault(state, len(places))))
        frames.append(Frame(of_tree.progress(outline, t), sprites=tuple(sprites), trails=_trails(outline, t)))
    return pictures.levels(np.stack([tour.waves[wave].noisy[k, 0] for wave, k in places])), frames


def _trails(outline: Outline, t: float) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The branches on which classes have just left, from where they did."""
    nodes, (time, points) = graph(outline).nodes, of_tree.parted(outline, t)
    return tuple(((nodes[point.id]["x"], time), (nodes[child.id]["x"], time), (nodes[child.id]["x"], max(t, child.low)))
                 for point in points if t > 0 for child in of_tree.leavers(outline, point))
