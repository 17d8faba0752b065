"""A walk of the model as moments in time: where each class was then, with every picture kept once."""
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from branched import Outline

from ..language import N_
from .pictures import levels

VIEWS = {"now": N_("What it sees"), "guess": N_("What it thinks it will be")}


@dataclass(frozen=True)
class Frame:
    """One moment of a film. Places on a tree are an x of its figure and a time, pictures are indices."""

    caption: str  # a line of plain text under the pictures
    cells: tuple[tuple[int, ...], ...] = ()  # rows of pictures; -1 leaves a place empty
    dots: tuple[tuple[float, float], ...] = ()  # x, t
    sprites: tuple[tuple[float, float, int], ...] = ()  # pictures carried over the tree: x, t, index
    trails: tuple[tuple[tuple[float, float], ...], ...] = ()  # lines that are lit on the tree: x, t of each corner


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


def reel(outline: Outline, groups: Sequence[str], waves: Sequence[Wave], moments: Iterable[float]) -> Reel:
    """The states of these groups (classes) at some moments. Groups that share a node share their pictures."""
    moments, times = tuple(moments), list(zip(*(wave.times for wave in waves), strict=True))
    states = [[_state(outline, group, walked, t) for group, walked in zip(groups, times, strict=True)] for t in moments]
    first = {}  # each state once: where its pictures are to be found
    for row in states:
        for k, state in enumerate(row):
            first.setdefault(state, (state[0], k))
    noisy, guesses = (np.concatenate([getattr(waves[number], view)[k] for number, k in first.values()])
                      for view in ("noisy", "guesses"))
    places, n = {state: place for place, state in enumerate(first)}, waves[0].noisy.shape[1]
    cells = np.array([[places[state] for state in row] for row in states])[..., None] * n + np.arange(n)
    return Reel(moments, noisy, guesses, cells)


def _state(outline: Outline, group: str, times: Sequence[float], t: float) -> tuple[int, int]:
    """Where a group is at a moment: the number of the wave that brought it there, and the node of the outline."""
    number = latest(times, t)
    return number, outline.node_of(group, times[number]).id
