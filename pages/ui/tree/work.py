"""What the tree page asks of a model: one walk down the whole tree, and what it was at every node."""
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from branched import BranchedModel, Frame, Sampling

from ..serve.request import Request

COLUMNS = 8  # pictures of each class


@dataclass(frozen=True)
class Tour:
    """One walk for all classes: finished pictures (n, H, W[, 3]) of each, and at each branch point, by its id, what is
    still shared: as it is there (`noisy`), and the model's best `guesses` of what it may become.

    `waves` has the first picture on its way: after each wave the times (N,) of all classes and their states (N, H, W[,
    3]).
    """

    finished: dict[str, np.ndarray]
    noisy: dict[int, np.ndarray]
    guesses: dict[int, np.ndarray]
    waves: tuple[tuple[tuple[float, ...], np.ndarray], ...]


@dataclass(frozen=True)
class Descent(Request[Tour]):
    """The walk of a draw number: one for all visitors. Yields the frames of `model.sampling`."""

    seed: int

    def work(self, model: BranchedModel) -> Generator[Frame, None, Tour]:
        waves = []
        for frame in model.sampling(sampling=Sampling.quality(n=COLUMNS, seed=self.seed), hybrids=True):
            waves.append((frame.times, frame.noisy[:, 0]))
            yield frame
        samples = frame.result
        return Tour(dict(zip(samples.labels, samples.images, strict=True)),
                    {node: hybrid.noisy for node, hybrid in samples.hybrids.items()},
                    {node: hybrid.denoised for node, hybrid in samples.hybrids.items()}, tuple(waves))
