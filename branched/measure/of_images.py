"""Measuring a model of images: the published protocol (pixel Frechet distance) and what it lacks.

All distances in features are those of the project's own judge and comparable with nothing else. Sampling is balanced
over the classes, and so are the real images that it is compared with. Each figure has its floor.
"""
from typing import Any

import numpy as np

from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from . import metrics
from .judge import Judge
from .sizes import CLASS, Protocol, drawn, mean


def generation(model: BranchedModel, judge: Judge, train: Dataset, test: Dataset, protocol: Protocol) -> dict[str, Any]:
    """Fidelity, diversity, memorising and cost of generated images."""
    made = model.sample(n=protocol.n, **protocol.walk())
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
        "right class": mean(right), "right class, worst": min(right.values()), f"right class {CLASS}": right,
        "pixel Frechet": mean(pixel), f"pixel Frechet {CLASS}": pixel,
        "pixel Frechet, real against real": mean(
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


def transmutation(model: BranchedModel, judge: Judge, train: Dataset, test: Dataset, protocol: Protocol,
                  deterministic: bool) -> dict[str, Any]:
    """Real test images into every other class: right class, and how much of slant and stroke is kept.

    Controls: the correlation with a random real image of the target class; and that at the same turning time on a wrong
    pair (the same images, turned where they meet the right target, but into the next class).
    """
    labels = model.labels
    real = {label: drawn(test, label, protocol.transmuted, protocol.seed) for label in labels}
    options = protocol.walk(deterministic) | {"deterministic": deterministic}
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
              "right class": mean(right), "right class, worst pair": min(right.values()),
              "worst pair": min(right, key=right.get), "right class per pair": right}
    for j, name in enumerate(("slant", "stroke")):
        for what, other in (("", after), (", random target", random_target), (", wrong pair", wrong_pair)):
            result[f"{name} kept{what}"] = tuple(_pooled(before, other, j, protocol.seed))
    return result


def _style(images: np.ndarray) -> np.ndarray:
    """(B, 2): slant and stroke thickness."""
    return np.stack([metrics.slant(images), metrics.stroke_thickness(images)], axis=1)


def _pooled(before: list[np.ndarray], after: list[np.ndarray], column: int, seed: int) -> metrics.Correlation:
    """Correlation over all pairs of classes, each pair centred, so that differences between classes do not count."""
    centred = [np.concatenate([s[:, column] - np.nanmean(s[:, column]) for s in styles]) for styles in (before, after)]
    return metrics.correlation(*centred, seed=seed)
