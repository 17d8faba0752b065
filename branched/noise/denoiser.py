"""The seam on which everything meets: a denoiser estimates the clean object behind a noisy one.

The walk, the solvers, the closed forms of the tests and the trained networks know each other by this alone. An estimate
is not clamped to the range of the data (whoever walks clamps it), and gradients pass to those who ask for them. So a
denoiser made of denoisers is the natural thing to write: classifier-free guidance, say, extrapolates two estimates, and
its `evaluations` are the sum of theirs.
"""
from typing import NamedTuple, Protocol

import torch
from torch import Tensor


class Estimate(NamedTuple):
    """E[x0 | xt] of each row (B, *shape), and how many evaluations of a network each cost, (B,) whole numbers."""

    x0: Tensor
    evaluations: Tensor


class Denoiser(Protocol):
    """States xt (B, *shape), times t (B,) and conditions (B,) -> an estimate of x0 for each row.

    What a condition is, its family says: in a class tree, the id of a branch. A row's estimate depends on that row
    alone, and its cost on its time and condition alone.
    """

    device: torch.device

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate: ...
