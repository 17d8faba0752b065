"""Guidance without a classifier: the way from a less informed estimate to a better informed one, gone further.

Classifier-free guidance (Ho & Salimans 2022, equation 6) with w in their notation, in which w = 0 is no guidance;
others write s = 1 + w. Estimates of x0, of the noise and of the velocity are affine in each other at a given state and
time, so it is the same for each.
"""
from dataclasses import dataclass

import torch
from torch import Tensor

from ..noise.denoiser import Denoiser, Estimate


@dataclass(frozen=True)
class Extrapolated:
    """(1 + w) D(xt, t, condition) - w D(xt, t, nothing): where the class counts, it counts more. Two evaluations, asked
    for in one call."""

    denoise: Denoiser
    nothing: int                # the condition that says nothing
    w: float

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        free = torch.full_like(condition, self.nothing)
        x0, evaluations = self.denoise(*(torch.cat(pair) for pair in ((xt, xt), (t, t), (condition, free))))
        (told, untold), (cost, more) = x0.chunk(2), evaluations.chunk(2)
        return Estimate(told + self.w * (told - untold), cost + more)
