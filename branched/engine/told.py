"""What is asked of a replica, and what it tells of its answer, as messages between processes."""
from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from .answer import Answer
from .order import Urgency

PACE = 0.02  # seconds between two looks at an answer; what came in between and was overtaken is not sent
BEAT = 1.0   # seconds after which there is a sign of life, and of how long it will still take


class Asked(NamedTuple):
    """What an engine is asked, but for the model itself, which each process has its own copy of."""

    name: str
    request: Any
    visitor: str
    private: bool
    urgency: Urgency


@dataclass(frozen=True)
class Told:
    """One message: the newest thing (`new`: there is one), seconds to the end as far as is known; last, the end."""

    latest: Any = None
    new: bool = False
    expected: float | None = None
    done: bool = False
    result: Any = None
    error: BaseException | None = None

    def packed(self) -> bytes:
        """As bytes. An error that cannot be sent is told by its words."""
        try:
            whole = pickle.dumps(self, pickle.HIGHEST_PROTOCOL)
            if self.error is not None:
                pickle.loads(whole)  # an exception may be written, and yet not be read again
            return whole
        except Exception as why:  # noqa: BLE001 - whatever pickle raises for somebody's class
            words = f"{type(self.error or why).__name__}: {self.error or why}"
            return pickle.dumps(Told(done=True, error=RuntimeError(words)))


async def telling(answer: Answer) -> AsyncIterator[Told]:
    """What is told of an answer until its end. Only the newest counts, so a slow reader holds nobody up; who stops
    reading has left."""
    clock = asyncio.get_running_loop().time
    try:
        beat = clock()
        yield Told(expected=answer.expected)
        while not answer.done:
            if answer.wait(0):
                yield Told(answer.latest, True, answer.expected)
                beat = clock()
            elif clock() - beat > BEAT:
                yield Told(expected=answer.expected)
                beat = clock()
            await asyncio.sleep(PACE)
        yield ended(answer)
    finally:
        answer.leave()


def ended(answer: Answer) -> Told:
    """The end of an answer, with the newest thing before it."""
    try:
        return Told(answer.latest, answer.latest is not None, 0.0, True, answer.result())
    except BaseException as error:  # noqa: BLE001 - it belongs to who asked, whatever it is
        return Told(answer.latest, answer.latest is not None, 0.0, True, error=error)
