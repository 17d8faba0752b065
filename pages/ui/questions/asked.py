"""Which questions a model can be asked, in the order of the lesson; and why it cannot be asked the others."""
from collections.abc import Callable
from typing import Any

from ..language import N_, _
from . import of_model, of_tree
from .question import Question

ASKED: dict[str, Callable[[Any], Question | None]] = {
    "trunk": of_tree.trunk, "kin": of_tree.kin, "hybrid": of_tree.hybrid, "style": of_model.style,
    "forget": of_model.forget, "fails": of_model.fails}
WHY = {
    "trunk": N_("It has one class alone: nothing is shared, and nothing parts."),
    "kin": N_("Which of its classes stay together longest cannot be asked: all of them part at the same moment."),
    "hybrid": N_("What is between two classes cannot be asked: in this model they share nothing but the noise."),
    "style": N_("It has one class alone: there is nothing to turn it into."),
    "fails": N_("How often it fails cannot be asked: nobody has measured this model yet.")}
FAMILY = "class tree"


def of(model: Any) -> list[Question]:
    """The questions that make sense of a model; none of one that makes no pictures, or has no tree of classes."""
    if model.form.kind != "images" or model.family != FAMILY:
        return []
    return [question for ask in ASKED.values() if (question := ask(model)) is not None]


def unasked(model: Any) -> list[str]:
    """In a sentence each, why the other questions make no sense of a model."""
    if model.form.kind != "images":
        return [_("This model works with rows of numbers. The lesson is about pictures: choose a model of pictures.")]
    if model.family != FAMILY:
        return [_("This model has no tree of classes, which the lesson is about: choose another one.")]
    asked = {question.key for question in of(model)}
    return [_(WHY[key]) for key in ASKED if key not in asked]
