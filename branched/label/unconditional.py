"""Unconditional: the same network, told nothing. The floor of all comparisons, and what a classifier can guide."""
from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..networks.unet import BranchedUNet, UNetConfig


@dataclass(frozen=True)
class UnconditionalConfig(UNetConfig):
    """Sizes of the U-Net."""

    rank: int = 24

    def build(self, classes: int) -> UnconditionalUNet:
        return UnconditionalUNet(self, 1)


class UnconditionalUNet(BranchedUNet):
    """A U-Net with a single process, whatever the label."""

    def forward(self, xt: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """xt (B, C, H, W), t (B,) in [0, 1], label (B,) -> predicted velocity (B, C, H, W)."""
        return super().forward(xt, t, torch.zeros_like(label))
