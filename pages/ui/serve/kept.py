"""What is kept from earlier times, for all visitors or for one alone: results of requests, models, figures, HTML.

One cache with one rule of privacy (`request.is_private`); what was not wanted for longest makes room for what is new.
"""
import threading
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import cachetools
import streamlit as st

from ..language import current
from .request import is_private

P = ParamSpec("P")
T = TypeVar("T")
FOR_ALL, FOR_ONE = 256_000_000, 32_000_000  # bytes kept for everyone, and for one visitor alone
UNKNOWN = 300_000                           # bytes of a thing that cannot be weighed: a figure with its thumbnails
MISSING: Any = object()                     # what is found where nothing is kept, for a result may well be None


class Store:
    """Things by their keys, as many as their bytes allow. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._things = cachetools.LRUCache(most, getsizeof=lambda entry: entry[1])
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """What is kept under a key, or MISSING."""
        with self._lock:
            return self._things.get(key, (MISSING, 0))[0]

    def put(self, key: Hashable, thing: T, weight: int = 0) -> T:
        """Keep a thing, and give it back; one that weighs more than all there is room for is not kept."""
        weight = weight or size(key) + size(thing)  # a request may hold a visitor's file
        if weight <= self._things.maxsize:
            with self._lock:
                self._things[key] = thing, weight
        return thing

    def drop(self, key: Hashable) -> None:
        """Keep a thing no longer, if it was kept."""
        with self._lock:
            self._things.pop(key, None)

    def forget(self, name: str) -> None:
        """Keep nothing any more that is of the model of this name."""
        with self._lock:
            for key in [key for key in self._things if isinstance(key, tuple) and name in key]:
                del self._things[key]

    def clear(self) -> None:
        """Keep nothing any more."""
        with self._lock:
            self._things.clear()

    def keys(self) -> list[Hashable]:
        """The keys of all that is kept."""
        with self._lock:
            return list(self._things)

    @property
    def bytes(self) -> int:
        """What all that is kept weighs."""
        return int(self._things.currsize)


SHARED = Store(FOR_ALL)


def store(private: bool) -> Store:
    """Where things are kept: for all visitors, or in the session of this one."""
    return st.session_state.setdefault("_kept_things", Store(FOR_ONE)) if private else SHARED


def kept(make: Callable[P, T]) -> Callable[P, T]:
    """A function that makes a thing once: it is kept under the arguments that were handed over by position.

    The first of these is a model's name; if there is a request among them, it counts for what is private. Arguments by
    keyword follow from the others, so they are no part of the key and need not be hashable. Never change what such a
    function returns: all visitors who read the same language share it.
    """
    @wraps(make)
    def keeping(name: str, *key: Hashable, **rest: Any) -> T:
        place = store(is_private(name, *key))
        whole = make.__module__, make.__qualname__, current(), name, *key
        thing = place.get(whole)
        return place.put(whole, make(name, *key, **rest)) if thing is MISSING else thing

    return keeping


def size(thing: Any) -> int:
    """Bytes of the arrays and texts in a thing, and a little for the rest."""
    if isinstance(thing, dict):
        return 64 + sum(map(size, thing.values()))
    if isinstance(thing, (list, tuple)):
        return 64 + sum(map(size, thing))
    if is_dataclass(thing):
        return 64 + sum(size(getattr(thing, field.name)) for field in fields(thing))
    if isinstance(thing, (str, bytes)):
        return 64 + len(thing)
    if thing is None or isinstance(thing, (bool, int, float)):
        return 64
    return getattr(thing, "nbytes", UNKNOWN)
