"""How the features of a table become numbers of about unit size, and turn back; chosen for each feature by its values.

- A feature of words, or of two numbers, has *levels*: a column for each, of which the greatest is meant (one-hot, with
  Gaussian noise: Chen et al., 2023, "Analog Bits"). All its columns together have variance 1.
- A feature that is skewed, heavy-tailed, or in half of the rows the same, goes by its *quantiles* to a normal one. As
  scikit-learn's QuantileTransformer does, but a value that comes again and again goes to the middle of its quantiles
  also where it is the least or greatest (there that goes to -5.2, and zeros would be outliers), and the quantiles are
  numbers in a model's file, which is no pickle.
- Any other is standardised.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

Level = str | float
SKEWED, HEAVY = 2.0, 7.0  # beyond which skewness and excess kurtosis are no longer nearly normal (West et al., 1995)
SAME = 0.5                # share of one value, from which on a feature is not bell-shaped
KNOTS = 201               # quantiles of a feature: evenly spaced where they go to


def is_bent(x: Tensor) -> bool:
    """Whether a feature's values (n,), float64, are too skewed, too heavy-tailed or too often the same to be only
    standardised."""
    counts = torch.unique(x, return_counts=True)[1]
    if len(counts) < 3:
        return False
    z = (x - x.mean()) / x.std(correction=0)
    return bool(z.pow(3).mean().abs() > SKEWED or z.pow(4).mean() - 3 > HEAVY or counts.max() >= SAME * len(x))


def shares_of(x: Tensor, levels: Sequence[Level]) -> tuple[float, ...]:
    """How many of a feature's values (n,) are each of its levels, as shares."""
    return tuple((x == value).double().mean().item() for value in values_of(levels))


def reach(n: int) -> float:
    """Where the greatest of n values goes."""
    return torch.special.ndtri(torch.tensor(1 - 0.5 / n, dtype=torch.float64)).item()


def quantiles(x: Tensor, end: float) -> tuple[float, ...]:
    """Of values (n,), float64: those that go to evenly spaced numbers from -end to end."""
    p = torch.special.ndtr(torch.linspace(-end, end, KNOTS, dtype=torch.float64)).numpy()
    found = np.quantile(x.numpy(), p, method="hazen")
    found[[0, -1]] = x.min().item(), x.max().item()
    return tuple(np.maximum.accumulate(found).tolist())


class Bend(NamedTuple):
    """A column that goes by its quantiles (K,): where it stands, and its deviation, by which it goes on beyond them."""

    place: int
    quantiles: np.ndarray
    end: float
    std: float

    @property
    def grid(self) -> np.ndarray:
        return np.linspace(-self.end, self.end, len(self.quantiles))

    def bent(self, x: Tensor) -> Tensor:
        """Values (...), float64, as nearly normal ones; one of many quantiles in the middle of these."""
        values, ends = x.numpy(), self.quantiles[[0, -1]]
        inside = np.clip(values, *ends)
        above = np.interp(inside, self.quantiles, self.grid)
        below = -np.interp(-inside, -self.quantiles[::-1], self.grid)
        both = torch.from_numpy(np.stack([below, above]))
        middle = torch.special.ndtri(torch.special.ndtr(both).mean(0))
        return torch.where(both[1] > both[0], middle, both[0]) + torch.from_numpy((values - inside) / self.std)

    def straightened(self, z: Tensor) -> Tensor:
        """The inverse of `bent`."""
        inside = z.clamp(-self.end, self.end)
        return torch.from_numpy(np.interp(inside.numpy(), self.grid, self.quantiles)) + (z - inside) * self.std


class Group(NamedTuple):
    """The columns of a feature with levels: the feature's place, its first column, and what its levels (K,) are
    outside."""

    feature: int
    first: int
    values: np.ndarray

    @property
    def columns(self) -> slice:
        return slice(self.first, self.first + len(self.values))


@dataclass(frozen=True, eq=False)
class Scales:
    """The features of a table (F,), and the columns (D,) that they have inside."""

    mean: Sequence[float]
    std: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    levels: Sequence[Sequence[Level]]
    shares: Sequence[Sequence[float]]
    quantiles: Sequence[Sequence[float]]
    end: float

    @cached_property
    def width(self) -> int:
        return len(self.owners)

    @cached_property
    def owners(self) -> list[int]:
        """The feature that each column is of."""
        return [k for k, levels in enumerate(self.levels) for _ in (levels or [None])]

    @cached_property
    def groups(self) -> list[Group]:
        return [Group(k, self.owners.index(k), values_of(levels)) for k, levels in enumerate(self.levels) if levels]

    @cached_property
    def bends(self) -> list[Bend]:
        return [Bend(self.owners.index(k), np.array(found), self.end, self.std[k])
                for k, found in enumerate(self.quantiles) if found]

    @cached_property
    def _plain(self) -> tuple[list[int], list[int]]:
        """Features that have one column, and these columns."""
        features = [k for k, levels in enumerate(self.levels) if not levels]
        return features, [self.owners.index(k) for k in features]

    @cached_property
    def _shift(self) -> Tensor:
        shift = torch.tensor([self.mean[k] for k in self.owners], dtype=torch.float64)
        for group in self.groups:
            shift[group.columns] = torch.tensor(self.shares[group.feature], dtype=torch.float64)
        shift[[bend.place for bend in self.bends]] = 0
        return shift

    @cached_property
    def _factor(self) -> Tensor:
        factor = torch.tensor([self.std[k] for k in self.owners], dtype=torch.float64)
        for group in self.groups:
            factor[group.columns] = max(0.0, 1 - sum(share**2 for share in self.shares[group.feature])) ** 0.5 or 1.0
        factor[[bend.place for bend in self.bends]] = 1
        return factor

    @cached_property
    def bounds(self) -> tuple[Tensor, Tensor]:
        """The least and greatest that columns (D,) have, scaled."""
        ends = [torch.tensor([end[k] for k in self.owners], dtype=torch.float64) for end in (self.low, self.high)]
        for group in self.groups:
            ends[0][group.columns], ends[1][group.columns] = 0, 1
        low, high = ((end - self._shift) / self._factor for end in ends)
        for bend in self.bends:
            low[bend.place], high[bend.place] = -bend.end, bend.end
        return low, high

    def scaled(self, stored: Tensor) -> Tensor:
        """Columns (..., D) as numbers of about unit size, float32."""
        x = (stored.double() - self._shift) / self._factor
        for bend in self.bends:
            x[..., bend.place] = bend.bent(stored[..., bend.place].double())
        return x.float()

    def unscaled(self, x: Tensor) -> Tensor:
        """The inverse of `scaled`."""
        stored = x.double() * self._factor + self._shift
        for bend in self.bends:
            stored[..., bend.place] = bend.straightened(x[..., bend.place].double())
        return stored.float()

    def spread(self, rows: Tensor) -> Tensor:
        """Rows (n, F) as columns (n, D): of levels, 1 in the column of the nearest and 0 in the others."""
        if not self.groups:
            return rows
        features, columns = self._plain
        stored = rows.new_zeros(len(rows), self.width)
        stored[:, columns] = rows[:, features]
        for group in self.groups:
            away = (rows[:, group.feature, None].double() - torch.from_numpy(group.values)).abs()
            stored[torch.arange(len(rows)), group.first + away.argmin(1)] = 1
        return stored

    def gathered(self, stored: Tensor) -> Tensor:
        """Columns (..., D) as rows (..., F): of levels the greatest."""
        if not self.groups:
            return stored
        features, columns = self._plain
        rows = stored.new_zeros(*stored.shape[:-1], len(self.levels))
        rows[..., features] = stored[..., columns]
        for group in self.groups:
            rows[..., group.feature] = torch.from_numpy(group.values)[stored[..., group.columns].argmax(-1)].to(rows)
        return rows


def values_of(levels: Sequence[Level]) -> np.ndarray:
    """What levels (K,) are outside: numbers themselves, words their place."""
    return np.array([k if isinstance(level, str) else level for k, level in enumerate(levels)], np.float64)
