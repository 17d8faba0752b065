"""The rule by which classes meet (Tseng et al., 2024, section 3 and appendix B), and its settings.

Two classes meet at the first time at which the similarity between them reaches the mean of the two similarities within
them, less epsilon; the curves are smoothed over time before.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import BranchedError


@dataclass(frozen=True)
class Rule:
    """How the class tree is read off curves of similarity."""

    epsilon: float = 0.005          # how much less similar still counts as met
    smoothing: float = 3.0          # width (sigma) of the Gaussian that smooths the curves, in time steps
    minimum_time: float = 0.0       # no branch point lies below
    minimum_length: float = 0.0     # no branch is shorter: splits too close become one split of several

    def __post_init__(self) -> None:
        """Raises BranchedError for settings that make no sense."""
        if not 0 <= self.epsilon < float("inf"):
            raise BranchedError(f"Epsilon is 0 or more, not {self.epsilon:g}.")
        if not 0 <= self.smoothing < float("inf"):
            raise BranchedError(f"Smoothing is 0 or more, not {self.smoothing:g}.")
        if not 0 <= self.minimum_time < 1:
            raise BranchedError(f"The minimum time of a branch point is from 0 to below 1, not {self.minimum_time:g}.")
        if not 0 <= self.minimum_length <= 0.5:
            raise BranchedError(f"The minimum length of a branch is from 0 to 0.5, not {self.minimum_length:g}.")

    # -- where curves meet ---------------------------------------------------------------------------------------------

    def smoothed(self, similarity: np.ndarray) -> np.ndarray:
        """Curves over times, the first axis."""
        if not self.smoothing:
            return similarity
        from scipy.ndimage import gaussian_filter1d  # for whose import loading a model need not wait

        return gaussian_filter1d(similarity, self.smoothing, axis=0, mode="nearest")

    def has_met(self, between: np.ndarray, within: np.ndarray) -> np.ndarray:
        """Whether similarity between two classes is as good as that within them, elementwise: the rule itself."""
        return between >= within - self.epsilon

    def meeting(self, times: np.ndarray, between: np.ndarray, within: np.ndarray) -> float | None:
        """The first of the times (S,) at which two classes meet, by their smoothed curves (S,); None if they never do.
        """
        met = self.has_met(between, within)
        return float(times[met.argmax()]) if met.any() else None

    def meetings(self, times: np.ndarray, similarity: np.ndarray) -> np.ndarray:
        """The time at which each two classes meet, by raw curves (S, N, N): (N (N - 1) / 2,) in scipy's condensed
        order; infinite if they never do."""
        curves = self.smoothed(similarity)
        i, j = np.triu_indices(similarity.shape[1], 1)
        within = curves.diagonal(axis1=1, axis2=2)
        met = self.has_met(curves[:, i, j], (within[:, i] + within[:, j]) / 2)               # (S, pairs)
        return np.where(met.any(0), times[met.argmax(0)], np.inf)

    # -- where branch points may lie -----------------------------------------------------------------------------------

    def room(self, times: int) -> tuple[float, float]:
        """Between which times branch points may lie, if curves are known at so many: even classes that are the same, or
        never meet, get a leaf and a root of positive length."""
        if self.smoothing > times:
            raise BranchedError(f"Smoothing is between 0 and the number of times, {times}; not {self.smoothing:g}.")
        lowest = max(1 / times, self.minimum_time, self.minimum_length)
        highest = 1 - max(1 / times, self.minimum_length)
        if lowest > highest:
            raise BranchedError(f"A minimum time of {self.minimum_time:g} and a minimum length of "
                                f"{self.minimum_length:g} leave no room for a branch point.")
        return lowest, highest


def pair_curves(similarity: np.ndarray, i: int, j: int, rule: Rule) -> tuple[np.ndarray, np.ndarray]:
    """What the rule compares for the classes i and j: similarity between and (mean) within them, smoothed, (S,) each.
    """
    curves = rule.smoothed(similarity[:, [i, j]][:, :, [i, j]])
    return curves[:, 0, 1], (curves[:, 0, 0] + curves[:, 1, 1]) / 2
