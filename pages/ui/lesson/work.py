"""What the lesson asks of a model beside the walk down its tree: three pictures turned, and what a judge reads."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from branched import BranchedModel, Sampling

from ..serve.judge import judge_for
from ..serve.request import Numbers, Request

THREE = 3  # pictures that are turned, and mixed up


@dataclass(frozen=True)
class Styles(Request[np.ndarray]):
    """Three pictures (3, H, W[, 3]) of class `a` turned into `b`, at their branch point: (3, H, W[, 3])."""

    pictures: Numbers
    a: str
    b: str
    private = False  # they are pictures that the model drew

    def work(self, model: BranchedModel) -> Generator[float, None, np.ndarray]:
        yield 0.0
        return model.transmute(self.pictures.array, self.a, self.b, sampling=Sampling.quality(n=1, seed=0)).images


@dataclass(frozen=True)
class Read(Request[tuple[str, ...]]):
    """What a judge takes pictures (n, H, W[, 3]) for; nothing at all where there is no judge for the model."""

    pictures: Numbers
    private = False  # likewise

    def work(self, model: BranchedModel) -> Generator[float, None, tuple[str, ...]]:
        yield 0.0
        if (judge := judge_for(model)) is None:
            return ()
        return tuple(judge.labels[k] for k in judge.probabilities(self.pictures.array.astype(np.float32)).argmax(1))


def most_unlike(pictures: np.ndarray, measure: np.ndarray) -> np.ndarray:
    """Three of the pictures (n, H, W[, 3]): the one with the largest measure (n,), the middle one, and the one with
    the least; if the last is further off from the middle, it comes first."""
    places = np.argsort(-measure, kind="stable")
    most, middle, least = places[0], places[len(places) // 2], places[-1]
    if measure[middle] - measure[least] > measure[most] - measure[middle]:
        most, least = least, most
    return pictures[[most, middle, least]]
