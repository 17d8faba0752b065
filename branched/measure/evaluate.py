"""Measuring a model, part by part; and an account of what was found, for the terminal and for its card."""
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from . import of_images, of_tables
from .judge import Judge
from .sizes import Protocol


def evaluate(model: BranchedModel, judge: Judge | None, train: Dataset, test: Dataset, protocol: Protocol,
             parts: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The chosen parts of the evaluation, one after another, each with its protocol. Images are judged by `judge`; for
    rows, a forest is trained here, on the rows for training alone."""
    yield "protocol", asdict(protocol)
    quality, judge = (of_tables, of_tables.forest(train)) if model.features else (of_images, judge)
    if "generation" in parts:
        yield "generation", quality.generation(model, judge, train, test, protocol)
    if "transmutation" in parts:
        for deterministic in (False, True):
            yield (f"transmutation, {'deterministic' if deterministic else 'stochastic'}",
                   quality.transmutation(model, judge, train, test, protocol, deterministic))
    if "classification" in parts:
        yield "classification", classification(model, test, protocol)


def classification(model: BranchedModel, test: Dataset, protocol: Protocol) -> dict[str, Any]:
    """Accuracy and cost of the classifier that the tree itself is."""
    pick = np.random.default_rng(protocol.seed).permutation(len(test))[:protocol.classified]
    objects = test.form.shown(test.x[pick])
    truth = np.array(test.labels)[test.y[pick].numpy()]
    found = model.classify(objects, seed=protocol.seed)
    own = found.probabilities[np.arange(len(truth)), [model.labels.index(label) for label in truth]]
    kind = test.form.kind
    return {kind: len(pick), "accuracy": float((found == truth).mean()),
            f"evaluations of each {kind.removesuffix('s')}": found.evaluations / len(pick),
            "mean log probability of the truth": float(np.log(own.clip(1e-12)).mean())}


def as_text(figures: dict[str, Any]) -> str:
    """Figures as lines of text, one each; those of every pair of classes are left to the checkpoint."""
    return "\n".join(f"  {name:<55} {_text(value)}" for name, value in figures.items() if "per pair" not in name)


def card(name: str, model: BranchedModel) -> str:
    """A readable account of a checkpoint, in Markdown."""
    facts = model.facts.stored
    lines = [f"# {name}", "", f"A hierarchically branched diffusion model of {len(model.labels)} classes "
             f"({', '.join(model.labels)}): {model.parameters:,} parameters, {len(model.tree.branches)} branches.", "",
             *(f"- {key}: `{json.dumps(value)}`" for key, value in facts.items() if key != "quality"),
             f"- network: `{json.dumps(asdict(model.denoise.network.config))}`",
             "- branch points: " + "; ".join(f"{' '.join(b.classes)} at {b.t_low:.3f}"
                                             for b in model.tree.branch_points)]
    for part, figures in facts.get("quality", {}).items():
        lines += ["", f"## Measured: {part}", "", "| figure | value |", "|---|---|"]
        lines += [f"| {key} | {_text(value)} |" for key, value in figures.items() if "per pair" not in key]
    return "\n".join(lines) + "\n"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    if isinstance(value, (tuple, list)):
        return " / ".join(_text(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
