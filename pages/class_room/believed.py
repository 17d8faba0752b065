"""What a student sends, looked at before it is believed. Pictures are made anew from their pixels, whatever they were.
"""
import math
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ui.language import N_
from .refused import Refused

KINDS = ("turned", "hybrid", "taught")
MARKS = ("", "🦊", "🐙", "🦉", "🐢", "🐝", "🦒", "🐬", "🦔", "🌵", "🍄", "🚲", "🎈",
         *(str(number) for number in range(1, 41)))  # by which one finds one's own again; no names
MOST_PICTURES, LEAST_SIDE, MOST_SIDE = 10, 4, 128  # of one work, and pixels of a side
LONGEST = 40                                       # letters of a text
NO_PICTURE = N_("That is no picture. Send what this page has made.")
TOO_LARGE = N_("That is too large for the wall. Send what this page has made.")
NO_FACTS = N_("What was sent says something odd of the picture. Send what this page has made.")
STEERING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode's categories of what is not seen, or steers a screen
JOINER = "\N{ZERO WIDTH JOINER}"                       # which many emoji need


@dataclass(frozen=True)
class Work:
    """What a student made: pictures (n, H, W[, 3]), uint8, and what they are.

    `source` and `target` are classes: what it was and what it became, the two sides of a hybrid, or a taught class's
    nearest relative and nothing. `time` is the noise level, if there is one; `seed` the draw number; `place` where it
    stands along the leaves of the tree. The `mark` is one of MARKS.
    """

    kind: str
    pictures: np.ndarray
    model: str
    source: str
    target: str
    seed: int
    time: float | None
    place: float
    mark: str


def work(kind: Any, pictures: Any, *, model: Any = "", source: Any = "", target: Any = "", seed: Any = 0,
         time: Any = None, place: Any = 0.0, mark: Any = "") -> Work:
    """A student's work from whatever was sent. Raises Refused."""
    if kind not in KINDS or mark not in MARKS:
        raise Refused(NO_FACTS)
    return Work(kind, _pictures(pictures), text(model), text(source), text(target), int(_number(seed, 0, 10**6)),
                None if time is None else _number(time, 0, 1), _number(place, -1, 10_000), mark)


def _pictures(given: Any) -> np.ndarray:
    """Pixels of the known shapes alone, as a fresh array of bytes; floats are from 0 to 1."""
    if not isinstance(given, np.ndarray) or given.dtype.kind not in "uf" or given.ndim not in (3, 4):
        raise Refused(NO_PICTURE)
    count, *sides = given.shape
    if len(sides) == 3 and sides[2] != 3 or min(given.shape) < 1 or min(sides[:2]) < LEAST_SIDE:
        raise Refused(NO_PICTURE)
    if count > MOST_PICTURES or max(sides[:2]) > MOST_SIDE:
        raise Refused(TOO_LARGE)
    if given.dtype == np.uint8:
        return np.array(given, order="C")
    if given.dtype.kind == "u" or not np.isfinite(given).all():
        raise Refused(NO_PICTURE)
    return (given.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def text(given: Any, longest: int = LONGEST) -> str:
    """A short text of which all is seen. Raises Refused."""
    if not isinstance(given, str) or len(given) > longest:
        raise Refused(NO_FACTS)
    if any(unicodedata.category(letter) in STEERING and letter != JOINER for letter in given):
        raise Refused(NO_FACTS)
    return given


def _number(given: Any, low: float, high: float) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float, np.integer, np.floating)):
        raise Refused(NO_FACTS)
    if not math.isfinite(given) or not low <= given <= high:
        raise Refused(NO_FACTS)
    return float(given)
