"""How long a model works on what a page shows meanwhile."""
from collections.abc import Iterator
from time import perf_counter
from typing import Any


class Timed:
    """Frames as they come, and in `seconds` how long the model itself has worked on them: not the page."""

    def __init__(self, frames: Iterator[Any]):
        self.frames, self.seconds = frames, 0.0

    def __iter__(self) -> Iterator[Any]:
        while True:
            began = perf_counter()
            frame = next(self.frames, None)
            self.seconds += perf_counter() - began
            if frame is None:
                return
            yield frame
