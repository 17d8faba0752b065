"""Coroutines in tests."""
import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def awaited(story: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives. It runs in a thread of its own: in the main one a browser's loop may run, for other
    tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, story).result()
