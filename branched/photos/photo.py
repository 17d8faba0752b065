"""Photos, scans and drawings of a character, made into pictures as a model of characters knows them.

First the ink is told from the paper (see `ink`) and from printed lines (see `lines`), then a character from all other
ink (see `search`); then it is scaled, thickened and centred.
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
from .search import FAINTEST, Candidate, cut, search

SIDE = 900         # pixels of the longer side in which a character is looked for
BOX = 20 / 28      # a character's longer side, in sides of the picture (LeCun et al. 1998)
THINNEST = 2.0     # width of a stroke in a picture of 28 pixels: thinner ones are thickened
BEYOND = 0.5 / 28  # MNIST's centre of mass is at index 14 of 28: half a pixel beyond the middle
FINE = 160         # pixels of the longer side of a character before its last reduction
MOST = 12          # figures of one picture that are told apart
LEAST_CROP = 0.01  # of a side

NOTHING = "No digit was found: the picture looks blank. Draw or write one with a darker or thicker stroke."
NO_DIGIT = "No single digit stands out in this picture. Take one digit, large and alone on plain paper."
TWO = "There seem to be two digits in this picture. Cut out one of them, or draw one alone."
SEVERAL = "There seem to be several digits in this picture. Cut out one of them, or take one alone."
MANY = "This picture is full of writing. Cut out one digit, or take one alone on plain paper."

Crop = tuple[float, float, float, float]
ALL: Crop = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Figure:
    """What may be a character in a picture: as a model sees it, float32 of its shape, and where it is in the picture
    that was given, (left, top, right, bottom) in shares of its sides."""

    picture: np.ndarray
    box: Crop


def prepare(source: Any, shape: tuple[int, ...], background: float | None = 0.0,
            crop: Crop | None = None) -> np.ndarray:
    """Any picture of a character, as float32 of a model's `shape` (H, W) or (H, W, 3) in [0, 1].

    `source` is a picture file (bytes or a path), a PIL image or an array (H, W) or (H, W, 3) in [0, 1] or uint8;
    `background` the brightness of the model's images at their borders; `crop` the part to look at, in shares of the
    sides of the upright picture. The ink is found, its bounding box scaled to 20/28 of the side, its centre of mass put
    where MNIST has it; what has this form already comes back as it is.
    With three channels or no known background the picture is only made square and resized.
    Raises BranchedError, with a sentence, for what cannot be read or shows no single character.
    """
    return single(figures(source, shape, background, crop))


def single(found: tuple[Figure, ...]) -> np.ndarray:
    """The picture of the one figure that was found. Raises BranchedError for several."""
    if len(found) > 1:
        raise BranchedError(TWO if len(found) == 2 else SEVERAL)
    return found[0].picture


def figures(source: Any, shape: tuple[int, ...], background: float | None = 0.0,
            crop: Crop | None = None) -> tuple[Figure, ...]:
    """All that may be a character in a picture, from left to right, as `prepare` takes it; at least one, at most MOST.

    Raises BranchedError, with a sentence, for what cannot be read, shows none, or more than that.
    """
    if background is None or len(shape) == 3:
        return whole(source, shape, crop=crop)
    image = _cropped(decode.image_of(source, SIDE), crop)
    if image.size == shape[::-1] and not image.has_transparency_data and not crop:
        pixels = np.asarray(decode.flat(image, "L"), np.float32) / 255
        exact = source if isinstance(source, np.ndarray) and source.dtype.kind == "f" else pixels
        if in_form(pixels if background <= 0.5 else 1 - pixels):
            return (Figure(exact.reshape(shape).astype(np.float32), ALL),)
    found = []
    for each in _characters(rgb_of(image)):
        picture = placed(cut(each), shape)
        found.append(Figure(picture if background <= 0.5 else 1 - picture, _shares(each, crop)))
    return tuple(found)


def whole(source: Any, shape: tuple[int, ...], middle: bool = False, crop: Crop | None = None) -> tuple[Figure]:
    """A picture, or the part `crop` of it, as one figure: only made square, or of a long one its `middle`, and resized.
    """
    picture = decode.squared(_cropped(decode.image_of(source), crop), shape[0], len(shape) == 3, middle)
    return (Figure(picture.astype(np.float32) / 255, crop or ALL),)


def _characters(rgb: np.ndarray) -> list[Candidate]:
    """What may be a character in a picture. Raises BranchedError if there is none, or far too many."""
    inks = inks_of(rgb)
    best = search(inks)
    if best is None:
        raise BranchedError(NO_DIGIT if max((ink.contrast > 4 * FAINTEST).mean() for ink in inks) > 0.01 else NOTHING)
    if len(best.others) >= MOST:
        raise BranchedError(MANY)
    return list(best.each())


def _cropped(image: Image.Image, crop: Crop | None) -> Image.Image:
    """The part of an image to look at. Raises BranchedError for what is no part of it."""
    if crop is None:
        return image
    left, top, right, bottom = crop
    if not (0 <= left <= right - LEAST_CROP and right <= 1 and 0 <= top <= bottom - LEAST_CROP and bottom <= 1):
        raise BranchedError("A part of a picture is (left, top, right, bottom), from 0 to 1, and not empty.")
    width, height = image.size
    return image.crop((int(left * width), int(top * height), max(int(left * width) + 1, round(right * width)),
                       max(int(top * height) + 1, round(bottom * height))))


def _shares(each: Candidate, crop: Crop | None) -> Crop:
    """Where a character is, in shares of the sides of the whole picture."""
    left, top, right, bottom = crop or ALL
    (rows, columns), (height, width) = each.box, each.mask.shape
    return (left + (right - left) * columns.start / width, top + (bottom - top) * rows.start / height,
            left + (right - left) * columns.stop / width, top + (bottom - top) * rows.stop / height)


def in_form(ink: np.ndarray) -> bool:
    """Whether a picture (H, W) of ink in [0, 1] is scaled and centred already."""
    rows, columns = (np.flatnonzero(ink.max(axis) > 0.1) for axis in (1, 0))
    if not len(rows) or ink.max() < 0.7 or np.median(ring(ink)) > 0.02:
        return False
    size = max(np.ptp(rows), np.ptp(columns)) + 1
    off = [(c + 0.5) / n - 0.5 - BEYOND for c, n in zip(ndimage.center_of_mass(ink), ink.shape, strict=True)]
    return abs(size / (BOX * min(ink.shape)) - 1) < 0.12 and np.abs(off).max() < 0.027  # 3/4 of MNIST's pixels


# -- its form --------------------------------------------------------------------------------------------------------

def placed(character: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
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
