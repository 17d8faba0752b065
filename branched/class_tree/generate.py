"""Samples of many classes for the price of a few: everything above a branch point is drawn once."""
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..noise import samples
from ..noise.samples import Frame
from ..noise.sampling import Sampling
from .branch import Meeting
from .diffusion import Diffusion
from .hybrid import Hybrid, handed_over
from .walk import Lane, Walk, from_noise


@dataclass(frozen=True)
class Samples(samples.Samples):
    """Samples that went down a tree. `calls` maps branch ids to the evaluations that each object cost there.

    `hybrids` holds, where it was asked for, what was shared at each branch point on the way: {branch id: Hybrid}; to
    look at these costs one evaluation more for each, which does not count as sampling.
    """

    hybrids: dict[int, Hybrid] = field(default_factory=dict)
    calls: dict[int, int] = field(default_factory=dict)


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
    yield Frame.last(result)


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
