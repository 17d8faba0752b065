"""Samples of many classes for the price of a few: everything above a branch point is drawn once."""
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..data.form import Made
from .hybrid import Hybrid, handed_over
from .walk import Denoiser, Lane, Walk, from_noise


@dataclass(frozen=True)
class Samples(Made):
    """What was generated, and what it cost: `.images` (len(labels), n, H, W) or (..., 3) in [0, 1], or of a table
    `.rows` (len(labels), n, F) in the features' own units; `made` is either.

    Object i of every class grew from the same noise. `evaluations` counts network evaluations of single objects;
    `evaluations_class_by_class` what they would have cost with nothing shared; `waves` the sequential network calls.
    `calls` maps branch ids to the evaluations that each object cost there.
    `hybrids` holds, where it was asked for, what was shared at each branch point on the way: {branch id: Hybrid}; to
    look at these costs one evaluation more for each, which does not count as sampling.
    """

    made: np.ndarray
    kind: str
    labels: tuple[str, ...]
    evaluations: int
    evaluations_class_by_class: int
    waves: int
    seconds: float
    seed: int
    steps: int
    solver: str
    hybrids: dict[int, Hybrid] = field(default_factory=dict)
    calls: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Frame:
    """Where sampling stands after a wave: states and estimates of the clean object, (len(labels), n, ...) each.

    `times` are those of each class. `result` is there in the last frame alone.
    """

    noisy: np.ndarray
    denoised: np.ndarray
    times: tuple[float, ...]
    result: Samples | None = None


def sampling(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int,
             hybrids: bool = False) -> Iterator[Frame]:
    """Sample n objects of every label, telling of every wave; the last frame carries the result."""
    began = time.perf_counter()
    walk = from_noise(denoise, labels, n, steps, solver, seed)
    latest: dict[str, Lane] = {}
    for lanes in walk:
        latest |= {label: lane for lane in lanes for label in lane.labels}
        yield Frame(np.stack([denoise.form.from_core(latest[label].x) for label in labels]),
                    np.stack([denoise.form.from_core(latest[label].x0) for label in labels]),
                    tuple(latest[label].t for label in labels))
    result = _result(walk, seed, time.perf_counter() - began, hybrids)
    yield Frame(result.made, result.made, (0.0,) * len(labels), result)


def sample(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int) -> Samples:
    """Sample n objects of every label."""
    began = time.perf_counter()
    walk = from_noise(denoise, labels, n, steps, solver, seed).run()
    return _result(walk, seed, time.perf_counter() - began)


def _result(walk: Walk, seed: int, seconds: float, hybrids: bool = False) -> Samples:
    [start], tree, form = walk.starts, walk.denoise.tree, walk.denoise.form
    made = np.stack([form.from_core(walk.ends[0, label]) for label in start.labels])
    alone = len(start.x) * sum(walk.path_evaluations(0, label) for label in start.labels)
    passed = [branch for branch in (tree.walk(start.labels) if hybrids else ())
              if not branch.is_leaf and (0, branch.id) in walk.handed]
    found = dict(zip([branch.id for branch in passed], handed_over(walk, passed, seed), strict=True)) if passed else {}
    calls = {branch: own for (_, branch), own in walk.calls.items()}
    return Samples(made, form.kind, start.labels, walk.evaluations, alone, walk.waves, seconds, seed, walk.steps,
                   walk.solver, found, calls)
