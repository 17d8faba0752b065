"""What the page "Other ways" asks of a model: a picture of every class from one noise, and the film of it."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from branched import Explorable, Sampling

from ..parts import reels
from ..serve.judge import judge_for
from ..serve.request import Request
from ..serve.timed import Timed

MOMENTS = 40  # of the film, at most


@dataclass(frozen=True)
class Drawn:
    """A picture of each class, (N, H, W[, 3]) in [0, 1], their film, and what they cost together.

    `seen` has what the judge takes each for; None without a judge.
    """

    labels: tuple[str, ...]
    images: np.ndarray
    reel: reels.Reel
    evaluations: int
    gradients: int
    seconds: float
    seen: tuple[str, ...] | None


@dataclass(frozen=True)
class Ten(Request[Drawn]):
    """A picture of every class, all from the same noise. Yields the frames of `model.sampling`."""

    sampling: Sampling

    def work(self, model: Explorable) -> Generator[Any, None, Drawn]:
        waves, walk = [], Timed(model.sampling(sampling=self.sampling))
        for frame in walk:
            waves.append(reels.wave(frame))
            yield frame
        samples = frame.result
        reel = reels.reel(model.outline(), samples.labels, waves, reels.even(min(self.sampling.steps, MOMENTS)))
        images = samples.images[:, 0]
        return Drawn(samples.labels, images, reel, samples.evaluations, samples.gradients, walk.seconds,
                     _seen(model, images))


@dataclass(frozen=True)
class Attended:
    """While one picture is drawn, at each of the falling `times`: the model's best guess, images (S, H, W) in [0, 1],
    and how much every place listens to each token of the class, maps (S, layers, M, h, w), mean over heads."""

    times: tuple[float, ...]
    images: np.ndarray
    maps: np.ndarray


@dataclass(frozen=True)
class Attention(Request[Attended]):
    """Where a class's tokens are attended to while a picture of it is drawn. Yields how far it is."""

    label: str
    sampling: Sampling

    def work(self, model: Any) -> Generator[float, None, Attended]:
        yield 0.0
        maps, images, times = model.attention(self.label, steps=self.sampling.steps, seed=self.sampling.seed)
        return Attended(times, images, maps.mean(axis=2))


def _seen(model: Explorable, images: np.ndarray) -> tuple[str, ...] | None:
    """What the judge takes pictures (N, H, W[, 3]) for."""
    judge = judge_for(model)
    return judge and tuple(judge.labels[k] for k in judge.probabilities(images.astype(np.float32)).argmax(1))
