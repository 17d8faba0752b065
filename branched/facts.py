"""What a model's file tells of itself: one typed record, read once, when the model is loaded.

A file's header holds JSON, in which a measured figure is named by a sentence. The names are declared here, each beside
its field, and nowhere else; {kind} and {thing} in them stand for what the model's form calls its objects ("images",
"image"). A part that is not what it should be is left out of the record, and a model loads without it; the header's
text is kept as it was, so that nothing of it is lost on saving.
"""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Self, TypeVar

import msgspec

from .errors import BranchedError

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]     # nothing larger is counted, or can be shown as a float
Seed = Annotated[int, msgspec.Meta(ge=-2**63, le=2**63 - 1)]
Shares = Mapping[str, float]                             # by the name of a class, or of a pair: "4>9"
Interval = tuple[float, float, float]                    # an estimate, and the ends of its 95% interval
Pair = tuple[float, float]
SHOWS = CHARACTERS, PICTURES = "characters", "pictures"  # what images show
OLDER = {"evaluations of each set": "evaluations of each ten-class set"}  # the name in files from before 0.2


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the record. What the file does not tell is None; what it tells beyond the fields is left in the file.

    `LONG` names the fields that have a value for every pair of classes: too long for an account to be read.
    """

    LONG: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """A part of those values, by their names here, for which it has fields."""
        return cls(**{name: values[name] for name in cls.__struct_fields__ if name in values})


def titled(name: str) -> Any:
    """A field that may be missing, and its name in the file."""
    return msgspec.field(name=name, default=None)


# -- how it was trained ------------------------------------------------------------------------------------------------

class Data(Part):
    """What it was trained on. `source` is where it lay, seen from where it was trained: a folder or a file.
    `background` is the value of images where nothing is, in [0, 1]; `shows` is what they show, "characters" or
    "pictures"; `placed` says that the characters were scaled and centred as MNIST's, `crop` that sides were cut off,
    where images were not square."""

    name: str | None = None
    source: str | None = None
    count: Count | None = titled("{kind}")
    shape: tuple[Count, ...] | None = None
    background: float | None = None
    shows: str | None = None
    placed: bool | None = None
    crop: bool | None = None


class Training(Part):
    """How it was trained: the fields of `TrainingConfig`, and what it took. `trunk` is the file from whose weights it
    began, `clusters` that of the tree whose leaves are its classes, where there was one."""

    steps: Count | None = None
    batch: Count | None = None
    learning_rate: float | None = None
    warmup: Count | None = None
    decay: float | None = None
    bridge: float | None = None
    pairs: Count | None = None
    refresh: Count | None = None
    ema: float | None = None
    clip: float | None = None
    seed: Seed | None = None
    precision: str | None = None
    seconds: float | None = None
    device: str | None = None
    trunk: str | None = None
    clusters: str | None = None


class Discovery(Part):
    """How its tree was found; the last four are the rule's."""

    seed: Seed | None = None
    samples: Count | None = None
    times: Count | None = None
    epsilon: float | None = None
    smoothing: float | None = None
    minimum_time: float | None = None
    minimum_length: float | None = None

    @property
    def rule(self) -> dict[str, float]:
        """What the file tells of the rule, by the names of its parameters."""
        settings = {name: getattr(self, name) for name in ("epsilon", "smoothing", "minimum_time", "minimum_length")}
        return {name: value for name, value in settings.items() if value is not None}


class Lesson(Part):
    """A class that was added later: where it joined, from how many objects it was learnt, and what that took."""

    name: str
    sibling: str
    time: float
    count: Count | None = titled("{kind}")
    training: Training = Training()
    steps: Count | None = None
    seconds: float | None = None
    versions: Mapping[str, str] = {}


# -- how good it is ----------------------------------------------------------------------------------------------------

class Protocol(Part):
    """Sizes and options with which it was measured; of guidance it tells where there was some."""

    n: Count | None = None
    steps: Count | None = None
    solver: str | None = None
    seed: Seed | None = None
    guidance: float | None = None
    guide: str | None = None
    transmuted: Count | None = None
    classified: Count | None = None


class Generation(Part):
    """Objects drawn from noise, of any form. `of` a class: by its name; `near` a training object: shares of those that
    lie nearer to one than 5% and 50% of test objects do; evaluations are those of one object of every class."""

    n: Count | None = None
    steps: Count | None = None
    solver: str | None = None
    seed: Seed | None = None
    guidance: float | None = None
    guide: str | None = None
    right: float | None = titled("right class")
    right_worst: float | None = titled("right class, worst")
    right_of: Shares | None = titled("right class per class")
    density_coverage: Pair | None = titled("density, coverage")
    near: float | None = titled("nearer to a training {thing} than 5% of test {kind}")
    near_median: float | None = titled("nearer to a training {thing} than 50% of test {kind}")
    evaluations: float | None = titled("evaluations of each set")
    evaluations_alone: float | None = titled("evaluations, class by class")
    saved: float | None = titled("evaluations, class by class over tree")
    seconds: float | None = None


class GenerationOfImages(Generation):
    """Images: distances in pixels and in the judge's features, and, as `real`, those of real images from real ones."""

    pixel_frechet: float | None = titled("pixel Frechet")
    pixel_frechet_of: Shares | None = titled("pixel Frechet per class")
    pixel_frechet_real: float | None = titled("pixel Frechet, real against real")
    feature_frechet: float | None = titled("feature Frechet")
    feature_frechet_real: float | None = titled("feature Frechet, real against real")
    precision_recall: Pair | None = titled("precision, recall")
    precision_recall_real: Pair | None = titled("precision, recall, real against real")
    density_coverage_real: Pair | None = titled("density, coverage, real against real")


class GenerationOfRows(Generation):
    """Rows: distances of standardised features, correlations, spread; as `gaussian`, what as many rows of one Gaussian
    reach, fitted to the real ones of a class; as `halves`, what one half of the real rows is to the other."""

    real_rows: Count | None = titled("real rows")
    right_real: float | None = titled("right class, real test rows")
    frechet: float | None = titled("Frechet")
    frechet_of: Shares | None = titled("Frechet per class")
    frechet_gaussian: float | None = titled("Frechet, as many rows of one Gaussian")
    frechet_halves: float | None = titled("Frechet, real halves")
    close: float | None = titled("close correlations")
    close_worst: float | None = titled("close correlations, worst")
    close_of: Shares | None = titled("close correlations per class")
    close_gaussian: float | None = titled("close correlations, as many rows of one Gaussian")
    spread: float | None = titled("spread, over that of real rows")
    density_coverage_halves: Pair | None = titled("density, coverage, real halves")

    @property
    def frechet_worst(self) -> float | None:
        """The distance of the class that is furthest off."""
        return max(self.frechet_of.values()) if self.frechet_of else None


class Transmutation(Part):
    """Real test objects turned into every other class, of any form."""

    LONG: ClassVar[frozenset[str]] = frozenset({"right_of"})

    n: Count | None = titled("{kind} of each class")
    steps: Count | None = None
    deterministic: bool | None = None
    right: float | None = titled("right class")
    right_worst: float | None = titled("right class, worst pair")
    worst: str | None = titled("worst pair")
    right_of: Shares | None = titled("right class per pair")


class TransmutationOfImages(Transmutation):
    """Images: how much of slant and stroke is kept (Pearson's r); with a `random` real image of the target class, and
    turned at the same time into a `wrong` one."""

    slant: Interval | None = titled("slant kept")
    slant_random: Interval | None = titled("slant kept, random target")
    slant_wrong: Interval | None = titled("slant kept, wrong pair")
    stroke: Interval | None = titled("stroke kept")
    stroke_random: Interval | None = titled("stroke kept, random target")
    stroke_wrong: Interval | None = titled("stroke kept, wrong pair")


class TransmutationOfRows(Transmutation):
    """Rows into the class nearest to theirs: Pearson's r of every feature, means of these; with `random` real rows of
    the target class, and turned at the same time into a `wrong` one."""

    LONG: ClassVar[frozenset[str]] = frozenset({"right_of", "kept_features"})

    kept: float | None = titled("kept, nearest class")
    kept_random: float | None = titled("kept, random target")
    kept_wrong: float | None = titled("kept, wrong target")
    kept_of: Shares | None = titled("kept, of each pair")
    kept_least: Shares | None = titled("kept, least feature of each pair")
    kept_random_of: Shares | None = titled("kept, random target, of each pair")
    kept_wrong_of: Shares | None = titled("kept, wrong target, of each pair")
    kept_features: Mapping[str, tuple[float, ...]] | None = titled("kept per pair and feature")


class Classification(Part):
    """The classifier that the tree itself is, on test objects."""

    count: Count | None = titled("{kind}")
    accuracy: float | None = None
    evaluations: float | None = titled("evaluations of each {thing}")
    log_probability: float | None = titled("mean log probability of the truth")


class Quality(Part):
    """All that was measured, part by part."""

    protocol: Protocol | None = None
    generation: Generation | None = None
    stochastic: Transmutation | None = titled("transmutation, stochastic")
    deterministic: Transmutation | None = titled("transmutation, deterministic")
    classification: Classification | None = None

    @property
    def parts(self) -> dict[str, Part]:
        """What was measured, by the part's name in the file."""
        return {title: part for attribute, title in titles(Quality).items()
                if (part := getattr(self, attribute)) is not None}


FORMS: dict[str, tuple[type[Generation], type[Transmutation]]] = {  # by the kind of a form; any other has the bare ones
    "images": (GenerationOfImages, TransmutationOfImages),
    "rows": (GenerationOfRows, TransmutationOfRows)}


# -- the record --------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Facts:
    """All that a model's file tells of itself. Two are equal if they say the same; none ever changes."""

    text: str                   # the header's part, JSON: what the other fields were read from
    kind: str                   # what the form calls its objects: "images", "rows"
    data: Data = field(compare=False, repr=False)
    training: Training = field(compare=False, repr=False)
    discovery: Discovery = field(compare=False, repr=False)
    versions: Mapping[str, str] = field(compare=False, repr=False)
    extensions: tuple[Lesson, ...] = field(compare=False, repr=False)
    quality: Quality = field(compare=False, repr=False)

    @classmethod
    def read(cls, stored: Any, kind: str) -> Facts:
        """The record from a header's JSON. Raises BranchedError if that is no dictionary at all."""
        if not isinstance(stored, Mapping):
            raise BranchedError(f"its facts are no dictionary, but {type(stored).__name__}")
        lessons, versions = stored.get("extensions"), stored.get("versions")
        return cls(
            json.dumps(stored), kind,
            *(_read(part, stored.get(key), kind) or part()
              for key, part in (("data", Data), ("training", Training), ("discovery", Discovery))),
            {name: text for name, text in versions.items() if isinstance(text, str)}
            if isinstance(versions, Mapping) else {},
            tuple(lesson for entry in (lessons if isinstance(lessons, list) else ())
                  if (lesson := _read(Lesson, entry, kind))),
            _quality(stored.get("quality"), kind))

    @classmethod
    def of(cls, kind: str, **parts: Part | Mapping[str, Any] | None) -> Facts:
        """A record of parts by their names; a part that is None is written as that."""
        return cls.read({key: to_json(part, kind) for key, part in parts.items()}, kind)

    @property
    def stored(self) -> dict[str, Any]:
        """What the file's header holds: a copy, with all that this record does not understand."""
        return json.loads(self.text)

    def with_quality(self, quality: Quality) -> Facts:
        """The same with other figures; of a part that was not measured anew the old ones stay."""
        stored = self.stored
        old = stored.get("quality")
        quality = (old if isinstance(old, dict) else {}) | to_json(quality, self.kind)
        return Facts.read(stored | {"quality": quality}, self.kind)

    def with_lesson(self, lesson: Lesson) -> Facts:
        """The same with one more class that was added."""
        lessons = self.stored.get("extensions")
        lessons = [*(lessons if isinstance(lessons, list) else ()), to_json(lesson, self.kind)]
        return Facts.read(self.stored | {"extensions": lessons}, self.kind)

    def without_lesson(self, label: str) -> Facts:
        """The same without a class that was added. Raises KeyError if none is called so."""
        self.lesson(label)
        stored = self.stored
        lessons = [lesson for lesson in stored.pop("extensions") if _name_of(lesson) != label]
        return Facts.read(stored | ({"extensions": lessons} if lessons else {}), self.kind)

    def lesson(self, label: str) -> Lesson:
        """The lesson by which a class was added. Raises KeyError if none is called so."""
        return {lesson.name: lesson for lesson in self.extensions}[label]


AnyPart = TypeVar("AnyPart", bound=Part)


def titles(part: type[Part], kind: str = "images") -> dict[str, str]:
    """A part's fields: their names here, and those in the file of a model of a form."""
    return {entry.name: entry.encode_name.format(kind=kind, thing=kind.removesuffix("s"))
            for entry in msgspec.structs.fields(part)}


def figures(part: Part, kind: str) -> dict[str, Any]:
    """What a part tells, by the names in the file; without the values of every pair of classes."""
    return {title: value for attribute, title in titles(type(part), kind).items()
            if attribute not in part.LONG and (value := getattr(part, attribute)) is not None}


def to_json(part: Any, kind: str) -> Any:
    """A part, or a dictionary of anything, as the file has it: plain Python, and of a part nothing that is None."""
    if isinstance(part, Part):
        return {title: to_json(value, kind) for attribute, title in titles(type(part), kind).items()
                if (value := getattr(part, attribute)) is not None}
    return json.loads(json.dumps(part))


def _read(part: type[AnyPart], stored: Any, kind: str) -> AnyPart | None:
    """A part from JSON; None if that is something else: no dictionary, or with a value of another type."""
    if not isinstance(stored, Mapping):
        return None
    known = {}
    for entry, title in zip(msgspec.structs.fields(part), titles(part, kind).values(), strict=True):
        key = title if title in stored else OLDER.get(title, title)
        if key in stored:
            known[entry.encode_name] = stored[key]
    try:
        return msgspec.convert(known, part)
    except msgspec.ValidationError:
        return None


def _quality(stored: Any, kind: str) -> Quality:
    """What was measured; each part that is as it should be."""
    generation, transmutation = FORMS.get(kind, (Generation, Transmutation))
    types = {"protocol": Protocol, "generation": generation, "stochastic": transmutation,
             "deterministic": transmutation, "classification": Classification}
    stored = stored if isinstance(stored, Mapping) else {}
    return Quality(**{attribute: _read(types[attribute], stored.get(title), kind)
                      for attribute, title in titles(Quality, kind).items()})


def _name_of(lesson: Any) -> Any:
    return lesson.get("name") if isinstance(lesson, dict) else None
