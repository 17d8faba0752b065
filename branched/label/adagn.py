"""Label-conditioned: scale and shift of every block from the time and the class (AdaGN, Dhariwal & Nichol 2021).

The network is the tree's own, with one row of its private tables for each class, and one more for "no class": the flat
tree, every class alone from noise to data.
"""
from __future__ import annotations

from dataclasses import dataclass

from ..networks.unet import BranchedUNet, UNetConfig


@dataclass(frozen=True)
class AdaGNConfig(UNetConfig):
    """Sizes of the U-Net. Its adapters are thinner than the tree's, so that a file has less than 3 MB."""

    rank: int = 24

    def build(self, classes: int) -> BranchedUNet:
        return BranchedUNet(self, classes + 1)
