"""What the lesson shows: rows of pictures, and the tree with what was asked for in colour."""
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

import branched
from branched import BranchedModel, Outline

from ..figures.standing_tree import figure
from ..figures.ways import two_ways
from ..frame import words
from ..frame.look import Look
from ..language import _
from ..parts import pictures
from ..parts.pictures import Row, strip
from ..parts.reels import latest
from ..questions.of_model import order
from ..serve.descent import Tour
from ..serve.kept import kept
from . import told

CSS = Path(__file__).with_name("lesson.css")
MOMENTS = (1.0, 0.6, 0.4, 0.2, 0.0)  # of which a picture's way is shown
HEIGHT = 430  # CSS pixels of a tree
FRAME, WIDE = (213 / 255, 94 / 255, 0), 2  # the colour of a frame, and how many pixels of a picture it covers


def way(outline: Outline, label: str, tour: Tour) -> str:
    """How one picture came out of noise, as HTML: what the model saw, and what it thought it would be."""
    k, several = outline.groups.index(label), 4
    rows = []
    for t in MOMENTS:
        wave = tour.waves[latest([wave.times[k] for wave in tour.waves], t)]
        seen = wave.noisy[k][:several] if t else tour.finished[label][:several]
        alt = _("Pure noise") if t == 1 else _("Pictures of {label} at {time}").format(label=label, time=words.at(t))
        rows.append(Row(words.at(t), _("noise") if t == 1 else _("picture") if t == 0 else "", strip(seen, 8), alt))
    return pictures.sheet(rows)


def classes(tour: Tour, labels: tuple[str, ...], several: int = 8) -> str:
    """Finished pictures of each class, a row each."""
    return pictures.sheet([Row(label, "", strip(tour.finished[label][:several], 8),
                               _("Pictures of {label}, drawn by the model").format(label=label), "short")
                           for label in labels])


def hybrids(tour: Tour, node: int, alt: str, endings: tuple[str, ...]) -> str:
    """What the model has at a branch point and thinks it will be; below, how the same start ends as each of these."""
    rows = [Row(_("What it sees"), _("a noisy picture"), strip(tour.noisy[node]), _("Noisy pictures")),
            Row(_("What it thinks"), _("it will be"), strip(tour.guesses[node]), alt)]
    rows += [Row(label, "", strip(tour.finished[label]), _("What each becomes as {label}").format(label=label), "short")
             for label in endings]
    return pictures.sheet(rows)


def framed(array: np.ndarray) -> np.ndarray:
    """A picture (H, W[, 3]) with a frame upon its rim, (H, W, 3)."""
    result = np.array(np.broadcast_to(array if array.ndim == 3 else array[..., None], (*array.shape[:2], 3)))
    for edge in (np.s_[:WIDE], np.s_[-WIDE:], np.s_[:, :WIDE], np.s_[:, -WIDE:]):
        result[edge] = FRAME
    return result


def styles(three: np.ndarray, turned: np.ndarray, a: str, b: str, told_all: bool) -> str:
    """The picture that is asked for, framed, and three results from left to right; above them, once all is told, what
    each was. Pictures (3, H, W[, 3])."""
    places = order(a, b)
    became = _("what became of each") if told_all else _("which one came from it?")
    rows = [Row(a, _("the framed one"), strip(framed(three[0])[None], 3), _("A picture of {label}").format(label=a)),
            Row(b, became, strip(turned[places]), _("Three pictures of {label}, from left to right").format(label=b))]
    if told_all:
        rows.insert(1, Row(a, _("what each was"), strip(three[places]),
                           _("The three pictures of {label} that they came from").format(label=a)))
    return pictures.sheet(rows)


@kept
def root(name: str, look: Look, *, outline: Outline) -> go.Figure:
    """The tree with what all share in colour."""
    return figure(outline, outline.roots[0].id, None, look, height=HEIGHT)


@kept
def together(name: str, a: str, b: str, look: Look, *, model: BranchedModel) -> go.Figure:
    """The tree with the paths of two classes in colour."""
    tree = model.tree
    return figure(tree.outline(), tree.meeting(a, b).id, None, look, height=HEIGHT, paths=two_ways(tree, (a,), (b,)))


def slants(images: np.ndarray) -> np.ndarray:
    """How far pictures lean (n,), in degrees, where they are strokes; nan of others, and of those in colour."""
    if images.ndim != 3:
        return np.full(len(images), np.nan)
    return branched.slant(images)


def measure(images: np.ndarray, are_strokes: bool) -> np.ndarray:
    """By what three of the pictures (n, H, W[, 3]) are chosen: how far strokes lean; else how light a picture is."""
    lean = slants(images) if are_strokes else np.full(len(images), np.nan)
    light = images.reshape(len(images), -1).mean(1)
    return np.where(np.isfinite(lean), lean, 0.0) if np.isfinite(lean).any() else light


def tree_alt(outline: Outline) -> str:
    """The tree for those who do not see it."""
    return " ".join([_("The class tree, from noise at the top to pictures at the bottom."), *told.points(outline)])
