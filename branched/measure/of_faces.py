"""Measured against truth: of a letter of an unseen typeface the other letters exist, so an answer can be compared.

Answers and truths are pictures (n, H, W) in [0, 1], row i of both the same letter of held-out face i. The rivals, from
another font's letter up to the oracle, are ways to answer from the faces of training alone; what they choose or weigh
serves every letter at once. Figures of all of them: experiments/typefaces_marks.py.
"""
from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..errors import BranchedError

SIGMA, REACH = 1.5, 5        # of the Gaussian window of SSIM, 11 pixels wide: Wang et al. (2004), section III.C
STABLE = (0.01**2, 0.03**2)  # its C1 and C2, of pictures in [0, 1]
ROUNDING = 1e-3              # of a squared distance in float32: what is nearer by less is as near


class Scores(NamedTuple):
    """Of each face, (n,): the share of the other held-out faces whose letter is nearer to the answer than the true
    one (chance 0.5), whether the true one comes first, root mean square error, and 1 - SSIM."""

    rank: np.ndarray
    first: np.ndarray
    rmse: np.ndarray
    unlike: np.ndarray

    def means(self) -> dict[str, float]:
        """The mean of each."""
        return {name: float(np.mean(values)) for name, values in self._asdict().items()}


def against_truth(answers: Any, truths: Any) -> Scores:
    """How near answers come to the truth, of at least two faces. Raises BranchedError for pictures of other shapes."""
    answers, truths = (np.asarray(pictures, np.float32) for pictures in (answers, truths))
    if answers.ndim != 3 or answers.shape != truths.shape or len(truths) < 2:
        raise BranchedError("Answers are compared with as many truths, (n, H, W) with n at least 2; "
                            f"found {answers.shape} and {truths.shape}.")
    true = ((answers - truths)**2).sum((1, 2))
    nearer = (squared_distances(answers, truths) < true[:, None] - ROUNDING).sum(1)              # (n, n) to (n,)
    rmse = np.sqrt(true / truths[0].size)
    return Scores(nearer / (len(truths) - 1), nearer == 0, rmse, 1 - ssim(answers, truths))


def ssim(a: Any, b: Any) -> np.ndarray:
    """Structural similarity (n,) of pictures (n, H, W) in [0, 1], at least 11 pixels wide and high: Wang, Bovik, Sheikh
    and Simoncelli (2004), eq. 13, the mean over all places where the window is inside.

    As scikit-image's `structural_similarity` with `gaussian_weights`, `sigma=1.5`, `use_sample_covariance=False` and
    `data_range=1`, which would be a dependency for this alone.
    """
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    mean_a, mean_b = _windowed(a), _windowed(b)                                                  # (n, H - 10, W - 10)
    within = _windowed(a * a) + _windowed(b * b) - mean_a**2 - mean_b**2
    between = _windowed(a * b) - mean_a * mean_b
    light = (2 * mean_a * mean_b + STABLE[0]) / (mean_a**2 + mean_b**2 + STABLE[0])
    return (light * (2 * between + STABLE[1]) / (within + STABLE[1])).mean((1, 2))


def _windowed(pictures: np.ndarray) -> np.ndarray:
    """Weighted means (n, H - 10, W - 10) over the window around each place where it is inside."""
    down, across = (_window(side) for side in pictures.shape[1:])
    return down @ (pictures @ across.T)


def _window(side: int) -> np.ndarray:
    """The window's weights at each place along one side: (side - 10, side)."""
    weights = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) / SIGMA)**2)
    places = side - 2 * REACH
    if places < 1:
        raise BranchedError(f"SSIM takes pictures with sides of at least {2 * REACH + 1} pixels, not {side}.")
    rows = np.zeros((places, side), np.float32)
    for place in range(places):
        rows[place, place:place + len(weights)] = weights / weights.sum()
    return rows


# -- rivals: from the faces of training alone --------------------------------------------------------------------------


def squared_distances(a: Any, b: Any) -> np.ndarray:
    """Between pictures (n, ...) and (m, ...): (n, m)."""
    a, b = (np.asarray(pictures, np.float32).reshape(len(pictures), -1) for pictures in (a, b))
    return np.maximum((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T, 0)


def nearest(known: Any, given: Any) -> np.ndarray:
    """Of each given letter (m, H, W) the place (m,) of the face whose same letter, `known` (n, H, W), is nearest. From
    the letter A that is the look-up, from the wanted letter itself the oracle."""
    return squared_distances(given, known).argmin(1)


def ridge(known: Any, given: Any, strength: float) -> np.ndarray:
    """Weights (m, n), of sum 1, with which the letters of n faces make the answer to m given ones: ridge regression
    (Hoerl and Kennard 1970) from all pixels of one letter, `known` (n, H, W), to all of another, with an intercept; in
    its dual form (Saunders, Gammerman and Vovk 1998)."""
    known, given = (np.asarray(pictures, np.float64).reshape(len(pictures), -1) for pictures in (known, given))
    centre = known.mean(0)
    inner, across = (known - centre) @ (known - centre).T, (given - centre) @ (known - centre).T
    weights = np.linalg.solve(inner + strength * np.eye(len(known)), across.T).T
    return weights + (1 - weights.sum(1, keepdims=True)) / len(known)


def weighed(weights: np.ndarray, letters: Any) -> np.ndarray:
    """The answer (m, H, W), in [0, 1], that weights (m, n) make of letters (n, H, W)."""
    return np.tensordot(weights.astype(np.float32), np.asarray(letters, np.float32), 1).clip(0, 1)
