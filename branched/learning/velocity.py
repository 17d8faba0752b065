"""What every diffusion model here learns: the velocity, at times at which there is something to learn."""
from typing import NamedTuple

import torch
from torch import Tensor

from ..noise import schedule

EARLIEST = 1e-3  # no time below this is trained: there xt is x0


def velocity_error(v: Tensor, batch: NamedTuple) -> Tensor:
    """Mean squared error of predicted velocities (B, *shape) for a batch that has x0, noise and t."""
    return (v.float() - schedule.velocity(batch.x0, batch.noise, batch.t)).square().mean()


def spread(rows: int, offset: float) -> Tensor:
    """Times (rows,) evenly spaced over [0, 1], moved together by a random offset in [0, 1): stratified sampling."""
    return ((torch.arange(rows, dtype=torch.float64) + offset) / rows).clamp(min=EARLIEST).float()
