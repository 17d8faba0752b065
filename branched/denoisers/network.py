"""A network as a denoiser."""
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..noise import schedule
from ..noise.denoiser import Estimate


@dataclass(frozen=True)
class NetworkDenoiser:
    """E[x0 | xt] by a network that predicts velocities, called with states (B, *shape), times (B,) and conditions (B,):
    a condition is what the network takes, a reverse process or a class. Its `chunk` is how many rows a CPU's cache has
    room for."""

    network: nn.Module

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        """States xt (B, *shape), times t (B,), conditions (B,) -> estimates of x0; each costs one evaluation."""
        # A CPU is fastest on as many rows as its cache has room for; a GPU takes them all.
        pieces = -(-len(xt) // self.network.chunk) if self.device.type == "cpu" else 1
        parts = zip(*(value.to(self.device).tensor_split(pieces) for value in (xt, t, condition)), strict=True)
        x0 = torch.cat([schedule.clean_from_velocity(x, self.network(x, s, c), s) for x, s, c in parts])
        return Estimate(x0, torch.ones(len(xt), dtype=torch.long))
