"""Tables: rows of numeric features, in their own units outside and standardised inside the core; and CSV files."""
from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..files import write_atomically
from ..networks.mlp import MLPConfig
from .cells import CLASS_COLUMNS, MISSING, SAMPLE, Cells, is_number, opened
from .form import Blocks, Form

UNNAMED = {"", "?", "nan"}  # what is no name of a class; "None" and "NA" are
ALL = "all"                 # the class of what has none
LARGEST = 1e30              # of a feature's values
EXACT = 2 ** 24             # above this, not all whole numbers are numbers in single precision


@dataclass(frozen=True)
class Table(Form):
    """Rows of named features. Each is known by its mean and standard deviation, by the least and greatest value seen,
    and by whether all values seen were whole numbers."""

    features: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    whole: tuple[bool, ...]
    kind = "rows"
    one, many, suffix = "row", "rows", ".csv"
    config, sizes = MLPConfig, ("width", "blocks", "rank")

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            object.__setattr__(self, name, tuple(value))
            if len(value) != len(self.features):
                raise BranchedError(f"A table has one {name} for each of its {len(self.features)} features.")
        if not self.features or not all(deviation > 0 for deviation in self.std):
            raise BranchedError("A table has at least one feature, and its standard deviations are positive.")

    @classmethod
    def of(cls, features: Sequence[str], x: Tensor) -> Table:
        """What rows x (n, F) tell of their features. One that never varies is centred, not scaled."""
        x = x.double()
        std = x.std(0, correction=0)
        return cls(tuple(features), *(part.tolist() for part in (
            x.mean(0), torch.where(std > 0, std, 1.0), x.amin(0), x.amax(0), (x == x.round()).all(0))))

    @property
    def shape(self) -> tuple[int]:
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
        return self.scale(torch.from_numpy(array))

    def from_core(self, x: Tensor) -> np.ndarray:
        """Tensors (..., F) as float32 rows in the features' units."""
        return self.store(x.detach().cpu()).numpy()

    def shown(self, stored: Tensor) -> np.ndarray:
        return stored.numpy()

    def scale(self, stored: Tensor) -> Tensor:
        return ((stored.double() - self._row(self.mean)) / self._row(self.std)).float()

    def store(self, x: Tensor) -> Tensor:
        return (x.double() * self._row(self.std) + self._row(self.mean)).float()

    def clamp(self, x: Tensor) -> Tensor:
        low, high = ((self._row(end) - self._row(self.mean)) / self._row(self.std) for end in (self.low, self.high))
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
        return self.store(self.clamp(centre + (x - centre + width * moved) / (1 + width**2) ** 0.5))

    def objection(self, x: Tensor) -> str:
        outside = ((x - self.clamp(x)).abs() > 1e-4).nonzero().tolist()
        if not outside:
            return ""
        row, k = outside[0]
        return (f"Row {row + 1} of {len(x)} has {self.features[k]} = {self.from_core(x)[row, k]:g}; the model knows "
                f"{self.low[k]:g} to {self.high[k]:g}, and draws nothing beyond.")

    def rounded(self, rows: Any) -> np.ndarray:
        """Rows (..., F) with each value on its feature's grid: within the range seen, and whole where all seen were."""
        rows = np.asarray(rows, np.float32)
        if rows.shape[-1:] != self.shape:
            raise BranchedError(f"Rows have the shape (..., {len(self.features)}), not {rows.shape}.")
        rows = np.clip(rows, self.low, self.high)
        return np.where(self.whole, np.rint(rows), rows).astype(np.float32)

    def prepare(self, source: Any) -> np.ndarray:
        raise BranchedError(f"This model takes rows of a table ({', '.join(self.features)}), not pictures.")

    def read(self, paths: Sequence[Path], label: str = "") -> np.ndarray:
        """The rows of CSV files, (B, F)."""
        return np.concatenate([read_rows(path, self, label) for path in paths])

    def write(self, path: Path, blocks: Blocks) -> None:
        """A CSV file, no digit of the rows lost, with what is said of each block in columns of their own."""
        def lines(temporary: str) -> None:
            with open(temporary, "w", newline="") as file:
                writer = csv.writer(file)
                for k, (words, rows) in enumerate(blocks):
                    if k == 0:
                        writer.writerow([*words, *self.features])
                    writer.writerows([*words.values(), *(np.format_float_positional(value, trim="-") for value in row)]
                                     for row in rows)

        write_atomically(path, lines)

    @staticmethod
    def _row(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float64)


# -- CSV files -------------------------------------------------------------------------------------------------------

def read(path: Path, label: str | None = None, classed: bool = True, drop: Sequence[str] = (),
         skip_gaps: bool = False) -> tuple[tuple[str, ...], Tensor, list[str]]:
    """The features of a CSV file, its rows, float32 (n, F), and their classes. `label` names the column of classes.

    Without it, that is the column called class, label or target, or the only one with text in it that comes again. The
    columns of a file without a header are called 1, 2, 3. Columns named by `drop` are left out; with `skip_gaps` also
    rows in which a value is missing. If rows need not be `classed`, and no column can be that of classes, all are of
    one class. Raises BranchedError with what is wrong.
    """
    found = opened(path)
    for name in drop:
        _place(found, name)
    found = found.only([k for k, name in enumerate(found.names) if name not in drop])
    place = _class_column(found, label, classed)
    if skip_gaps:
        found = _without_gaps(found, place)
    features = [k for k in range(len(found.names)) if k != place]
    if not features:
        raise BranchedError(f"{path} has no column but that of the classes; a table needs a numeric feature.")
    y = [ALL] * len(found.lines) if place is None else found.column(place)
    if place is not None and (unnamed := [k for k, name in enumerate(y) if name.lower() in UNNAMED]):
        raise BranchedError(f"{path}: line {found.lines[unnamed[0]][0]} has no class in the column "
                            f"{found.names[place]}; fill or remove it.")
    return tuple(found.names[k] for k in features), _numbers(found.only(features)), y


def read_rows(path: Path, table: Table, label: str) -> np.ndarray:
    """The rows of a CSV file for a model, (n, F): columns found by name, or, without a header, in the model's order.

    Where the file has a column of classes (and a header), only rows of the class `label` are taken, if it has any.
    """
    found = opened(path)
    names = found.names if found.has_header else list(table.features)
    absent = [name for name in table.features if name not in names]
    if absent or len(names) != len(found.names):
        what = f"no column {absent[0]}" if absent else f"{len(found.names)} columns and no header"
        raise BranchedError(f"{path} has {what}; this model takes the features {', '.join(table.features)}.")
    classes = next((k for k, name in enumerate(names) if name.lower() in CLASS_COLUMNS), None)
    of_class = [line for line in found.lines if classes is not None and line[1][classes] == label]
    kept = replace(found, names=names, lines=of_class or found.lines)
    return _numbers(kept.only([names.index(name) for name in table.features])).numpy()


def _place(found: Cells, name: str) -> int:
    """Where a column stands."""
    if name not in found.names:
        raise BranchedError(f"{found.path} has no column {name!r}; it has {', '.join(found.names):.400}.")
    return found.names.index(name)


def _class_column(found: Cells, label: str | None, classed: bool) -> int | None:
    """The place of the column of classes; None for no such column, where rows need not be classed."""
    if label is not None:
        return _place(found, label)
    columns = [found.column(k)[:SAMPLE] for k in range(len(found.names))]
    known = [k for k, name in enumerate(found.names) if name.lower() in CLASS_COLUMNS]
    texts = [k for k, cells in enumerate(columns) if not any(map(is_number, cells))]
    again = [k for k in texts if len(set(columns[k])) < len(columns[k])]  # the others are names of rows
    candidates = known or (again if len(again) == 1 else texts)
    if not (candidates or classed):
        return None
    if len(candidates) != 1:
        raise BranchedError(f"Which column of {found.path} holds the classes? Name it (--label): "
                            f"{', '.join(found.names):.400}.")
    return candidates[0]


def _without_gaps(found: Cells, place: int | None) -> Cells:
    """Without the rows in which a value is missing."""
    kept = [(number, cells) for number, cells in found.lines
            if not any(cell.lower() in (UNNAMED if k == place else MISSING) for k, cell in enumerate(cells))]
    if not kept:
        raise BranchedError(f"In every row of {found.path} a value is missing.")
    return replace(found, lines=kept)


def _numbers(found: Cells) -> Tensor:
    """All cells as float32 (n, F), or a sentence about what is no number."""
    try:
        x = np.array([cells for _, cells in found.lines], np.float64)
    except ValueError:
        x = None
    if x is None or not np.isfinite(x).all() or np.abs(x).max() > LARGEST:
        raise BranchedError(_objection(found))
    single = x.astype(np.float32)
    for k, name in enumerate(found.names):
        if np.abs(x[:, k]).max() > EXACT and len(np.unique(single[:, k])) < len(np.unique(x[:, k])):
            raise BranchedError(f"{found.path}: the column {name} has numbers so long that some would be taken for the "
                                f"same; if it only names the rows, leave it out (--drop {name}).")
    return torch.from_numpy(single)


def _objection(found: Cells) -> str:
    """Why some cells are no numbers."""
    gaps = [(number, k) for number, cells in found.lines for k, cell in enumerate(cells) if cell.lower() in MISSING]
    wrong = [(number, k) for number, cells in found.lines for k, cell in enumerate(cells)
             if cell.lower() not in MISSING and not (is_number(cell) and abs(float(cell)) <= LARGEST)]
    if wrong:
        (number, k), columns = wrong[0], list(dict.fromkeys(found.names[k] for _, k in wrong))
        cell = dict(found.lines)[number][k]
        if not any(is_number(cell) for _, cells in found.lines for cell in cells):
            return f"{found.path} has no column of numbers (line {number} has {cell!r:.40}); features are numbers."
        return (f"{found.path}: {cell!r:.40} in line {number}, column {found.names[k]}, is not a number; features are "
                f"numbers. Columns can be left out (--drop {' '.join(columns):.120}).")
    (number, k), rows = gaps[0], len({number for number, _ in gaps})
    return (f"{found.path}: a value is missing in line {number}, column {found.names[k]}, and in {rows} of "
            f"{len(found.lines)} rows in all; fill them, or leave those rows out (--skip-gaps).")
