"""Who goes first.

The page in front before what is made ahead; what has shown nothing yet before what has; among these the visitor who has
had the least of the processor. Now and then whoever has waited longest, so that nobody waits for ever.
"""
from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple, TypeVar

T = TypeVar("T")
OFTEN = 5        # turns, of which one goes to whoever has waited longest
PATIENCE = 1.0   # seconds that one may have waited before
SLACK = 0.1      # seconds of the processor by which visitors are still equal: they share evaluations


class Urgency(IntEnum):
    """Whether somebody looks at it now, or may do so later."""

    FRONT = 0
    AHEAD = 1


FRONT, AHEAD = Urgency


class Standing(NamedTuple):
    """Where a task stands; the least goes first. `since`: when it was last served."""

    urgency: Urgency
    seen: bool      # whether something of it has been shown
    served: float   # seconds of the processor that its visitor has had
    since: float

    @property
    def rank(self) -> tuple[Urgency, bool]:
        return self.urgency, self.seen


def leader(ready: Sequence[T], standing: Callable[[T], Standing], turn: int, now: float) -> T:
    """The one of some tasks that goes first, in turn number `turn`."""
    if turn % OFTEN == OFTEN - 1:
        longest = min(ready, key=lambda task: standing(task).since)
        if now - standing(longest).since > PATIENCE:
            return longest
    return min(ready, key=standing)


def company(lead: T, ready: Iterable[T], standing: Callable[[T], Standing]) -> list[T]:
    """Those that may share the lead's evaluation, in order, itself first: of its rank, and not far ahead of it in what
    they have had. More rows take longer, so a lead does not wait for those who could wait for it."""
    ahead = standing(lead)
    others = [task for task in ready if task is not lead and standing(task).rank == ahead.rank
              and standing(task).served <= ahead.served + SLACK]
    return [lead, *sorted(others, key=standing)]


class Shares:
    """What visitors have had of the processor, in seconds, since they last had nothing at work.

    Who comes has had as much as the least of the others: so nobody saves up by being away (start-time fair queuing,
    Goyal et al., 1996).
    """

    def __init__(self) -> None:
        self._served: dict[Hashable, float] = {}

    def of(self, visitor: Hashable) -> float:
        return self._served.get(visitor, self._least)

    @property
    def _least(self) -> float:
        return min(self._served.values(), default=0.0)

    def keep(self, visitors: set[Hashable]) -> None:
        """These have something at work; all others are forgotten."""
        self._served = {visitor: seconds for visitor, seconds in self._served.items() if visitor in visitors}
        least = self._least
        for visitor in visitors - self._served.keys():
            self._served[visitor] = least

    def charge(self, visitors: Sequence[Hashable], seconds: float) -> None:
        """Some seconds were for these together."""
        for visitor in visitors:
            if visitor in self._served:
                self._served[visitor] += seconds / len(visitors)
