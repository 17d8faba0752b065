"""The line in front of the models: one visitor's work at a time, in order of arrival. It knows of turns, no more."""
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 0.25  # seconds before a wait is told of, and between two looks at the line


class Line:
    """Tickets in order of arrival; whoever holds the first may let the model work."""

    def __init__(self) -> None:
        self._tickets: deque[object] = deque()
        self._moved = threading.Condition()

    def __len__(self) -> int:
        """How many are in the line, the one whose turn it is among them."""
        return len(self._tickets)

    @contextmanager
    def turn(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """Wait for one's turn, telling now and then how many are before; leave the line whatever happens."""
        ticket = object()
        with self._moved:
            self._tickets.append(ticket)
        try:
            while before := self._before(ticket):
                waiting(before)
            yield
        finally:
            with self._moved:
                self._tickets.remove(ticket)
                self._moved.notify_all()

    def _before(self, ticket: object) -> int:
        """How many are still before this ticket, after a moment's patience."""
        with self._moved:
            self._moved.wait_for(lambda: self._tickets[0] is ticket, PATIENCE)
            return self._tickets.index(ticket)
