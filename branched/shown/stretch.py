"""Time along a standing tree, stretched where paths part: all that matters happens between a few close times.

Figures are drawn in heights, and carry the map along (`meta`): a film's dots and pictures, which know times alone, go
through the same one in the browser.
"""
from dataclasses import dataclass

import numpy as np

from ..outline import Outline

TOP, BOTTOM = 0.24, 0.14  # of the height, at most, above the first branch point and below the last
EVEN = 0.5  # of what is between them is shared out evenly, so that however close two are in time, one sees two


@dataclass(frozen=True)
class Stretch:
    """A rising map of times in [0, 1] to heights in [0, 1], straight between its knots. Both ends stay where they are.
    """

    times: tuple[float, ...]
    heights: tuple[float, ...]

    def height(self, time: float) -> float:
        """How high a time is drawn."""
        return float(np.interp(time, self.times, self.heights))

    def time(self, height: float) -> float:
        """Which time is drawn so high."""
        return float(np.interp(height, self.heights, self.times))

    @property
    def is_plain(self) -> bool:
        """Whether heights are times."""
        return self.times == self.heights

    def meta(self) -> dict[str, list[float]]:
        """The map as a figure of Plotly carries it."""
        return {"times": list(self.times), "heights": list(self.heights)}


def stretch(outline: Outline) -> Stretch:
    """The map for a tree: what is between its first and its last branch point is wide, the rest is not. Where paths
    part at one time alone, or never, there is nothing between, and heights are times."""
    parted = sorted({point.low for point in outline.points if 0 < point.low < 1})
    if len(parted) < 2:
        return Stretch((0.0, 1.0), (0.0, 1.0))
    below, *gaps, above = np.diff([0.0, *parted, 1.0])
    bottom, top, between = min(BOTTOM, below), min(TOP, above), np.array(gaps)
    shares = (1 - bottom - top) * (EVEN / len(between) + (1 - EVEN) * between / between.sum())
    inner = bottom + np.cumsum([0.0, *shares])
    return Stretch((0.0, *parted, 1.0), (0.0, *inner.tolist(), 1.0))
