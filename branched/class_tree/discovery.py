"""Discovery: the class tree that the data themselves suggest, by the rule of Tseng et al. (2024), section 3 and app. B.

Noise the data of every class and follow, over diffusion time, the mean cosine similarity of pairs. Two classes meet at
the first time at which the similarity between them reaches the mean of the two similarities within them, less epsilon.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.cluster.hierarchy import linkage
from scipy.ndimage import gaussian_filter1d
from scipy.spatial.distance import squareform
from torch import Tensor

from ..data.dataset import Dataset
from ..data.form import Form
from ..errors import BranchedError
from ..noise.schedule import alpha, sigma
from .tree import ClassTree

ROUNDS = 10  # independent draws of noise for each object; see `_mean_unit_vectors`
MIN_TIMES = 10
KEPT = 50    # times at which the mean unit vectors of the classes are kept, for classes that join later


@dataclass(frozen=True, eq=False)
class Discovery:
    """A class tree and the evidence for it.

    `similarity` (S, N, N) float32 is the raw mean cosine similarity at each of `times` (S,): between two classes over
    all pairs, on the diagonal over distinct pairs within a class. `means` (M, N, D) float16 are the mean unit vectors
    of the classes at M of the times: what it takes to compare them with a class that joins later.
    """

    tree: ClassTree
    times: np.ndarray
    similarity: np.ndarray
    means: np.ndarray
    settings: dict[str, Any]

    @property
    def curves(self) -> dict[str, np.ndarray]:
        """The evidence, as a model keeps it."""
        return {"times": self.times.astype(np.float32), "similarity": self.similarity, "means": self.means}


def discover(dataset: Dataset, *, seed: int = 0, samples: int = 1000, times: int = 1000, epsilon: float = 0.005,
             smoothing: float = 3.0, minimum_time: float = 0.0, minimum_length: float = 0.0) -> Discovery:
    """Find the class tree of a data set from `samples` objects of each class (or all, if it has fewer).

    `times` is the number of diffusion times, evenly spaced in (0, 1]; for the others see `tree_from_similarity`.
    The same seed gives the same tree. Raises BranchedError for options that make no sense.
    """
    rule = {"epsilon": epsilon, "smoothing": smoothing, "minimum_time": minimum_time, "minimum_length": minimum_length}
    if samples < 2:
        raise BranchedError(f"Discovery compares pairs within a class, so it takes at least 2 samples, not {samples}.")
    if times < MIN_TIMES:
        raise BranchedError(f"Discovery takes at least {MIN_TIMES} times, not {times}.")
    _check(dataset.labels, times, **rule)
    generator = torch.Generator().manual_seed(seed)
    objects = []
    for label in dataset.labels:
        x = dataset.of(label)
        if len(x) < 2:
            raise BranchedError(f"The class {label!r} has {len(x)} {dataset.form.kind}; "
                                "discovery needs at least 2 in every class.")
        objects.append(x[torch.randperm(len(x), generator=generator)[:samples]])
    grid = np.arange(1, times + 1) / times
    similarity, means = _similarity(objects, dataset.form, grid, generator)
    tree = tree_from_similarity(dataset.labels, grid, similarity, **rule)
    return Discovery(tree, grid, similarity, means, {"seed": seed, "samples": samples, "times": times, **rule})


# -- similarity ------------------------------------------------------------------------------------------------------

def _similarity(objects: list[Tensor], form: Form, times: np.ndarray,
                generator: torch.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mean cosine similarity (S, N, N) of noised objects, from stored ones (n, *shape) of each class, and the mean unit
    vectors (M, N, D) behind it at the times that are kept.

    The mean of all cosines between two classes is the inner product of their mean unit vectors; within a class, the
    n cosines of an object with itself (each is 1) are taken out.
    """
    kept = _kept(len(times))
    similarity = np.empty((len(times), len(objects), len(objects)), np.float32)
    vectors = np.empty((len(kept), len(objects), objects[0][0].numel()), np.float16)
    for first in range(min(ROUNDS, len(times))):
        t = torch.from_numpy(times[first::ROUNDS])
        means = torch.stack([_mean_unit_vectors(form.scale(x), t, generator) for x in objects], 1)  # (S / ROUNDS, N, D)
        products = (means @ means.mT).double()                                          # (S / ROUNDS, N, N)
        own = products.diagonal(dim1=1, dim2=2)
        own.copy_(_within(own, torch.tensor([len(x) for x in objects], dtype=torch.float64)))
        similarity[first::ROUNDS] = products.numpy()
        here = kept % ROUNDS == first
        vectors[here] = means[kept[here] // ROUNDS].half().numpy()
    return similarity, vectors


def _within(squares: Tensor, counts: Tensor | float) -> Tensor:
    """The mean cosine of distinct pairs of n unit vectors, from the squared length of their mean."""
    return (counts**2 * squares - counts) / (counts * (counts - 1))


def _kept(times: int) -> np.ndarray:
    """The places, among so many times, of those at which mean unit vectors are kept."""
    return np.unique(np.linspace(0, times - 1, min(KEPT, times)).round().astype(int))


def with_class(curves: dict[str, np.ndarray], x: Tensor, seed: int = 0) -> dict[str, np.ndarray]:
    """The `curves` of a discovery with one class more, the last, of which objects x (n, *shape) are given.

    The objects of the old classes are not needed: their mean unit vectors tell enough. Between the times at which these
    are kept, the new similarities are interpolated. Raises BranchedError where there are no such vectors.
    """
    times, similarity, means = (curves.get(key) for key in ("times", "similarity", "means"))
    if times is None or similarity is None or means is None or len(means) != len(_kept(len(times))):
        raise BranchedError("This model keeps no statistics of its classes by which the place of a new one could be "
                            "found. Name its sibling and the time at which it joins.")
    generator, at = torch.Generator().manual_seed(seed), times[_kept(len(times))]
    t, old = torch.from_numpy(at).double(), torch.from_numpy(means).float()                  # (M,), (M, N, D)
    drawn = [_mean_unit_vectors(x, t, generator) for _ in range(max(1, -(-1000 // len(x))))]
    own = torch.stack([_within(mean.square().sum(1).double(), len(x)) for mean in drawn]).mean(0)    # (M,)
    mean = torch.stack(drawn).mean(0)                                                        # (M, D)
    between = (old @ mean[..., None])[..., 0]                                                # (M, N)
    new = [np.interp(times, at, values.numpy()) for values in (*between.T, own)]             # N + 1 times (S,)
    grown = np.pad(similarity, ((0, 0), (0, 1), (0, 1)))
    grown[:, -1, :] = grown[:, :, -1] = np.stack(new, 1)
    return {**curves, "similarity": grown, "means": np.concatenate([means, mean[:, None].half().numpy()], 1)}


def without_class(curves: dict[str, np.ndarray], place: int) -> dict[str, np.ndarray]:
    """The `curves` of a discovery without one class."""
    grown = {"similarity": (1, 2), "means": (1,)}
    result = dict(curves)
    for key in grown.keys() & curves.keys():
        for axis in grown[key]:
            result[key] = np.delete(result[key], place, axis)
    return result


def joining(labels: Sequence[str], curves: dict[str, np.ndarray], rule: dict[str, float],
            sibling: str | None = None) -> tuple[str, float]:
    """Where the last class of `curves` joins a tree of the others, `labels`: the class that it meets first (or the
    given one), and the time. By the rule of `tree_from_similarity`, with its settings."""
    settings = {name: rule.get(name, value) for name, value in
                (("epsilon", 0.005), ("smoothing", 3.0), ("minimum_time", 0.0), ("minimum_length", 0.0))}
    times = curves["times"]
    _check((*labels, ""), len(times), **settings)
    meetings = squareform(_meetings(times, curves["similarity"], settings["epsilon"], settings["smoothing"]))[-1, :-1]
    place = int(meetings.argmin()) if sibling is None else tuple(labels).index(sibling)
    lowest, highest = _room(len(times), settings["minimum_time"], settings["minimum_length"])
    return labels[place], float(meetings[place].clip(lowest, highest))


def _mean_unit_vectors(x: Tensor, t: Tensor, generator: torch.Generator) -> Tensor:
    """The mean over objects x (n, *shape) of the noised object, scaled to length 1, at each time: float32 (len(t), D).

    Each object gets one draw of noise e for all times in t. Then the lengths follow from three numbers per object, and
    the means are two matrix products, instead of fresh noise in every value at every time (8 thousand million numbers
    on MNIST). At any one time this is the plain estimate: noise is independent between objects. Only times in the same
    call share it, so the caller hands over every tenth time; neighbours, over which the curves are smoothed, have
    independent noise.
    """
    x = x.flatten(1)                                                     # (n, D)
    noise = torch.randn(x.shape, generator=generator)
    a, s = alpha(t).float()[:, None], sigma(t).float()[:, None]                          # (len(t), 1)
    xx, xe, ee = (torch.linalg.vecdot(u, v) for u, v in ((x, x), (x, noise), (noise, noise)))
    weights = (a * a * xx + 2 * a * s * xe + s * s * ee).clamp_min(1e-12).rsqrt() / len(x)   # (len(t), n)
    return (a * weights) @ x + (s * weights) @ noise


# -- the rule --------------------------------------------------------------------------------------------------------

def tree_from_similarity(labels: Sequence[str], times: np.ndarray, similarity: np.ndarray, *, epsilon: float = 0.005,
                         smoothing: float = 3.0, minimum_time: float = 0.0, minimum_length: float = 0.0) -> ClassTree:
    """The tree that curves of similarity (S, N, N) over times (S,), evenly spaced in (0, 1], lead to. Milliseconds.

    `smoothing` is the width (sigma) of the Gaussian that smooths the curves, in time steps. No branch point lies below
    `minimum_time`, and no branch is shorter than `minimum_length`: splits too close become one split of several.
    """
    labels, count = tuple(labels), len(labels)
    _check(labels, len(times), epsilon, smoothing, minimum_time, minimum_length)
    if similarity.shape != (len(times), count, count) or not np.isfinite(similarity).all():
        raise BranchedError(f"Similarity is finite numbers of shape {(len(times), count, count)}, "
                            f"not of {similarity.shape}.")
    meetings = _meetings(times, similarity, epsilon, smoothing).clip(*_room(len(times), minimum_time, minimum_length))
    return ClassTree.from_merges(labels, _merges(labels, meetings, minimum_length))


def _room(times: int, minimum_time: float, minimum_length: float) -> tuple[float, float]:
    """Between which times branch points may lie: even classes that are the same, or never meet, get a leaf and a root
    of positive length."""
    lowest, highest = max(1 / times, minimum_time, minimum_length), 1 - max(1 / times, minimum_length)
    if lowest > highest:
        raise BranchedError(f"A minimum time of {minimum_time:g} and a minimum length of {minimum_length:g} "
                            "leave no room for a branch point.")
    return lowest, highest


def _meetings(times: np.ndarray, similarity: np.ndarray, epsilon: float, smoothing: float) -> np.ndarray:
    """The time at which each two classes meet, (N (N - 1) / 2,) in scipy's condensed order; 1 if they never do."""
    curves = _smoothed(similarity, smoothing)
    i, j = np.triu_indices(similarity.shape[1], 1)
    within = curves.diagonal(axis1=1, axis2=2)
    met = curves[:, i, j] >= (within[:, i] + within[:, j]) / 2 - epsilon                 # (S, pairs)
    return np.where(met.any(0), times[met.argmax(0)], 1.0)


def pair_curves(similarity: np.ndarray, i: int, j: int, smoothing: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """What the rule compares for the classes i and j: similarity between and (mean) within them, smoothed, (S,) each.

    They meet where the first reaches the second less epsilon.
    """
    curves = _smoothed(similarity[:, [i, j]][:, :, [i, j]], smoothing)
    return curves[:, 0, 1], (curves[:, 0, 0] + curves[:, 1, 1]) / 2


def _smoothed(similarity: np.ndarray, smoothing: float) -> np.ndarray:
    return gaussian_filter1d(similarity, smoothing, axis=0, mode="nearest") if smoothing else similarity


def _merges(labels: tuple[str, ...], meetings: np.ndarray,
            minimum_length: float) -> list[tuple[float, tuple[str, ...]]]:
    """Single linkage as (time, classes), where a branch that would be too short is left out."""
    nodes = [(0.0, (label,), ()) for label in labels]
    for a, b, time, _ in linkage(meetings, "single"):
        nodes.append((float(time), nodes[int(a)][1] + nodes[int(b)][1], (int(a), int(b))))
    merges, stack = [], [(nodes[-1], 1.0)]
    while stack:  # from the root down: what a left-out branch would split into, its parent splits into
        (time, classes, children), start = stack.pop()
        is_root = len(classes) == len(labels)
        if is_root or start - time > max(minimum_length - 1e-9, 0):
            merges.append((time, classes))
            start = time
        stack += [(nodes[child], start) for child in children if nodes[child][2]]
    return merges


def _check(labels: Sequence[str], times: int, epsilon: float, smoothing: float, minimum_time: float,
           minimum_length: float) -> None:
    if len(labels) < 2:
        raise BranchedError("Discovery needs at least two classes.")
    if times < 2:
        raise BranchedError(f"Similarity must be known at two times or more, not at {times}.")
    if not 0 <= epsilon < float("inf"):
        raise BranchedError(f"Epsilon is 0 or more, not {epsilon:g}.")
    if not 0 <= smoothing <= times:
        raise BranchedError(f"Smoothing is between 0 and the number of times, {times}; not {smoothing:g}.")
    if not 0 <= minimum_time < 1:
        raise BranchedError(f"The minimum time of a branch point is from 0 to below 1, not {minimum_time:g}.")
    if not 0 <= minimum_length <= 0.5:
        raise BranchedError(f"The minimum length of a branch is from 0 to 0.5, not {minimum_length:g}.")
