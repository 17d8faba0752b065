"""All rooms of this process: few, and none for longer than a lesson."""
import threading
import time
from collections import deque
from collections.abc import Callable

from ..ui.language import N_
from . import codes
from .refused import Refused
from .room import Room

MOST = 32                  # rooms at once, of MOST_BYTES each at most
LASTS, LEFT, CLOSED = 4 * 3600.0, 3600.0, 900.0  # seconds: a room, one that nobody looks at, one that was closed
BURST, WINDOW = 6, 60.0    # rooms that are opened within so many seconds
PRESENT = 60.0             # seconds since somebody looked at it, after which a room may have to make place
NO_PLACE = N_("There are too many rooms on this machine at the moment. Try again in a few minutes.")


class Rooms:
    """Rooms by their codes. Threads may share them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self._rooms: dict[str, Room] = {}
        self._opened: deque[float] = deque(maxlen=BURST)
        self._lock = threading.Lock()

    def open(self) -> Room:
        """A new room; its key is for the teacher alone. Raises Refused."""
        self.sweep()
        with self._lock:
            if len(self._opened) == BURST and self.now() - self._opened[0] < WINDOW:
                raise Refused(NO_PLACE)
            if len(self._rooms) >= MOST:
                self._make_place()
            self._opened.append(self.now())
            room = Room(codes.code(self._rooms), self.now)
            self._rooms[room.code] = room
            return room

    def _make_place(self) -> None:
        """The room that was left for longest goes, if nobody looks at it."""
        oldest = min(self._rooms.values(), key=lambda room: room.attended)
        if self.now() - oldest.attended < PRESENT:
            raise Refused(NO_PLACE)
        del self._rooms[oldest.code]

    def find(self, code: str) -> Room | None:
        """The room of a code, if there is one."""
        with self._lock:
            room = self._rooms.get(codes.read(code))
        return None if room is None or self._is_over(room) else room

    def sweep(self) -> None:
        """Let go of rooms whose time is over, with all that is in them."""
        with self._lock:
            self._rooms = {code: room for code, room in self._rooms.items() if not self._is_over(room)}

    def _is_over(self, room: Room) -> bool:
        now = self.now()
        if now - room.began > LASTS or now - room.attended > LEFT:
            return True
        return room.ended is not None and now - room.ended > CLOSED

    def __len__(self) -> int:
        return len(self._rooms)

    @property
    def nbytes(self) -> int:
        """What all walls weigh."""
        with self._lock:
            return sum(room.nbytes for room in self._rooms.values())


ROOMS = Rooms()
