"""Small multiples of a table's features, as HTML that flows with the width: distributions, scatters, and moves."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from branched import Table

from ..frame.look import Look
from ..language import _, localised
from ..parts.markup import filled
from ..parts.pictures import svg
from .letter import Words
from .numbers import correlation, shares, written

HERE = Path(__file__).parent
CSS = HERE / "table.css"
MOST = 24        # panels at once
FEW = 4          # features on the first screen
WIDE, HIGH = 160, 100
GROUND = HIGH - 16  # on which distributions stand; the dots of their means are below


@dataclass(frozen=True)
class Entry:
    """What a colour means: a name, and the tree's word for the colour."""

    name: str
    kind: str


@dataclass(frozen=True)
class Contrast:
    """Where the means of two sides and of the hybrid lie, by the tree's words for their colours, in percent of a
    feature's scale, whose ends have names."""

    name: str
    low: str
    high: str
    places: dict[str, float]
    alt: str


@dataclass(frozen=True)
class Panel:
    """One small multiple: a feature's name, a note beside it, a picture, and the ends of its scale."""

    name: str
    note: str
    source: str
    alt: str
    low: str
    high: str


@dataclass(frozen=True)
class Move:
    """How one feature moved: places `before` and `after` in percent of its scale, and bars as (left, width)."""

    name: str
    is_large: bool
    is_still: bool
    values: str
    before: float
    after: float
    way: tuple[float, float]
    tries: tuple[float, float] | None


def part(sentence: str, look: Look, entries: Sequence[Entry] = (), contrasts: Sequence[Contrast] = (),
         panels: Sequence[Panel] = (), shape: str = "", moves: Sequence[Move] = ()) -> str:
    """A part of the page as HTML. All names in it are text, never markup. `shape` of panels is "" or "square"."""
    return filled(HERE / "part.html", sentence=sentence, look=look, entries=entries, contrasts=contrasts, panels=panels,
                  shape=shape, moves=moves)


def _panel(words: Sequence[Words], k: int, note: str, source: str, alt: str, form: Table) -> Panel:
    return Panel(words[k].name, note, source, alt, written(form.low[k], k, form), written(form.high[k], k, form))


# -- means -------------------------------------------------------------------------------------------------------------

def contrasts(words: Sequence[Words], order: Sequence[int], rows: Sequence[np.ndarray], form: Table) -> list[Contrast]:
    """A line for each feature in `order`, from rows (n, F) of one side, of the hybrid and of the other side."""
    means = dict(zip(("lit", "both", "other"), (values.mean(0) for values in rows), strict=True))
    return [Contrast(words[k].name, words[k].low or written(form.low[k], k, form),
                     words[k].high or written(form.high[k], k, form),
                     {kind: _place(mean[k], k, form) for kind, mean in means.items()},
                     _means(words[k].name, rows, k)) for k in order]


def _place(value: float, k: int, form: Table) -> float:
    """Where a value is on its feature's scale, in percent."""
    room = max(form.high[k] - form.low[k], 1e-9)
    return float(np.clip(100 * (value - form.low[k]) / room, 0, 100))


# -- distributions -----------------------------------------------------------------------------------------------------

def distributions(words: Sequence[Words], order: Sequence[int], limits: Sequence[np.ndarray],
                  rows: Sequence[np.ndarray], form: Table, look: Look) -> list[Panel]:
    """A panel for each feature in `order`, from rows (n, F) of one side, of the hybrid and of the other side."""
    return [_panel(words, k, "", distribution(*(values[:, k] for values in rows), limits[k], look),
                   _means(words[k].name, rows, k), form) for k in order[:MOST]]


def _means(name: str, rows: Sequence[np.ndarray], k: int) -> str:
    a, middle, b = (localised(f"{values[:, k].mean():.4g}") for values in rows)
    return _("{name}: mean {one} on one side, {hybrid} of the hybrid, {other} on the other side").format(
        name=name, one=a, hybrid=middle, other=b)


def distribution(one: np.ndarray, hybrid: np.ndarray, other: np.ndarray, limits: np.ndarray, look: Look) -> str:
    """The distributions of one feature, (n,) each, as the source of an <img>; dots below are the means."""
    sets = {"lit": one, "other": other, "both": hybrid}
    heights = {kind: shares(values, limits) for kind, values in sets.items()}
    tall = max(height.max() for height in heights.values())
    first, last = limits[0], limits[-1]
    drawn = [{"path": _steps(heights[kind] / tall), "colour": look[kind],
              "mean": WIDE * np.clip((values.mean() - first) / (last - first), 0.03, 0.97)}
             for kind, values in sets.items()]
    return svg(filled(HERE / "panel.svg", wide=WIDE, high=HIGH, ground=GROUND, line=look.line, areas=drawn[:2],
                      hybrid=drawn[2]))


def _steps(heights: np.ndarray) -> str:
    """A distribution as a path of steps on the ground."""
    room, bins = GROUND - 4, len(heights)
    steps = (f"V{GROUND - room * height:.1f}H{WIDE * (k + 1) / bins:.1f}" for k, height in enumerate(heights))
    return f"M0 {GROUND}{''.join(steps)}V{GROUND}"


# -- before and after --------------------------------------------------------------------------------------------------

def scatters(words: Sequence[Words], before: np.ndarray, after: np.ndarray, r: np.ndarray, form: Table,
             look: Look) -> list[Panel]:
    """A panel for each feature, those that kept most first."""
    order = np.argsort(-np.nan_to_num(r, nan=-2)).tolist()[:MOST]
    return [_panel(words, k, _r(r[k], form.is_category[k]),
                   scatter(before[:, k], after[:, k], form.low[k], form.high[k], form.whole[k], look),
                   _("{name} before and after: {kept}").format(
                       name=words[k].name, kept=_r(r[k], form.is_category[k])), form) for k in order]


def _r(value: float, is_category: bool) -> str:
    if np.isfinite(value):
        return f"r = {correlation(value)}"
    return _("words") if is_category else _("never varies")


def scatter(before: np.ndarray, after: np.ndarray, low: float, high: float, whole: bool, look: Look) -> str:
    """Values (n,) before (to the right) and after (upwards), as the source of an <img>; the line: unchanged."""
    room = max(high - low, 1e-9)
    if high <= low:
        low, high, room = low - 0.5, low + 0.5, 1.0
    jitter = np.random.default_rng(0).uniform(-0.35, 0.35, len(before)) if whole else 0
    pad = 0.5 if whole else 0.02 * room
    x, y = (np.clip(100 * (values - low + pad) / (room + 2 * pad), 1, 99) for values in (before + jitter, after))
    layers = [list(zip(x[k::8].tolist(), (100 - y[k::8]).tolist(), strict=True)) for k in range(8)]
    return svg(filled(HERE / "scatter.svg", layers=layers, line=look.line, colour=look.other))


def moves(words: Sequence[Words], before: np.ndarray, tries: np.ndarray, change: np.ndarray,
          form: Table) -> list[Move]:
    """What moved: from the value before (F,) to that of the first of some tries (n, F), biggest movers first.

    `change` (F,) are the moves in standard deviations.
    """
    return [_move(words[k].name, k, before[k], tries[:, k], abs(change[k]) >= 1, form)
            for k in np.argsort(-np.abs(change), kind="stable").tolist()[:MOST]]


def _move(name: str, k: int, before: float, tries: np.ndarray, is_large: bool, form: Table) -> Move:
    """The move of one feature, of which there were several tries (n,)."""
    a, b, low, high = (_place(value, k, form) for value in (before, tries[0], *np.quantile(tries, [0.1, 0.9])))
    values = f"{written(before, k, form)} → {written(tries[0], k, form)}"
    return Move(name, bool(is_large), bool(before == tries[0]), values, a, b, (min(a, b), abs(b - a)),
                (low - 0.8, high - low + 1.6) if len(tries) > 1 else None)
