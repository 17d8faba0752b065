"""What is asked of a walk from noise to data: how many objects, in how many steps, by which solver, from which seed."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import BranchedError
from .solvers import ODE_SOLVER, SOLVER, SOLVERS

MOST = {"n": 10_000, "steps": 1_000, "noises": 1_000}
MOST_GUIDANCE = 100.0
QUALITY_STEPS, QUICK_STEPS, FEW_STEPS = 8, 5, "ddim"  # of the frontier in docs/measured.md, and its solver
GUIDES = ("model", "classifier")  # what guides: the model's own second estimate, or a classifier of noisy objects


@dataclass(frozen=True)
class Sampling:
    """What is asked of a walk from noise to data: one record, carried whole into results and commands."""

    n: int = 8                  # objects of each class
    steps: int = 20             # from noise to data
    solver: str = SOLVER        # one of SOLVERS
    seed: int = 0               # the same seed gives the same objects
    guidance: float = 0.0       # how far estimates are pushed towards what was asked for; 0 leaves them alone
    guide: str = "model"        # what pushes: the model's own estimate without the class, or a classifier

    def __post_init__(self) -> None:
        """Raises BranchedError for the impossible."""
        for name in ("n", "steps"):
            object.__setattr__(self, name, counted(name, getattr(self, name)))
        object.__setattr__(self, "seed", checked_seed(self.seed))
        if not isinstance(self.solver, str) or self.solver not in SOLVERS:
            raise BranchedError(f"There is no solver {self.solver!r}; choose one of {', '.join(SOLVERS)}.")
        object.__setattr__(self, "guidance", checked_guidance(self.guidance))
        if not isinstance(self.guide, str) or self.guide not in GUIDES:
            raise BranchedError(f"What guides is one of {', '.join(GUIDES)}, not {self.guide!r}.")

    @classmethod
    def quality(cls, **asked: Any) -> Sampling:
        """For pictures that are looked at closely: in fewer steps than usual, and as good (docs/measured.md has the
        frontier). What `asked` says otherwise holds."""
        return cls(**{"steps": QUALITY_STEPS, "solver": FEW_STEPS, **asked})

    @classmethod
    def quick(cls, **asked: Any) -> Sampling:
        """For films, previews and thumbnails. Its pictures are `quality`'s of the same seed, a little soft: neither
        adds noise on the way."""
        return cls(**{"steps": QUICK_STEPS, "solver": FEW_STEPS, **asked})

    def quickly(self) -> Sampling:
        """The same in no more steps than a quick one; by the same solver, if that adds no noise."""
        solver = FEW_STEPS if SOLVERS[self.solver].is_stochastic else self.solver
        return replace(self, steps=min(self.steps, QUICK_STEPS), solver=solver)

    @property
    def is_guided(self) -> bool:
        return self.guidance > 0

    @property
    def takes_gradients(self) -> bool:
        """Whether each evaluation takes a gradient of a classifier along."""
        return self.is_guided and self.guide == "classifier"

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


def checked_guidance(value: Any) -> float:
    """A strength of guidance as a plain number. Raises BranchedError for one out of bounds."""
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= MOST_GUIDANCE:
        raise BranchedError(f"guidance is a number from 0 (none) to {MOST_GUIDANCE:g}, not {value!r}.")
    return float(value)
