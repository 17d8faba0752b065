"""What the page "Generate" asks of a model: a walk for some classes, and how long it takes beside the same class by
class."""
from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from branched import BranchedModel, ClassTree, Frame, Sampling

from ..parts import reels
from ..serve.request import Request
from ..serve.timed import Timed

MOMENTS = 50  # of the film, at most
FILM = 6_000  # pictures of the film, at most
TURNS = 2     # in which both ways are measured
BAND = 1.25   # by how much the ratio of times may stray from that of evaluations, either way, to say the same


@dataclass(frozen=True)
class Pace:
    """Evaluations by the moments of a reel: of all classes `together` (moments,), and of each `alone` (N, moments)."""

    together: np.ndarray
    alone: np.ndarray


@dataclass(frozen=True)
class Drawn:
    """Pictures (N, n, H, W[, 3]) in [0, 1], the film of how they came about, and what they cost.

    `calls` has the evaluations of one picture on each branch, `alone` all evaluations had nothing been shared.
    """

    images: np.ndarray
    reel: reels.Reel
    evaluations: int
    alone: int
    calls: dict[int, int]
    pace: Pace


@dataclass(frozen=True)
class Draw(Request[Drawn]):
    """Pictures of some classes, drawn together down the tree. Yields the frames of `model.sampling`."""

    labels: tuple[str, ...]
    sampling: Sampling

    def work(self, model: BranchedModel) -> Generator[Frame, None, Drawn]:
        waves, evaluations = [], []
        for frame in model.sampling(self.labels, sampling=self.sampling):
            waves.append(reels.wave(frame))
            evaluations.append(frame.evaluations)
            yield frame
        samples = frame.result
        count = max(8, min(self.sampling.steps, MOMENTS, FILM // (len(self.labels) * self.sampling.n)))
        reel = reels.reel(model.outline(), samples.labels, waves, reels.even(count))
        totals = each_alone(model.tree, samples.labels, samples.calls, self.sampling.n)
        return Drawn(samples.images, reel, samples.evaluations, samples.evaluations_class_by_class, samples.calls,
                     pace([wave.times for wave in waves], evaluations, totals, reel.times))


def each_alone(tree: ClassTree, labels: Sequence[str], calls: dict[int, int], n: int) -> list[int]:
    """The evaluations that n pictures of each class cost by themselves."""
    return [n * sum(calls.get(branch.id, 0) for branch in tree.path(label)) for label in labels]


def pace(times: Sequence[tuple[float, ...]], evaluations: Sequence[int], totals: Sequence[int],
         moments: Sequence[float]) -> Pace:
    """What had been spent at some moments of a walk, of which each wave's `times` and `evaluations` are known; each
    class's `totals` are spread evenly over its waves."""
    walks = list(zip(*times, strict=True))
    at = np.array([[reels.latest(walk, t) for t in moments] for walk in walks])              # (N, moments)
    live = np.array([[sum(t > 0 for t in walk)] for walk in walks])
    shares = np.minimum(1, (at + 1) / live)
    return Pace(np.array(evaluations)[at.max(0)], np.round(np.array(totals)[:, None] * shares).astype(int))


# -- measured ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Measured:
    """Seconds of both ways, the best of all turns each; when; and by how much a pixel differs, at most."""

    together: float
    alone: float
    when: datetime
    difference: float

    def agrees(self, drawn: Drawn) -> bool:
        """Whether times say what evaluations say, within the band."""
        ratio = self.alone / self.together / (drawn.alone / drawn.evaluations)
        return 1 / BAND <= ratio <= BAND


@dataclass(frozen=True)
class Measure(Request[Measured]):
    """How long the same pictures take together and class by class, both ways in turns. Yields how far it is."""

    labels: tuple[str, ...]
    sampling: Sampling
    alone = True

    def work(self, model: BranchedModel) -> Generator[float, None, Measured]:
        ways, best, images = ([self.labels], [(label,) for label in self.labels]), [np.inf, np.inf], [None, None]
        for turn in range(2 * TURNS):
            way, seconds, made = turn % 2, 0.0, []
            for group in ways[way]:
                walk = Timed(model.sampling(group, sampling=self.sampling))
                for frame in walk:
                    yield (turn + (len(made) + 1 - min(frame.times)) / len(ways[way])) / (2 * TURNS)
                seconds += walk.seconds
                made.append(frame.result.images)
            best[way], images[way] = min(best[way], seconds), np.concatenate(made)
        return Measured(*best, datetime.now(UTC), float(np.abs(images[0] - images[1]).max()))
