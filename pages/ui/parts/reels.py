"""A walk of the model as moments in time: where each class was then, with every picture kept once."""
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from branched import ClassTree

from .pictures import levels

VIEWS = {"now": "What the model has", "guess": "Its best guess"}


@dataclass(frozen=True)
class Frame:
    """One moment of a film. Places are in the tree figure's own coordinates, pictures are indices."""

    caption: str  # a line of plain text under the pictures
    cells: tuple[tuple[int, ...], ...] = ()  # rows of pictures; -1 leaves a place empty
    dots: tuple[tuple[float, float], ...] = ()  # x, t
    sprites: tuple[tuple[float, float, int], ...] = ()  # pictures carried over the tree: x, t, index


@dataclass(frozen=True)
class Wave:
    """Where a walk stood after one wave: each class's time, states and best guesses, uint8 (N, n, H, W[, 3])."""

    times: tuple[float, ...]
    noisy: np.ndarray
    guesses: np.ndarray


@dataclass(frozen=True)
class Reel:
    """The moments `times` of a walk: pictures (P, H, W[, 3]), noisy and best guess, each of them once.

    `cells` (moments, classes, n) says which picture is where.
    """

    times: tuple[float, ...]
    noisy: np.ndarray
    guesses: np.ndarray
    cells: np.ndarray

    def shown(self, view: str) -> np.ndarray:
        """The pictures in one of the views."""
        return self.guesses if view == "guess" else self.noisy


def on_the_way(frame: Any, view: str) -> np.ndarray:
    """The pictures of a frame of `model.sampling` in one of the views."""
    return frame.denoised if view == "guess" else frame.noisy


def wave(frame: Any) -> Wave:
    """A frame of `model.sampling`, made small."""
    return Wave(frame.times, levels(frame.noisy), levels(frame.denoised))


def even(count: int) -> list[float]:
    """Moments from noise to data, so many steps apart."""
    return [k / count for k in range(count, -1, -1)]


def latest(times: Sequence[float], t: float) -> int:
    """Which of the falling times is the last that is not below t."""
    return bisect_right(times, -t, key=lambda time: -time) - 1


def reel(tree: ClassTree, labels: Sequence[str], waves: Sequence[Wave], moments: Iterable[float]) -> Reel:
    """The states of these classes at some moments. Classes that share a branch share their pictures."""
    moments, times = tuple(moments), list(zip(*(own.times for own in waves), strict=True))
    places: dict[tuple[int, int], int] = {}  # (wave, branch id): number of the state
    noisy, guesses, cells = [], [], []
    for t in moments:
        row = []
        for k, label in enumerate(labels):
            number = latest(times[k], t)
            key = number, tree.branch_of(label, times[k][number]).id
            if key not in places:
                places[key] = len(noisy)
                noisy.append(waves[number].noisy[k])
                guesses.append(waves[number].guesses[k])
            row.append(places[key])
        cells.append(row)
    n = len(noisy[0])
    return Reel(moments, np.concatenate(noisy), np.concatenate(guesses), np.array(cells)[..., None] * n + np.arange(n))
