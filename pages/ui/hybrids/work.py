"""What the page "Hybrids" asks of a model: what two sets of classes share until their ways part, and what becomes of
it."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from branched import BranchedModel, Frame, Judge, Sampling

from ..parts import reels
from ..parts.pictures import levels
from ..serve.judge import judge_for
from ..serve.request import Request

COLUMNS = 8
MOMENTS = 40   # of the film, besides the meeting point
JUDGED = 250   # pictures that the judge looks at in one go: in between the visitor may move on
SURE = 0.8     # a picture looks like the class to which the judge gives more than this

Classes = tuple[str, ...]


@dataclass(frozen=True)
class Parted:
    """Hybrids (n, H, W[, 3]) at the moment `meeting` of the film, what becomes of them, and the film itself.

    `seen` has what the judge takes each best guess of the film for, "" if it can't decide, and `sides` (n, 2) how
    probable each side is to it, of each hybrid; None without a judge.
    """

    meeting: int
    noisy: np.ndarray
    guesses: np.ndarray
    endings: dict[str, np.ndarray]
    reel: reels.Reel
    seen: list[str] | None
    sides: np.ndarray | None

    @property
    def order(self) -> list[int]:
        """The hybrids, from those that look most like the first side to those that look most like the other."""
        if self.sides is None:
            return list(range(len(self.guesses)))
        return np.argsort(self.sides[:, 1] - self.sides[:, 0], kind="stable").tolist()

    @property
    def nearest_to_both(self) -> int:
        """The hybrid that is most like both sides at once."""
        return 0 if self.sides is None else int(self.sides.min(1).argmax())


@dataclass(frozen=True)
class Hybrids(Request[Parted]):
    """The hybrids of two sides, of a draw number: a walk down to every class of both. Yields the frames of
    `model.sampling`."""

    a: Classes
    b: Classes
    seed: int

    def work(self, model: BranchedModel) -> Generator[Frame, None, Parted]:
        tree, labels, waves = model.tree, self.a + self.b, []
        for frame in model.sampling(labels, sampling=Sampling.quality(n=COLUMNS, seed=self.seed), hybrids=True):
            if not waves:
                beginning = frame
            waves.append(reels.wave(frame))
            yield frame
        meeting, samples = tree.meeting(self.a, self.b), frame.result
        if meeting.branch is None:  # a flat tree: what they share is the noise
            noisy, guesses = beginning.noisy[0], beginning.denoised[0]
        else:
            noisy, guesses = samples.hybrids[meeting.branch.id].noisy, samples.hybrids[meeting.branch.id].denoised
        times = schedule(meeting.time)
        moment = times.index(meeting.time)
        reel = with_meeting(reels.reel(model.outline(), labels, waves, times), moment, noisy, guesses)
        judge, seen = judge_for(model), []
        for first in range(0, len(reel.guesses) if judge else 0, JUDGED):
            seen += recognised(judge, reel.guesses[first:first + JUDGED])
            yield frame
        return Parted(moment, noisy, guesses, dict(zip(labels, samples.images, strict=True)), reel,
                      seen if judge else None, judge and leaning(judge, guesses, self.a, self.b))


def schedule(meeting: float) -> list[float]:
    """The film's moments from noise to data, the meeting point among them and none too near to it."""
    apart = 0.5 / MOMENTS
    even = [t for t in reels.even(MOMENTS) if abs(t - meeting) >= apart or t in (0, 1) and t != meeting]
    return sorted([*even, meeting], reverse=True)


def with_meeting(reel: reels.Reel, moment: int, noisy: np.ndarray, guesses: np.ndarray) -> reels.Reel:
    """The film with the hybrids themselves at the meeting point: as seen from above, and the same for all classes."""
    cells = reel.cells.copy()
    cells[moment] = len(reel.noisy) + np.arange(len(noisy))
    return reels.Reel(reel.times, np.concatenate([reel.noisy, levels(noisy)]),
                      np.concatenate([reel.guesses, levels(guesses)]), cells)


def recognised(judge: Judge, pictures: np.ndarray) -> list[str]:
    """What a judge takes pictures (B, H, W[, 3]), uint8, for; "" where it is not sure."""
    probabilities = judge.probabilities(pictures.astype(np.float32) / 255)
    return [judge.labels[best] if row[best] > SURE else ""
            for row, best in zip(probabilities, probabilities.argmax(1), strict=True)]


def leaning(judge: Judge, pictures: np.ndarray, a: Classes, b: Classes) -> np.ndarray:
    """How probable it is to a judge that pictures (n, H, W[, 3]) in [0, 1] are of one side, of the other, (n, 2)."""
    probabilities = judge.probabilities(pictures.astype(np.float32))
    return np.stack([probabilities[:, [judge.labels.index(label) for label in side]].sum(1) for side in (a, b)], 1)
