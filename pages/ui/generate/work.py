"""What the page "Generate" asks of a model: a walk for some classes, and the same class by class to compare."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from branched import BranchedModel, Frame, Sampling

from ..parts import reels
from ..serve.request import Request
from ..serve.timed import Timed

MOMENTS = 50  # of the film, at most
FILM = 6_000  # pictures of the film, at most


@dataclass(frozen=True)
class Drawn:
    """Pictures (N, n, H, W[, 3]) in [0, 1], the film of how they came about, and what they cost.

    `calls` has the evaluations of one picture on each branch, `alone` all evaluations had nothing been shared.
    """

    images: np.ndarray
    reel: reels.Reel
    evaluations: int
    alone: int
    calls: dict[int, int]
    seconds: float


@dataclass(frozen=True)
class Alone:
    """The same class by class, so far: classes done, evaluations, seconds; and once all are done the pictures."""

    done: int = 0
    evaluations: int = 0
    seconds: float = 0.0
    images: np.ndarray | None = None

    def difference(self, images: np.ndarray) -> float:
        """The largest difference of a pixel from pictures (N, n, H, W[, 3]); 0 if it is not done yet."""
        return 0.0 if self.images is None else float(np.abs(self.images - images).max())


@dataclass(frozen=True)
class Draw(Request[Drawn]):
    """Pictures of some classes, drawn together down the tree. Yields the frames of `model.sampling`."""

    labels: tuple[str, ...]
    sampling: Sampling

    def work(self, model: BranchedModel) -> Generator[Frame, None, Drawn]:
        waves, walk = [], Timed(model.sampling(self.labels, sampling=self.sampling))
        for frame in walk:
            waves.append(reels.wave(frame))
            yield frame
        samples = frame.result
        count = max(8, min(self.sampling.steps, MOMENTS, FILM // (len(self.labels) * self.sampling.n)))
        reel = reels.reel(model.outline(), samples.labels, waves, reels.even(count))
        return Drawn(samples.images, reel, samples.evaluations, samples.evaluations_class_by_class, samples.calls,
                     walk.seconds)


@dataclass(frozen=True)
class DrawAlone(Request[Alone]):
    """The same pictures, each class by itself. Yields how far it is."""

    labels: tuple[str, ...]
    sampling: Sampling

    def work(self, model: BranchedModel) -> Generator[Alone, None, Alone]:
        so_far, images = Alone(), []
        for label in self.labels:
            walk = Timed(model.sampling(label, sampling=self.sampling))
            for frame in walk:
                yield replace(so_far, evaluations=so_far.evaluations + frame.evaluations,
                              seconds=so_far.seconds + walk.seconds)
            images.append(frame.result.images[0])
            so_far = Alone(so_far.done + 1, so_far.evaluations + frame.evaluations, so_far.seconds + walk.seconds)
        return replace(so_far, images=np.stack(images))
