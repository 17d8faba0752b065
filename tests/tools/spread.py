"""Seconds of many, in two numbers: the median and the 95th of a hundred. Who got no answer waited longer than all."""
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Seconds that were waited, in rising order, and how many were `missing`: without an answer when it was over."""

    seconds: tuple[float, ...]
    missing: int = 0

    @classmethod
    def of(cls, seconds: Iterable[float | None]) -> "Spread":
        """Of seconds, where None stands for an answer that did not come."""
        seconds = list(seconds)
        there = sorted(own for own in seconds if own is not None)
        return cls(tuple(there), len(seconds) - len(there))

    def __len__(self) -> int:
        return len(self.seconds) + self.missing

    def within(self, share: float) -> float:
        """Seconds within which a share in (0, 1] of all had their answer: the nearest rank (Hyndman and Fan 1996, 1).

        Infinity where that one had none; nan where nobody asked.
        """
        if not len(self):
            return math.nan
        rank = max(1, math.ceil(share * len(self) - 1e-9))  # 0.95 times 20 is 19, and no more
        return self.seconds[rank - 1] if rank <= len(self.seconds) else math.inf

    @property
    def median(self) -> float:
        """Half of all had their answer within these seconds."""
        return self.within(0.5)

    @property
    def high(self) -> float:
        """95 of a hundred had their answer within these seconds."""
        return self.within(0.95)

    @property
    def figures(self) -> dict[str, float | int | None]:
        """For a file, where None stands for no answer at all."""
        known = {"median": self.median, "95th": self.high, "longest": self.within(1.0)}
        return {name: round(value, 3) if math.isfinite(value) else None for name, value in known.items()} | {
            "times": len(self), "no answer": self.missing}

    def __str__(self) -> str:
        if not len(self):
            return "nobody asked"
        if len(self) == 1:
            return f"{told(self.median)} (once)"
        gone = f"; {self.missing} without an answer" if self.missing else ""
        return f"median {told(self.median)}, 95th of 100 {told(self.high)} ({len(self)} times{gone})"


def told(seconds: float) -> str:
    """Seconds in words: two digits where they are few."""
    if math.isinf(seconds):
        return "no answer"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def slope(times: Sequence[float], values: Sequence[float]) -> float:
    """By how much values rise in a unit of time: the least squares' line. 0 for fewer than two times."""
    if len(times) < 2:
        return 0.0
    middle, level = sum(times) / len(times), sum(values) / len(values)
    spread = sum((time - middle) ** 2 for time in times)
    return sum((time - middle) * (value - level) for time, value in zip(times, values, strict=True)) / spread
