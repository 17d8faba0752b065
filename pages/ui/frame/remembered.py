"""The visitor's own model as her browser keeps it, and back from there after a reload. What comes from a browser is
checked as any file that is uploaded: it never makes more than what a lesson here could have made."""
from __future__ import annotations

import re
import tempfile
from math import prod
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import streamlit as st

import branched
from branched import BranchedError, BranchedModel

from ..language import N_, _
from ..parts import keeper
from ..serve import models
from ..serve.request import OWN
from . import visitor, words

ELSEWHERE = N_("This link is to a model that lives in one browser only: the one where it was taught. You see {} "
               "instead.")
WRONG = N_("The model that this browser kept could not be read back: {} You see {} instead.")
FOREIGN = N_("what it kept is not what was taught here.")
SEEKING = N_("Looking in this browser for the model that you taught …")
CLASSES, PICTURES, TIMES = 10, 16, 20  # at most: of a model; of a class, in a row; rows of them
ENDS = ("", "stopped", "early")

Share = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a class was learnt from, and what came of it on the way: float32 and uint8, all pixels one after the other.
    """

    examples: bytes
    drawn: bool
    steps: tuple[Share, ...]
    previews: bytes
    ended: str


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A visitor's model: what it grew from by its name, what it was taught as a file's contents, and the lessons."""

    base: str
    file: bytes
    lessons: dict[str, Lesson]


def shelf(name: str) -> keeper.Shelf:
    """Where the browser keeps the visitor's model of this name."""
    return keeper.Shelf(name)


def is_own(name: str) -> bool:
    """Whether some visitor's own model could be called so."""
    return re.fullmatch(f"{OWN}[0-9a-f]{{16}}", name) is not None


def back(name: str, usual: str) -> str:
    """Have a visitor's own model back from her browser. Tells what went wrong, "" if nothing did; the page ends here as
    long as the browser has not answered."""
    text = keeper.found(shelf(name))
    if text is None:
        st.caption(_(SEEKING))
        st.stop()
    if not text:
        return _(ELSEWHERE).format(usual)
    try:
        read(name, text)
    except BranchedError as error:
        return _(WRONG).format(_(str(error)), usual)
    return ""


def written(mine: visitor.Own) -> str:
    """All of a visitor's model that its base does not have, as text."""
    base = models.get(mine.base)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "taught.safetensors"
        mine.model.save_taught(path, base)
        file = path.read_bytes()
    lessons = {label: Lesson(np.asarray(taught.examples, np.float32).tobytes(), taught.drawn, taught.steps,
                             taught.previews.tobytes(), taught.ended) for label, taught in mine.taught.items()}
    return msgspec.json.encode(Model(mine.base, file, lessons)).decode()


def read(name: str, text: str) -> visitor.Own:
    """The visitor's model again, under its name. Raises BranchedError where the text does not make sense."""
    try:
        stored = msgspec.json.decode(text, type=Model)
    except (ValueError, RecursionError):
        raise BranchedError(FOREIGN) from None
    base = _base(stored.base)
    model = _grown(base, stored.file)
    new = model.labels[len(base.labels):]
    if set(new) != set(stored.lessons) or any(words.wrong_name(label, base.labels) for label in new):
        raise BranchedError(FOREIGN)
    taught = {label: _taught(lesson, model.shape) for label, lesson in stored.lessons.items()}
    before = model.without(new[-1]) if len(new) > 1 else base
    return visitor.hold(visitor.Own(name, stored.base, model, before, taught))


def _base(name: str) -> BranchedModel:
    """The model that another one grew from. Raises BranchedError if there is none."""
    try:
        base = models.get(name) if name in branched.models() else None
    except OSError:
        base = None
    if not isinstance(base, BranchedModel):
        raise BranchedError(_("there is no model {name} here any more.").format(name=f"{name:.40}"))
    return base


def _grown(base: BranchedModel, file: bytes) -> BranchedModel:
    """The larger model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "taught.safetensors"
        path.write_bytes(file)
        try:
            model = base.with_taught(path)
        except BranchedError:
            raise BranchedError(FOREIGN) from None  # a sentence about a file would be none for a visitor
    if len(model.labels) > len(base.labels) + CLASSES:
        raise BranchedError(FOREIGN)
    return model


def _taught(lesson: Lesson, shape: tuple[int, ...]) -> visitor.Taught:
    """What a class was learnt from. Raises BranchedError if there is none of it, or pictures are of another size."""
    examples, steps = pictures(lesson.examples, shape), len(lesson.steps)
    shown, rest = divmod(len(lesson.previews), max(1, steps * prod(shape)))
    if rest or not (1 <= shown <= PICTURES and 1 <= steps <= TIMES and 1 <= len(examples) <= PICTURES):
        raise BranchedError(FOREIGN)
    if lesson.ended not in ENDS:
        raise BranchedError(FOREIGN)
    previews = np.frombuffer(lesson.previews, np.uint8).reshape(steps, shown, *shape)
    return visitor.Taught(examples, lesson.drawn, lesson.steps, previews, lesson.ended)


def pictures(contents: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Pictures (n, *shape) in [0, 1] from their pixels in single precision. Raises BranchedError if they are none."""
    if len(contents) % (4 * prod(shape)):
        raise BranchedError(FOREIGN)
    result = np.frombuffer(contents, np.float32).reshape(-1, *shape)
    if not ((result >= 0) & (result <= 1)).all():
        raise BranchedError(FOREIGN)
    return result
