"""Tables: rows of features, in their own units outside and of about unit size inside the core; and CSV files."""
from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields, replace
from functools import cached_property
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..files import write_atomically
from ..networks.mlp import MLPConfig
from .cells import apart, disarmed
from .form import Blocks, Form
from .reading import Known, Levels, read_rows
from .scales import Level, Scales, is_bent, quantiles, reach, shares_of, values_of

PARTS = ("mean", "std", "low", "high", "whole", "levels", "shares", "quantiles")  # of which every feature has one


@dataclass(frozen=True)
class Table(Form):
    """Rows of named features. Each is known by its mean and standard deviation, by the least and greatest value seen,
    and by whether all values seen were whole numbers.

    A feature may have `levels`, words or two numbers, with the share of each among the rows; outside, a word is its
    place among the levels. Or it goes by its `quantiles`, evenly spaced from -`end` to `end` inside. `label` names the
    column of classes. (`scales` says why, and which feature has what.)
    """

    features: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    whole: tuple[bool, ...]
    levels: Levels = ()
    shares: tuple[tuple[float, ...], ...] = ()
    quantiles: tuple[tuple[float, ...], ...] = ()
    end: float = 0.0
    label: str = "class"
    kind = "rows"
    one, many, suffix = "row", "rows", ".csv"
    config, sizes = MLPConfig, ("width", "blocks", "rank")

    def __post_init__(self) -> None:
        object.__setattr__(self, "features", tuple(self.features))
        for name in ("levels", "shares", "quantiles"):
            parts = getattr(self, name) or ((),) * len(self.features)
            object.__setattr__(self, name, tuple(tuple(part) for part in parts))
        for name in PARTS:
            object.__setattr__(self, name, tuple(getattr(self, name)))
            if len(getattr(self, name)) != len(self.features):
                raise BranchedError(f"A table has one {name} for each of its {len(self.features)} features.")
        if not self.features or not all(deviation > 0 for deviation in self.std):
            raise BranchedError("A table has at least one feature, and its standard deviations are positive.")
        if not all(map(_is_whole, self.levels, self.shares, self.quantiles)) or any(self.quantiles) > (self.end > 0):
            raise BranchedError("The levels of a feature differ and have a share each; quantiles rise.")

    @classmethod
    def of(cls, features: Sequence[str], x: Tensor, levels: Levels = (), label: str = "class") -> Table:
        """What rows x (n, F) tell of their features, of which some have levels. One that never varies is centred, not
        scaled."""
        x, levels, end = x.double(), levels or ((),) * len(features), reach(len(x))
        std, ends = x.std(0, correction=0), torch.stack([x.amin(0), x.amax(0)])
        for k, of in enumerate(levels):
            if of:
                ends[:, k] = torch.from_numpy(values_of(of)[[0, -1]])
        bent = tuple(quantiles(x[:, k], end) if not of and is_bent(x[:, k]) else () for k, of in enumerate(levels))
        return cls(tuple(features), *(part.tolist() for part in (
            x.mean(0), torch.where(std > 0, std, 1.0), *ends, (x == x.round()).all(0))), levels,
            tuple(shares_of(x[:, k], of) for k, of in enumerate(levels)), bent, end if any(bent) else 0.0, label)

    def saved(self) -> dict[str, Any]:
        """What no column asks for is left out: so files from before there was such a thing are saved as they were."""
        unasked = {one.name: one.default for one in fields(self) if one.default is not MISSING}
        usual = asdict(replace(self, **unasked))
        return {name: value for name, value in asdict(self).items() if name not in unasked or value != usual[name]}

    @property
    def known(self) -> Known:
        """What has to be known to read a file for it."""
        return Known(self.features, self.levels, self.label)

    @cached_property
    def _scales(self) -> Scales:
        return Scales(self.mean, self.std, self.low, self.high, self.levels, self.shares, self.quantiles, self.end)

    @property
    def shape(self) -> tuple[int]:
        return (self._scales.width,)

    @property
    def outside_shape(self) -> tuple[int]:
        return (len(self.features),)

    def to_core(self, rows: Any) -> Tensor:
        """Rows (B, F) in the features' units as float32 (B, F), standardised. Raises BranchedError for other shapes,
        and for numbers that are not finite."""
        try:
            array = rows.detach().cpu().numpy() if isinstance(rows, Tensor) else np.asarray(rows)
            array = array.astype(np.float32)
        except (TypeError, ValueError):
            raise BranchedError(f"Rows are an array of numbers of shape (B, {len(self.features)}).") from None
        if array.ndim != 2 or array.shape[1] != len(self.features) or not len(array):
            raise BranchedError(f"This model takes rows of shape (B, {len(self.features)}) with B at least 1, not "
                                f"{array.shape}; the features are {', '.join(self.features)}.")
        if not np.isfinite(array).all():
            name = self.features[int(np.argwhere(~np.isfinite(array))[0, 1])]
            raise BranchedError(f"The values of a row are finite numbers; one of {name} is not.")
        self._check_levels(array)
        return self.scale(self.spread(torch.from_numpy(array)))

    def _check_levels(self, rows: np.ndarray) -> None:
        for k, levels in enumerate(self.levels):
            values = values_of(levels).astype(np.float32)
            if levels and not (known := np.isin(rows[:, k], values)).all():
                listed, other = ", ".join(f"{value:g}" for value in values), rows[:, k][~known][0]
                raise BranchedError(f"{self.features[k]} has the values {listed:.100}; {other:g} is none of them.")

    def from_core(self, x: Tensor) -> np.ndarray:
        """Tensors (..., D) as float32 rows (..., F) in the features' units."""
        return self.shown(self.store(x.detach().cpu()))

    def spread(self, rows: Tensor) -> Tensor:
        """Rows (n, F), float32, as a data set stores them: with a column for each level."""
        return self._scales.spread(rows)

    def shown(self, stored: Tensor) -> np.ndarray:
        return self._scales.gathered(stored).numpy()

    def scale(self, stored: Tensor) -> Tensor:
        return self._scales.scaled(stored)

    def store(self, x: Tensor) -> Tensor:
        return self._scales.unscaled(x)

    def clamp(self, x: Tensor) -> Tensor:
        low, high = self._scales.bounds
        return x.clamp(low.to(x), high.to(x))

    def varied(self, stored: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """Rows (n, F) from a smoothed bootstrap (Silverman and Young, 1987): each is moved by a random mixture of the
        deviations of all, and drawn in, so that means and covariances stay. The width is Silverman's rule."""
        x = self.scale(stored)
        different, centre = torch.unique(x, dim=0), x.mean(0)
        n, features = len(different), x.shape[1]
        # Silverman (1986), eq. 4.14: the width that is best for a Gaussian, in its standard deviations.
        width = strength * (4 / ((features + 2) * n)) ** (1 / (features + 4))
        # A normal mixture of the n deviations has their covariance: no matrix is built or factorised.
        deviations = (different - different.mean(0)) / max(1, n - 1) ** 0.5
        moved = torch.randn(len(x), n, generator=generator) @ deviations
        # Moving adds width^2 of the covariance; dividing by sqrt(1 + width^2) takes it away again.
        varied = self.store(self.clamp(centre + (x - centre + width * moved) / (1 + width**2) ** 0.5))
        return self.spread(self._scales.gathered(varied))  # of levels one is meant

    def objection(self, x: Tensor) -> str:
        outside = ((x - self.clamp(x)).abs() > 1e-4).nonzero().tolist()
        if not outside:
            return ""
        row, k = outside[0][0], self._scales.owners[outside[0][1]]
        return (f"Row {row + 1} of {len(x)} has {self.features[k]} = {self.from_core(x)[row, k]:g}; the model knows "
                f"{self.low[k]:g} to {self.high[k]:g}, and draws nothing beyond.")

    def rounded(self, rows: Any) -> np.ndarray:
        """Rows (..., F) with each value on its feature's grid: within the range seen, and whole where all seen were."""
        rows = np.asarray(rows, np.float32)
        if rows.shape[-1:] != self.outside_shape:
            raise BranchedError(f"Rows have the shape (..., {len(self.features)}), not {rows.shape}.")
        rows = np.clip(rows, self.low, self.high)
        return np.where(self.whole, np.rint(rows), rows).astype(np.float32)

    def prepare(self, source: Any) -> np.ndarray:
        raise BranchedError(f"This model takes rows of a table ({', '.join(self.features)}), not pictures.")

    def read(self, paths: Sequence[Path], label: str = "") -> np.ndarray:
        """The rows of CSV files, (B, F)."""
        return np.concatenate([read_rows(path, self.known, label) for path in paths])

    def cells(self, row: np.ndarray) -> list[str]:
        """A row (F,) as it is written: words of categories, and numbers with no digit lost."""
        return [self.levels[k][int(value)] if self.is_category[k] else np.format_float_positional(value, trim="-")
                for k, value in enumerate(row)]

    def values(self, k: int) -> list[float]:
        """What a feature with levels can be in a row."""
        return values_of(self.levels[k]).tolist()

    @cached_property
    def is_category(self) -> list[bool]:
        """Of each feature, whether it is of words."""
        return [bool(of) and isinstance(of[0], str) for of in self.levels]

    def write(self, path: Path, blocks: Blocks) -> None:
        """A CSV file, no digit of the rows lost, with what is said of each block in columns of their own; its class
        goes under the name of the column of classes. No text in it is a formula."""
        def lines(temporary: str) -> None:
            with open(temporary, "w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                for k, (words, rows) in enumerate(blocks):
                    if k == 0:
                        said = [self.label if word == "class" else word for word in words]
                        writer.writerow(map(disarmed, [*apart([*self.features, *said])[len(self.features):],
                                                       *self.features]))
                    writer.writerows(map(disarmed, [*words.values(), *self.cells(row)]) for row in rows)

        write_atomically(path, lines)


def _is_whole(levels: tuple[Level, ...], shares: tuple[float, ...], quantiles: tuple[float, ...]) -> bool:
    """Whether a feature's levels all differ, with a share each, and its quantiles rise."""
    words = [isinstance(level, str) for level in levels]
    return (len(set(levels)) == len(levels) == len(shares) and all(map(isfinite, (*shares, *quantiles)))
            and (all(words) or not any(words) and all(map(isfinite, levels)))
            and (not quantiles or quantiles[0] < quantiles[-1] and all(a <= b for a, b in pairwise(quantiles))))
