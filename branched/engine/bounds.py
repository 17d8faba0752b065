"""How much may be asked of the engine, and what is said beyond that."""
from __future__ import annotations

from dataclasses import dataclass

from ..errors import BranchedError


@dataclass(frozen=True)
class Bounds:
    """How many requests may be at work: of `each` visitor, and in `all`; and how many of a visitor may be `paused`, of
    which the oldest make room. What is made ahead may take half of it, so that a page in front finds room."""

    each: int = 12
    all: int = 256
    paused: int = 4

    def __post_init__(self) -> None:
        for name in ("each", "all", "paused"):
            if getattr(self, name) < 1:
                raise BranchedError(f"An engine takes at least one request: {name} is {getattr(self, name)}.")


class Busy(BranchedError):
    """More is asked than is taken. `seconds`: until there will be room, as far as is known."""

    def __init__(self, why: str, seconds: float | None):
        super().__init__(why, seconds)  # all that it was made of, so that it can be sent to another process
        self.seconds = seconds

    def __str__(self) -> str:
        when = "in a moment" if self.seconds is None else f"in about {_spoken(self.seconds)}"
        return f"{self.args[0]} Please try again {when}."

    @classmethod
    def for_all(cls, seconds: float | None) -> Busy:
        return cls("The model is at work for as many as it can serve at once.", seconds)

    @classmethod
    def for_one(cls, tasks: int, seconds: float | None) -> Busy:
        return cls(f"The model is already at work on {tasks} things for you.", seconds)


def _spoken(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} second{'s' if whole > 1 else ''}" if whole < 100 else f"{round(whole / 60)} minutes"
