"""What is asked of a walk from noise to data: how many objects, in how many steps, by which solver, from which seed."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import BranchedError
from .solvers import ODE_SOLVER, SOLVER, SOLVERS

MOST = {"n": 10_000, "steps": 1_000, "noises": 1_000}


@dataclass(frozen=True)
class Sampling:
    """What is asked of a walk from noise to data: one record, carried whole into results and commands."""

    n: int = 8                  # objects of each class
    steps: int = 20             # from noise to data
    solver: str = SOLVER        # one of SOLVERS
    seed: int = 0               # the same seed gives the same objects

    def __post_init__(self) -> None:
        """Raises BranchedError for the impossible."""
        for name in ("n", "steps"):
            object.__setattr__(self, name, counted(name, getattr(self, name)))
        object.__setattr__(self, "seed", checked_seed(self.seed))
        if not isinstance(self.solver, str) or self.solver not in SOLVERS:
            raise BranchedError(f"There is no solver {self.solver!r}; choose one of {', '.join(SOLVERS)}.")

    def without_noise(self) -> Sampling:
        """The same by a solver that adds no noise: this one, or the usual one of these."""
        return replace(self, solver=ODE_SOLVER) if SOLVERS[self.solver].is_stochastic else self


class Asked:
    """Results carry what was asked for in `sampling`; its parts go by their names, too."""

    sampling: Sampling

    @property
    def seed(self) -> int:
        return self.sampling.seed

    @property
    def steps(self) -> int:
        return self.sampling.steps

    @property
    def solver(self) -> str:
        return self.sampling.solver


def counted(name: str, value: Any) -> int:
    """A number of things that is asked for, or a sentence that says within which bounds it must be."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 1 <= value <= MOST[name]:
        raise BranchedError(f"{name} is a whole number from 1 to {MOST[name]}, not {value!r}.")
    return int(value)


def checked_seed(seed: Any) -> int:
    """A seed as a plain integer."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise BranchedError(f"The seed is a whole number, not {seed!r}.")
    return int(seed)
