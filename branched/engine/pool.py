"""The front of a pool: it is asked as an engine is, and has replicas in other processes answer.

A pool is a matter of speed, never of whether there is an answer: while it cannot be reached, and for what only this
process can do (a visitor's own model, work that is left and gone on with), the engine of this process works.
"""
from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from importlib.util import find_spec
from itertools import count
from queue import SimpleQueue
from typing import Any, BinaryIO

from ..errors import BranchedError
from . import courier
from .answer import Answer, News
from .bounds import Busy
from .courier import Frame
from .engine import Engine, Load
from .order import FRONT, Urgency
from .task import LEFT
from .told import Asked, Told, ended

OWN = "own-"   # how the names of models begin that one visitor alone has
AGAIN = 5.0    # seconds between two tries to reach a pool, or one that is busy
MOMENT = 1.0   # seconds to wait for the first word of a replica
MISSING = "The pool needs Ray: pip install -r requirements-pool.txt"
CLIENT = ("A pool is not reached by ray://, by which nothing can be streamed: let this machine join its cluster, "
          "and name that by host and port.")
DIED = "The pool's replicas went down over this, one after the other; please ask for something else."
NUMBERS = count(1)  # of errands
log = logging.getLogger(__name__)


class Pool:
    """Replicas of the engine at a Ray `address` ("auto": on this machine, or host:port); `engine`: this process's own.

    Raises BranchedError if Ray is not installed, or cannot be reached in that way.
    """

    def __init__(self, address: str, engine: Engine):
        if find_spec("ray") is None:
            raise BranchedError(MISSING)
        if address.startswith("ray://"):
            raise BranchedError(CLIENT)
        self._engine, self._line = engine, Line(address)

    def ask(self, name: str, request: Any, model: Any, visitor: str = "", private: bool = False,
            urgency: Urgency = FRONT) -> Answer:
        """As an engine's; waits a moment for the word that a replica has taken it. Raises Busy if that is too busy."""
        def here() -> Answer:
            return self._engine.ask(name, request, model, visitor, private, urgency)

        only_here = name.startswith(OWN) or getattr(request, "resumable", False) or getattr(request, "inline", False)
        if only_here or not self._line.reached.is_set():
            return here()
        return Errand(Asked(name, request, visitor, private, urgency), self._line, here).start()

    def wait(self, seconds: float) -> bool:
        """Wait until the pool is reached; False: it is not."""
        return self._line.reached.wait(seconds)

    def load(self) -> Load:
        """What this process's own engine has to do, and has done; among the tasks, those that replicas work for it."""
        load = self._engine.load()
        return load._replace(tasks=load.tasks + self._line.carries)

    def close(self) -> None:
        """Let the pool go; the engine stays."""
        self._line.close()


class Errand:
    """One request on its way, for one who asked. What it tells is `news`."""

    def __init__(self, asked: Asked, line: Line, here: Callable[[], Answer]):
        self.news, self.number = News(), next(NUMBERS)
        self._asked, self._line, self._here = asked, line, here
        self._until: float | None = None
        self._heard, self._lock = threading.Event(), threading.Lock()
        self._waits, self._left = True, False  # whether the asker waits for the first word, or has left
        self._busy: Busy | None = None

    def start(self) -> Answer:
        """The answer; a replica works it, or will soon. Raises Busy if that is too busy."""
        self._line.send(self)
        self._heard.wait(MOMENT)
        with self._lock:
            self._waits = False
        if self._busy:
            raise self._busy
        return Answer(self.news, self, self._let_go)

    def frame(self) -> Frame:
        """As it goes to the courier; with a key, if others may share its answer."""
        body = pickle.dumps(self._asked)
        if self._asked.private:
            return Frame(self.number, courier.ASKED, body)
        key = blake2b(repr(self._asked[:2]).encode(), digest_size=courier.KEY).digest()
        return Frame(self.number, courier.KEYED, key + body)

    def tell(self, told: Told) -> None:
        """Something that is told of it."""
        if isinstance(told.error, Busy):
            return self._refused(told.error)
        self._until = None if told.expected is None else time.monotonic() + told.expected
        if told.new:
            self.news.tell(told.latest)
        if told.done:
            self.news.end(told.result, told.error)
        return self._heard.set()

    def work_here(self) -> None:
        """The pool has gone: this process's engine works it, from the beginning."""
        threading.Thread(target=self._work_here, daemon=True).start()

    def expected(self) -> float | None:
        return self._until and max(0.0, self._until - time.monotonic())

    def leave(self) -> None:
        self._let_go()
        self.news.end(error=BranchedError(LEFT))

    drop = leave

    def _let_go(self) -> None:
        self._left = True
        self._line.leave(self.number)

    def _refused(self, busy: Busy) -> None:
        """It was too much: who still waits for the first word is told; else it is sent again in a while."""
        with self._lock:
            self._busy = busy if self._waits else None
        if self._busy:
            self._heard.set()
        else:
            timer = threading.Timer(min(AGAIN, busy.seconds or AGAIN), self._send_again)
            timer.daemon = True
            timer.start()

    def _send_again(self) -> None:
        if not self._left:
            self._line.send(self)

    def _work_here(self) -> None:
        try:
            answer = self._here()
            while not answer.done and not self._left:
                if answer.wait(MOMENT) and not answer.done:
                    self.tell(Told(answer.latest, True, answer.expected))
            if answer.done:
                self.tell(ended(answer))
        except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
            self.tell(Told(done=True, error=error))


class Line:
    """A courier's process, kept alive, and the errands that it is on.

    One thread reads what it says, and starts another courier when it has gone; one writes to it. Sending and leaving
    only put something into a queue, which even a finaliser may do.
    """

    def __init__(self, address: str):
        self._address, self._lock = address, threading.Lock()
        self._errands: dict[int, Errand] = {}
        self._frames: SimpleQueue[Frame] = SimpleQueue()
        self._courier: subprocess.Popen | None = None
        self._closed, self.reached = threading.Event(), threading.Event()
        for work in (self._keep, self._write):
            threading.Thread(target=work, name="pool", daemon=True).start()

    @property
    def carries(self) -> int:
        """How many errands are on their way."""
        return len(self._errands)

    def send(self, errand: Errand) -> None:
        """Let it be carried; if the pool has just gone, it is worked here."""
        with self._lock:
            if there := self.reached.is_set():
                self._errands[errand.number] = errand
        if there:
            self._frames.put(errand.frame())
        else:
            errand.work_here()

    def leave(self, number: int) -> None:
        """Its answer is not wanted any more."""
        if self._errands.pop(number, None):
            self._frames.put(Frame(number, courier.LEFT))

    def close(self) -> None:
        """End the courier."""
        self._closed.set()
        if self._courier:
            self._courier.terminate()

    # -- its threads ---------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        while True:
            frame = self._frames.get()
            with suppress(OSError, ValueError):  # a courier that has gone: what it carried is worked here
                self._courier.stdin.write(frame.packed())
                self._courier.stdin.flush()

    def _keep(self) -> None:
        alone = False
        while not self._closed.is_set():
            was_there, words = self._carried()
            if not self._closed.is_set() and (was_there or not alone):
                what = "has gone" if was_there else f"cannot be reached ({words})"
                log.warning("The pool at %s %s: this process works alone until it is there.", self._address, what)
            alone = True
            self._closed.wait(AGAIN)

    def _carried(self) -> tuple[bool, str]:
        """One courier's life; gives whether the pool was there, and the courier's last words."""
        with subprocess.Popen([sys.executable, "-P", courier.__file__, self._address], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **courier.settings(self._address)}) as self._courier:
            words = Words(self._courier.stderr)
            while frame := courier.read(self._courier.stdout):
                self._take(frame)
            with self._lock:
                was_there = self.reached.is_set()
                self.reached.clear()
                left, self._errands = list(self._errands.values()), {}
            for errand in left:
                errand.work_here()
            self._courier.kill()
            return was_there, words.last()

    def _take(self, frame: Frame) -> None:
        """Something that the courier says."""
        if frame.kind == courier.READY:
            log.warning("The pool at %s is reached.", self._address)
            return self.reached.set()
        if (errand := self._errands.get(frame.number)) is None:
            return None  # it was left
        told = pickle.loads(frame.body) if frame.kind == courier.TOLD else None
        if told is None or told.done:
            self._errands.pop(frame.number, None)
        if frame.kind == courier.LOST:
            errand.work_here()
        elif frame.kind == courier.DIED:
            errand.tell(Told(done=True, error=BranchedError(DIED)))
        else:
            errand.tell(told)
        return None


class Words:
    """What a process says of itself, read as it comes, so that it never has to wait for a reader."""

    def __init__(self, pipe: BinaryIO):
        self._pipe, self._last = pipe, ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def last(self) -> str:
        """The last line, when the process has ended."""
        self._thread.join(MOMENT)
        return self._last

    def _read(self) -> None:
        for line in self._pipe:
            self._last = line.decode(errors="replace").strip() or self._last
