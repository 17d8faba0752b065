"""How a tree without labels is measured, and what draws its clusters: what is asked, what is drawn, and its figures."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..noise.sampling import Sampling
from .clustering import clustering, contingency
from .judge import Judge

CLUSTER_TREE = "cluster tree"   # the family
BY_DIFFUSION = ("diffusion", "unguided", "naive")


@dataclass(frozen=True)
class ClusterProtocol:
    """What is asked, and of which models: names, or paths. `seeds` are trees that grew from several seeds, `control`
    those of another schedule, `conditions` diffusion models by what they are told, all of them files."""

    n: int = 1000               # pictures of each leaf, and real ones of each class beside them
    seed: int = 2               # of what is drawn, and of real ones
    condition_n: int = 300      # pictures of each leaf by a condition, and real ones of each class beside them
    steps: int = Sampling.steps
    solver: str = "ddim"        # along the paths of a tree; bridged ones are drawn as a class tree usually is
    reconstructed: int = 100    # test pictures of each class
    model: str = "mnist-clusters"
    bridged: str = "mnist-unlabelled"
    naive: str | None = None
    class_tree: str = "mnist"
    seeds: tuple[Path, ...] = ()
    control: tuple[Path, ...] = ()
    conditions: tuple[Path, ...] = ()
    device: str = "auto"

    def __post_init__(self) -> None:
        """Raises BranchedError for the impossible."""
        for n in (self.n, self.condition_n):
            if self.sampling("diffusion", n).seed < 0:
                raise BranchedError(f"Real pictures are chosen by a seed of at least 0, not {self.seed}.")

    @property
    def stored(self) -> dict[str, Any]:
        """What all figures of a folder have in common."""
        told = {name: getattr(self, name) for name in ("seed", "n", "condition_n", "steps", "solver")}
        return told | {"model": Path(self.model).stem}

    def sampling(self, way: str, n: int) -> Sampling:
        """What is asked of a walk."""
        return Sampling(n, self.steps, Sampling.solver if way == "bridged" else self.solver, self.seed)


# -- real pictures in a tree -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Test pictures in the leaves of a tree: pictures (B, ...), the places of their classes (B,), the probabilities of
    the leaves (B, leaves), and the figures that need no more."""

    images: np.ndarray
    classes: np.ndarray
    probabilities: np.ndarray
    figures: dict[str, float]   # the fields of `clusters_data.Clustering`
    labels: tuple[str, ...]     # of the classes

    @classmethod
    def of(cls, model: Any, test: Dataset) -> HeldOut:
        """What a model makes of test data."""
        images, classes = test.form.shown(test.x), np.asarray(test.y)
        found = model.assign(images)
        figures = clustering(model.outline(), found.indices, classes)._asdict() | {"information": found.information}
        return cls(images, classes, found.probabilities, figures, test.labels)

    @cached_property
    def leaves(self) -> np.ndarray:
        """The places of their leaves, (B,)."""
        return self.probabilities.argmax(1)

    @cached_property
    def counts(self) -> np.ndarray:
        """Members by leaf and class, (leaves, N)."""
        return _table(self.leaves, self.classes, self.probabilities.shape[1], len(self.labels))

    def some(self, n: int, seed: int) -> np.ndarray:
        """n random members of every leaf, or all where there are fewer, leaf after leaf, (M, ...)."""
        rng = np.random.default_rng(seed)
        rows = [rng.permutation((self.leaves == leaf).nonzero()[0])[:n] for leaf in range(len(self.counts))]
        return self.images[np.concatenate(rows)]

    def surest(self, n: int) -> np.ndarray:
        """The n pictures of which the tree is surest, for every leaf, (leaves, n, ...); of equals the first."""
        return self.images[np.argsort(-self.probabilities, axis=0, kind="stable")[:n].T]


def reached(model: Any, probabilities: np.ndarray) -> dict[str, float]:
    """The mean probability of passing every node of what is drawn of a tree, by its id, from those of the leaves
    (B, leaves)."""
    outline, mean = model.outline(), probabilities.mean(0)
    return {str(node.id): float(sum(mean[outline.groups.index(group)] for group in node.groups))
            for node in outline.nodes}


def of_tree(model: Any, held: HeldOut) -> dict[str, Any]:
    """The fields of `clusters_data.SeedTree`, but for its name and whether it is chosen."""
    training = model.facts.training
    return {"seed": training.seed, **held.figures, **model.terms(held.images).means(), "leaves": len(model.groups),
            "seconds": training.seconds}


# -- drawn ones --------------------------------------------------------------------------------------------------------


class Drawn(NamedTuple):
    """Pictures (leaves, n, ...) in [0, 1], the evaluations that one of them took, and how strongly they were guided."""

    images: np.ndarray
    evaluations: float
    guidance: float = 0.0


def draw(way: str, model: Any, groups: Sequence[str], sampling: Sampling) -> Drawn:
    """Draw n pictures of every leaf; by the way "diffusion" guided as is usual, else not. Raises BranchedError if what
    a model draws are not these leaves."""
    if tuple(sorted(model.labels)) != tuple(sorted(groups)):
        raise BranchedError(f"The model {model.name} draws {', '.join(model.labels)}, and the leaves are called "
                            f"{', '.join(groups)}: it is of another tree.")
    if way == "decoder":
        return Drawn(model.decode(n=sampling.n, seed=sampling.seed).made, 1)
    guidance = model.guidance if way == "diffusion" else 0.0
    samples = model.sample(sampling=replace(sampling, guidance=guidance))
    order = [model.labels.index(group) for group in groups]
    return Drawn(samples.images[order], samples.evaluations / (len(order) * sampling.n), guidance)


class Seen(NamedTuple):
    """What the judge sees in pictures: how many of every class a leaf has (leaves, N), and of all pictures, leaf after
    leaf, features (M, D) and probabilities (M, N)."""

    counts: np.ndarray
    features: np.ndarray
    probabilities: np.ndarray


def seen(judge: Judge, images: np.ndarray, classes: Sequence[str]) -> Seen:
    """The judge's look at pictures (leaves, n, ...); counts are in the order of the `classes`."""
    leaves, n = images.shape[:2]
    features, probabilities = judge.look(images.reshape(leaves * n, *images.shape[2:]))
    named = verdicts(judge, probabilities, classes)
    return Seen(_table(np.repeat(np.arange(leaves), n), named, leaves, len(classes)), features, probabilities)


def _table(assigned: np.ndarray, classes: np.ndarray, leaves: int, number: int) -> np.ndarray:
    """Counts (leaves, N), also of classes that come nowhere."""
    counts = contingency(assigned, classes, leaves)
    return np.pad(counts, ((0, 0), (0, number - counts.shape[1])))


def verdicts(judge: Judge, probabilities: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """The class that the judge names, by its place among these, (M,)."""
    return probabilities[:, [judge.labels.index(label) for label in classes]].argmax(1)


def purities(counts: np.ndarray, members: np.ndarray) -> dict[str, float]:
    """How much of one class the pictures of a leaf are, from counts (leaves, N) of them and of its members: `purity`,
    the share of their most frequent class; `right`, that of its members' most frequent one; the entropy of their
    classes in nats. Means over the leaves, weighted by members; and the worst of leaves that have some."""
    there = members.any(1) & counts.any(1)
    if not there.any():
        raise BranchedError("No leaf has any pictures.")
    counts, members = counts[there], members[there]
    shares, weights = counts / counts.sum(1, keepdims=True), members.sum(1) / members.sum()
    most, right = shares.max(1), shares[np.arange(len(shares)), members.argmax(1)]
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(1)
    return {"purity": float(weights @ most), "purity_worst": float(most.min()), "right": float(weights @ right),
            "right_worst": float(right.min()), "entropy": float(weights @ entropy)}


def learnt(way: str, model: Any) -> dict[str, Any]:
    """How many numbers draw, and what it took to train them, as far as a model's file tells: of a diffusion model
    without its tree's training."""
    parameters = sum(part.numel() for part in model.network.parameters()) if way == "decoder" else model.parameters
    training = model.facts.stored.get("training") or {}
    training = (training.get("diffusion") or {}) if way in BY_DIFFUSION else training
    seconds = training.get("seconds")
    told = {"parameters": parameters, "training_steps": training.get("steps"),
            "training_device": training.get("device"),
            "training_minutes": None if seconds is None else round(seconds / 60, 2)}
    return {name: value for name, value in told.items() if value is not None}
