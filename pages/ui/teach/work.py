"""What the page "Teach" asks of a model: to learn a class, to draw digits for another, and what it makes of a class."""
from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from branched import BranchedModel, Extension, Sampling

from ..parts.pictures import levels
from ..serve.request import Numbers, Request

EXAMPLES = 16  # of a class, that are kept for what comes later
COLUMNS = 8    # pictures side by side
RECENT = 20    # steps by which the time left is judged
LONG = 10      # times the usual: a step that took longer was not worked all the time


# -- a lesson ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Progress:
    """How far a lesson is: all records so far (without their models), and the `latest` that brought a model.

    `previews` are what was drawn after so many steps, uint8 (n, H, W[, 3]).
    """

    records: tuple[Extension, ...] = ()
    latest: Extension | None = None
    previews: Mapping[int, np.ndarray] = field(default_factory=dict)

    def after(self, record: Extension) -> Progress:
        """With one more record. The very last one may go back to an earlier step: then what came after it goes."""
        progress = self
        if record.model is not None:
            earlier = {step: pictures for step, pictures in self.previews.items() if step < record.step}
            progress = replace(self, latest=record, previews=earlier | {record.step: levels(record.samples)})
        # Without its model, or every model on the way would stay in memory.
        bare = Extension(record.step, record.steps, record.loss, record.seconds)
        return replace(progress, records=(*self.records, bare))

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.records[-1].step / self.records[-1].steps if self.records else 0.0

    @property
    def left(self) -> float:
        """Seconds that it will still take, judged by the last steps: by the clock, for others may be there, too. A
        step in which the lesson was left for a while counts as a long one, no more."""
        last, recent = self.records[-1], self.records[-RECENT:]
        took = np.array([after.seconds - before.seconds for before, after in pairwise(recent)] or [0.0])
        return float(took.clip(max=LONG * np.median(took)).mean()) * (last.steps - last.step)


@dataclass(frozen=True)
class Lesson(Request[Progress]):
    """To learn a class from pictures (n, H, W[, 3]) of it. `steps` None: as many as are usual."""

    label: str
    images: Numbers
    steps: int | None
    private = True
    resumable = True
    weight = 30.0  # it is a minute's work: beside a class that turns digits without end it would take many

    def work(self, model: BranchedModel) -> Generator[Progress, None, Progress]:
        progress = Progress()
        yield progress
        for record in model.extending(self.images.array, self.label, steps=self.steps):
            progress = progress.after(record)
            yield progress
        return progress


@dataclass(frozen=True)
class Digits(Request[np.ndarray]):
    """The first n pictures (n, H, W) of a digit that a model draws for another one: always the same."""

    label: str
    n: int

    def work(self, model: BranchedModel) -> Generator[float, None, np.ndarray]:
        for frame in model.sampling(self.label, n=self.n, seed=1):
            yield 1 - max(frame.times)
        return frame.result.images[0]


# -- what it makes of the class ----------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Kin:
    """Pictures (n, H, W[, 3]) of a class and of its sibling from the same noise; and what both share, if anything."""

    images: np.ndarray
    sibling: np.ndarray
    noisy: np.ndarray | None
    guesses: np.ndarray | None


@dataclass(frozen=True)
class Kinship(Request[Kin]):
    """To draw a class and its sibling."""

    label: str
    sibling: str
    seed: int

    def work(self, model: BranchedModel) -> Generator[float, None, Kin]:
        for frame in model.sampling([self.label, self.sibling], hybrids=True,
                                    sampling=Sampling.quality(n=EXAMPLES, seed=self.seed)):
            yield 1 - min(frame.times)
        shared = frame.result.hybrids.get(model.tree.meeting(self.label, self.sibling).id)
        return Kin(*frame.result.images, shared and shared.noisy, shared and shared.denoised)


@dataclass(frozen=True)
class Crossed:
    """Examples of the new class and what became of them as an old one; and pictures of that, which became the new."""

    examples: np.ndarray
    as_old: np.ndarray
    old: np.ndarray
    as_new: np.ndarray


@dataclass(frozen=True)
class Crossing(Request[Crossed]):
    """To turn examples (n, H, W[, 3]) of a class into an old one, and pictures of that back."""

    examples: Numbers
    label: str
    old: str
    seed: int
    private = True

    def work(self, model: BranchedModel) -> Generator[float, None, Crossed]:
        asked = Sampling.quality(n=COLUMNS, seed=self.seed)
        yield 0.1
        as_old = model.transmute(self.examples.array, self.label, self.old, sampling=asked).images
        yield 0.4
        old = model.sample(self.old, sampling=asked).images[0]
        yield 0.7
        as_new = model.transmute(old, self.old, self.label, sampling=asked).images
        return Crossed(self.examples.array, as_old, old, as_new)


@dataclass(frozen=True)
class Drawing(Request[np.ndarray]):
    """To draw some classes, (N, n, H, W[, 3]), the same to the last bit: what is compared must not depend on who else
    is there."""

    labels: tuple[str, ...]
    seed: int
    alone = True

    def work(self, model: BranchedModel) -> Generator[float, None, np.ndarray]:
        for frame in model.sampling(self.labels, sampling=Sampling.quality(n=COLUMNS, seed=self.seed)):
            yield 1 - max(frame.times)
        return frame.result.images


@dataclass(frozen=True)
class Proof:
    """Pictures (N, n, H, W[, 3]) that two models drew of the same classes, and how many of their bits differ."""

    labels: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray
    different: int

    @property
    def bits(self) -> int:
        return 8 * self.before.nbytes
