"""Short links: four letters that stand for a view of a page, as long as the lesson lasts."""
import re
import threading
import time
from collections.abc import Callable

import cachetools

from ..ui.language import N_
from . import codes
from .refused import Refused

MOST, LASTS, LONGEST = 500, 12 * 3600.0, 1_500
VIEW = re.compile(r"[a-z]*(\?[A-Za-z0-9_.,=&%+~-]*)?")  # a page of ours and its settings, and nowhere else
NO_VIEW = N_("A short link leads to a page of this app, and to nothing else.")


class Links:
    """Views by their codes; what was made first goes first. Threads may share them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._views: cachetools.TTLCache = cachetools.TTLCache(MOST, LASTS, now)
        self._lock = threading.Lock()

    def shorten(self, view: str) -> str:
        """A code for a view ("transmute?target=9"); the same view has the same code. Raises Refused."""
        if not isinstance(view, str) or len(view) > LONGEST or not VIEW.fullmatch(view):
            raise Refused(NO_VIEW)
        with self._lock:
            known = next((code for code, kept in self._views.items() if kept == view), None)
            code = known or codes.code(self._views)
            self._views[code] = view
            return code

    def find(self, code: str) -> str | None:
        """The view of a code, if there is one."""
        with self._lock:
            return self._views.get(codes.read(code))

    def __len__(self) -> int:
        return len(self._views)


LINKS = Links()
