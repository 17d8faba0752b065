"""The network of TreeDiffusion (Manduchi et al., 2024, arXiv 2410.16910): the U-Net, told a path down the tree.

y is the sum over the nodes of a path of f_embed(latent) + f_node(node), and is added to the embedding of the time. All
that it adds is zero at first: so the network begins as the U-Net that it may have got its other weights from.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from ..networks.unet import BranchedUNet, UNetConfig
from .told import Told


class Parts(NamedTuple):
    """What a network looks at: all nodes of a path, or the last alone; their latents, which nodes they are; and what
    the leaf's decoder makes of it, as more channels of the state."""

    path: bool = False
    latent: bool = False
    node: bool = False
    decoded: bool = False


TOLD = {  # the published way, and others to compare it with
    "path": Parts(path=True, latent=True, node=True),
    "image": Parts(decoded=True),
    "leaf": Parts(node=True),
    "latent": Parts(latent=True),
    "leaf and latent": Parts(latent=True, node=True),
}


@dataclass(frozen=True)
class PathUNetConfig(UNetConfig):
    """Sizes of the network."""

    rank: int = 24
    latent: int = 8       # numbers of a node's latent
    nodes: int = 1        # of the tree
    told: str = "path"    # a row of TOLD

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.told not in TOLD:
            raise BranchedError(f"A diffusion model is told one of {', '.join(TOLD)}; not {self.told!r}.")

    @property
    def parts(self) -> Parts:
        return TOLD[self.told]

    def build(self, processes: int = 1) -> PathUNet:
        return PathUNet(self)


class PathEmbedding(nn.Module):
    """Paths -> y (B, D): a sum, so that neither the order of a path nor what fills it up matters; 0 of no node."""

    def __init__(self, config: PathUNetConfig):
        super().__init__()
        self.parts, self.nodes, self.size = config.parts, config.nodes, config.embedding
        self.latent = _perceptron(config.latent, self.size) if self.parts.latent else None
        self.node = _perceptron(config.nodes, self.size) if self.parts.node else None

    def forward(self, told: Told) -> Tensor:
        there = told.nodes < self.nodes                                                                    # (B, L)
        if not self.parts.path:
            there = there & (there.cumsum(1) == there.sum(1, keepdim=True))
        y = told.latents.new_zeros(*told.nodes.shape, self.size)
        if self.latent is not None:
            y = y + self.latent(told.latents)
        if self.node is not None:
            y = y + self.node(F.one_hot(told.nodes, self.nodes + 1)[..., :-1].to(y.dtype))
        return (y * there[..., None]).sum(1)


def _perceptron(inputs: int, outputs: int) -> nn.Module:
    """Two layers, the second zero at first."""
    layers = nn.Sequential(nn.Linear(inputs, outputs), nn.SiLU(), nn.Linear(outputs, outputs))
    nn.init.zeros_(layers[-1].weight)
    nn.init.zeros_(layers[-1].bias)
    return layers


class WiderConv(nn.Conv2d):
    """A convolution that sees as many channels again, of which it makes nothing at first."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 3, padding=1)
        self.more = nn.Parameter(torch.zeros_like(self.weight))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, torch.cat([self.weight, self.more], 1), self.bias, padding=1)


class PathUNet(BranchedUNet):
    """A U-Net with a single process that is told paths."""

    config: PathUNetConfig

    def __init__(self, config: PathUNetConfig):
        super().__init__(config, processes=1)
        self.path = PathEmbedding(config)
        if config.parts.decoded:
            self.stem = WiderConv(self.stem.in_channels, self.stem.out_channels)
        self.to(memory_format=self.layout)

    def forward(self, xt: Tensor, t: Tensor, told: Told) -> Tensor:
        """xt (B, C, H, W), t (B,) in [0, 1], what each is told -> predicted velocity (B, C, H, W)."""
        process = torch.zeros(len(xt), dtype=torch.long, device=xt.device)
        seen = torch.cat([xt, told.decoded], 1) if self.config.parts.decoded else xt
        return self._through(seen, F.silu(self.time(t) + self.branch(process) + self.path(told)), process, process)
