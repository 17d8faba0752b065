"""Finding what was written among all ink of a picture: by the sizes and places of its connected pieces at rising
contrasts, once printed lines are gone.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from .ink import SMALL, Ink, ring
from .lines import without_lines

FAINTEST = 0.045   # contrast of ink to paper that is still looked at
LEVEL_STEP = 1.6   # between the contrasts that are tried
MOST_PARTS = 6     # strokes and specks of one character
MOST_LOOKED_AT = 50  # pieces of ink at one contrast: noise has tens of thousands
MOST_TRIED = 5     # candidates that are examined closely
GROWTH = 1.35      # how much larger a character may become where fainter ink is counted in
THIN = 0.12        # of a piece's size: a pen's stroke that runs into the border of a photo is no wider

Box = tuple[slice, slice]


@dataclass(frozen=True)
class _Part:
    """A connected piece of ink: its place in the picture, and the sum of its ink."""

    label: int
    box: Box
    mass: float

    @property
    def size(self) -> int:
        return max(_extent(self.box))


@dataclass(frozen=True)
class Candidate:
    """Part of the ink that could be a character: where it is (H, W), at which `level` of contrast it was cut out, its
    `size`, and how much speaks for it. `others` are as likely, somewhere else in the picture."""

    score: float
    size: float
    ink: Ink
    level: float
    mask: np.ndarray
    others: tuple[tuple[int, ...], ...] = ()

    @property
    def box(self) -> Box:
        rows, columns = (np.flatnonzero(self.mask.any(axis)) for axis in (1, 0))
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def each(self) -> Iterator[Candidate]:
        """This one and the others, from left to right."""
        labels, _ = _pieces(self.ink.contrast, self.level)
        masks = [self.mask, *(np.isin(labels, which) for which in self.others)]
        found = [replace(self, mask=mask, others=()) for mask in masks]
        yield from sorted(found, key=lambda each: each.box[1].start)


def search(inks: list[Ink]) -> Candidate | None:
    """The most convincing character in a picture, perhaps one of several; None if there is none.

    Ink is cut at rising contrasts: low ones keep faint strokes whole, high ones let stains go. The lowest that is about
    as convincing as the best is taken, and below it, what is hardly larger.
    """
    bare = [replace(ink, contrast=rest) for ink in inks if (rest := without_lines(ink.contrast)) is not None]
    with_lines = inks if len(bare) < len(inks) else []
    return _best(bare + with_lines if len(inks) > 1 else bare or inks) or (_best(inks) if bare else None)


def _best(inks: list[Ink]) -> Candidate | None:
    ladders = [[each for each in _at_levels(ink) if each] for ink in inks]
    candidates = [(each, ladder) for ladder in ladders for each in ladder]
    if not candidates:
        return None
    most = max(each.score for each, _ in candidates)
    # Stable: those about as good as the best in the order of their levels, then the others.
    order = sorted(candidates, key=lambda pair: 0 if pair[0].score > 0.7 * most else -pair[0].score / most + 1)
    for each, ladder in order[:MOST_TRIED]:
        if each.others or is_stroke(each):
            return _whole(each, ladder)
    return None


def _whole(found: Candidate, ladder: list[Candidate]) -> Candidate:
    """The same with its fainter strokes: a pencil's, say, where it was held lightly."""
    for fainter in ladder[::-1]:
        if (fainter.level < found.level and not fainter.others and not found.others
                and found.size <= fainter.size <= GROWTH * found.size
                and (found.mask & fainter.mask).sum() > 0.9 * found.mask.sum() and is_stroke(fainter)):
            found = replace(fainter, size=found.size)
    return found


def _at_levels(ink: Ink) -> list[Candidate | None]:
    """What could be a character in this ink, from low contrasts to high ones."""
    lowest, highest = max(FAINTEST, 4 * ink.noise), ink.contrast.max()
    count = np.ceil(np.log(highest / lowest) / np.log(LEVEL_STEP)) if highest > lowest else 0
    return [_at_level(ink, lowest * LEVEL_STEP**k) for k in range(int(count))]


def _pieces(contrast: np.ndarray, level: float) -> tuple[np.ndarray, int]:
    return ndimage.label(contrast > level, np.ones((3, 3)))


def _at_level(ink: Ink, level: float) -> Candidate | None:
    """What ink above a level shows, None if nothing or too much. Edges in a photo are left out."""
    contrast = ink.contrast
    labels, count = _pieces(contrast, level)
    parts = _parts(ink, labels) if count else []
    if not parts:
        return None
    main = max(parts, key=lambda part: part.mass * part.size)  # large and dark: a long thin line is neither
    strokes, others = _gathered(main, parts)
    box = _union(strokes)
    mask = np.zeros(contrast.shape, bool)
    mask[box] = np.isin(labels[box], [part.label for part in strokes])
    inside = contrast[mask]
    # Measured where ink is strong: a blurred rim would make the character larger than it is.
    size = max(np.ptp(places) + 1 for places in np.nonzero(mask[box] & (contrast[box] > strength(inside) / 2)))
    rivals, halves = _rivals(main, size, others), _side_by_side(strokes)
    # A drawing has one strength of ink, a photo many: there the darkest is most likely to be what was written.
    score = size if max(contrast.shape) <= SMALL else inside.mean()**2 * size
    if len(strokes) > MOST_PARTS or rivals is None:
        return None
    if halves:
        mask[box] = np.isin(labels[box], halves[0])
        rivals = [halves[1], *rivals]
    return Candidate(score, size, ink, level, mask, tuple(map(tuple, rivals)))


def _parts(ink: Ink, labels: np.ndarray) -> list[_Part]:
    """The pieces that matter: specks go, and in a photo what is small beside the whole of it, or an edge of the paper.
    """
    mass, boxes = np.bincount(labels.ravel(), ink.contrast.ravel()), ndimage.find_objects(labels)
    least = 0.02 * max(labels.shape) if not ink.even else 0
    largest = np.argsort(mass[1:])[-MOST_LOOKED_AT:] + 1
    return [_Part(k, boxes[k - 1], mass[k]) for k in largest
            if mass[k] > 0.01 * mass[1:].max() and max(_extent(boxes[k - 1])) >= least
            and (ink.even or not _is_edge(boxes[k - 1], labels, k))]


def _gathered(main: _Part, parts: list[_Part]) -> tuple[list[_Part], list[_Part]]:
    """The parts near to the main one, or to one that is: the strokes of one character; and those that are not."""
    strokes, others = [main], [part for part in parts if part is not main and part.mass > 0.02 * main.mass]
    while near := [part for part in others if any(_gap(part, one) < 0.25 * main.size for one in strokes)]:
        strokes += near
        others = [part for part in others if not any(part is one for one in near)]
    return strokes, others


def _rivals(main: _Part, size: float, others: list[_Part]) -> list[list[int]] | None:
    """The labels of the parts of each other figure that is about as large; None where there is too much to be one."""
    found, rest = [], others
    while rest:
        first = max(rest, key=lambda part: part.mass)
        group, rest = _gathered(first, rest)
        if first.size > 0.5 * size and first.mass > 0.15 * main.mass:
            if len(group) > MOST_PARTS:
                return None
            found.append([part.label for part in group])
    return found if found or len(others) <= MOST_PARTS else None


def _side_by_side(strokes: list[_Part]) -> tuple[list[int], list[int]] | None:
    """The labels of each half of strokes that lie near to each other and are two characters all the same: both tall,
    with a clear gap."""
    height, width = _extent(_union(strokes))
    tall = [part for part in strokes if _extent(part.box)[0] > 0.5 * height]
    gaps = [(_gap_along(1, a, b), a) for a in tall for b in tall
            if a is not b and a.box[1].start <= b.box[1].start]
    gap, left = max(gaps, key=lambda pair: pair[0], default=(0, None))
    if not (gap > 0.1 * height or gap > 0 and width > 1.1 * height):
        return None
    halves = [part.label for part in strokes if part.box[1].start < left.box[1].stop]
    return halves, [part.label for part in strokes if part.label not in halves]


def _extent(box: Box) -> tuple[int, int]:
    return box[0].stop - box[0].start, box[1].stop - box[1].start


def _union(parts: list[_Part]) -> Box:
    return tuple(slice(min(part.box[axis].start for part in parts), max(part.box[axis].stop for part in parts))
                 for axis in (0, 1))


def _is_edge(box: Box, labels: np.ndarray, label: int) -> bool:
    """Whether ink in a photo is a strip as at the edge of a sheet of paper, or runs into the border and is no stroke of
    a pen."""
    (height, width), shape = _extent(box), labels.shape
    beside = min(box[1].start, shape[1] - box[1].stop) < 0.2 * shape[1]
    if width > max(3 * height, 0.5 * shape[1]) or height > max(8 * width, 0.75 * shape[0]) and beside:
        return True
    borders = [labels[edge] == label for edge in (0, -1)] + [labels[:, edge] == label for edge in (0, -1)]
    touched = [border.sum() for border in borders if border.any()]
    if not touched:
        return False
    size, piece = max(height, width), np.pad(labels[box] == label, 1)
    return bool(len(touched) > 1 or touched[0] > 0.3 * size or size < 0.2 * max(shape)
                or ndimage.distance_transform_edt(piece).max() > THIN * size)


def _gap_along(axis: int, a: _Part, b: _Part) -> int:
    """Empty pixels between two boxes along an axis; negative where they overlap."""
    return max(a.box[axis].start, b.box[axis].start) - min(a.box[axis].stop, b.box[axis].stop)


def _gap(a: _Part, b: _Part) -> int:
    return max(_gap_along(0, a, b), _gap_along(1, a, b))


def is_stroke(candidate: Candidate) -> bool:
    """Whether this is a line on paper: narrow, with paper around it, and most of the ink that there is.

    Measured on digits drawn into synthetic photos: radius over size at most 0.18, ink around at most 0.05, share of all
    ink at least 0.84; on 50 cuttings from real photos of other things, median 0.07, 0.28 (at least 0.11), and 0.02.
    """
    ink = candidate.ink.contrast
    full = strength(ink[candidate.mask])
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
    if not candidate.ink.even:
        labels, _ = ndimage.label(strong & ~candidate.mask, np.ones((3, 3)))
        strong &= ~np.isin(labels, np.unique(ring(labels)[ring(labels) > 0]))  # the table, say
    return bool(radius < 0.3 * size and ink[core].sum() > 0.5 * ink[strong].sum()
                and (not around.any() or ink[box][around].mean() < 0.11 * full))


def cut(candidate: Candidate) -> np.ndarray:
    """The ink (h, w) of a mask alone, as a share of its full strength, in the box that it fills."""
    ink, inside, even = candidate.ink.contrast, candidate.ink.contrast[candidate.mask], candidate.ink.even
    full = np.quantile(inside, 0.98) if even else strength(inside)
    strong = candidate.mask if even else candidate.mask & (ink > 0.35 * full)
    near = ndimage.binary_dilation(strong, iterations=max(1, round(max(ink.shape) / 400)))
    rows, columns = (np.flatnonzero(near.any(axis)) for axis in (1, 0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    share = np.where(near, ink, 0)[box] / full
    return (share if even else (share - 0.15) / 0.75).clip(0, 1)


def strength(ink: np.ndarray) -> float:
    """The mean of the ink (n,) that is above half of that mean: of strokes, without their blurred surroundings."""
    mean = ink.mean()
    for _ in range(10):
        mean = ink[ink >= mean / 2].mean()
    return mean
