"""What is sampled when a model is measured, how, and how much of it; and the real objects beside it."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..class_tree.generate import Samples
from ..data.dataset import Dataset
from ..noise.sampling import Sampling
from ..noise.solvers import ODE_SOLVER


@dataclass(frozen=True)
class Protocol:
    """Sizes and options of an evaluation. Without a solver it is the model's own."""

    n: int = 1000               # generated objects of each class, and real ones compared with them
    steps: int = 20             # from noise to data
    solver: str | None = None   # how steps are taken, by a name in SOLVERS
    seed: int = 0               # the same seed gives the same figures
    transmuted: int = 100       # real test objects of each class, turned into each other class
    classified: int = 2000      # test objects

    def sampling(self, deterministic: bool = False) -> Sampling:
        """What is asked of walks. A deterministic transmutation takes the solver that is made for it."""
        asked = Sampling(self.n, self.steps, self.solver or Sampling.solver, self.seed)
        return replace(asked, solver=ODE_SOLVER) if deterministic else asked


def drawn(data: Dataset, label: str, n: int, seed: int) -> np.ndarray:
    """n random objects of a class (or all, if fewer), as a user gets them."""
    x = data.of(label)
    return data.form.shown(x[np.random.default_rng(seed).permutation(len(x))[:n]])


def mean(values: Mapping[str, float]) -> float:
    return float(np.mean(list(values.values())))


# -- fields of `facts.Generation` and `facts.Transmutation` that every form fills alike --------------------------------

def cost(samples: Samples, protocol: Protocol) -> dict[str, Any]:
    """What was drawn and what that took; evaluations are those of one object of every class."""
    return {"n": protocol.n, "steps": protocol.steps, "solver": samples.solver, "seed": protocol.seed,
            "evaluations": samples.evaluations / protocol.n,
            "evaluations_alone": samples.evaluations_class_by_class / protocol.n,
            "saved": samples.evaluations_class_by_class / samples.evaluations, "seconds": samples.seconds}


def right_classes(right: Mapping[str, float]) -> dict[str, Any]:
    """How often the verdict is the class that was asked for, by class: the mean, the worst, and each."""
    return {"right": mean(right), "right_worst": min(right.values()), "right_of": dict(right)}


def right_pairs(right: Mapping[str, float], protocol: Protocol, deterministic: bool) -> dict[str, Any]:
    """The same of transmutations, by pair of classes ("4>9"), and what was turned."""
    return {"n": protocol.transmuted, "steps": protocol.steps, "deterministic": deterministic,
            **right_classes(right), "worst": min(right, key=lambda pair: right[pair])}
