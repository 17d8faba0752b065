"""What the page "Generate" shows: pictures on their way, their film, and bars; HTML from the templates beside it."""
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..frame.look import Look
from ..language import _
from ..parts.markup import filled
from ..parts.pictures import GAP, strip
from ..parts.reels import Frame, Reel
from . import told
from .work import Drawn

HERE = Path(__file__).parent
CELL, RACING = 56, 40  # CSS pixels of a picture, where there is room: in the film, in the race
TICKS = 120  # of the race
MANY = 16  # classes: with more, there is no race, for their pictures would be too small


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


# -- the race ----------------------------------------------------------------------------------------------------------

def race(drawn: Drawn, view: str) -> tuple[np.ndarray, list[Frame], int]:
    """The first column drawn together and one by one, by the steps that either has taken: pictures, frames, and the
    frame at which the first is done."""
    spent = sorted({round(k * drawn.alone / TICKS) for k in range(TICKS + 1)} | {drawn.evaluations})
    used, cells = np.unique(drawn.reel.cells[:, :, 0], return_inverse=True)
    frames = [_tick(steps, drawn, cells.reshape(drawn.reel.cells.shape[:2])) for steps in spent]
    return drawn.reel.shown(view)[used], frames, spent.index(drawn.evaluations)


def _tick(steps: int, drawn: Drawn, cells: np.ndarray) -> Frame:
    """Both sides after so many steps."""
    alone, last = _one_by_one(steps, drawn), len(cells) - 1
    rows = (tuple(cells[_reached(drawn.pace.together, steps)].tolist()),
            tuple(-1 if place < 0 else int(cells[place, k]) for k, place in enumerate(alone)))
    return Frame(told.tick(steps, drawn, alone.count(last)), rows)


def _one_by_one(steps: int, drawn: Drawn) -> list[int]:
    """The moment that each class has reached after so many steps, in which the classes take turns; -1: not begun."""
    places = []
    for own in drawn.pace.alone:
        places.append(_reached(own, steps) if steps > 0 else -1)
        steps -= int(own[-1])
    return places


def _reached(spent: np.ndarray, steps: int) -> int:
    """The last moment that so many steps suffice for; the first, where they suffice for none."""
    return max(0, int(np.searchsorted(spent, steps, side="right")) - 1)


def bars(drawn: Drawn, look: Look) -> str:
    """Both ways as bars, by steps of the model."""
    return filled(HERE / "bars.html", bars=[
        Bar(_("Together, along the tree"), told.steps(drawn.evaluations), _percent(drawn.evaluations, drawn.alone),
            look.lit),
        Bar(_("One by one"), told.steps(drawn.alone), _percent(drawn.alone, drawn.alone), look.other)])


def _percent(part: int, whole: int) -> str:
    return f"{100 * min(1, part / whole):.1f}"
