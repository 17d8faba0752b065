"""How far the teaching of a class is: what a learner tells after each step."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Extension:
    """At times there are `samples` of the class, images (n, H, W) or (n, H, W, 3) in [0, 1] or rows (n, F), and the
    larger `model` as it is then; the last record has both."""

    step: int
    steps: int
    loss: float
    seconds: float
    samples: np.ndarray | None = None
    model: Any = None               # a BranchedModel, whose module knows this one
