"""What a page asks of a model, as data: a request says all that its result depends on, and how it is worked.

A request is a frozen dataclass, small, hashable and picklable. Together with the model's name it is the key under which
its result is kept; and it can be sent to another process, in which there is no screen: nothing here, nor where requests
are written (`*/work.py`), imports Streamlit.
"""
from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Generator, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

T = TypeVar("T")
OWN = "own-"  # how the names of models begin that one visitor alone has


@dataclass(frozen=True)
class Request(ABC, Generic[T]):
    """Something that a model can be asked.

    A request is `private` if it holds a visitor's own picture or rows: whoever has such requests declares a field or a
    property of that name.

    One that is `resumable` may be left half done and asked again: it then goes on where it was. It waits in the engine
    for as long as the session lasts in which it was asked, and is found again by the model's name and an equal request.

    Its `weight` says how many visitors' shares of the processor it has while others wait, too.

    One that is `inline` needs no network: it is worked in the thread of who asks. One that is `alone` is never merged
    with what others ask, and so is the same to the last bit whatever they do.
    """

    private = False  # not annotated, so that these are no fields, and a subclass may have a field of that name
    resumable = inline = alone = False
    weight = 1.0

    @abstractmethod
    def work(self, model: Any) -> Generator[Any, None, T]:
        """Do it: yields whenever there is something to show, returns the result. What is yielded tells all so far, for
        only the latest is sure to be seen. Numbers from 0 to 1 move a bar, where the page shows nothing else."""


class Numbers:
    """An array inside a request (a picture, a row of a table): it hashes and compares by its contents. Read only."""

    __slots__ = ("array", "digest")

    def __init__(self, array: np.ndarray) -> None:
        self.array = np.array(array, order="C")  # a copy: nobody else can write into it
        self.array.flags.writeable = False
        self.digest = digest(self.array)

    @property
    def nbytes(self) -> int:
        """Its weight, for what is kept."""
        return self.array.nbytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __reduce__(self) -> tuple:
        return Numbers, (self.array,)

    def __repr__(self) -> str:
        return f"Numbers({self.digest})"  # a visitor's picture is not to be printed


def digest(data: bytes | np.ndarray) -> str:
    """A name for a file's bytes or an array (by type, shape and contents) that tells nothing about it."""
    if isinstance(data, bytes):
        return hashlib.blake2b(data, digest_size=16).hexdigest()
    kind = f"{data.dtype.str}{data.shape}".encode()
    return hashlib.blake2b(kind + np.ascontiguousarray(data).tobytes(), digest_size=16).hexdigest()


def is_private(name: str, *rest: Hashable) -> bool:
    """The rule of privacy, for all that is kept: what was made with a visitor's own model, known by its name, or for
    a request that is private, is that visitor's alone."""
    return name.startswith(OWN) or any(isinstance(part, Request) and part.private for part in rest)
