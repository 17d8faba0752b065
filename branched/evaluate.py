"""Measuring a model: the published protocol (pixel Frechet distance) and what it lacks. Each figure has its floor.

All distances in features are those of the project's own judge and comparable with nothing else. Sampling is balanced
over the classes, and so are the real images that it is compared with.
"""
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from . import metrics
from .data import Dataset
from .images import pictures
from .judge import Judge
from .model import BranchedModel

CLASS = "per class"


@dataclass(frozen=True)
class Protocol:
    """What is sampled, how, and how much of it."""

    n: int = 1000               # generated images of each class, and real ones compared with them
    steps: int = 20
    solver: str | None = None   # None: the model's default
    seed: int = 0
    transmuted: int = 100       # real test images of each class, turned into each other class
    classified: int = 2000      # test images


def drawn(data: Dataset, label: str, n: int, seed: int) -> np.ndarray:
    """n random images of a class (or all, if fewer), floats in [0, 1]."""
    x = data.of(label)
    return pictures(x[np.random.default_rng(seed).permutation(len(x))[:n]])


def generation(model: BranchedModel, judge: Judge, train: Dataset, test: Dataset, protocol: Protocol) -> dict[str, Any]:
    """Fidelity, diversity, memorising and cost of generated images."""
    options = {} if protocol.solver is None else {"solver": protocol.solver}
    made = model.sample(n=protocol.n, steps=protocol.steps, seed=protocol.seed, **options)
    real = {label: drawn(train, label, protocol.n, protocol.seed) for label in made.labels}
    other = {label: drawn(test, label, protocol.n, protocol.seed) for label in made.labels}
    looks = {label: judge.look(images) for label, images in zip(made.labels, made.images, strict=True)}
    right = {label: float((look[1].argmax(1) == judge.labels.index(label)).mean()) for label, look in looks.items()}
    pixel = {label: metrics.pixel_frechet(images, real[label])
             for label, images in zip(made.labels, made.images, strict=True)}
    features = np.concatenate([look[0] for look in looks.values()])
    real_features = np.concatenate([judge.features(images) for images in real.values()])
    other_features = np.concatenate([judge.features(images) for images in other.values()])
    copied = [metrics.memorised_share(images, other[label], drawn(train, label, len(train), 0))
              for label, images in zip(made.labels, made.images, strict=True)]
    return {
        "n": protocol.n, "steps": protocol.steps, "solver": made.solver, "seed": protocol.seed,
        "right class": _mean(right), "right class, worst": min(right.values()), f"right class {CLASS}": right,
        "pixel Frechet": _mean(pixel), f"pixel Frechet {CLASS}": pixel,
        "pixel Frechet, real against real": _mean(
            {label: metrics.pixel_frechet(other[label], real[label]) for label in made.labels}),
        "feature Frechet": metrics.frechet_distance(features, real_features),
        "feature Frechet, real against real": metrics.frechet_distance(other_features, real_features),
        "precision, recall": tuple(metrics.precision_recall(real_features, features)),
        "precision, recall, real against real": tuple(metrics.precision_recall(real_features, other_features)),
        "density, coverage": tuple(metrics.density_coverage(real_features, features)),
        "density, coverage, real against real": tuple(metrics.density_coverage(real_features, other_features)),
        "nearer to a training image than 5% of test images": float(np.mean([c[0] for c in copied])),
        "nearer to a training image than 50% of test images": float(np.mean([c[1] for c in copied])),
        "evaluations of each ten-class set": made.evaluations / protocol.n,
        "evaluations, class by class": made.evaluations_class_by_class / protocol.n,
        "evaluations, class by class over tree": made.evaluations_class_by_class / made.evaluations,
        "seconds": made.seconds,
    }


def transmutation(model: BranchedModel, judge: Judge, test: Dataset, protocol: Protocol,
                  deterministic: bool) -> dict[str, Any]:
    """Real test images into every other class: right class, and how much of slant and stroke is kept.

    Controls: the correlation with a random real image of the target class; and that at the same turning time on a wrong
    pair (the same images, turned where they meet the right target, but into the next class).
    """
    labels = model.labels
    real = {label: drawn(test, label, protocol.transmuted, protocol.seed) for label in labels}
    options: dict[str, Any] = {"steps": protocol.steps, "seed": protocol.seed, "deterministic": deterministic}
    if not deterministic and protocol.solver is not None:
        options["solver"] = protocol.solver
    right, before, after, random_target, wrong_pair = {}, [], [], [], []
    rng = np.random.default_rng(protocol.seed)
    for source in labels:
        targets = [label for label in labels if label != source]
        turned = model.transmute(real[source], source, targets, **options)
        style = _style(real[source])
        for k, target in enumerate(targets):
            found = judge.probabilities(turned.images[k]).argmax(1)
            right[f"{source}>{target}"] = float((found == judge.labels.index(target)).mean())
            wrong = targets[(k + 1) % len(targets)]
            wrongly = model.transmute(real[source], source, wrong, time=turned.time[k], **options)
            before.append(style)
            after.append(_style(turned.images[k]))
            random_target.append(_style(rng.permutation(real[target])[:len(style)]))
            wrong_pair.append(_style(wrongly.images))
    result = {"images of each class": protocol.transmuted, "steps": protocol.steps, "deterministic": deterministic,
              "right class": _mean(right), "right class, worst pair": min(right.values()),
              "worst pair": min(right, key=right.get), "right class per pair": right}
    for j, name in enumerate(("slant", "stroke")):
        for what, other in (("", after), (", random target", random_target), (", wrong pair", wrong_pair)):
            result[f"{name} kept{what}"] = tuple(_pooled(before, other, j, protocol.seed))
    return result


def classification(model: BranchedModel, test: Dataset, protocol: Protocol) -> dict[str, Any]:
    """Accuracy and cost of the classifier that the tree itself is."""
    pick = np.random.default_rng(protocol.seed).permutation(len(test))[:protocol.classified]
    images = pictures(test.x[pick])
    truth = np.array(test.labels)[test.y[pick].numpy()]
    found = model.classify(images, seed=protocol.seed)
    own = found.probabilities[np.arange(len(truth)), [model.labels.index(label) for label in truth]]
    return {"images": len(pick), "accuracy": float((found == truth).mean()), "evaluations of each image":
            found.evaluations / len(pick), "mean log probability of the truth": float(np.log(own.clip(1e-12)).mean())}


def evaluate(model: BranchedModel, judge: Judge, train: Dataset, test: Dataset, protocol: Protocol,
             parts: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The chosen parts of the evaluation, one after another, each with its protocol."""
    yield "protocol", asdict(protocol)
    if "generation" in parts:
        yield "generation", generation(model, judge, train, test, protocol)
    if "transmutation" in parts:
        yield "transmutation, stochastic", transmutation(model, judge, test, protocol, deterministic=False)
        yield "transmutation, deterministic", transmutation(model, judge, test, protocol, deterministic=True)
    if "classification" in parts:
        yield "classification", classification(model, test, protocol)


def _mean(values: dict[str, float]) -> float:
    return float(np.mean(list(values.values())))


def _style(images: np.ndarray) -> np.ndarray:
    """(B, 2): slant and stroke thickness."""
    return np.stack([metrics.slant(images), metrics.stroke_thickness(images)], axis=1)


def _pooled(before: list[np.ndarray], after: list[np.ndarray], column: int, seed: int) -> metrics.Correlation:
    """Correlation over all pairs of classes, each pair centred, so that differences between classes do not count."""
    centred = [np.concatenate([s[:, column] - np.nanmean(s[:, column]) for s in styles]) for styles in (before, after)]
    return metrics.correlation(*centred, seed=seed)


def as_text(figures: dict[str, Any]) -> str:
    """Figures as lines of text, one each; those of every pair of classes are left to the checkpoint."""
    return "\n".join(f"  {name:<55} {_text(value)}" for name, value in figures.items() if "per pair" not in name)


def card(name: str, model: BranchedModel) -> str:
    """A readable account of a checkpoint, in Markdown."""
    facts = model.facts
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
