"""What is told of a task to those who wait for it, in threads of their own."""
from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class News(Generic[T]):
    """The latest of a task, and its end; threads may wait for it. Only the newest counts, so telling never waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.latest: Any = None
        self.number = 0     # of things told, the end among them
        self.done = False
        self._result: T | None = None
        self._error: BaseException | None = None

    def tell(self, latest: Any) -> None:
        """Something new; a later thing takes its place."""
        with self._changed:
            self.latest, self.number = latest, self.number + 1
            self._changed.notify_all()

    def end(self, result: T | None = None, error: BaseException | None = None) -> None:
        """It is over, with a result or an error; what comes after the end does not count."""
        with self._changed:
            if not self.done:
                self._result, self._error, self.done, self.number = result, error, True, self.number + 1
                self._changed.notify_all()

    def wait(self, seen: int, seconds: float | None) -> int:
        """The number of things told, as soon as it is more than `seen`, or time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.number > seen or self.done, seconds)
            return self.number

    def result(self) -> T:
        """The result; waits for it. Raises what the work raised."""
        with self._changed:
            self._changed.wait_for(lambda: self.done)
        if self._error is not None:
            raise self._error
        return self._result


class Wanting(Protocol):
    """What an answer can do about its task."""

    def expected(self) -> float | None: ...
    def leave(self) -> None: ...
    def drop(self) -> None: ...


class Answer(Generic[T]):
    """What somebody holds who has asked. If nobody holds it any more, it is dropped by itself: so `gone` must neither
    hold it nor wait for anything, for it may be called wherever Python collects garbage."""

    def __init__(self, news: News[T], wanting: Wanting, gone: Callable[[], None]) -> None:
        self._news, self._wanting, self._seen = news, wanting, 0
        weakref.finalize(self, gone).atexit = False

    @property
    def latest(self) -> Any:
        """The newest thing that the work has yielded; None if there is none yet."""
        return self._news.latest

    @property
    def done(self) -> bool:
        """Whether it has ended, well or badly."""
        return self._news.done

    @property
    def expected(self) -> float | None:
        """Seconds until its end, as far as is known."""
        return self._wanting.expected()

    def wait(self, seconds: float | None) -> bool:
        """Wait until there is something new since this last was so, or the end; False: the time is over."""
        number = self._news.wait(self._seen, seconds)
        news, self._seen = number > self._seen or self.done, number
        return news

    def result(self) -> T:
        """The result, for which it waits. Raises what the work raised."""
        return self._news.result()

    def leave(self) -> None:
        """Nobody here wants it any more. If it is resumable it waits to be asked again, as long as this is held."""
        self._wanting.leave()

    def drop(self) -> None:
        """Leave it, and let it be forgotten: whoever asks it again begins anew."""
        self._wanting.drop()
