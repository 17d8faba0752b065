"""From the cells of a CSV file to rows of numbers and their classes: which column is the classes', which are numbers
and which are categories, and what is said of a cell that is neither."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..names import natural_order
from .cells import CLASS_COLUMNS, MISSING, SAMPLE, Cells, is_number, opened
from .scales import Level

UNNAMED = {"", "?", "nan"}  # what is no name of a class; "None" and "NA" are
ALL = "all"                 # the class of what has none
LARGEST = 1e30              # of a feature's values
EXACT = 2 ** 24             # above this, not all whole numbers are numbers in single precision
MOST_WORDS = 50             # of a category, each in two rows or more on average
FEW_WORDS, OFTEN = 20, 4    # of a category that has numbers too; rows in which each of its words comes at least
DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(:\d{2})?")
Levels = tuple[tuple[Level, ...], ...]  # of each feature; () of one that has none


class Known(NamedTuple):
    """What a model knows of its table: its features, the levels of each, and the name of the column of classes."""

    features: tuple[str, ...]
    levels: Levels
    label: str

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(level for level in levels if isinstance(level, str)) for levels in self.levels)


class Read(NamedTuple):
    """Features, rows x (n, F), float32, the class of each row, the name of the column of classes, and of each feature
    its words, sorted; () of one that is numbers. In x a word is its place among these."""

    features: tuple[str, ...]
    x: Tensor
    y: list[str]
    label: str
    words: Levels


def read(path: Path, label: str | None = None, classed: bool = True, drop: Sequence[str] = (),
         skip_gaps: bool = False, known: Known | None = None) -> Read:
    """The rows of a CSV file, and their classes. `label` names the column of classes.

    Without it, that is the column called class, label or target, or the only one with text in it that comes again. The
    columns of a file without a header are called 1, 2, 3. Columns named by `drop` are left out; with `skip_gaps` also
    rows in which a value is missing. If rows need not be `classed`, and no column can be that of classes, all are of
    one class. Of a model's table that is `known`, only its own columns are looked at. Raises BranchedError with what is
    wrong.
    """
    found = opened(path)
    if known:
        label = known.label if label is None and known.label in found.names else label
        found = _of_model(found, known.features, {label} & set(found.names))
    for name in set(drop) - set(found.left_out):
        _place(found, name)
    found = found.only([k for k, name in enumerate(found.names) if name not in drop])
    place = _class_column(found, label, classed)
    if skip_gaps:
        found = _without_gaps(found, place)
    features = [k for k in range(len(found.names)) if k != place]
    if not features:
        raise BranchedError(f"{path} has no column but that of the classes; a table needs a feature.")
    y = [ALL] * len(found.lines) if place is None else found.column(place)
    if place is not None and (unnamed := [k for k, name in enumerate(y) if name.lower() in UNNAMED]):
        raise BranchedError(f"{path}: line {found.lines[unnamed[0]][0]} has no class in the column "
                            f"{found.names[place]}; fill or remove it.")
    rest = found.only(features)
    words = known.words if known else tuple(_words(rest.column(k)) for k in range(len(features)))
    return Read(tuple(rest.names), _numbers(rest, words), y, "class" if place is None else found.names[place], words)


def read_rows(path: Path, known: Known, label: str) -> np.ndarray:
    """The rows of a CSV file for a model of a known table, (n, F): columns found by name, or, without a header, in the
    model's order.

    Where the file has the model's column of classes, or one that is called as they are, only rows of the class `label`
    are taken, if it has any.
    """
    features = known.features
    found = opened(path)
    names = found.names
    if not found.has_header and not set(features) <= set(names):
        names = list(features)
    if len(names) != len(found.names):
        raise BranchedError(f"{path} has {len(found.names)} columns and no header; this model takes the features "
                            f"{', '.join(features):.400}.")
    found = replace(found, names=list(names))
    classes = [k for k, name in enumerate(names) if name not in features
               and (name == known.label or name.lower() in CLASS_COLUMNS)]
    classes.sort(key=lambda k: names[k] != known.label)
    of_class = [line for line in found.lines if classes and line[1][classes[0]] == label]
    kept = replace(found, lines=of_class or found.lines)
    return _numbers(_of_model(kept, features), known.words, options=False).numpy()


def _of_model(found: Cells, features: Sequence[str], others: Iterable[str] = ()) -> Cells:
    """The columns of a model's features, in its order, and others."""
    if absent := [name for name in features if name not in found.names]:
        raise BranchedError(f"{found.path} has no column {absent[0]}; this model takes the features "
                            f"{', '.join(features):.400}.")
    return found.only([found.names.index(name) for name in (*features, *others)])


# -- which column is what ----------------------------------------------------------------------------------------------

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
        raise BranchedError(f"In every row of {found.path} a value is missing; columns that are empty can be left out "
                            "(--drop).")
    return replace(found, lines=kept)


def _words(column: Sequence[str]) -> tuple[str, ...]:
    """The words of a category, sorted; () of a column that is none: of numbers, dates, or words that hardly come
    again."""
    counts = Counter(cell for cell in column if cell.lower() not in MISSING)
    words = [word for word in counts if not is_number(word)]
    if not words or any(map(DATE.fullmatch, words)):
        return ()
    is_category = (len(words) == len(counts) <= MOST_WORDS and 2 * len(counts) <= counts.total()
                   or len(counts) <= FEW_WORDS and min(counts[word] for word in words) >= OFTEN)
    return tuple(sorted(counts, key=natural_order)) if is_category else ()


# -- numbers -----------------------------------------------------------------------------------------------------------

def _numbers(found: Cells, words: Sequence[Sequence[str]], options: bool = True) -> Tensor:
    """All cells as float32 (n, F), words as their places, or a sentence about what is neither; with `options` such
    columns and rows can be left out."""
    places = [{word: str(k) for k, word in enumerate(of)} for of in words]
    lines = [(number, [of.get(cell, "") if of else cell for of, cell in zip(places, cells, strict=True)])
             for number, cells in found.lines] if any(places) else found.lines
    try:
        x = np.array([cells for _, cells in lines], np.float64)
    except ValueError:
        x = None
    if x is None or not np.isfinite(x).all() or np.abs(x).max() > LARGEST:
        raise BranchedError(_objection(found, words, options))
    single = x.astype(np.float32)
    for k, name in enumerate(found.names):
        if np.abs(x[:, k]).max() > EXACT and len(np.unique(single[:, k])) < len(np.unique(x[:, k])):
            raise BranchedError(f"{found.path}: the column {name} has numbers so long that some would be taken for the "
                                f"same; if it only names the rows, leave it out (--drop {name}).")
    return torch.from_numpy(single)


def _objection(found: Cells, words: Sequence[Sequence[str]], options: bool) -> str:
    """Why some cells are neither numbers nor words of their category."""
    gaps = [(number, k) for number, cells in found.lines for k, cell in enumerate(cells)
            if cell not in words[k] and cell.lower() in MISSING]
    wrong = [(number, k) for number, cells in found.lines for k, cell in enumerate(cells)
             if cell.lower() not in MISSING and not _is_good(cell, words[k])]
    if wrong:
        (number, k), columns = wrong[0], dict.fromkeys(found.names[k] for _, k in wrong)
        names = " ".join(f'"{name}"' if " " in name else name for name in columns)
        cell, what = dict(found.lines)[number][k], _what(found.column(k), words[k])
        drop = f" Columns can be left out (--drop {names:.120})." if options else ""
        return f"{found.path}: {cell!r:.40} in line {number}, column {found.names[k]}, {what}{drop}"
    (number, k), rows = gaps[0], len({number for number, _ in gaps})
    return (f"{found.path}: a value is missing in line {number}, column {found.names[k]}, and in {rows} of "
            f"{len(found.lines)} rows in all; fill them, or leave those rows out{' (--skip-gaps)' if options else ''}.")


def _is_good(cell: str, words: Sequence[str]) -> bool:
    return cell in words if words else is_number(cell) and abs(float(cell)) <= LARGEST


def _what(column: Sequence[str], words: Sequence[str]) -> str:
    """What is wrong with the cells of a column."""
    if words:
        return f"is none of {', '.join(words):.200}."
    others = {cell for cell in column if cell.lower() not in MISSING and not is_number(cell)}
    if any(map(DATE.fullmatch, others)):
        return "is not a number but a date; write years or days as numbers."
    if len(others) > 1:
        return (f"is not a number; nor are its {len(others)} different words, in {len(column)} rows, categories: these "
                f"are at most {MOST_WORDS}, and come again.")
    return "is not a number."


def two_numbers(x: Tensor) -> tuple[float, ...]:
    """The two values of a feature (n,) that has no others, such as 0 and 1; () of any other."""
    values = torch.unique(x)
    return tuple(values.tolist()) if len(values) == 2 else ()


def levels_of(found: Read) -> Levels:
    """The levels of each feature: its words, or its two numbers."""
    return tuple(words or two_numbers(found.x[:, k]) for k, words in enumerate(found.words))
