"""Discovery: the class tree that the data themselves suggest.

Noise the data of every class and follow, over diffusion time, the mean cosine similarity of pairs. When classes meet,
the `rule` says; they are joined from the earliest meeting on (single linkage).
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from torch import Tensor

from ..data.dataset import Dataset
from ..data.form import Form
from ..errors import BranchedError
from ..noise.schedule import alpha, sigma
from ..noise.seeds import fitting
from .rule import Rule
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


def discover(dataset: Dataset, rule: Rule = Rule(), *, seed: int = 0, samples: int = 1000,  # noqa: B008 - frozen
             times: int = 1000) -> Discovery:
    """Find the class tree of a data set from `samples` objects of each class (or all, if it has fewer).

    `times` is the number of diffusion times, evenly spaced in (0, 1]. The same seed gives the same tree. Raises
    BranchedError for options that make no sense.
    """
    if samples < 2:
        raise BranchedError(f"Discovery compares pairs within a class, so it takes at least 2 samples, not {samples}.")
    if times < MIN_TIMES:
        raise BranchedError(f"Discovery takes at least {MIN_TIMES} times, not {times}.")
    _check_count(dataset.labels)
    rule.room(times)
    generator = torch.Generator().manual_seed(fitting(seed))
    objects = [_picked(dataset, label, samples, generator) for label in dataset.labels]
    grid = np.arange(1, times + 1) / times
    similarity, means = pairwise_similarity(objects, dataset.form, grid, generator)
    tree = tree_from_similarity(dataset.labels, grid, similarity, rule)
    return Discovery(tree, grid, similarity, means, {"seed": seed, "samples": samples, "times": times, **asdict(rule)})


def _picked(dataset: Dataset, label: str, samples: int, generator: torch.Generator) -> Tensor:
    """Some random objects of a class, as they are stored."""
    x = dataset.of(label)
    if len(x) < 2:
        raise BranchedError(f"The class {label!r} has {len(x)} {dataset.form.kind}; "
                            "discovery needs at least 2 in every class.")
    return x[torch.randperm(len(x), generator=generator)[:samples]]


# -- similarity ------------------------------------------------------------------------------------------------------

def pairwise_similarity(objects: list[Tensor], form: Form, times: np.ndarray,
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
        within = products.diagonal(dim1=1, dim2=2)
        within.copy_(_within(within, torch.tensor([len(x) for x in objects], dtype=torch.float64)))
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
    within = torch.stack([_within(mean.square().sum(1).double(), len(x)) for mean in drawn]).mean(0)    # (M,)
    mean = torch.stack(drawn).mean(0)                                                        # (M, D)
    between = (old @ mean[..., None])[..., 0]                                                # (M, N)
    new = [np.interp(times, at, values.numpy()) for values in (*between.T, within)]             # N + 1 times (S,)
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


def joining(labels: Sequence[str], curves: dict[str, np.ndarray], rule: Rule,
            sibling: str | None = None) -> tuple[str, float]:
    """Where the last class of `curves` joins a tree of the others, `labels`: the class that it meets first (or the
    given one), and the time."""
    times = curves["times"]
    room = rule.room(len(times))
    meetings = squareform(rule.meetings(times, curves["similarity"]))[-1, :-1]
    place = int(meetings.argmin()) if sibling is None else tuple(labels).index(sibling)
    return labels[place], float(meetings[place].clip(*room))


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


# -- the tree --------------------------------------------------------------------------------------------------------

def tree_from_similarity(labels: Sequence[str], times: np.ndarray, similarity: np.ndarray,
                         rule: Rule = Rule()) -> ClassTree:  # noqa: B008 - frozen
    """The tree that curves of similarity (S, N, N) over times (S,), evenly spaced in (0, 1], lead to. Milliseconds."""
    labels, count = tuple(labels), len(labels)
    _check_count(labels)
    if len(times) < 2:
        raise BranchedError(f"Similarity must be known at two times or more, not at {len(times)}.")
    room = rule.room(len(times))
    if similarity.shape != (len(times), count, count) or not np.isfinite(similarity).all():
        raise BranchedError(f"Similarity is finite numbers of shape {(len(times), count, count)}, "
                            f"not of {similarity.shape}.")
    return ClassTree.from_merges(labels, _merges(labels, rule.meetings(times, similarity).clip(*room), rule))


def _merges(labels: tuple[str, ...], meetings: np.ndarray, rule: Rule) -> list[tuple[float, tuple[str, ...]]]:
    """Single linkage as (time, classes), where a branch that would be too short is left out."""
    nodes = [(0.0, (label,), ()) for label in labels]
    for a, b, time, _ in linkage(meetings, "single"):
        nodes.append((float(time), nodes[int(a)][1] + nodes[int(b)][1], (int(a), int(b))))
    merges, stack = [], [(nodes[-1], 1.0)]
    while stack:  # from the root down: what a left-out branch would split into, its parent splits into
        (time, classes, children), start = stack.pop()
        is_root = len(classes) == len(labels)
        if is_root or start - time > max(rule.minimum_length - 1e-9, 0):
            merges.append((time, classes))
            start = time
        stack += [(nodes[child], start) for child in children if nodes[child][2]]
    return merges


def _check_count(labels: Sequence[str]) -> None:
    if len(labels) < 2:
        raise BranchedError("Discovery needs at least two classes.")
