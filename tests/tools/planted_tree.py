"""A tree of clusters that knows the classes of test pictures, and draws what it is told to. For tests of measuring."""
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import torch

from branched.cluster_tree.elbo import Terms
from branched.cluster_tree.tree import ClusterTree
from branched.data.dataset import Dataset
from branched.facts import Facts
from branched.noise.samples import Samples
from branched.noise.sampling import Sampling

OF = (0, 6, 1, 7, 4, 9, 2, 8, 3, 5)     # the class of each leaf, left to right


def caterpillar(leaves: int) -> ClusterTree:
    """A tree whose last leaf was split again and again."""
    tree = ClusterTree()
    for _ in range(leaves - 1):
        tree = tree.split(tree.leaves[-1])
    return tree


@dataclass
class PlantedTree:
    """Every test picture is in its class's leaf, but the first `strays` of each class, which are in the next leaf. What
    a leaf draws are test pictures of its class, from the first on; by its decoder, of the class "0" in every leaf."""

    data: Dataset
    strays: int = 0
    seed: int = 3
    name: str = "planted"
    told: str = "path"
    family: str = "cluster tree"
    groups: tuple[str, ...] = tuple("ABCDEFGHIJ")
    asked: list[Sampling] = field(default_factory=list)
    parameters = 100

    def __post_init__(self):
        self.labels, self.form, self.network = self.groups, self.data.form, torch.nn.Linear(2, 3)
        self.diffusion = SimpleNamespace(config=SimpleNamespace(told=self.told)) if self.told else None
        spent = {"steps": 7, "seconds": 60, "device": "a machine"}
        self.facts = Facts.read({"training": {"seed": self.seed, "seconds": 90, "diffusion": spent}}, "images")
        self.tree, self.leaf = caterpillar(len(self.groups)), {}
        for k, label in enumerate(self.data.labels):
            for place, picture in enumerate(self.of(label)):
                self.leaf[picture.tobytes()] = (OF.index(k) + (place < self.strays)) % len(self.groups)

    @property
    def guidance(self) -> float:
        return 1.0 if self.told == "path" else 0.0

    def of(self, label: str) -> np.ndarray:
        return self.form.shown(self.data.of(label))

    def outline(self):
        return self.tree.outline(self.groups)

    def assign(self, images):
        indices = np.array([self.leaf[image.tobytes()] for image in np.asarray(images)])
        sure = np.eye(len(self.groups), dtype=np.float32)[indices]
        return SimpleNamespace(indices=indices, probabilities=0.9 * sure + 0.01, information=2.0 + self.seed / 10)

    def terms(self, images):
        return Terms(*(torch.full((len(images),), value) for value in (100.0, 2.0, 11.0, 0.5)))

    def decode(self, n: int, seed: int):
        zeros = self.of("0")[np.arange(n) % 10]
        return SimpleNamespace(made=np.stack([zeros] * len(self.groups)))

    def sample(self, sampling: Sampling) -> Samples:
        self.asked.append(sampling)
        made = np.stack([self.of(self.data.labels[k])[:sampling.n] for k in OF])
        count = len(self.groups) * sampling.n
        return Samples(made, "images", self.groups, 20 * count, 20 * count, 20, 0.1, sampling)

    def reconstruct(self, images, steps: int, seed: int, by: str):
        return np.asarray(images) if by == "diffusion" else np.full_like(images, 0.5)


@dataclass
class PlantedBranches:
    """A class tree whose classes are leaves, in another order; it draws the class "1" for leaf A, its own elsewhere."""

    tree: PlantedTree
    labels: tuple[str, ...] = tuple("JIHGFEDCBA")
    name: str = "planted-bridged"
    family: str = "class tree"
    parameters = 50

    def __post_init__(self):
        self.facts = Facts.read({"training": {"steps": 9, "seconds": 120, "device": "two cores"}}, "images")

    def sample(self, sampling: Sampling) -> Samples:
        made = self.tree.sample(sampling).images
        made[0] = self.tree.of("1")[:sampling.n]
        count = len(self.labels) * sampling.n
        return Samples(made[::-1], "images", self.labels, 10 * count, 20 * count, 20, 0.1, sampling)


@dataclass
class PlantedClasses:
    """A class tree of the classes: the caterpillar of a planted tree."""

    tree: PlantedTree
    name: str = "planted-classes"

    def outline(self):
        return self.tree.tree.outline([self.tree.data.labels[k] for k in OF])
