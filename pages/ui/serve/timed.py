"""How long a model works on what a page shows meanwhile."""
from collections.abc import Iterator
from typing import Any

from branched import processor_seconds


class Timed:
    """Frames as they come, and in `seconds` how long the model itself has worked on them: not the page, nor others."""

    def __init__(self, frames: Iterator[Any]):
        self.frames, self.seconds = frames, 0.0

    def __iter__(self) -> Iterator[Any]:
        while True:
            began = processor_seconds()
            frame = next(self.frames, None)
            self.seconds += processor_seconds() - began
            if frame is None:
                return
            yield frame
