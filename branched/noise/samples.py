"""What walks from noise to data give, whatever the family: a frame for each wave, and samples at the end."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..made import Made
from .sampling import Asked, Sampling


@dataclass(frozen=True)
class Samples(Made, Asked):
    """What was generated, and what it cost: `.images` (len(labels), n, H, W) or (..., 3) in [0, 1], or of a table
    `.rows` (len(labels), n, F) in the features' own units; `made` is either.

    Object i of every class grew from the same noise. `evaluations` counts network evaluations of single objects;
    `evaluations_class_by_class` what they would have cost with nothing shared; `waves` the sequential network calls, in
    which what guides is not counted apart.
    """

    made: np.ndarray
    kind: str
    labels: tuple[str, ...]
    evaluations: int
    evaluations_class_by_class: int
    waves: int
    seconds: float
    sampling: Sampling

    @property
    def gradients(self) -> int:
        """Gradients of a classifier for single objects: one with each evaluation, where a classifier guides."""
        return self.evaluations if self.sampling.takes_gradients else 0


@dataclass(frozen=True)
class Frame:
    """Where sampling stands after a wave: states and estimates of the clean object, (len(labels), n, ...) each.

    `times` are those of each class, `evaluations` the network's so far. `result` is there in the last frame alone.
    """

    noisy: np.ndarray
    denoised: np.ndarray
    times: tuple[float, ...]
    evaluations: int
    result: Samples | None = None

    @classmethod
    def last(cls, result: Samples) -> Frame:
        """The frame of what was made."""
        return cls(result.made, result.made, (0.0,) * len(result.labels), result.evaluations, result)
