"""Tables: rows of numeric features, in their own units outside and standardised inside the core; and CSV files."""
from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..files import write_atomically
from ..networks.mlp import MLPConfig
from .form import Blocks, Form

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
CLASS_COLUMNS = {"class", "label", "target"}   # names by which the column of classes is known
ALL = "all"                                    # the class of what has none
MOST_BYTES = 500 << 20


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

def read(path: Path, label: str | None = None, names: Sequence[str] = (),
         classed: bool = True) -> tuple[tuple[str, ...], Tensor, list[str]]:
    """The features of a CSV file, its rows, float32 (n, F), and their classes. `label` names the column of classes.

    Without it, that is the column called class, label or target, or the only one with text in it. `names` are those of
    all columns of a file without a header; else they are called 1, 2, 3. If rows need not be `classed`, and no column
    can be that of classes, all are of one class. Raises BranchedError with what is wrong.
    """
    header, lines = _lines(path)
    columns = header or list(names) or [str(k + 1) for k in range(len(lines[0][1]))]
    place = _class_column(path, columns, [cells for _, cells in lines], label, classed)
    features = tuple(name for k, name in enumerate(columns) if k != place)
    if not features:
        raise BranchedError(f"{path} has no column but that of the classes; a table needs a numeric feature.")
    y = [ALL if place is None else cells[place] for _, cells in lines]
    unnamed = next((line for (line, _), name in zip(lines, y, strict=True) if name.lower() in MISSING), None)
    if unnamed:
        raise BranchedError(f"{path}: line {unnamed} has no class in the column {columns[place]}; fill or remove it.")
    return features, _numbers(path, columns, lines, [k for k in range(len(columns)) if k != place]), y


def read_rows(path: Path, table: Table, label: str) -> np.ndarray:
    """The rows of a CSV file for a model, (n, F): columns found by name, or, without a header, in the model's order.

    Where the file has a column of classes (and a header), only rows of the class `label` are taken, if it has any.
    """
    header, lines = _lines(path)
    columns = header or list(table.features)
    absent = [name for name in table.features if name not in columns]
    if absent or len(columns) != len(lines[0][1]):
        what = f"no column {absent[0]}" if absent else f"{len(lines[0][1])} columns and no header"
        raise BranchedError(f"{path} has {what}; this model takes the features {', '.join(table.features)}.")
    classes = next((k for k, name in enumerate(columns) if name.lower() in CLASS_COLUMNS), None)
    of_class = [line for line in lines if classes is not None and line[1][classes] == label]
    return _numbers(path, columns, of_class or lines, [columns.index(name) for name in table.features]).numpy()


def _lines(path: Path) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    """The header of a CSV file (None if it has none) and the cells of every line, with the line's number."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BranchedError(f"{path} is larger than {MOST_BYTES >> 20} MB; take a part of it.")
        text = path.read_text("utf-8-sig")
        first = text[:text.find("\n")]
        delimiter = max(",;\t", key=first.count)
        reader = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells)]
    except FileNotFoundError:
        raise BranchedError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BranchedError(f"{path} cannot be read as a CSV file ({error}).") from None
    header = None
    if len(lines) > 1 and not any(_is_number(cell) for cell in lines[0][1]):
        header = lines.pop(0)[1]
        if "" in header or len(set(header)) < len(header):
            raise BranchedError(f"{path}: every column needs a name of its own in the first line; found "
                                f"{', '.join(header):.200}.")
    if not lines:
        raise BranchedError(f"{path} has no rows.")
    width = len(header or lines[0][1])
    for line, cells in lines:
        if len(cells) != width:
            raise BranchedError(f"{path}: line {line} has {len(cells)} cells, and those before have {width}.")
    return header, lines


def _class_column(path: Path, columns: list[str], rows: list[list[str]], label: str | None,
                  classed: bool) -> int | None:
    """The place of the column of classes; None for no such column, where rows need not be classed."""
    if label is not None:
        if label not in columns:
            raise BranchedError(f"{path} has no column {label!r}; it has {', '.join(columns):.400}.")
        return columns.index(label)
    known = [k for k, name in enumerate(columns) if name.lower() in CLASS_COLUMNS]
    texts = [k for k in range(len(columns)) if not any(_is_number(cells[k]) for cells in rows[:100])]
    candidates = known or texts
    if not (candidates or classed):
        return None
    if len(candidates) != 1:
        raise BranchedError(f"Which column of {path} holds the classes? Name it (--label): {', '.join(columns):.400}.")
    return candidates[0]


def _numbers(path: Path, columns: list[str], lines: list[tuple[int, list[str]]], places: list[int]) -> Tensor:
    """The cells in some columns as float32 (n, F), or a sentence about the first that is no number."""
    try:
        x = np.array([[cells[k] for k in places] for _, cells in lines], np.float64)
        if np.isfinite(x).all() and np.abs(x).max() < 1e30:
            return torch.from_numpy(x.astype(np.float32))
    except ValueError:
        pass
    for line, cells in lines:
        for k in places:
            if cells[k].lower() in MISSING:
                raise BranchedError(f"{path}: a value is missing in line {line}, column {columns[k]}; fill it, or "
                                    "leave the row out.")
            if not _is_number(cells[k]) or not abs(float(cells[k])) < 1e30:
                raise BranchedError(f"{path}: {cells[k]!r:.40} in line {line}, column {columns[k]}, is not a number; "
                                    "features are numbers.")
    raise BranchedError(f"{path} cannot be read as numbers.")


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False
