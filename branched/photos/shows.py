"""What the pictures of a data set show: characters, which are strokes on an even ground, or anything else.

A model of characters looks for one in a photo, and scales and centres it; a model of anything else takes a photo whole.
"""
import numpy as np
from scipy import ndimage

from ..facts import CHARACTERS, PICTURES
from .ink import ring
from .photo import in_form

LOOKED_AT = 300      # pictures of a data set
MOST = 0.6           # share of them
EVEN = 0.12          # brightness within which a border is of one ground
MOST_UNEVEN = 0.3    # share of a border that a stroke, or a bad crop, may cover
LEAST_CONTRAST = 0.4
LEAST_GROUND = 0.3   # share of a picture
THICKEST = 0.2       # half the width of a stroke, over the longer side of what is drawn
PARTS = 6            # of one character


def shown_in(pictures: np.ndarray) -> str:
    """What grey pictures (n, H, W) in [0, 1] show: characters, if most are strokes on an even ground, and all of them
    light on dark or all dark on light.

    Measured at 28 pixels: strokes of one direction are 100% of MNIST's digits, 84% of scikit-learn's, 99% of hiragana,
    and 26% of photos of ants and bees (7% at 64 pixels).
    """
    some = pictures[:: max(1, len(pictures) // LOOKED_AT)]
    light = [ground < 0.5 for ground, is_stroke in map(stroke_on, some) if is_stroke]
    most = max(light.count(True), light.count(False))
    return CHARACTERS if most > MOST * len(some) else PICTURES


def placed_in(pictures: np.ndarray) -> bool:
    """Whether characters (n, H, W) were scaled and centred as MNIST's were: then that is done to a photo, too."""
    some = pictures[:: max(1, len(pictures) // LOOKED_AT)]
    inks = (np.abs(picture - np.median(ring(picture))) for picture in some)
    return bool(sum(map(in_form, inks)) > MOST * len(some))


def turned(picture: np.ndarray, background: float) -> np.ndarray | None:
    """A picture (H, W) whole, if all that is on it is a few strokes on an even ground; light and dark change places
    where that ground is not that of the model's images. None of any other picture."""
    ground, is_stroke = stroke_on(picture)
    if not is_stroke:
        return None
    return picture if (ground > 0.5) == (background > 0.5) else 1 - picture


def stroke_on(picture: np.ndarray) -> tuple[float, bool]:
    """The brightness of a picture's ground, and whether all that is on it is a few strokes."""
    border = ring(picture)
    ground = float(np.median(border))
    ink = np.abs(picture - ground)
    strong = ink > 0.5 * ink.max()
    if (ink.max() < LEAST_CONTRAST or (np.abs(border - ground) > EVEN).mean() > MOST_UNEVEN
            or (ink < EVEN).mean() < LEAST_GROUND):
        return ground, False
    size = max(np.ptp(places) + 1 for places in np.nonzero(strong))
    radius = ndimage.distance_transform_edt(np.pad(strong, 1)).max() - 0.5
    return ground, bool(radius <= THICKEST * size and ndimage.label(strong, np.ones((3, 3)))[1] <= PARTS)
