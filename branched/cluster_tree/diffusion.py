"""The diffusion model of a tree of clusters as a denoiser: a condition is a row of a table of what is told."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..denoisers.extrapolated import Extrapolated
from ..denoisers.network import NetworkDenoiser
from ..noise.denoiser import Denoiser, Estimate
from .path_unet import PathUNet
from .told import Told


@dataclass(frozen=True, eq=False)
class ToldDenoiser:
    """E[x0 | xt] by a network that is told rows of a table, by their places. The network itself sees the rows alone:
    so whoever evaluates it can answer several tables at once."""

    denoise: NetworkDenoiser
    table: Told

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    def __call__(self, xt: Tensor, t: Tensor, row: Tensor) -> Estimate:
        """States xt (B, *shape), times t (B,) in [0, 1], rows of the table (B,) -> estimates; each costs one
        evaluation."""
        return self.denoise(xt, t, self.table.of(row))


def denoiser(network: PathUNet, told: Told, w: float) -> Denoiser:
    """For conditions from 0 to the number of rows told; guided with strength w against being told nothing."""
    nothing = Told(*(torch.full_like(part[:1], value) for part, value in zip(told, (0, network.config.nodes, 0),
                                                                             strict=True)))
    table = Told(*(torch.cat(pair) for pair in zip(told, nothing, strict=True)))
    plain = ToldDenoiser(NetworkDenoiser(network), table)
    return Extrapolated(plain, len(told.nodes), w) if w > 0 else plain
