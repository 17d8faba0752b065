"""Lessons of a visitor: begun, left and gone back to, stopped or finished; what is learnt is the visitor's own."""
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st

from branched import BranchedModel

from .. import serve
from ..frame import visitor, words
from ..language import _
from ..serve import models
from ..serve.request import Numbers
from . import bet, controls, told
from .work import EXAMPLES, Lesson, Progress


@dataclass(frozen=True)
class Begun:
    """A lesson that this visitor has begun, with the model that goes by `base`. It can be left, and gone back to.

    `images` is None as long as another model has not drawn them yet; `drawn` says that the visitor did.
    """

    base: str
    label: str
    images: Numbers | None = field(repr=False)
    drawn: bool
    steps: int | None

    @property
    def lesson(self) -> Lesson:
        """What the model is asked."""
        return Lesson(self.label, self.images, self.steps)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        done = serve.latest(self.base, self.lesson) if self.images else None
        return done or Progress()


def begin(name: str, model: BranchedModel) -> None:
    """The lesson begins, if all that it needs is there; one that was not finished is let go."""
    state = st.session_state
    drawn = state["from"] != "digit"
    label = state.name.strip() if drawn else state.digit
    pictures = list(controls.examples(model).values()) if drawn else []
    if wrong := (drawn and told.too_few(len(pictures))) or words.wrong_name(label, model.labels):
        controls.complain(wrong)
        return
    cancel()
    state["_lesson"] = Begun(name, label, Numbers(np.stack(pictures)) if drawn else None, drawn, state.steps or None)


def running(base: str) -> Begun | None:
    """The unfinished lesson of this visitor on a model."""
    begun = st.session_state.get("_lesson")
    return begun if begun and begun.base == base else None


def cancel() -> None:
    """The lesson is let go; the drawings stay."""
    begun = st.session_state.pop("_lesson", None)
    if begun and begun.images:
        serve.drop(begun.base, begun.lesson)


def stop() -> None:
    """The lesson ends where it is, by the visitor's wish."""
    begun = st.session_state.get("_lesson")
    if begun and begun.progress.latest:
        finish(begun, begun.progress, "stopped")
    elif begun:
        cancel()
        controls.complain(_("It had not learnt anything yet."))


def taught_by_another(begun: Begun, digits: np.ndarray) -> Begun:
    """The lesson, now that another model has drawn its examples."""
    st.session_state["_lesson"] = begun = replace(begun, images=Numbers(digits))
    return begun


def finish(begun: Begun, progress: Progress, ended: str = "") -> None:
    """What was learnt becomes the visitor's own model, and all pages show it."""
    older = visitor.find(begun.base)
    taught = visitor.Taught(begun.images.array[:EXAMPLES], begun.drawn, tuple(progress.previews),
                            np.stack(list(progress.previews.values())), ended)
    mine = visitor.keep(older.base if older else begun.base, progress.latest.model, models.get(begun.base),
                        {**(older.taught if older else {}), begun.label: taught})
    cancel()
    bet.settle(begun.label)
    controls.start_over()
    st.session_state["_another"] = None
    st.query_params.from_dict({"model": mine.name})
