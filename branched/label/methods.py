"""The ways to tell a model what to draw, a row each: by the name that files have for it, the network that is told.

A network of this family is called `network(xt, t, label)`, with states (B, *shape), times (B,) and the places (B,) of
classes; it gives velocities (B, *shape). What is particular to a way is in the module of its config.
"""
from __future__ import annotations

from .adagn import AdaGNConfig
from .auxiliary import LabelPlaneConfig
from .batch_norm import BatchNormConfig
from .latent_unet import LatentUNetConfig
from .unconditional import UnconditionalConfig

METHODS = {
    "unconditional": UnconditionalConfig,
    "label": AdaGNConfig,
    "latent": LatentUNetConfig,
    "batch norm": BatchNormConfig,
    "auxiliary": LabelPlaneConfig,
}
UNTOLD = ("label", "latent")  # whose networks may also learn without a label
