"""The diffusion model of a tree of clusters as a denoiser: a condition is a row of a table of what is told."""
from __future__ import annotations

import torch
from torch import Tensor, nn

from ..denoisers.extrapolated import Extrapolated
from ..denoisers.network import NetworkDenoiser
from ..noise.denoiser import Denoiser
from .path_unet import PathUNet
from .told import Told


class TableNetwork(nn.Module):
    """A network that is told rows of a table, by their places."""

    def __init__(self, network: PathUNet, table: Told):
        super().__init__()
        self.network, self.table, self.chunk = network, table, network.chunk

    def forward(self, xt: Tensor, t: Tensor, row: Tensor) -> Tensor:
        """xt (B, *shape), t (B,) in [0, 1], row (B,) -> predicted velocity (B, *shape)."""
        return self.network(xt, t, self.table.of(row))


def denoiser(network: PathUNet, told: Told, w: float) -> Denoiser:
    """For conditions from 0 to the number of rows told; guided with strength w against being told nothing."""
    nothing = Told(*(torch.full_like(part[:1], value) for part, value in zip(told, (0, network.config.nodes, 0),
                                                                             strict=True)))
    table = Told(*(torch.cat(pair) for pair in zip(told, nothing, strict=True)))
    plain = NetworkDenoiser(TableNetwork(network, table))
    return Extrapolated(plain, len(told.nodes), w) if w > 0 else plain
