"""A letter of UCI's Letter Recognition as its 16 numbers tell of it: what they mean, and a sketch of box and ink."""
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..frame.look import Look
from ..parts.markup import filled
from ..parts.pictures import svg

SIDE = 16      # units of the frame: the features run from 0 to 15
SPREAD = 1.3   # of the oval of ink, in standard deviations
SHIFT = 0.6    # of its centre from the box's: less than to scale, so that it stays inside
MEANINGS = {   # Frey and Slate, Machine Learning 6 (1991), in other words
    "x-box": "where the letter's box is in the image: how far to the right",
    "y-box": "where the box is: how far up",
    "width": "how wide the box is",
    "high": "how high the box is",
    "onpix": "how much ink there is: the number of dark pixels",
    "x-bar": "where the ink is in the box on average: to the left (low, as in L) or to the right",
    "y-bar": "the same up and down: near the bottom (low) or near the top (high)",
    "x2bar": "how far the ink spreads sideways: much in U and O, little in I",
    "y2bar": "how far the ink spreads up and down",
    "xybar": "which diagonal the ink follows: / is high, \\ is low",
    "x2ybr": "whether the ink spreads sideways more near the top (high) or near the bottom (low)",
    "xy2br": "whether the ink spreads up and down more at the right (high) or at the left (low)",
    "x-ege": "how many strokes a line from left to right meets: many in M and W, few in I and L",
    "xegvy": "whether it meets more of them near the top (high, as in Y) or near the bottom",
    "y-ege": "how many strokes a line from bottom to top meets: many in E and B",
    "yegvx": "whether it meets more of them at the right (high) or at the left",
}
SKETCH = """The drawings are sketches of the numbers, not the letter: the grey frame is the image, the rectangle the
letter's box in it, and the oval where its ink is, how far it spreads and how it leans; the darker, the more ink."""


def is_letters(features: Sequence[str]) -> bool:
    """Whether a table has these 16 features, and so can be drawn."""
    return tuple(features) == tuple(MEANINGS)


def box(row: Mapping[str, float]) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of the letter's box, kept inside the frame."""
    width, height = (float(np.clip(row[key], 0.8, SIDE)) for key in ("width", "high"))
    left, bottom = (float(np.clip(row[key] + 0.5 - size / 2, 0, SIDE - size))
                    for key, size in (("x-box", width), ("y-box", height)))
    return left, bottom, width, height


def ink(row: Mapping[str, float]) -> tuple[float, float, float, float, float]:
    """The oval of ink: its centre (x, y), its half axes, and its tilt in degrees, anticlockwise."""
    left, bottom, width, height = box(row)
    share = {key: float(np.clip(row[key], 0, 15)) / 15 for key in ("x-bar", "y-bar", "x2bar", "y2bar", "xybar")}
    sx, sy = width / 2 * max(0.05, share["x2bar"]) ** 0.5, height / 2 * max(0.05, share["y2bar"]) ** 0.5
    shared = float(np.clip(2 * share["xybar"] - 1, -0.95, 0.95)) * sx * sy
    values, vectors = np.linalg.eigh([[sx * sx, shared], [shared, sy * sy]])
    small, large = (SPREAD * np.sqrt(values)).tolist()
    x, y = vectors[:, 1]
    centre = (low + size * (0.5 + SHIFT * (share[key] - 0.5)) for low, size, key in
              ((left, width, "x-bar"), (bottom, height, "y-bar")))
    return *centre, large, small, float(np.degrees(np.arctan2(y, x)))


def meanings() -> str:
    """What each feature means, as a table in Markdown."""
    rows = "\n".join(f"| {name} | {text} |" for name, text in MEANINGS.items())
    return f"**The 16 features.** All are whole numbers from 0 to 15.\n\n| feature | what it tells |\n|---|---|\n{rows}"


def sketch(features: Sequence[str], values: Sequence[float], kind: str, look: Look) -> str:
    """The drawing of a row in one of the tree's colours; "" for a table of anything else."""
    return drawing(features, values, kind, look) if is_letters(features) else ""


def drawing(features: Sequence[str], values: Sequence[float], kind: str, look: Look) -> str:
    """The sketch of one row (F,), as the source of an <img>: SVG, square."""
    row = dict(zip(features, map(float, values), strict=True))
    (left, bottom, width, height), (x, y, large, small, tilt) = box(row), ink(row)
    return svg(filled(
        Path(__file__).with_name("letter.svg"), side=SIDE, dim=look.line, faint=look.grid, colour=look[kind],
        left=left, top=SIDE - bottom - height, width=width, height=height, large=large, small=small, x=x, y=SIDE - y,
        tilt=-tilt, shade=0.2 + 0.75 * np.clip(row["onpix"] / 10, 0, 1)))
