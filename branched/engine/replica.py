"""One engine of a pool, in a process of its own."""
from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import lru_cache
from typing import Any

import torch

from .. import checkpoint
from .answer import Answer
from .bounds import Bounds
from .engine import Engine
from .told import Asked, Told, telling

MODELS = 8  # that a replica holds, of those that were wanted last


class Replica:
    """An engine that is asked in bytes and answers in bytes, so that nothing between knows what is in them.

    `load` gives a model by its name. `threads`: of the processor, that an evaluation may use; 0 leaves them alone.
    """

    def __init__(self, load: Callable[[str], Any], threads: int = 0, bounds: Bounds = Bounds()):  # noqa: B008
        if threads:
            torch.set_num_threads(threads)
        self._engine, self._load, self._loading = Engine(bounds), lru_cache(MODELS)(_anew(load)), threading.Lock()

    async def work(self, asked: bytes) -> AsyncIterator[bytes]:
        """Work an `Asked`; gives `Told`s, the first as soon as the engine has taken it."""
        try:
            answer = await asyncio.to_thread(self._asked, asked)
        except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
            yield Told(done=True, error=error).packed()
            return
        async with aclosing(telling(answer)) as messages:
            async for told in messages:
                yield told.packed()

    def close(self) -> None:
        """End the engine's thread."""
        self._engine.close()

    def _asked(self, asked: bytes) -> Answer:
        what: Asked = pickle.loads(asked)
        with self._loading:
            model = self._load(what.name, checkpoint.changed(what.name))
        return self._engine.ask(what.name, what.request, model, what.visitor, what.private, what.urgency)


def _anew(load: Callable[[str], Any]) -> Callable[[str, Any], Any]:
    """`load`, asked again for a name whose file has `changed`."""
    return lambda name, changed: load(name)
