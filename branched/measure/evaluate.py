"""Measuring a model, part by part; `report` tells of what was measured.

What is measured of drawn and of transmuted objects depends on their form: `MEASURES` has a row for each.
"""
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from .. import facts
from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from . import of_images, of_tables
from .judge import Judge
from .sizes import Sizes

PARTS = ("generation", "transmutation", "classification")


class Measures(Protocol):
    """What is asked of the measures of a form: a module or an object with these three."""

    def classifier(self, train: Dataset, judge: Callable[[], Judge]) -> Any:
        """Who tells classes apart: the `judge`, read when it is called for, or one that learns here."""

    def generation(self, model: BranchedModel, judge: Any, train: Dataset, test: Dataset,
                   sizes: Sizes) -> facts.Generation:
        """How good drawn objects are, beside real ones for training and for testing; and what drawing took."""

    def transmutation(self, model: BranchedModel, judge: Any, train: Dataset, test: Dataset, sizes: Sizes,
                      deterministic: bool) -> facts.Transmutation:
        """How often real objects become the class that was asked for, and what of them is kept."""


MEASURES: dict[str, Measures] = {"images": of_images, "rows": of_tables}  # by the kind of a form


def evaluate(model: Any, judge: Callable[[], Judge], train: Dataset, test: Dataset, sizes: Sizes,
             parts: tuple[str, ...]) -> Iterator[tuple[str, facts.Part]]:
    """The chosen parts of the evaluation by their names in `facts.Quality`, one after another, the protocol first.

    `judge` is called where a form's measures ask for it. A form without measures has its classification measured alone,
    a model that can only draw its generation; `unmeasured` says so.
    """
    yield "protocol", facts.Protocol.of(sizes.told)
    parts = tuple(part for part in parts if part in able(model))
    measures = MEASURES.get(model.form.kind)
    if measures and {"generation", "transmutation"} & set(parts):
        classifier = measures.classifier(train, judge)
        if "generation" in parts:
            yield "generation", measures.generation(model, classifier, train, test, sizes)
        if "transmutation" in parts:
            for way, deterministic in (("stochastic", False), ("deterministic", True)):
                yield way, measures.transmutation(model, classifier, train, test, sizes, deterministic)
    if "classification" in parts:
        yield "classification", classification(model, test, sizes)


def able(model: Any) -> tuple[str, ...]:
    """The parts of an evaluation that a model can be asked for: only a tree turns and classifies."""
    return PARTS if isinstance(model, BranchedModel) else ("generation",)


def unmeasured(model: Any, parts: tuple[str, ...]) -> str:
    """A sentence about the chosen parts that `evaluate` leaves out; "" if it measures all."""
    if unable := [part for part in parts if part not in able(model)]:
        return f"This model can only draw: no {' and no '.join(unable)} is measured."
    left = [] if model.form.kind in MEASURES else [part for part in parts if part != "classification"]
    return f"There are no measures of {model.form.kind} yet: no {' and no '.join(left)} is measured." if left else ""


def classification(model: BranchedModel, test: Dataset, sizes: Sizes) -> facts.Classification:
    """Accuracy and cost of the classifier that the tree itself is."""
    pick = np.random.default_rng(sizes.seed).permutation(len(test))[:sizes.classified]
    objects = test.form.shown(test.x[pick])
    truth = np.array(test.labels)[test.y[pick].numpy()]
    classes = model.classify(objects, seed=sizes.seed)
    columns = [model.labels.index(label) for label in truth]
    of_truth = classes.probabilities[np.arange(len(truth)), columns]
    return facts.Classification(
        count=len(pick), accuracy=float((classes == truth).mean()), evaluations=classes.evaluations / len(pick),
        log_probability=float(np.log(of_truth.clip(1e-12)).mean()))
