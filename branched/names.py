"""Names of classes: put in order; and how one, several or all of them are asked for."""
from __future__ import annotations

from collections.abc import Collection, Iterable

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
    if name not in labels:
        raise BranchedError(f"There is no class {name!r}; {whose} knows {', '.join(labels)}.")
    return name


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
