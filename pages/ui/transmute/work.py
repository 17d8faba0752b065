"""What the page "Transmute" asks of a model: what a picture is of, what becomes of it, and pictures to begin with."""
from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from branched import BranchedModel, ClassTree, Judge, Sampling, of_turn

from ..language import _
from ..parts.pictures import levels
from ..serve.given import Source
from ..serve.judge import judge_for, reader_for
from ..serve.request import Numbers, Request

FEW = 8                # turning times of the film for all targets: .1 apart
ROWS = (16, 32, 64)    # pictures walked in one go, after the first: soon some, and then as many as are fast together
DRAWN = 8              # pictures of the model's own to choose from
LARGE = 60             # pixels of a side of a scan that is enlarged
# Ten of each class of scikit-learn's digits, from leaning left to leaning right: legible ones, of which the judge in
# checkpoints/ is sure, with strokes from 2.2 to 4.3 pixels.
LEGIBLE = (
    (1065, 565, 1297, 406, 1451, 1642, 208, 646, 724, 10), (586, 442, 606, 1380, 1648, 1585, 1213, 1626, 1621, 1590),
    (1403, 84, 313, 1531, 907, 278, 648, 798, 1593, 115), (1125, 737, 1438, 799, 789, 143, 1624, 962, 83, 1118),
    (1127, 1053, 929, 1043, 1033, 637, 733, 1023, 640, 770), (289, 74, 1486, 1203, 531, 35, 302, 1192, 893, 401),
    (1092, 662, 1094, 871, 921, 262, 197, 468, 1391, 802), (1395, 912, 932, 174, 559, 560, 602, 1145, 403, 1710),
    (955, 923, 639, 612, 1544, 978, 554, 638, 404, 1315), (1196, 9, 478, 1736, 455, 1379, 1452, 1540, 655, 1572),
)
EACH = len(LEGIBLE[0])
FIRST, VARIANTS = 47, 4  # to begin with: a 4, which is close to a 9, and how many are made of it
PICTURES = "pictures"  # what the images of a model show that knows anything but characters


# -- pictures to begin with --------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Scans:
    """Real digits: their classes, as they were scanned (n, 8, 8), and as the model sees them (n, H, W)."""

    classes: tuple[str, ...]
    originals: np.ndarray
    pictures: np.ndarray

    def source(self, number: int) -> Source:
        """One of them, to be turned into another."""
        label = self.classes[number]
        name = _("a {label} from the gallery").format(label=label)
        return Source(Numbers(self.pictures[number]), self.originals[number], name, label=label)


def digits(model: BranchedModel) -> list[str]:
    """The digits of which the gallery has pictures for a model of characters: those that are its classes; all, where it
    learnt from digits and was told no classes."""
    if len(model.shape) != 2 or model.form.shows == PICTURES:
        return []
    untold = model.facts.data.name == "mnist" and model.facts.training.clusters
    return [digit for digit in "0123456789" if untold] or [
        label for label in model.labels if label in tuple("0123456789")]


@dataclass(frozen=True)
class Gallery(Request[Scans]):
    """The digits that come with scikit-learn, for the classes of a model."""

    inline = True

    def work(self, model: BranchedModel) -> Generator[float, None, Scans]:
        from sklearn.datasets import load_digits  # takes a second

        classes = digits(model)
        chosen = [k for label in classes for k in LEGIBLE[int(label)]]
        originals, pictures = load_digits().images[chosen].astype(np.float32) / 16, []
        for k, original in enumerate(originals):
            pictures.append(model.prepare(enlarged(original)))
            if k % EACH == 0:
                yield k / len(originals)
        return Scans(tuple(label for label in classes for _ in range(EACH)), originals, np.stack(pictures))


def enlarged(scan: np.ndarray) -> np.ndarray:
    """An 8 x 8 scan in [0, 1], large and with edges as sharp as a pen's: (LARGE, LARGE)."""
    smooth = Image.fromarray(np.pad(scan, 1)).resize((LARGE, LARGE), Image.Resampling.BICUBIC)
    return ((np.asarray(smooth) - 0.35) / 0.4).clip(0, 1).astype(np.float32)


@dataclass(frozen=True)
class Drawings(Request[np.ndarray]):
    """Some pictures (n, H, W[, 3]) of a class that the model draws."""

    label: str
    sampling: Sampling

    def work(self, model: BranchedModel) -> Generator[float, None, np.ndarray]:
        for frame in model.sampling(self.label, sampling=self.sampling):
            yield 1 - max(frame.times)
        return frame.result.images[0]

    def source(self, drawings: np.ndarray, nth: int) -> Source:
        """The `nth` of what came of this request, from 1 on, to be turned into another."""
        name = _("a picture of {label} that the model drew").format(label=self.label)
        return Source(Numbers(drawings[nth - 1]), None, name, label=self.label)


# -- what it is, and what becomes of it --------------------------------------------------------------------------------

@dataclass(frozen=True)
class Verdict(Request[np.ndarray]):
    """The probability of each class (N,), by who reads drawings, or else by the tree. What is missing to 1 is how
    likely the picture is no class at all; the tree never thinks so."""

    picture: Numbers
    private: bool = False

    def work(self, model: BranchedModel) -> Generator[float, None, np.ndarray]:
        yield 0.0
        if (reader := reader_for(model)) is None:
            return model.classify(self.picture.array[None]).probabilities[0].astype(np.float32)
        read = reader.read(self.picture.array[None].astype(np.float32), model.labels)
        return read.probabilities[0] * (1 - read.other[0])


Walked = tuple[np.ndarray, np.ndarray, tuple[str, ...]]  # of one frame: noisy, what became of it, and read as what


@dataclass(frozen=True)
class Turned:
    """Pictures (T, columns, H, W[, 3]), uint8, as they were at the turn and what became of them.

    `times` are the turning times, or some of them, on its way; None stands for each class's own meeting point. `read`
    (T, columns) says what each is taken for, by an `independent` classifier or by the model itself; a row is empty
    where nobody looked.
    """

    times: tuple[float | None, ...]
    noisy: np.ndarray
    images: np.ndarray
    read: tuple[tuple[str, ...], ...] = ()
    independent: bool = True

    def sharper(self, frame: int, other: Turned) -> Turned:
        """The same with another's only frame in place of one."""
        noisy, images = self.noisy.copy(), self.images.copy()
        noisy[frame], images[frame] = other.noisy[0], other.images[0]
        read = self.read[:frame] + (other.read[0] or self.read[frame],) + self.read[frame + 1:]
        return replace(self, noisy=noisy, images=images, read=read)


@dataclass(frozen=True)
class Turning(Request[Turned]):
    """How a picture (H, W[, 3]) of class `source` is to be turned into the classes `targets`, at many turning times.

    The frame `first` of the film is worked first; it changes nothing of the result.
    """

    picture: Numbers
    source: str
    targets: tuple[str, ...]
    variants: int
    deterministic: bool
    sampling: Sampling
    private: bool = False
    first: int = field(default=0, compare=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """What each picture of a row is meant to become: several variants of one class, or one of each."""
        return self.targets * self.variants if len(self.targets) == 1 else self.targets

    def times(self, tree: ClassTree) -> tuple[tuple[float | None, ...], int]:
        """The turning times of the film, in falling order, and which of them is the meeting point."""
        if len(self.targets) > 1:
            return (None, *np.linspace(of_turn.HIGH, of_turn.LOW, FEW).round(3).tolist()), 0
        meeting = tree.meeting_point(self.source, self.targets[0])
        others = np.linspace(of_turn.HIGH, of_turn.LOW, of_turn.TIMES)
        apart = (others[0] - others[1]) / 2.5  # a time nearer to the meeting point shows nothing new
        times = sorted([meeting, *(round(t, 3) for t in others.tolist() if abs(t - meeting) > apart)], reverse=True)
        return tuple(times), times.index(meeting)

    def work(self, model: BranchedModel) -> Generator[Turned, None, Turned]:
        """Yields what there is of the film: the frame `first`, then those that are nearest to it. Where no independent
        classifier reads them, the model itself does, at the end."""
        times, usual = self.times(model.tree)
        classifier, frames = judge_for(model), {}
        for portion in self._portions(times):
            if frames:
                yield _gathered(times, frames, classifier is not None)
            frames |= zip(portion, self.walked(model, [times[k] for k in portion], classifier), strict=True)
        if classifier is None:  # slower, and so for the meeting point alone
            yield _gathered(times, frames, False)
            noisy, images, _ = frames[usual]
            frames[usual] = noisy, images, *read(model, None, images[None])
        return _gathered(times, frames, classifier is not None)

    def _portions(self, times: Sequence[float | None]) -> list[list[int]]:
        """Which frames are walked in one go, from the first outwards; a turn at each class's own meeting point is a
        walk of another kind."""
        rest = sorted((k for k, t in enumerate(times) if k != self.first and t is not None),
                      key=lambda k: abs(k - self.first))
        portions = [[self.first], [k for k, t in enumerate(times) if k != self.first and t is None]]
        while rest:
            many = max(1, ROWS[min(len(portions), len(ROWS) + 1) - 2] // len(self.columns))
            portions, rest = [*portions, rest[:many]], rest[many:]
        return [portion for portion in portions if portion]

    def walked(self, model: BranchedModel, times: list[float | None], classifier: Judge | None) -> list[Walked]:
        """For each turning time the noisy pictures and what became of them, (columns, H, W[, 3]) each, and what the
        classifier takes those for: nothing, if there is none."""
        copies = np.repeat(self.picture.array[None], self.variants if len(self.targets) == 1 else 1, 0)
        time = None if times == [None] else times
        result = model.transmute(copies, self.source, list(self.targets), time, sampling=self.sampling,
                                 deterministic=self.deterministic)
        # (targets, times, variants, H, W[, 3]); without times there is no such axis
        noisy, images = (levels(x)[:, None] if time is None else levels(x) for x in (result.noisy, result.images))
        noisy, images = (np.stack([x[:, k].reshape(-1, *x.shape[3:]) for k in range(len(times))])
                         for x in (noisy, images))
        names = read(model, classifier, images) if classifier else [()] * len(times)
        return list(zip(noisy, images, names, strict=True))


@dataclass(frozen=True)
class Sharpened(Request[Turned]):
    """One frame of a film, in as many steps as a picture that is looked at closely: of the same seed, and so the same
    pictures, only sharper."""

    film: Turning
    time: float | None

    @property
    def private(self) -> bool:
        return self.film.private

    def work(self, model: BranchedModel) -> Generator[float, None, Turned]:
        yield 0.0
        film = replace(self.film, sampling=replace(self.film.sampling, steps=Sampling.quality().steps))
        classifier = judge_for(model)
        return _gathered([self.time], dict(enumerate(film.walked(model, [self.time], classifier))),
                         classifier is not None)


def _gathered(times: Sequence[float | None], frames: Mapping[int, Walked], independent: bool) -> Turned:
    """What there is of a film, from the frames that were walked."""
    which = sorted(frames)
    noisy, images, names = zip(*(frames[k] for k in which), strict=True)
    return Turned(tuple(times[k] for k in which), np.stack(noisy), np.stack(images), names, independent)


@dataclass(frozen=True)
class Matrix:
    """Pictures (N, N, H, W[, 3]), uint8: row i begins as class i, column j is meant to be class j. `read` as above."""

    pictures: np.ndarray
    read: tuple[tuple[str, ...], ...] = ()
    independent: bool = True


@dataclass(frozen=True)
class Crossing(Request[Matrix]):
    """One picture of each class (N, H, W[, 3]) turned into every other class."""

    sources: Numbers
    deterministic: bool
    sampling: Sampling
    private = False  # the sources are never a visitor's own: all may see what becomes of them

    def work(self, model: BranchedModel) -> Iterator[Matrix]:
        """Yields the matrix as it grows, row by row."""
        labels, sources = model.labels, self.sources.array
        pictures = np.zeros((len(labels), *sources.shape), np.uint8)
        pictures[range(len(labels)), range(len(labels))] = levels(sources)
        for k, label in enumerate(labels):
            others = [j for j in range(len(labels)) if j != k]
            turned = model.transmute(sources[k:k + 1], label, [labels[j] for j in others], sampling=self.sampling,
                                     deterministic=self.deterministic)
            pictures[k, others] = levels(turned.images[:, 0])
            yield Matrix(pictures.copy())
        classifier, names = judge_for(model), []
        for row in pictures:
            names += read(model, classifier, row[None])
            if classifier is None:
                yield Matrix(pictures)
        return Matrix(pictures, tuple(names), classifier is not None)


def read(model: BranchedModel, classifier: Judge | None, images: np.ndarray) -> tuple[tuple[str, ...], ...]:
    """What pictures (T, columns, H, W[, 3]), uint8, are taken for: by the classifier or, without one, by the model."""
    flat = images.reshape(-1, *images.shape[2:]).astype(np.float32) / 255
    if classifier is None:
        names = [str(label) for label in model.classify(flat)]
    else:
        names = [classifier.labels[k] for k in classifier.probabilities(flat).argmax(1)]
    return tuple(tuple(names[k:k + images.shape[1]]) for k in range(0, len(names), images.shape[1]))
