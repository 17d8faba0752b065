"""The cells of a CSV file, however it was written: in which character set, with which delimiter, with or without names
of its columns, with decimal points or decimal commas."""
from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import BranchedError

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
CLASS_COLUMNS = {"class", "label", "target"}   # names by which the column of classes is known
MOST_BYTES = 500 << 20
SAMPLE = 100                                   # lines that tell how a file is written
SURE = "\t;|"                                  # delimiters that numbers and names seldom contain
UTF16 = b"\xff\xfe", b"\xfe\xff"
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+(e[+-]?\d+)?", re.IGNORECASE)  # 1.234,5
POINT = re.compile(r"[+-]?\d*\.\d+(e[+-]?\d+)?", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")  # of which no text has any
Line = tuple[int, list[str]]                   # its number in the file, and its cells


@dataclass(frozen=True)
class Cells:
    """The names of the columns of a file, and its lines; numbers among the cells are as Python writes them. Without a
    header the names are 1, 2, 3 …"""

    path: Path
    names: list[str]
    lines: list[Line]
    has_header: bool

    def column(self, k: int) -> list[str]:
        return [cells[k] for _, cells in self.lines]

    def only(self, places: Sequence[int]) -> Cells:
        """Some of the columns."""
        return Cells(self.path, [self.names[k] for k in places],
                     [(number, [cells[k] for k in places]) for number, cells in self.lines], self.has_header)


def opened(path: Path) -> Cells:
    """The cells of a file. Raises BranchedError with what is wrong with it."""
    lines = _with_points(_split(path, _text(path)))
    if not lines:
        raise BranchedError(f"{path} has no rows.")
    header = _header(lines)
    if header:
        header, lines = _without_an_end(header, lines[1:])
    width = len(header or lines[0][1])
    for number, cells in lines:
        if len(cells) != width:
            raise BranchedError(f"{path}: line {number} has {len(cells)} cells, and those before have {width}.")
    return _named(path, header, lines) if header else Cells(path, [str(k + 1) for k in range(width)], lines, False)


def is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


# -- characters --------------------------------------------------------------------------------------------------------

def _text(path: Path) -> str:
    """What is written in a file: UTF-8, UTF-16 if it begins as that does, or what Excel writes in Western Europe."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BranchedError(f"{path} is larger than {MOST_BYTES >> 20} MB; take a part of it.")
        content = path.read_bytes()
        text = _decoded(content)
    except FileNotFoundError:
        raise BranchedError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BranchedError(f"{path} cannot be read as a CSV file ({error}).") from None
    if CONTROL.search(text):
        raise BranchedError(f"{path} cannot be read as a CSV file (it is no text).")
    return text


def _decoded(content: bytes) -> str:
    if content.startswith(UTF16):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")  # which has no character for some bytes


# -- cells -------------------------------------------------------------------------------------------------------------

def _split(path: Path, text: str) -> list[Line]:
    """The cells of all lines that have some."""
    rows = text.splitlines()
    told = rows[0][4:] if rows and rows[0].lower().startswith("sep=") else ""  # as Excel has it
    sample = [row for row in rows[bool(told):] if row.strip()][:SAMPLE]
    delimiter = told[:1] or _delimiter(sample)
    if not delimiter:
        return [(k + 1, row.split()) for k, row in enumerate(rows) if row.strip()]
    first = sample[0].split(delimiter)[0].strip() if sample else ""
    quote = "'" if len(first) > 1 and first[0] == first[-1] == "'" else '"'
    reader = csv.reader(rows, delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise BranchedError(f"{path} cannot be read as a CSV file ({error}).") from None
    return lines[1:] if told else lines


def _delimiter(sample: Sequence[str]) -> str:
    """Between cells: what every line has as often; else a comma where lines have some; "" for blanks."""
    for delimiter in (*SURE, ","):
        counts = {line.count(delimiter) for line in sample}
        if len(counts) == 1 and counts != {0}:
            return delimiter
    if not sample:
        return ","
    most = max((*SURE, ","), key=sample[0].count)
    if any(most in line for line in sample):
        return most
    return "" if any(len(line.split()) > 1 for line in sample) else ","


def _with_points(lines: list[Line]) -> list[Line]:
    """The same with decimal points, where a file has decimal commas and no decimal point."""
    cells = [cell for _, row in lines for cell in row]
    commas = {cell for cell in cells if COMMA.fullmatch(cell)}
    if not commas or any(POINT.fullmatch(cell) for cell in cells):
        return lines
    pointed = {cell: cell.replace(".", "").replace(",", ".") for cell in commas}
    return [(number, [pointed.get(cell, cell) for cell in row]) for number, row in lines]


# -- names of columns --------------------------------------------------------------------------------------------------

def _header(lines: list[Line]) -> list[str] | None:
    """The first line, if it is of another kind than those below: no number above numbers, or the usual name of the
    classes; where no column has numbers, words that do not come again."""
    first, rest = lines[0][1], [cells for _, cells in lines[1:SAMPLE + 1]]
    if not rest:
        return None
    below = [[cells[k] for cells in rest if k < len(cells) and cells[k].lower() not in MISSING]
             for k in range(len(first))]
    numeric = [bool(column) and sum(map(is_number, column)) > 0.8 * len(column) for column in below]
    if any(numeric):
        above = [name for name, is_one in zip(first, numeric, strict=True) if is_one and name.lower() not in MISSING]
        named = any(name.lower() in CLASS_COLUMNS for name in first)
        return first if named or any(not is_number(name) for name in above) else None
    return first if not any(name in column for name, column in zip(first, below, strict=True)) else None


def _without_an_end(header: list[str], lines: list[Line]) -> tuple[list[str], list[Line]]:
    """Without nameless columns at the end that are empty: lines ended with a delimiter, all or only the first."""
    while header and not header[-1] and all(len(cells) < len(header) or not cells[len(header) - 1]
                                            for _, cells in lines):
        header = header[:-1]
        lines = [(number, cells[:len(header)]) for number, cells in lines]
    return header, lines


def _named(path: Path, header: list[str], lines: list[Line]) -> Cells:
    """Without a nameless column that only counts the rows, as pandas writes it; other nameless ones are called by their
    place."""
    if not lines:
        raise BranchedError(f"{path} has no rows.")
    names = [name or f"column {k + 1}" for k, name in enumerate(header)]
    if len(set(names)) < len(names):
        raise BranchedError(f"{path}: every column needs a name of its own in the first line; found "
                            f"{', '.join(names):.200}.")
    cells = Cells(path, names, lines, True)
    return cells.only([k for k, name in enumerate(header) if name or not _counts(cells.column(k))])


def _counts(column: Sequence[str]) -> bool:
    """Whether its cells are 0, 1, 2 … or 1, 2, 3 …"""
    return any(column == [str(k + first) for k in range(len(column))] for first in (0, 1))
