"""One walk of a model down its whole tree, and what it was at every node and on the way: asked by the pages Watch and
Lesson."""
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from branched import BranchedModel, Frame, Sampling

from .request import Request

COLUMNS = 8  # pictures of each class
SEVERAL = 4  # of them are seen together on the tree


class Passed(NamedTuple):
    """Where the walk stood after a wave: the times (N,) of all classes, and of several pictures of each what the model
    had and its best guesses of what they will be (N, SEVERAL, H, W[, 3])."""

    times: tuple[float, ...]
    noisy: np.ndarray
    guesses: np.ndarray


@dataclass(frozen=True)
class Tour:
    """One walk for all classes: finished pictures (n, H, W[, 3]) of each, and at each branch point, by its id, what is
    still shared: as it is there (`noisy`), and the model's best `guesses` of what it may become. `waves` are the way.
    """

    finished: dict[str, np.ndarray]
    noisy: dict[int, np.ndarray]
    guesses: dict[int, np.ndarray]
    waves: tuple[Passed, ...]


@dataclass(frozen=True)
class Descent(Request[Tour]):
    """The walk of a draw number: one for all visitors. Yields the frames of `model.sampling`."""

    seed: int

    def work(self, model: BranchedModel) -> Generator[Frame, None, Tour]:
        waves = []
        for frame in model.sampling(sampling=Sampling.quality(n=COLUMNS, seed=self.seed), hybrids=True):
            waves.append(Passed(frame.times, frame.noisy[:, :SEVERAL], frame.denoised[:, :SEVERAL]))
            yield frame
        samples = frame.result
        return Tour(dict(zip(samples.labels, samples.images, strict=True)),
                    {node: hybrid.noisy for node, hybrid in samples.hybrids.items()},
                    {node: hybrid.denoised for node, hybrid in samples.hybrids.items()}, tuple(waves))
