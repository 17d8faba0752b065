"""Printed lines: frames, ruled and squared paper, taken out of the ink, so that what was written is left.

A line is straight and thin, and goes from border to border, as a figure's strokes seldom do; or it is one of the four
sides of a frame. Where a stroke crosses a line, it is mended.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

COARSE = 480        # pixels of the longer side in which lines are looked for
PIECE = 0.15        # of a side: what is straight for so long may be a part of a line
SLOPES = (-0.12, -0.08, -0.04, 0.0, 0.04, 0.08, 0.12)  # paper is seldom photographed quite straight
THICKEST = 0.035    # of the longer side
SPANS = 0.9         # of a side: what is so long goes from border to border
FRAMES = 0.35       # of a side: four lines of that length can be a frame
CORNER = 0.05       # of a side: so near to each other the sides of a frame meet
FAINTEST = 0.045    # contrast of a line to its paper
RULED = 3           # parallel lines are a ruled sheet
DARKER = 1.8        # than a line: a pen's stroke that crosses it
STRAYS = 0.5        # of a single line's remaining ink, how much has to lie apart from it


@dataclass(frozen=True)
class _Line:
    """A line across the coarse ink, where it is (H, W): its middle `row`, and from where to where it goes, in sides."""

    mask: np.ndarray
    row: float
    start: float
    stop: float

    @property
    def length(self) -> float:
        return self.stop - self.start


def without_lines(ink: np.ndarray) -> np.ndarray | None:
    """Ink (H, W) without the printed lines in it; None where there are none."""
    factor = max(1, -(-max(ink.shape) // COARSE))
    coarse = _largest(ink, factor)
    found = [_lines(coarse), _lines(coarse.T)]
    framed = _is_frame(*found)
    least = [SPANS * lines[1].length if framed else SPANS for lines in found]  # of several frames, all
    printed = [[line for line in lines if line.length >= shortest]
               for lines, shortest in zip(found, least, strict=True)]
    for k, lines in enumerate(printed):
        if len(lines) == 1 and not framed and not _stands_apart(coarse.T if k else coarse, lines[0].mask):
            printed[k] = []
    if not any(printed):
        return None
    rest = _removed(ink, printed[0], coarse, factor)
    rest = _removed(rest.T, printed[1], coarse.T, factor).T
    if framed and sum(map(len, printed)) == 4:
        return _inside(rest, printed)
    return _trimmed(rest) if max(map(len, printed)) >= RULED else rest


def _is_frame(across: list[_Line], down: list[_Line]) -> bool:
    """Whether the two longest lines of each direction meet in four corners."""
    pairs = [sorted(lines[:2], key=lambda line: line.row) for lines in (across, down)]
    if any(len(pair) < 2 for pair in pairs):
        return False
    return all(line.start < others[0].row + CORNER and line.stop > others[1].row - CORNER
               for pair, others in (pairs, pairs[::-1]) for line in pair) and all(
                   pair[1].row - pair[0].row > FRAMES for pair in pairs)


def _inside(ink: np.ndarray, sides: list[list[_Line]]) -> np.ndarray:
    """What is written in a frame of four sides, and nothing beside it."""
    places = [sorted(round(line.row * n) for line in lines) for lines, n in zip(sides, ink.shape, strict=True)]
    inside = np.zeros(ink.shape, bool)
    inside[tuple(slice(*pair) for pair in places)] = True
    return np.where(inside, ink, 0)


def _trimmed(ink: np.ndarray) -> np.ndarray:
    """Without its rim, where only the beginning of a line may be seen."""
    rim = max(2, round(0.02 * max(ink.shape)))
    rest = np.zeros_like(ink)
    rest[rim:-rim, rim:-rim] = ink[rim:-rim, rim:-rim]
    return rest


def _largest(ink: np.ndarray, factor: int) -> np.ndarray:
    """Reduced, each pixel the strongest of those that it stands for: a thin line is not thinned."""
    height, width = (-(-n // factor) * factor for n in ink.shape)
    padded = np.pad(ink, ((0, height - ink.shape[0]), (0, width - ink.shape[1])))
    return padded.reshape(height // factor, factor, width // factor, factor).max((1, 3))


def _lines(ink: np.ndarray) -> list[_Line]:
    """Lines across the ink (H, W), the longest first."""
    height, width = ink.shape
    length = max(5, round(PIECE * width))
    wide = ndimage.maximum_filter1d(ink, 3, axis=0)
    straight = np.max([_opened(wide, length, slope) for slope in SLOPES], 0)
    thick = max(3, round(THICKEST * max(height, width)))
    least = max(FAINTEST, 0.15 * np.quantile(ink, 0.99))
    # Thin: across it, there is soon paper; but where another line crosses it, it goes on.
    thin = np.minimum(straight, ink) - ndimage.grey_opening(ink, (2 * thick + 1, 1)) > least
    thin = ndimage.binary_closing(np.pad(thin, thick), np.ones((1, 2 * thick + 1)))[thick:-thick, thick:-thick]
    pieces, count = ndimage.label(ndimage.binary_dilation(thin, np.ones((3, 1))), np.ones((3, 3)))
    lines = []
    for k, box in enumerate(ndimage.find_objects(pieces, count), 1):
        mask, extent = pieces == k, box[1].stop - box[1].start
        if extent > FRAMES * width and mask.sum() <= (thick + 2) * extent:
            lines.append(_Line(mask, np.nonzero(mask)[0].mean() / height, box[1].start / width, box[1].stop / width))
    return sorted(lines, key=lambda line: -line.length)


def _opened(ink: np.ndarray, length: int, slope: float) -> np.ndarray:
    """What is at least so long along a slope."""
    height, width = ink.shape
    shift = np.round(slope * np.arange(width)).astype(int)
    columns = np.arange(width)
    rows = np.arange(height)[:, None]
    sheared = ink[(rows + shift).clip(0, height - 1), columns]
    sheared = ndimage.maximum_filter1d(ndimage.minimum_filter1d(sheared, length, axis=1), length, axis=1)
    return sheared[(rows - shift).clip(0, height - 1), columns]


def _stands_apart(ink: np.ndarray, line: np.ndarray) -> bool:
    """Whether most of the other ink does not touch a line: else it may be the stem of what was written."""
    strong = ink > 0.3 * np.quantile(ink[line], 0.9)
    rest = strong & ~ndimage.binary_dilation(line, iterations=2)
    near = strong & ndimage.binary_dilation(line, iterations=4)
    labels, count = ndimage.label(rest, np.ones((3, 3)))
    touching = np.unique(labels[near & rest])
    apart = rest & ~np.isin(labels, touching[touching > 0])
    return bool(apart.sum() > STRAYS * max(rest.sum(), 1) and apart.sum() > 20)


def _removed(ink: np.ndarray, lines: list[_Line], coarse: np.ndarray, factor: int) -> np.ndarray:
    """Ink without the lines across it; where there is ink above and below a line, or much darker ink, there it stays.
    """
    if not lines:
        return ink
    darkest = np.zeros_like(coarse)
    for line in lines:
        strengths = np.where(line.mask, coarse, 0).max(0)[line.mask.any(0)]
        darkest[ndimage.binary_dilation(line.mask, np.ones((3, 1)))] = DARKER * np.median(strengths)
    fine = darkest.repeat(factor, 0).repeat(factor, 1)[:ink.shape[0], :ink.shape[1]] > ink
    thick = factor * max(np.median(line.mask.sum(0)[line.mask.any(0)]) + 2 for line in lines)
    rest = np.where(fine, 0, ink)
    return np.where(fine, np.minimum(ndimage.grey_closing(rest, (int(thick) + 3, 3)), ink), rest)
