"""What the page "Generate" shows: pictures on their way, their film, and bars; HTML from the templates beside it."""
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..frame.look import Look
from ..parts.markup import filled
from ..parts.pictures import GAP, strip
from ..parts.reels import Frame, Reel
from . import told
from .work import Alone, Drawn

HERE = Path(__file__).parent
CELL = 56  # CSS pixels of a picture, where there is room


class Bar(NamedTuple):
    """A bar of so many percent, what it stands for, and what is written at its other end."""

    name: str
    text: str
    width: str
    colour: str


def rows(labels: Sequence[str], images: np.ndarray) -> str:
    """Pictures (N, n, H, W[, 3]) on their way, as HTML that lies where the film of the same pictures will lie."""
    width = images.shape[1] * (images.shape[3] + GAP) - GAP
    strips: list[str] = []
    for k, row in enumerate(images):
        same = k > 0 and np.array_equal(row, images[k - 1])  # what is shared is packed once
        strips.append(strips[-1] if same else strip(row))
    return filled(HERE / "rows.html", rows=zip(labels, strips, strict=True),
                  width=f"{width * CELL / images.shape[2]:.0f}")


def frames(reel: Reel) -> list[Frame]:
    """The film: rows are classes. Each caption says how many pictures a column really has."""
    return [Frame(told.caption(t, len(set(cells[:, 0].tolist())), len(cells)), tuple(map(tuple, cells.tolist())))
            for t, cells in zip(reel.times, reel.cells, strict=True)]


def bars(drawn: Drawn, alone: Alone | None, look: Look, classes: int) -> str:
    """Both ways as bars, by evaluations; without `alone`, what the second would cost."""
    evaluations = drawn.alone if alone is None else alone.evaluations
    second = told.looks(evaluations) + (f" · {alone.seconds:.1f} s" if alone else "")
    if alone and alone.done < classes:
        second += f" · {alone.done} of {classes} classes"
    first = f"{told.looks(drawn.evaluations)} · {drawn.seconds:.1f} s"
    return filled(HERE / "bars.html", bars=[
        Bar("Through the tree", first, _percent(drawn.evaluations, drawn.alone), look.lit),
        Bar("Class by class", second, _percent(evaluations, drawn.alone), look.other)])


def _percent(part: int, whole: int) -> str:
    return f"{100 * min(1, part / whole):.1f}"
