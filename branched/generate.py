"""Samples of many classes for the price of a few: everything above a branch point is drawn once."""
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .images import from_core
from .seeds import mix, normal
from .walk import Denoiser, Lane, Start, Walk


@dataclass(frozen=True)
class Samples:
    """Generated images (len(labels), n, H, W) or (..., 3) in [0, 1], and what they cost.

    Image i of every class grew from the same noise. `evaluations` counts network evaluations of single images;
    `evaluations_class_by_class` what they would have cost with nothing shared; `waves` the sequential network calls.
    """

    images: np.ndarray
    labels: tuple[str, ...]
    evaluations: int
    evaluations_class_by_class: int
    waves: int
    seconds: float
    seed: int
    steps: int
    solver: str


@dataclass(frozen=True)
class Frame:
    """Where sampling stands after a wave: states and estimates of the clean image, (len(labels), n, H, W) each.

    `times` are those of each class. `result` is there in the last frame alone.
    """

    noisy: np.ndarray
    denoised: np.ndarray
    times: tuple[float, ...]
    result: Samples | None = None


def from_noise(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int) -> Walk:
    """The walk from pure noise at t = 1 to each label. Row i depends on (seed, i) alone."""
    keys = [mix(seed, i) for i in range(n)]
    start = Start(normal(keys, denoise.shape).to(denoise.device), 1.0, labels, keys)
    return Walk(denoise, [start], steps, solver)


def sampling(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int) -> Iterator[Frame]:
    """Sample n images of every label, telling of every wave; the last frame carries the result."""
    began = time.perf_counter()
    walk = from_noise(denoise, labels, n, steps, solver, seed)
    latest: dict[str, Lane] = {}
    for lanes in walk:
        latest |= {label: lane for lane in lanes for label in lane.labels}
        yield Frame(np.stack([from_core(latest[label].x) for label in labels]),
                    np.stack([from_core(latest[label].x0) for label in labels]),
                    tuple(latest[label].t for label in labels))
    yield Frame(*[np.stack([from_core(walk.ends[0, label]) for label in labels])] * 2, (0.0,) * len(labels),
                _result(walk, labels, n, steps, solver, seed, began))


def sample(denoise: Denoiser, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int) -> Samples:
    """Sample n images of every label."""
    began = time.perf_counter()
    walk = from_noise(denoise, labels, n, steps, solver, seed).run()
    return _result(walk, labels, n, steps, solver, seed, began)


def _result(walk: Walk, labels: tuple[str, ...], n: int, steps: int, solver: str, seed: int, began: float) -> Samples:
    images = np.stack([from_core(walk.ends[0, label]) for label in labels])
    alone = n * sum(walk.path_evaluations(0, label) for label in labels)
    seconds = time.perf_counter() - began
    return Samples(images, labels, walk.evaluations, alone, walk.waves, seconds, seed, steps, solver)
