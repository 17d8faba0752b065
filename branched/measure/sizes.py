"""What is sampled when a model is measured, how, and how much of it; and the real objects beside it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from ..class_tree.generate import Samples
from ..data.dataset import Dataset
from ..facts import Generation
from ..noise.sampling import Sampling


@dataclass(frozen=True)
class Sizes(Sampling):
    """What is asked of an evaluation: of its walks, and of how many objects."""

    n: int = 1000               # generated objects of each class, and real ones compared with them
    transmuted: int = 100       # real test objects of each class, turned into each other class
    classified: int = 2000      # test objects

    def sampling(self, deterministic: bool = False) -> Sampling:
        """What is asked of a walk, alone; for a deterministic transmutation by a solver that adds no noise."""
        asked = Sampling(**{field.name: getattr(self, field.name) for field in fields(Sampling)})
        return asked.without_noise() if deterministic else asked

    @property
    def told(self) -> dict[str, Any]:
        """What a model's file tells of it; of guidance only where there is some."""
        left_out = () if self.is_guided else ("guidance", "guide")
        return {name: value for name, value in asdict(self).items() if name not in left_out}


def drawn(data: Dataset, label: str, n: int, seed: int) -> np.ndarray:
    """n random objects of a class (or all, if fewer), as a user gets them."""
    x = data.of(label)
    return data.form.shown(x[np.random.default_rng(seed).permutation(len(x))[:n]])


def mean(values: Mapping[str, float]) -> float:
    return float(np.mean(list(values.values())))


# -- fields of `facts.Generation` and `facts.Transmutation` that every form fills alike --------------------------------

def cost(samples: Samples, sizes: Sizes) -> dict[str, Any]:
    """What was drawn and what that took; evaluations are those of one object of every class."""
    asked = {name: value for name, value in sizes.told.items() if name in Generation.__struct_fields__}
    return {**asked,
            "evaluations": samples.evaluations / sizes.n,
            "evaluations_alone": samples.evaluations_class_by_class / sizes.n,
            "saved": samples.evaluations_class_by_class / samples.evaluations, "seconds": samples.seconds}


def right_classes(right: Mapping[str, float]) -> dict[str, Any]:
    """How often the verdict is the class that was asked for, by class: the mean, the worst, and each."""
    return {"right": mean(right), "right_worst": min(right.values()), "right_of": dict(right)}


def right_pairs(right: Mapping[str, float], sizes: Sizes, deterministic: bool) -> dict[str, Any]:
    """The same of transmutations, by pair of classes ("4>9"), and what was turned."""
    return {"n": sizes.transmuted, "steps": sizes.steps, "deterministic": deterministic,
            **right_classes(right), "worst": min(right, key=lambda pair: right[pair])}
