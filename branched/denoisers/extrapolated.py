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
    for in one call.

    It may be held back to times low < t <= high, outside of which a row is not guided and costs one (Kynkäänniemi et
    al. 2024: guidance between two noise levels spares the variety that it costs elsewhere).
    """

    denoise: Denoiser
    nothing: int                # the condition that says nothing
    w: float
    low: float = 0.0
    high: float = 1.0

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        within = torch.nonzero((t > self.low) & (t <= self.high)).flatten()
        more = torch.full_like(condition[within], self.nothing)
        x0, evaluations = self.denoise(torch.cat([xt, xt[within]]), torch.cat([t, t[within]]),
                                       torch.cat([condition, more]))
        told, cost = x0[:len(xt)].clone(), evaluations[:len(xt)].clone()
        told[within] += self.w * (told[within] - x0[len(xt):])
        cost[within.to(cost.device)] += evaluations[len(xt):]
        return Estimate(told, cost)
