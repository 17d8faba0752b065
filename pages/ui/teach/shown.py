"""What the page "Teach" shows: trees, pictures, curves and films; HTML is from the templates beside this file."""
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from branched import ClassTree

from ..figures.standing_tree import figure
from ..figures.ways import two_ways
from ..frame import words
from ..frame.look import Look
from ..frame.visitor import Taught
from ..language import _, ngettext
from ..parts.markup import filled
from ..parts.pictures import Row, hybrids, sheet, strip, svg
from ..parts.reels import Frame
from . import told
from .work import COLUMNS, Crossed, Kin, Progress

HERE = Path(__file__).parent
CSS = HERE / "teach.css"
FACTS_CSS = HERE.parent / "parts" / "facts.css"  # of tables
HEIGHT, LARGE = 560, 92  # CSS pixels of the tree, and of a picture that is to be seen from afar
OLD, WIDEST = 4, 10    # pictures of a class that are shown before and after; and of all, side by side, if they can be
WIDE, HIGH = 320, 110  # of the curve, in its own units


# -- trees -------------------------------------------------------------------------------------------------------------

def tree_figure(tree: ClassTree, label: str, sibling: str, picture: np.ndarray | None,
                look: Look) -> go.Figure:
    """The tree with the ways of a class and of its sibling lit, and a picture below the class's leaf."""
    thumbnails = {} if picture is None else {tree.leaf(label).id: picture}
    return figure(tree.outline(), tree.meeting(label, sibling).id, thumbnails, look, height=HEIGHT,
                  paths=two_ways(tree, (label,), (sibling,)))


def growing(label: str, progress: Progress, look: Look) -> go.Figure:
    """The tree as it is while a class is being learnt."""
    larger, samples = progress.latest.model, progress.latest.samples
    return tree_figure(larger.tree, label, told.relative(larger, label), samples[0], look)


# -- the lesson --------------------------------------------------------------------------------------------------------

def curve(progress: Progress, look: Look) -> str:
    """How wrong its guesses were, step by step and smoothed, as a small picture."""
    steps = progress.records[-1].steps if progress.records else ""
    losses = [record.loss for record in progress.records]
    top = max(losses, default=1.0) * 1.05
    lines = [(_points(values, steps, top), colour, thickness) for values, colour, thickness in (
        (losses, look.line, 1), (told.smooth(losses), look.lit, 2.5))]
    drawing = filled(HERE / "curve.svg", wide=WIDE, high=HIGH, lines=lines)
    return filled(HERE / "curve.html", source=svg(drawing), steps=steps)


def _points(values: Sequence[float], steps: int, top: float) -> str:
    """A line through the values after each of so many steps, from the bottom (0) to the `top`."""
    return " ".join(f"{WIDE * (k + 1) / steps:.1f},{HIGH * (1 - value / top):.1f}" for k, value in enumerate(values))


def previews(progress: Progress) -> str:
    """What it draws by now, large, and below what it drew before."""
    if not progress.previews:
        soon = _("Soon you will see here what it draws.")
        return f'<p class="soon">{soon}</p>'
    step, now = list(progress.previews.items())[-1]
    rows = [Row(_("Now, at step {number}").format(number=step), _("each picture began as noise"),
                _strip(now, len(now) // 2),
                _("{count} pictures that it draws at step {number}").format(count=len(now), number=step)),
            Row(_("From noise to the symbol, step by step"), "", "", "")]
    small = {step: _strip(pictures) for step, pictures in progress.previews.items()}
    return sheet(rows) + filled(HERE / "steps.html", strips=small)


def _strip(levels: np.ndarray, columns: int = 0) -> str:
    return strip(levels / np.float32(255), columns)


def film(taught: Taught) -> tuple[np.ndarray, list[Frame]]:
    """How pictures of the class came into focus while it was learnt."""
    count = taught.previews.shape[1]
    frames = []
    for k, step in enumerate(taught.steps):
        numbers = range(k * count, (k + 1) * count)
        rows = tuple(tuple(numbers[first:first + COLUMNS]) for first in range(0, count, COLUMNS))
        frames.append(Frame(ngettext("After {count} step", "After {count} steps", step).format(count=step), rows))
    return taught.previews.reshape(-1, *taught.previews.shape[2:]), frames


# -- what came of it ---------------------------------------------------------------------------------------------------

def samples(label: str, images: np.ndarray) -> str:
    """Pictures of the new class in two rows."""
    alt = _("Pictures of {label}, drawn by the model").format(label=label)
    return sheet([Row(label, "", strip(images, COLUMNS), alt, "short")])


def between(label: str, sibling: str, kin: Kin) -> str:
    """What a class and its sibling share, and what becomes of it."""
    return sheet(hybrids(words.listed([label, sibling]), kin.noisy[:COLUMNS], kin.guesses[:COLUMNS],
                         {sibling: kin.sibling[:COLUMNS], label: kin.images[:COLUMNS]}))


def crossed(label: str, old: str, pictures: Crossed, drawn: bool) -> str:
    """The new class into an old one, and back."""
    whose = _("your drawings") if drawn else _("its examples")
    turned, into = _("as {label}"), _("The same, turned into {label}")
    return sheet([Row(label, whose, strip(pictures.examples, COLUMNS), f"{label}: {whose}"),
                  Row(turned.format(label=old), "", strip(pictures.as_old, COLUMNS), into.format(label=old)),
                  Row(old, _("drawn by it"), strip(pictures.old), _("Pictures of {label}").format(label=old)),
                  Row(turned.format(label=label), "", strip(pictures.as_new), into.format(label=label))])


def side(images: np.ndarray) -> str:
    """One side of the proof, pictures (N, n, H, W[, 3]): for each class a column, or more where there is room."""
    classes, several = len(images), next((k for k in (OLD, OLD // 2) if len(images) * k <= WIDEST), 1)
    columns = images[:, :OLD].reshape(classes, OLD // several, several, *images.shape[2:]).swapaxes(0, 1)
    return strip(columns.reshape(-1, *images.shape[2:]), classes * several)
