"""What requests of a kind have cost, and so how long those at work will still take."""
from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

KEPT = 512    # kinds of which something is known
NEWEST = 0.3  # how much the newest counts against all before


@dataclass
class Spent:
    """What a task has cost: rows that networks evaluated for it, in how many questions; and `seconds` of its own
    between these."""

    rows: float = 0.0
    questions: float = 0.0
    seconds: float = 0.0

    def towards(self, new: Spent) -> Spent:
        """This, with a newer one."""
        return Spent(*(old + NEWEST * (now - old) for old, now in zip(self._all, new._all, strict=True)))

    def less(self, spent: Spent) -> Spent:
        """What is left of it, if so much is spent."""
        return Spent(*(max(0.0, whole - part) for whole, part in zip(self._all, spent._all, strict=True)))

    @property
    def rows_at_once(self) -> float:
        return self.rows / self.questions if self.questions else 0.0

    @property
    def _all(self) -> tuple[float, float, float]:
        return self.rows, self.questions, self.seconds


class Costs:
    """By kind what a request costs, by model how long a row takes: fewer at once take longer each. Of a kind that is
    not known yet, all requests of its class are taken as an example."""

    def __init__(self) -> None:
        # One thread writes, others read: so what is there is replaced, never changed.
        self._spent: dict[Hashable, Spent] = {}
        self._paces: dict[str, dict[int, float]] = {}

    def learn(self, name: str, request: Any, spent: Spent) -> None:
        """A request has ended."""
        for kind in _kinds(name, request):
            before = self._spent.pop(kind, spent)
            self._spent[kind] = before.towards(spent)
        for kind in list(self._spent)[:-KEPT]:
            del self._spent[kind]

    def evaluated(self, name: str, rows: int, seconds: float) -> None:
        """So many rows of a model took so long together."""
        paces, size, pace = self._paces.get(name, {}), rows.bit_length(), seconds / rows
        before = paces.get(size, pace)
        self._paces[name] = {**paces, size: before + NEWEST * (pace - before)}

    def of(self, name: str, request: Any) -> Spent | None:
        """What such a request costs; None if none has ended yet."""
        known = (self._spent.get(kind) for kind in _kinds(name, request))
        return next((spent for spent in known if spent is not None), None)

    def seconds(self, name: str, spent: Spent, at_once: float) -> float:
        """How long that takes, if about so many rows are evaluated at once."""
        paces, size = self._paces.get(name), max(1, round(at_once)).bit_length()
        pace = paces[min(paces, key=lambda known: abs(known - size))] if paces else 0.0
        return spent.rows * pace + spent.seconds


def _kinds(name: str, request: Any) -> Iterable[Hashable]:
    """From like to less like."""
    return (name, type(request), size(request)), (name, type(request))


def size(thing: Any) -> Hashable:
    """Of a request's fields what may say how much work it is: numbers, how many there are of what it names, shapes of
    arrays. Not its seed, nor what texts say."""
    if is_dataclass(thing):
        return tuple(size(getattr(thing, field.name)) for field in fields(thing) if field.name != "seed")
    if isinstance(thing, (tuple, list)):
        return len(thing), *(size(part) for part in thing if not isinstance(part, str))
    array = getattr(thing, "array", thing)
    return getattr(array, "shape", thing if isinstance(thing, (bool, int, float)) else None)
