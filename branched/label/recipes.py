"""How the shipped models of this family were made, a recipe each: `recipe.plan(data, steps)` for any images.

All of them have the same U-Net, the same noise, and the training of the class tree: as many steps of as many rows at
the same rate. What failed in an experiment that the project started from is here too, to be shown as it fails.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..data.dataset import Dataset
from ..learning.loop import LearningConfig
from .autoencoder import AutoencoderConfig
from .auxiliary import AuxiliaryLoss
from .fit import Compression, Plan, planned
from .training import TrainingConfig

DROPPED = 0.15  # of labels, where a model is to guide itself


@dataclass(frozen=True)
class Recipe:
    """A method, and what of its network and training is not as usual."""

    method: str
    network: Mapping[str, Any] = field(default_factory=dict)
    drop: float = 0.0
    auxiliary: AuxiliaryLoss | None = None
    regularisation: str | None = None       # of the autoencoder, where there is one

    def plan(self, data: Dataset, config: TrainingConfig) -> Plan:
        """The plan for some data, trained as `config` says but for the labels that are left out."""
        compression = None
        if self.regularisation is not None:
            learning = LearningConfig(max(1, config.steps // 2), batch=256, learning_rate=2e-3, seed=config.seed)
            compression = Compression(AutoencoderConfig(data.shape, regularisation=self.regularisation), learning)
        return planned(self.method, data, replace(config, drop=self.drop), self.network, self.auxiliary, compression)


SHIPPED = {
    "unconditional": Recipe("unconditional"),
    "guided": Recipe("label", drop=DROPPED),
    "latent-kl": Recipe("latent", drop=DROPPED, regularisation="kl"),
    "latent-vq": Recipe("latent", drop=DROPPED, regularisation="vq"),
    "cbn": Recipe("batch norm", {"told": "class"}),
    "ac": Recipe("auxiliary", auxiliary=AuxiliaryLoss(1.0, "frozen", weighted=True)),
}
VARIANTS = {  # trained and measured, not shipped
    "cbn-time": Recipe("batch norm", {"told": "class and time"}),
    "ac-0": Recipe("auxiliary", auxiliary=AuxiliaryLoss(0.0)),
    "ac-0.01-along": Recipe("auxiliary", auxiliary=AuxiliaryLoss(0.01, "along")),
    "ac-0.01-frozen": Recipe("auxiliary", auxiliary=AuxiliaryLoss(0.01, "frozen")),
    "ac-1-along": Recipe("auxiliary", auxiliary=AuxiliaryLoss(1.0, "along")),
    "ac-1-frozen": Recipe("auxiliary", auxiliary=AuxiliaryLoss(1.0, "frozen")),
}
EVERY = SHIPPED | VARIANTS
CLASSIFIER, PARENTS = "classifier", "parents"  # files beside these: what else can guide, and with whose help
