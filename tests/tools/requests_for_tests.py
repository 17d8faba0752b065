"""Requests that the tests ask, and a count of how often each was worked."""
import time
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from pages.ui.serve import Numbers, Request

WORKED: Counter = Counter()


@dataclass(frozen=True)
class Echo(Request[str]):
    """Gives back what it holds."""

    text: str

    def work(self, model: Any) -> Generator[float, None, str]:
        WORKED[self] += 1
        yield 0.5
        return self.text


@dataclass(frozen=True)
class Look(Request[float]):
    """The mean of a picture, which may be a visitor's own."""

    picture: Numbers
    private: bool = False

    def work(self, model: Any) -> Generator[float, None, float]:
        WORKED[self] += 1
        yield 0.5
        return float(self.picture.array.mean())


@dataclass(frozen=True)
class Count(Request[int]):
    """Counts, telling all that it has counted so far; it can be left and gone on with."""

    to: int
    resumable = True
    private = True

    def work(self, model: Any) -> Generator[tuple[int, ...], None, int]:
        WORKED[self] += 1
        for k in range(self.to):
            time.sleep(0.01)
            yield tuple(range(k + 1))
        return self.to
