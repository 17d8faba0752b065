"""Samples of many classes for the price of a few: everything above a branch point is drawn once."""
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..data.form import Made
from ..noise.sampling import Asked, Sampling
from .branch import Meeting
from .diffusion import Diffusion
from .hybrid import Hybrid, handed_over
from .walk import Lane, Walk, from_noise


@dataclass(frozen=True)
class Samples(Made, Asked):
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
    sampling: Sampling
    hybrids: dict[int, Hybrid] = field(default_factory=dict)
    calls: dict[int, int] = field(default_factory=dict)


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


def sampling(diffusion: Diffusion, labels: tuple[str, ...], asked: Sampling, hybrids: bool = False) -> Iterator[Frame]:
    """Sample n objects of every label, telling of every wave; the last frame carries the result."""
    began, shown = time.perf_counter(), diffusion.form.from_core
    walk = from_noise(diffusion, labels, asked)
    latest: dict[str, Lane] = {}
    for lanes in walk:
        latest |= {label: lane for lane in lanes for label in lane.labels}
        current = [latest[label] for label in labels]
        yield Frame(np.stack([shown(lane.x) for lane in current]), np.stack([shown(lane.x0) for lane in current]),
                    tuple(lane.t for lane in current), walk.evaluations)
    result = _result(walk, time.perf_counter() - began, hybrids)
    yield Frame(result.made, result.made, (0.0,) * len(labels), result.evaluations, result)


def sample(diffusion: Diffusion, labels: tuple[str, ...], asked: Sampling) -> Samples:
    """Sample n objects of every label."""
    began = time.perf_counter()
    walk = from_noise(diffusion, labels, asked).run()
    return _result(walk, time.perf_counter() - began)


def _result(walk: Walk, seconds: float, hybrids: bool = False) -> Samples:
    [start], form = walk.starts, walk.diffusion.form
    made = np.stack([form.from_core(walk.ends[0, label]) for label in start.labels])
    alone = len(start.x) * sum(walk.path_evaluations(0, label) for label in start.labels)
    calls = {branch: evaluations for (_, branch), evaluations in walk.calls.items()}
    return Samples(made, form.kind, start.labels, walk.evaluations, alone, walk.waves, seconds, walk.sampling,
                   _shared(walk) if hybrids else {}, calls)


def _shared(walk: Walk) -> dict[int, Hybrid]:
    """The hybrids of all branch points that a walk has passed, by the id of the branch that ends there."""
    passed = [branch for branch in walk.diffusion.tree.through(walk.starts[0].labels)
              if not branch.is_leaf and (0, branch.id) in walk.handed]
    if not passed:
        return {}
    shared = handed_over(walk, [Meeting(branch.t_low, branch) for branch in passed])
    return dict(zip([branch.id for branch in passed], shared, strict=True))
