"""Features of a table in numbers: bins, distributions and how far they differ, steps and digits."""
from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

import numpy as np

from branched import BranchedModel, Table

from ..language import localised

BINS = 30   # at most, in a distribution
CLEAR = 0.3  # of two distributions that differs: from here on a feature tells two sides apart


# -- distributions -----------------------------------------------------------------------------------------------------

def edges(low: float, high: float, whole: bool) -> np.ndarray:
    """The limits of the bins of one feature: around whole numbers, where its values are whole."""
    if whole:
        width = int(np.ceil((high - low + 1) / BINS))
        return low - 0.5 + width * np.arange(int(np.ceil((high - low + 1) / width)) + 1)
    return np.linspace(low, high, BINS - 5) if high > low else np.array([low - 0.5, low + 0.5])


def all_edges(form: Table) -> list[np.ndarray]:
    """The limits of the bins of every feature."""
    return [edges(*ends) for ends in zip(form.low, form.high, form.whole, strict=True)]


def shares(values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """How many of the values (n,) are in each bin, as shares; what is outside counts to the first or the last."""
    middle = (limits[:-1] + limits[1:]) / 2
    return np.histogram(np.clip(values, middle[0], middle[-1]), limits)[0] / len(values)


def apart(one: np.ndarray, other: np.ndarray, limits: Sequence[np.ndarray]) -> np.ndarray:
    """How far two sets of rows (n, F) differ in each feature, (F,): 0 if its distributions are the same, 1 if they have
    nothing in common (the total variation distance)."""
    return np.array([np.abs(shares(one[:, k], bins) - shares(other[:, k], bins)).sum() / 2
                     for k, bins in enumerate(limits)])


def between(one: np.ndarray, hybrid: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each feature whether the hybrids' mean lies between those of the two sides, bool (F,)."""
    a, middle, b = one.mean(0), hybrid.mean(0), other.mean(0)
    return (np.minimum(a, b) <= middle) & (middle <= np.maximum(a, b))


def has_order(form: Table) -> np.ndarray:
    """Which features are more or less, bool (F,): all but those of three words or more."""
    return np.array([len(levels) < 3 for levels in form.levels])


def moved(model: BranchedModel, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far each feature of a row (F,) moved, in standard deviations of the training rows, (F,)."""
    return (after - before) / np.array(model.form.std, np.float32)


# -- as they are written -----------------------------------------------------------------------------------------------

def step(low: float, high: float, whole: bool) -> float:
    """A sensible step for changing a value by hand: 1, or about a hundredth of the range."""
    return 1.0 if whole else 10.0 ** floor(log10((high - low or abs(high) or 1.0) / 50))


def digits(low: float, high: float, whole: bool) -> int:
    """After the point, in which a value of a feature is written."""
    return 0 if whole else max(0, -floor(log10(step(low, high, whole))))


def written(value: float, k: int, form: Table) -> str:
    """A value of feature k: a word of a category, or a number in as many digits as its range asks for."""
    if form.is_category[k]:
        return form.levels[k][round(value)]
    return localised(f"{value:.{digits(form.low[k], form.high[k], form.whole[k])}f}")


def correlation(r: float) -> str:
    """Pearson's r, without a sign where it is 0."""
    return localised(f"{r:z.2f}")
