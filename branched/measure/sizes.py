"""What is sampled when a model is measured, how, and how much of it; and the real objects beside it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.dataset import Dataset

CLASS = "per class"


@dataclass(frozen=True)
class Protocol:
    """Sizes and options of an evaluation. Without a solver it is the model's own."""

    n: int = 1000               # generated objects of each class, and real ones compared with them
    steps: int = 20             # from noise to data
    solver: str | None = None   # how steps are taken, by a name in SOLVERS
    seed: int = 0               # the same seed gives the same figures
    transmuted: int = 100       # real test objects of each class, turned into each other class
    classified: int = 2000      # test objects

    def walk(self, deterministic: bool = False) -> dict[str, Any]:
        """Options of a model's verbs. A deterministic transmutation takes the solver that is made for it."""
        options: dict[str, Any] = {"steps": self.steps, "seed": self.seed}
        return options if deterministic or self.solver is None else options | {"solver": self.solver}


def drawn(data: Dataset, label: str, n: int, seed: int) -> np.ndarray:
    """n random objects of a class (or all, if fewer), as a user gets them."""
    x = data.of(label)
    return data.form.shown(x[np.random.default_rng(seed).permutation(len(x))[:n]])


def mean(values: dict[str, float]) -> float:
    return float(np.mean(list(values.values())))
