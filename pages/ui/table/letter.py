"""A letter of UCI's Letter Recognition as its 16 numbers tell of it: what they mean, and a sketch of box and ink."""
from collections.abc import Mapping, Sequence

import numpy as np

from ..figures.standing_tree import DARK, LIGHT
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


def sketch(features: Sequence[str], values: Sequence[float], kind: str, dark: bool) -> str:
    """The drawing of a row in one of the tree's colours; "" for a table of anything else."""
    return drawing(features, values, (DARK if dark else LIGHT)[kind], dark) if is_letters(features) else ""


def drawing(features: Sequence[str], values: Sequence[float], colour: str, dark: bool) -> str:
    """The sketch of one row (F,), as the source of an <img>: SVG, square."""
    row = dict(zip(features, map(float, values), strict=True))
    (left, bottom, width, height), (x, y, large, small, tilt) = box(row), ink(row)
    dim, faint = ((DARK if dark else LIGHT)[key] for key in ("line", "grid"))
    shade = 0.2 + 0.75 * np.clip(row["onpix"] / 10, 0, 1)
    lines = "".join(f"M{k} 0V{SIDE}M0 {k}H{SIDE}" for k in range(4, SIDE, 4))
    return svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-.2 -.2 {SIDE + 0.4} {SIDE + 0.4}"><path d="{lines}" '
        f'stroke="{faint}" stroke-width=".08"/><rect width="{SIDE}" height="{SIDE}" rx=".4" fill="none" stroke="{dim}" '
        f'stroke-width=".15"/><clipPath id="c"><rect x="{left:.2f}" y="{SIDE - bottom - height:.2f}" '
        f'width="{width:.2f}" height="{height:.2f}"/></clipPath><g clip-path="url(#c)"><ellipse rx="{large:.2f}" '
        f'ry="{small:.2f}" transform="translate({x:.2f} {SIDE - y:.2f}) rotate({-tilt:.1f})" fill="{colour}" '
        f'fill-opacity="{shade:.2f}"/></g><rect x="{left:.2f}" y="{SIDE - bottom - height:.2f}" width="{width:.2f}" '
        f'height="{height:.2f}" fill="none" stroke="{colour}" stroke-width=".3"/></svg>')
