"""Requests for tests of a pool, which its replicas can import."""
from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Count:
    """Counts to `n`, a step every `seconds`; yields the count with the process that counts, and results in that
    process. `diary`: a file that gets a byte for each step."""

    n: int
    seconds: float = 0.02
    diary: str = ""
    resumable: bool = False

    def work(self, model: Any) -> Iterator[tuple[int, int]]:
        for k in range(self.n):
            if self.diary:
                with Path(self.diary).open("ab") as file:
                    file.write(b".")
            yield k, os.getpid()
            time.sleep(self.seconds)
        return os.getpid()


@dataclass(frozen=True)
class Draw:
    """Some pictures of a model (N, n, H, W), by few steps."""

    seed: int

    def work(self, model: Any) -> Iterator[float]:
        for frame in model.sampling(n=2, steps=3, seed=self.seed):
            yield 1 - max(frame.times)
        return frame.result.images


@dataclass(frozen=True)
class Fail:
    """Fails with a sentence."""

    error: Exception

    def work(self, model: Any) -> Iterator[float]:
        yield 0.0
        raise self.error
