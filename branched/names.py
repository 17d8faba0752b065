"""Names of classes: put in order; and how one, several or all of them are asked for."""
from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from unicodedata import normalize

from .errors import BranchedError

Label = str | int
DIGITS = 4000  # of a name that is a number; Python reads no longer ones


def natural_order(name: str) -> tuple[int, int, str]:
    """Sort numbers by value, before words."""
    return (0, int(name[:DIGITS]), name[DIGITS:]) if name.isdecimal() else (1, 0, name)


def one_of(labels: Collection[str], label: Label, whose: str) -> str:
    """A class's name, from a name or an integer; one that is not among the labels is refused."""
    if isinstance(label, bool) or not isinstance(label, (str, int)) and not hasattr(label, "__index__"):
        raise BranchedError(f"A class is named by its name or a whole number, not by {label!r}.")
    name = label if isinstance(label, str) else str(int(label))
    if name not in labels:  # it may be written in other code points that look the same, as file names on a Mac are
        alike = [known for known in labels if normalize("NFC", known) == normalize("NFC", name)]
        if len(alike) != 1:
            raise BranchedError(f"There is no class {name!r:.80}; {whose} knows {', '.join(labels):.500}.")
        [name] = alike
    return name


def listed(text: str, labels: Collection[str]) -> list[str]:
    """Names with commas between them; a name with commas of its own stands in double quotes, or alone."""
    if text in labels:
        return [text]
    try:
        return next(csv.reader([text], skipinitialspace=True), [""])
    except csv.Error:
        raise BranchedError(f"{text!r:.80} names no classes; put commas between them.") from None


def some_of(labels: Collection[str], wanted: Label | Iterable[Label] | None, whose: str) -> tuple[str, ...]:
    """Names of one class, of several (repeats dropped, order kept), or of all for None."""
    if wanted is None:
        return tuple(labels)
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        wanted = (wanted,)
    names = tuple(dict.fromkeys(one_of(labels, label, whose) for label in wanted))
    if not names:
        raise BranchedError("Name at least one class.")
    return names
