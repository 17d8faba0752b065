"""Measuring a model of images: the published protocol (pixel Frechet distance) and what it lacks.

All distances in features are those of the project's own judge and comparable with nothing else. Sampling is balanced
over the classes, and so are the real images that it is compared with. Each figure has its floor.
"""
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from ..facts import GenerationOfImages, TransmutationOfImages
from . import metrics
from .judge import Judge
from .sizes import Sizes, cost, drawn, mean, right_classes, right_pairs

ByClass = Mapping[str, np.ndarray]
STYLE = ("slant", "stroke")


def classifier(train: Dataset, judge: Callable[[], Judge]) -> Judge:
    """Who tells classes apart: the judge, as it is; it was trained once and for all."""
    return judge()


def generation(model: BranchedModel, judge: Judge, train: Dataset, test: Dataset,
               sizes: Sizes) -> GenerationOfImages:
    """Fidelity, diversity, memorising and cost of generated images."""
    samples = model.sample(sampling=sizes.sampling())
    images = dict(zip(samples.labels, samples.images, strict=True))
    real, other = ({label: drawn(data, label, sizes.n, sizes.seed) for label in images} for data in (train, test))
    seen = looked(judge, images)
    copied = [metrics.memorised_share(images[label], other[label], drawn(train, label, len(train), 0))
              for label in images]
    return GenerationOfImages(
        **cost(samples, sizes), **right_classes(seen.right), **_pixels(images, real, other),
        **_features(seen.features, *(looked(judge, part).features for part in (real, other))),
        near=float(np.mean([share.near for share in copied])),
        near_median=float(np.mean([share.below_median for share in copied])))


class Look(NamedTuple):
    """What the judge sees in images of several classes: how often each is what it was meant to be, and of all images,
    class after class, their features (n, D) and probabilities (n, N)."""

    right: dict[str, float]
    features: np.ndarray
    probabilities: np.ndarray


def looked(judge: Judge, images: ByClass) -> Look:
    """The judge's look at images, by the class that they were meant to be."""
    looks = {label: judge.look(part) for label, part in images.items()}
    right = {label: _right(judge, probabilities, label) for label, (_, probabilities) in looks.items()}
    return Look(right, *(np.concatenate(parts) for parts in zip(*looks.values(), strict=True)))


def compared(features: np.ndarray, real: np.ndarray) -> dict[str, Any]:
    """Distance and neighbours of sets of features, (n, D) and (m, D), of all classes together."""
    return {"feature_frechet": metrics.frechet_distance(features, real),
            "precision_recall": tuple(metrics.precision_recall(real, features)),
            "density_coverage": tuple(metrics.density_coverage(real, features))}


def _right(judge: Judge, logits: np.ndarray, label: str) -> float:
    """The share of images, by their logits or probabilities (n, N), that the judge takes for a class."""
    return float((logits.argmax(1) == judge.place(label)).mean())


def _pixels(images: ByClass, real: ByClass, other: ByClass) -> dict[str, Any]:
    """Distances in pixels, class by class (Tseng et al.): from real images to generated and to other real ones."""
    distance, floor = ({label: metrics.pixel_frechet(part[label], real[label]) for label in images}
                       for part in (images, other))
    return {"pixel_frechet": mean(distance), "pixel_frechet_of": distance, "pixel_frechet_real": mean(floor)}


def _features(features: np.ndarray, real: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """Distances and neighbours in the judge's features, (n, D) each, of all classes together; each with its floor."""
    return compared(features, real) | {f"{name}_real": value for name, value in compared(other, real).items()}


def transmutation(model: BranchedModel, judge: Judge, train: Dataset, test: Dataset, sizes: Sizes,
                  deterministic: bool) -> TransmutationOfImages:
    """Real test images into every other class: right class, and how much of slant and stroke is kept.

    Controls: the correlation with a random real image of the target class; and that at the same turning time on a wrong
    pair (the same images, turned where they meet the right target, but into the next class).
    """
    real = {label: drawn(test, label, sizes.transmuted, sizes.seed) for label in model.labels}
    options = {"sampling": sizes.sampling(deterministic), "deterministic": deterministic}
    right, before, after, random_target, wrong_pair = {}, [], [], [], []
    rng = np.random.default_rng(sizes.seed)
    for source, images in real.items():
        targets = [label for label in real if label != source]
        turned = model.transmute(images, source, targets, **options)
        for k, target in enumerate(targets):
            wrongly = model.transmute(images, source, targets[(k + 1) % len(targets)], time=turned.time[k], **options)
            right[f"{source}>{target}"] = _right(judge, judge.probabilities(turned.images[k]), target)
            before.append(_style(images))
            after.append(_style(turned.images[k]))
            random_target.append(_style(rng.permutation(real[target])[:len(images)]))
            wrong_pair.append(_style(wrongly.images))
    kept = {"": after, "_random": random_target, "_wrong": wrong_pair}
    return TransmutationOfImages(**right_pairs(right, sizes, deterministic), **{
        name + end: tuple(_pooled(before, styles, j, sizes.seed))
        for j, name in enumerate(STYLE) for end, styles in kept.items()})


def _style(images: np.ndarray) -> np.ndarray:
    """(B, 2): slant and stroke thickness."""
    return np.stack([metrics.slant(images), metrics.stroke_thickness(images)], axis=1)


def _pooled(before: list[np.ndarray], after: list[np.ndarray], column: int, seed: int) -> metrics.Correlation:
    """Correlation over all pairs of classes, each pair centred, so that differences between classes do not count."""
    centred = [np.concatenate([s[:, column] - np.nanmean(s[:, column]) for s in styles]) for styles in (before, after)]
    return metrics.correlation(*centred, seed=seed)
