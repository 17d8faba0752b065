"""Photos, scans and drawings of a character, made into pictures as a model of characters knows them.

First the ink is told from the paper (see `ink`), then one character from all other ink, by the sizes and places of
its connected pieces at rising contrasts; then it is scaled, thickened and centred.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from ..errors import BranchedError
from . import decode
from .ink import SMALL, inks_of, resized, rgb_of, ring

SIDE = 900         # pixels of the longer side in which a character is looked for
BOX = 20 / 28      # a character's longer side, in sides of the picture (LeCun et al. 1998)
FAINTEST = 0.045   # contrast of ink to paper that is still looked at
LEVEL_STEP = 1.6   # between the contrasts that are tried
THINNEST = 2.0     # width of a stroke in a picture of 28 pixels: thinner ones are thickened
BEYOND = 0.5 / 28  # MNIST's centre of mass is at index 14 of 28: half a pixel beyond the middle
FINE = 160         # pixels of the longer side of a character before its last reduction
MOST_PARTS = 6     # strokes and specks of one character
MOST_LOOKED_AT = 50  # pieces of ink at one contrast: noise has tens of thousands
MOST_TRIED = 5     # candidates that are examined closely

NOTHING = "No digit was found: the picture looks blank. Draw or write one with a darker or thicker stroke."
NO_DIGIT = "No single digit stands out in this picture. Take one digit, large and alone on plain paper."
TWO = "There seem to be two digits in this picture. Cut out one of them, or draw one alone."


def prepare(source: Any, shape: tuple[int, ...], background: float | None = 0.0) -> np.ndarray:
    """Any picture of a character, as float32 of a model's `shape` (H, W) or (H, W, 3) in [0, 1].

    `source` is a picture file (bytes or a path), a PIL image or an array (H, W) or (H, W, 3) in [0, 1] or uint8;
    `background` the brightness of the model's images at their borders. The ink is found, its bounding box scaled to
    20/28 of the side, its centre of mass put where MNIST has it; what has this form already comes back as it is.
    With three channels or no known background the picture is only made square and resized.
    Raises BranchedError, with a sentence, for what cannot be read or shows no single character.
    """
    if background is None or len(shape) == 3:
        return decode.squared(source, shape[0], len(shape) == 3).astype(np.float32) / 255
    image = decode.image_of(source, SIDE)
    if image.size == shape[::-1] and not image.has_transparency_data:
        pixels = np.asarray(decode.flat(image, "L"), np.float32) / 255
        exact = source if isinstance(source, np.ndarray) and source.dtype.kind == "f" else pixels
        if _in_form(pixels if background <= 0.5 else 1 - pixels):
            return exact.reshape(shape).astype(np.float32)
    picture = _placed(_character(rgb_of(image)), shape)
    return picture if background <= 0.5 else 1 - picture


def _in_form(ink: np.ndarray) -> bool:
    """Whether a picture (H, W) of ink in [0, 1] is scaled and centred already."""
    rows, columns = (np.flatnonzero(ink.max(axis) > 0.1) for axis in (1, 0))
    if not len(rows) or ink.max() < 0.7 or np.median(ring(ink)) > 0.02:
        return False
    size = max(np.ptp(rows), np.ptp(columns)) + 1
    off = [(c + 0.5) / n - 0.5 - BEYOND for c, n in zip(ndimage.center_of_mass(ink), ink.shape, strict=True)]
    return abs(size / (BOX * min(ink.shape)) - 1) < 0.12 and np.abs(off).max() < 0.027  # 3/4 of MNIST's pixels


# -- the character among it ------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class _Part:
    """A connected piece of ink: its place in the picture, and the sum of its ink."""

    label: int
    box: tuple[slice, slice]
    mass: float

    @property
    def size(self) -> int:
        return max(_extent(self.box))


@dataclass(frozen=True)
class _Candidate:
    """Part of the ink (H, W) that could be a character, or two, and how much speaks for it."""

    score: float
    ink: np.ndarray
    even: bool
    mask: np.ndarray
    two: bool


def _character(rgb: np.ndarray) -> np.ndarray:
    """The ink (h, w) in [0, 1] of the one character in a picture, cut out. Raises BranchedError if there is none.

    Ink is cut at rising contrasts: low ones keep faint strokes whole, high ones let ruled lines and stains go. The
    lowest that is about as convincing as the best is taken.
    """
    inks = inks_of(rgb)
    candidates = [each for ink, even in inks for each in _at_levels(ink, even)]
    if not candidates:
        raise BranchedError(NO_DIGIT if max((ink > 4 * FAINTEST).mean() for ink, _ in inks) > 0.01 else NOTHING)
    most = max(each.score for each in candidates)
    # Stable: those about as good as the best in the order of their levels, then the others.
    order = sorted(candidates, key=lambda each: 0 if each.score > 0.7 * most else -each.score / most + 1)
    for each in order[:MOST_TRIED]:
        if each.two:
            raise BranchedError(TWO)
        if _is_stroke(each):
            return _cut(each)
    raise BranchedError(NO_DIGIT)


def _at_levels(ink: np.ndarray, even: bool) -> list[_Candidate]:
    """What could be a character in this ink, from low contrasts to high ones."""
    noise = 1.4826 * np.median(ink[ink > 0]) if not even and ink.any() else 0
    lowest, highest = max(FAINTEST, 4 * noise), ink.max()
    count = np.ceil(np.log(highest / lowest) / np.log(LEVEL_STEP)) if highest > lowest else 0
    candidates = [_at_level(ink, lowest * LEVEL_STEP**k, even) for k in range(int(count))]
    return [each for each in candidates if each is not None]


def _at_level(ink: np.ndarray, level: float, even: bool) -> _Candidate | None:
    """What ink above a level shows, None if nothing or too much. Edges in a photo are left out."""
    labels, count = ndimage.label(ink > level, np.ones((3, 3)))
    if not count:
        return None
    mass = np.bincount(labels.ravel(), ink.ravel())
    boxes = ndimage.find_objects(labels)
    least = 0.02 * max(ink.shape) if not even else 0
    largest = np.argsort(mass[1:])[-MOST_LOOKED_AT:] + 1
    # Specks go, and in a photo what is small beside the whole of it, or an edge of the paper.
    parts = [_Part(k, boxes[k - 1], mass[k]) for k in largest
             if mass[k] > 0.01 * mass[1:].max() and max(_extent(boxes[k - 1])) >= least
             and (even or not _is_edge(boxes[k - 1], ink.shape))]
    if not parts:
        return None
    main = max(parts, key=lambda part: part.mass * part.size)  # large and dark: a long thin line is neither
    strokes, others = _gathered(main, parts)
    box = _union(strokes)
    mask = np.zeros(ink.shape, bool)
    mask[box] = np.isin(labels[box], [part.label for part in strokes])
    inside = ink[mask]
    # Measured where ink is strong: a blurred rim would make the character larger than it is.
    size = max(np.ptp(places) + 1 for places in np.nonzero(mask[box] & (ink[box] > _strength(inside) / 2)))
    rivals = [part for part in others if part.size > 0.5 * size and part.mass > 0.15 * main.mass]
    # A drawing has one strength of ink, a photo many: there the darkest is most likely to be what was written.
    score = size if max(ink.shape) <= SMALL else inside.mean()**2 * size
    if len(strokes) + len(rivals) > MOST_PARTS or len(rivals) > 2:
        return None
    return _Candidate(score, ink, even, mask, two=bool(rivals) or _side_by_side(strokes))


def _gathered(main: _Part, parts: list[_Part]) -> tuple[list[_Part], list[_Part]]:
    """The parts near to the main one, or to one that is: the strokes of one character; and those that are not."""
    strokes, others = [main], [part for part in parts if part is not main and part.mass > 0.02 * main.mass]
    while near := [part for part in others if any(_gap(part, one) < 0.25 * main.size for one in strokes)]:
        strokes += near
        others = [part for part in others if not any(part is one for one in near)]
    return strokes, others


def _side_by_side(strokes: list[_Part]) -> bool:
    """Whether strokes that lie near to each other are two characters all the same: both tall, with a clear gap."""
    height, width = _extent(_union(strokes))
    tall = [part for part in strokes if _extent(part.box)[0] > 0.5 * height]
    gaps = [_gap_along(1, a, b) for a in tall for b in tall if a is not b]
    return bool(gaps) and (max(gaps) > 0.1 * height or max(gaps) > 0 and width > 1.1 * height)


def _extent(box: tuple[slice, slice]) -> tuple[int, int]:
    return box[0].stop - box[0].start, box[1].stop - box[1].start


def _union(parts: list[_Part]) -> tuple[slice, slice]:
    return tuple(slice(min(part.box[axis].start for part in parts), max(part.box[axis].stop for part in parts))
                 for axis in (0, 1))


def _is_edge(box: tuple[slice, slice], shape: tuple[int, int]) -> bool:
    """Whether ink in a photo runs into the border, or is a strip as at the edge of a sheet of paper."""
    height, width = _extent(box)
    touches = any(side.start == 0 or side.stop == n for side, n in zip(box, shape, strict=True))
    return touches or width > max(3 * height, 0.5 * shape[1]) or height > max(8 * width, 0.75 * shape[0])


def _gap_along(axis: int, a: _Part, b: _Part) -> int:
    """Empty pixels between two boxes along an axis; negative where they overlap."""
    return max(a.box[axis].start, b.box[axis].start) - min(a.box[axis].stop, b.box[axis].stop)


def _gap(a: _Part, b: _Part) -> int:
    return max(_gap_along(0, a, b), _gap_along(1, a, b))


# -- its form --------------------------------------------------------------------------------------------------------

def _is_stroke(candidate: _Candidate) -> bool:
    """Whether this is a line on paper: narrow, with paper around it, and most of the ink that there is.

    Measured on digits drawn into synthetic photos: radius over size at most 0.18, ink around at most 0.05, share of all
    ink at least 0.84; on 50 cuttings from real photos of other things, median 0.07, 0.28 (at least 0.11), and 0.02.
    """
    ink, full = candidate.ink, _strength(candidate.ink[candidate.mask])
    strong = ink > 0.5 * full
    core = strong & candidate.mask
    # Measured where ink is strong: a blurred rim would make the character larger than it is.
    size = max(np.ptp(places) + 1 for places in np.nonzero(core))
    reach = max(2, size // 20)
    box = tuple(slice(max(0, places.min() - 2 * reach - 1), places.max() + 2 * reach + 2)
                for places in np.nonzero(core))
    around = ndimage.distance_transform_edt(~core[box])
    around = (around > reach) & (around <= 2 * reach)
    radius = ndimage.distance_transform_edt(np.pad(core[box], 1)).max()
    if not candidate.even:
        labels, _ = ndimage.label(strong, np.ones((3, 3)))
        strong &= ~np.isin(labels, np.unique(ring(labels)[ring(labels) > 0]))  # the table, say
    return bool(radius < 0.3 * size and ink[core].sum() > 0.5 * ink[strong].sum()
                and (not around.any() or ink[box][around].mean() < 0.11 * full))


def _cut(candidate: _Candidate) -> np.ndarray:
    """The ink (h, w) of a mask alone, as a share of its full strength, in the box that it fills."""
    ink, inside = candidate.ink, candidate.ink[candidate.mask]
    full = np.quantile(inside, 0.98) if candidate.even else _strength(inside)
    strong = candidate.mask if candidate.even else candidate.mask & (ink > 0.35 * full)
    near = ndimage.binary_dilation(strong, iterations=max(1, round(max(ink.shape) / 400)))
    rows, columns = (np.flatnonzero(near.any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    share = np.where(near, ink, 0)[box] / full
    return (share if candidate.even else (share - 0.15) / 0.75).clip(0, 1)


def _strength(ink: np.ndarray) -> float:
    """The mean of the ink (n,) that is above half of that mean: of strokes, without their blurred surroundings."""
    strength = ink.mean()
    for _ in range(10):
        strength = ink[ink >= strength / 2].mean()
    return strength


def _placed(character: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A character's ink (h, w) scaled to the box, as float32 of `shape` with its centre of mass in the middle."""
    fine = _thickened(character)
    rows, columns = (np.flatnonzero(fine.max(axis) > 0.1) for axis in (1, 0))
    fine = fine[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    side = max(fine.shape) / BOX                                              # of the whole picture, in fine pixels
    pad = int(side)
    fine = np.pad(fine, pad)
    y, x = (c + 0.5 - side * BEYOND for c in ndimage.center_of_mass(fine))
    box = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    picture = resized(fine, shape, Image.Resampling.BICUBIC, box).clip(0, None)
    return (picture / picture.max()).clip(0, 1)


def _thickened(character: np.ndarray) -> np.ndarray:
    """With strokes at least as wide as the thinnest of MNIST, and at most about FINE pixels along a side."""
    stroke = character > 0.5
    edge = stroke & ~ndimage.binary_erosion(stroke)
    width = 2 * character.sum() / max(edge.sum(), 1)
    wanted = THINNEST / 28 * max(character.shape) / BOX
    if width < wanted and max(character.shape) > SMALL / 2:
        radius = (wanted - width) / 2
        margin = int(radius) + 2
        character = np.pad(character, margin)
        distance = ndimage.distance_transform_edt(np.pad(~stroke, margin, constant_values=True))
        character = np.maximum(character, (radius + 1 - distance).clip(0, 1)).astype(np.float32)
    factor = max(1, max(character.shape) // FINE)
    if factor == 1:
        return character
    height, width = (-(-n // factor) * factor for n in character.shape)
    padded = np.pad(character, ((0, height - character.shape[0]), (0, width - character.shape[1])))
    return resized(padded, (height // factor, width // factor), Image.Resampling.BOX)
