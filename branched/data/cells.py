"""The cells of a CSV file, however it was written: in which character set, with which delimiter and quotes, with or
without names of its columns, with decimal points or decimal commas, with or without thousands apart.

Libraries that read tables (pandas, Polars) have to be told all of that, take the first line for names whatever it is,
call classes named None and NA missing, and fill up lines that are too short: what they do take off our hands is
splitting at delimiters, which the standard library does.
"""
from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import BranchedError

MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
CLASS_COLUMNS = {"class", "label", "target"}   # names by which the column of classes is known
MOST_BYTES = 500 << 20
SAMPLE = 100                                   # lines that tell how a file is written
SURE = "\t;|"                                  # delimiters that numbers and names seldom contain
BLANKS = " "                                   # as a delimiter: any number of blanks and tabs
UTF16 = b"\xff\xfe", b"\xfe\xff"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")  # of which no text has any
FORMULA = "=+-@\t\r"                           # what spreadsheets work out begins with one of these
COUNTER = re.compile(r"(.*[ _.-])?(id|index|rows?|rownames|no|nr|num|#)|unnamed: ?\d+", re.IGNORECASE)
CAMEL = re.compile(r".*[a-z]I[dD]")            # PassengerId
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)      # 1.234,5
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)                              # 1,234.5
ENGLISH = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+\.\d*|[+-]?[1-9]\d{0,2}(,\d{3}){2,}", re.ASCII)  # and nothing else
DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)                                      # 1.234.567
APART = re.compile(r"(?<=\d)[ '\u2019\u00a0\u202f](?=\d{3}(\D|$))")                                # 1 234 567, 1'234
Line = tuple[int, list[str]]                   # its number in the file, and its cells


@dataclass(frozen=True)
class Cells:
    """The names of the columns of a file, and its lines; numbers among the cells are as Python writes them. Without a
    header the names are 1, 2, 3 … Columns that only name or count the rows are `left_out`."""

    path: Path
    names: list[str]
    lines: list[Line]
    has_header: bool
    left_out: tuple[str, ...] = ()

    def column(self, k: int) -> list[str]:
        return [cells[k] for _, cells in self.lines]

    def only(self, places: Sequence[int]) -> Cells:
        """Some of the columns."""
        return replace(self, names=[self.names[k] for k in places],
                       lines=[(number, [cells[k] for k in places]) for number, cells in self.lines])


def opened(path: Path) -> Cells:
    """The cells of a file. Raises BranchedError with what is wrong with it."""
    try:
        lines = _split(_text(path).replace("\r\n", "\n").replace("\r", "\n"))
    except csv.Error as error:
        raise BranchedError(f"{path} cannot be read as a CSV file ({error}).") from None
    if not lines:
        raise BranchedError(f"{path} has no rows.")
    header = _header(lines)
    if header:
        header, lines = _evened(header, lines[1:])
    width = len(header or lines[0][1])
    for number, cells in lines:
        if len(cells) != width:
            raise BranchedError(f"{path}: line {number} has {len(cells)} cells, and those before have {width}.")
    return _named(path, header, lines) if header else Cells(path, [str(k + 1) for k in range(width)], lines, False)


def is_number(text: str) -> bool:
    return bool(NUMBER.fullmatch(text)) and bool(np.isfinite(float(text)))


def disarmed(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula: with an apostrophe in front, which `opened` takes away
    (OWASP, CSV injection). Numbers are left alone."""
    return f"'{text}" if text[:1] in FORMULA and text and not is_number(text) else text


def _armed(cell: str) -> str:
    """The text of a cell; what `disarmed` put in front is gone."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in FORMULA else cell


# -- characters --------------------------------------------------------------------------------------------------------

def _text(path: Path) -> str:
    """What is written in a file: UTF-8, UTF-16 if it looks like that, or what Excel writes in Western Europe."""
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
    for first, name in enumerate(("utf-16-be", "utf-16-le")):  # of plain letters and digits, every other byte is 0
        if len(content) > 2 and not any(content[first:2 * SAMPLE:2]):
            return content.decode(name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")  # which has no character for some bytes


# -- cells -------------------------------------------------------------------------------------------------------------

def _split(text: str) -> list[Line]:
    """The cells of all lines that have some."""
    first, _, rest = text.partition("\n")
    first = first.strip('"')
    told = first[4:5] if first.lower().startswith("sep=") else ""  # as Excel has it
    sample = [row for row in (rest if told else text).split("\n", 2 * SAMPLE) if row.strip()][:SAMPLE]
    delimiter = told or _delimiter(sample)
    rows = io.StringIO(text, newline="")
    if delimiter == BLANKS:
        rows = (" ".join(row.split()) for row in rows)
    lines = _parsed(rows, delimiter, _quote(sample, delimiter))
    return _with_points(lines[bool(told):], delimiter)


def _parsed(rows: io.StringIO | Sequence[str], delimiter: str, quote: str) -> list[Line]:
    reader = csv.reader(rows, delimiter=delimiter, quotechar=quote, skipinitialspace=True)
    return [(reader.line_num, [" ".join(cell.split("\n")).strip() for cell in cells])
            for cells in reader if any(map(str.strip, cells))]


def _quote(sample: Sequence[str], delimiter: str) -> str:
    """Around cells: an apostrophe, if whole cells are between two of them and no cell is between other quotes."""
    cells = [cell.strip() for row in sample for cell in (row.split(delimiter) if delimiter else [row])]
    single = any(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in cells)
    return "'" if single and not any(cell.startswith('"') for cell in cells) else '"'


def _delimiter(sample: Sequence[str]) -> str:
    """Between cells: what cuts all lines, or all but the first, into as many cells; else a comma where lines have
    some; else blanks. Blanks also where all commas are in numbers."""
    if _is_blank(sample):
        return BLANKS
    widths = {one: [len(cells) for _, cells in _parsed(sample, one, _quote(sample, one))] for one in (*SURE, ",")}
    for one, found in widths.items():
        whole = found[:-1] if len(sample) == SAMPLE and len(found) > 2 else found  # the last may go on below the sample
        if len(set(whole)) == 1 and whole[0] > 1:
            return one
    for one, found in widths.items():
        if len(found) > 2 and len(set(found[1:-1])) == 1 and found[1] > 1:
            return one
    if not sample:
        return ","
    most = max(widths, key=sample[0].count)
    if any(most in line for line in sample):
        return most
    return BLANKS if any(len(line.split()) > 1 for line in sample) else ","


def _is_blank(sample: Sequence[str]) -> bool:
    """Whether blanks cut all lines into as many cells, and decimal commas are the only commas."""
    rows = [row.split() for row in sample]
    commas = [cell for row in rows for cell in row if "," in cell]
    return len({len(row) for row in rows}) == 1 < len(rows[0]) and bool(commas) and all(map(COMMA.fullmatch, commas))


# -- numbers -----------------------------------------------------------------------------------------------------------

def _with_points(lines: list[Line], delimiter: str) -> list[Line]:
    """The same with every number as Python writes it: without what keeps thousands apart, with decimal points."""
    cells = {cell for _, row in lines for cell in row}
    plain = {cell: APART.sub("", cell).replace("\u2212", "-") for cell in cells}
    pointed = {cell: _pointed(number, english) for english in [_is_english(set(plain.values()), delimiter)]
               for cell, number in plain.items()}
    changed = {cell: number for cell, number in pointed.items() if number != cell and is_number(number)}
    changed |= {cell: _armed(cell) for cell in cells if _armed(cell) != cell}
    return [(number, [changed.get(cell, cell) for cell in row]) for number, row in lines] if changed else lines


def _is_english(cells: set[str], delimiter: str) -> bool:
    """Whether the commas in numbers keep thousands apart: some can be nothing else, there are decimal points, or commas
    delimit the cells and those in numbers are all three digits from the end."""
    commas = [cell for cell in cells if COMMA.fullmatch(cell)]
    return (any(ENGLISH.fullmatch(cell) for cell in cells)
            or any("." in cell and NUMBER.fullmatch(cell) and not DOTTED.fullmatch(cell) for cell in cells)
            or not commas or delimiter == "," and all(GROUPED.fullmatch(cell) for cell in commas))


def _pointed(cell: str, english: bool) -> str:
    if english and GROUPED.fullmatch(cell):
        return cell.replace(",", "")
    if DOTTED.fullmatch(cell) and (not english or cell.count(".") > 1):
        return cell.replace(".", "")
    return cell.replace(".", "").replace(",", ".") if not english and COMMA.fullmatch(cell) else cell


# -- names of columns --------------------------------------------------------------------------------------------------

def _header(lines: list[Line]) -> list[str] | None:
    """The first line, if it is of another kind than those below: words above numbers or numbers above words, the usual
    name of the classes, a word above words that all come again, or a count; where no column has numbers, words that do
    not come again."""
    first, rest = lines[0][1], [cells for _, cells in lines[1:]]
    if not rest:
        return None
    if all(len(cells) == len(first) + 1 for cells in rest) and not all(map(is_number, first)):
        return first  # R leaves out the name of the column of names
    below = [[cells[k] for cells in rest[:SAMPLE] if k < len(cells) and cells[k].lower() not in MISSING]
             for k in range(len(first))]
    shares = [sum(map(is_number, column)) / len(column) if column else None for column in below]
    numeric = [name for name, share in zip(first, shares, strict=True) if share is not None and share > 0.8]
    texts = [k for k, share in enumerate(shares) if share == 0]
    if not numeric:
        return first if not any(name in column for name, column in zip(first, below, strict=True)) else None
    is_other = (any(name.lower() in CLASS_COLUMNS for name in first)
                or any(not is_number(name) for name in numeric if name.lower() not in MISSING)
                or any(is_number(first[k]) for k in texts)
                or [name for name in first if name] == [str(k) for k in range(len(first) - (not first[0]))] and len(
                    first) > 3
                or all(name.isdigit() for name in numeric) and _come_again(first, rest, texts))
    return first if is_other else None


def _come_again(first: Sequence[str], rest: Sequence[Sequence[str]], texts: Sequence[int]) -> bool:
    """Whether in columns of words all words come again, but not that in the first line, which has no cell twice."""
    if not texts or len(set(first)) < len(first):
        return False
    columns = [Counter(cells[k] for cells in rest if k < len(cells)) for k in texts]
    return all(min(column.values()) > 1 and first[k] not in column for k, column in zip(texts, columns, strict=True))


def _evened(header: list[str], lines: list[Line]) -> tuple[list[str], list[Line]]:
    """Names and cells of the same number, where all lines, or only the first, ended with a delimiter, or where names of
    rows stand in front."""
    if lines and all(len(cells) == len(header) + 1 for _, cells in lines):
        ended = not any(cells[-1] for _, cells in lines)
        lines = [(number, cells[:-1] if ended else cells[1:]) for number, cells in lines]
    while header and not header[-1] and all(len(cells) < len(header) or not cells[len(header) - 1]
                                            for _, cells in lines):
        header = header[:-1]
        lines = [(number, cells[:len(header)]) for number, cells in lines]
    return header, lines


def _named(path: Path, header: list[str], lines: list[Line]) -> Cells:
    """Without columns that only count the rows, or name them where they have no name themselves. Other nameless ones
    are called by their place, and one whose name was there before is told apart by a number."""
    if not lines:
        raise BranchedError(f"{path} has no rows.")
    names = apart([name or f"column {k + 1}" for k, name in enumerate(header)])
    cells = Cells(path, names, lines, True)
    gone = [k for k, name in enumerate(header) if _names_rows(k, name, cells.column(k))]
    kept = cells.only([k for k in range(len(names)) if k not in gone])
    return replace(kept, left_out=tuple(names[k] for k in gone))


def apart(names: Sequence[str]) -> list[str]:
    """Names as they are, but the second of the same name with (2) behind it."""
    found: list[str] = []
    for name in names:
        k, one = 1, name
        while one in found:
            k, one = k + 1, f"{name} ({k + 1})"
        found.append(one)
    return found


def _names_rows(k: int, name: str, column: Sequence[str]) -> bool:
    """Whether a column counts the rows and is called so; or has no name, stands first and has no cell twice."""
    if not name and k == 0:
        return len(set(column)) == len(column) and not any("." in cell for cell in column)
    return (not name or bool(COUNTER.fullmatch(name) or CAMEL.fullmatch(name))) and any(
        set(column) == {str(j + first) for j in range(len(column))} for first in (0, 1))
