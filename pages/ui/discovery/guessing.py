"""A guessing game: noisy pictures of two classes in secret order, to tell apart with one's own eyes."""
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

import branched
from branched import BranchedModel

from ..frame import words
from ..parts.film import Frame, film, levels
from ..serve import queue

GUESSES = 8
MOMENTS = np.linspace(1, 0, 51).round(2)  # of the film


def secret(a: str, b: str, seed: int) -> list[str]:
    """Which of two classes is in each place: as many of both, in an order that the draw number decides."""
    rng = np.random.default_rng([seed, 4649])
    return [(a, b)[k] for k in rng.permutation(np.arange(GUESSES) % 2)]


@dataclass(frozen=True)
class Game:
    """Pictures of two classes in secret order, noised: uint8 (times, places, H, W[, 3])."""

    pictures: np.ndarray
    secret: tuple[str, ...]


def game(name: str, model: BranchedModel, a: str, b: str, seed: int) -> Game:
    """The model's own pictures of two classes, mixed, at all moments of the film; each keeps its noise."""
    return queue.work(("guess", name, a, b, seed), lambda: _game(model, a, b, seed))


def _game(model: BranchedModel, a: str, b: str, seed: int) -> Generator[float, None, Game]:
    for frame in model.sampling([a, b], n=GUESSES, seed=seed):
        yield 1 - min(frame.times)
    who = secret(a, b, seed)
    pictures = np.stack([frame.result.images[(a, b).index(label), k] for k, label in enumerate(who)])
    return Game(levels(model.noised(pictures, MOMENTS.tolist(), seed)), tuple(who))


def played(found: Game, revealed: Sequence[str] = ()) -> tuple[np.ndarray, list[Frame]]:
    """Pictures and frames of the film: all in one row, or revealed, in a row for each class."""
    places = range(len(found.secret))
    rows = [[who == label for who in found.secret] for label in revealed] or [[True for _ in places]]
    cells = [tuple(tuple(k * len(places) + c if row[c] else -1 for c in places) for row in rows)
             for k in range(len(MOMENTS))]
    frames = [Frame(moment(t), own) for t, own in zip(MOMENTS.tolist(), cells, strict=True)]
    return found.pictures.reshape(-1, *found.pictures.shape[2:]), frames


def moment(t: float) -> str:
    """What a picture is made of at a time."""
    return f"{words.at(t)}: {float(branched.alpha(t)):.2f} × picture + {float(branched.sigma(t)):.2f} × noise"


def frame_at(t: float) -> int:
    """The frame of the film that is nearest to a time."""
    return int(np.abs(MOMENTS - t).argmin())


def play(found: Game, revealed: Sequence[str], time: float, mark: str, meets: float) -> float:
    """The film of the game, from `time` on; returns the time at which it came to rest.

    A film stays where it is, so a time that comes from elsewhere (a link, the browser's Back) takes a new one.
    """
    state = st.session_state
    if state.get("_looked") != time:
        state._films = state.get("_films", 0) + 1
    pictures, frames = played(found, revealed)
    here = film(f"game{state._films}", pictures, frames, rows=revealed, start=frame_at(time), height=124,
                marks={frame_at(meets): f"{mark}, {words.at(meets)}"}, ends=("noise", "picture"), seconds=8)
    state._looked = float(MOMENTS[here])
    return state._looked


def noising(t: float) -> str:
    """How a picture is noised at a time, with its numbers, in LaTeX."""
    a, s = float(branched.alpha(t)), float(branched.sigma(t))
    return rf"x_{{{t:.2f}}} = {a:.3f} \cdot \text{{picture}} + {s:.3f} \cdot \text{{noise}}"
