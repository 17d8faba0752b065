"""The label as one more channel of the image, and an auxiliary classifier in the loss, after Odena et al. (2017).

The loss is the velocity's error, plus `weight` times the cross-entropy of a classifier of clean images that looks at
the estimate of x0. The classifier is a part of the network, so that its own verdict on what was drawn can be asked for;
sampling does not use it. At large t the estimate is a mean over many objects, and what lowers the cross-entropy there
is whatever moves the classifier, object or not.
"""
from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..learning.loop import LearningConfig, learn, start
from ..learning.velocity import velocity_error
from ..networks.unet import BranchedUNet, UNetConfig
from ..noise import schedule
from ..noise.seeds import mix

CLASSIFIERS = ("along", "frozen")
WIDTHS = (16, 32, 64)  # of the classifier's convolutions: 56 thousand parameters for grey images of 28 x 28
PRETRAINING = LearningConfig(steps=3000)


@dataclass(frozen=True)
class LabelPlaneConfig(UNetConfig):
    """Sizes of the network; the plane of the label is beside the channels of `shape`."""

    def build(self, classes: int) -> LabelPlaneUNet:
        return LabelPlaneUNet(self, classes)


class CleanClassifier(nn.Module):
    """A small convolutional classifier of clean images; no row depends on its company."""

    def __init__(self, shape: tuple[int, int, int], classes: int):
        super().__init__()
        channels, height, width = shape
        a, b, c = WIDTHS
        places = math.ceil(height / 4) * math.ceil(width / 4)
        self.layers = nn.Sequential(
            nn.Conv2d(channels, a, 3, stride=2, padding=1), nn.SiLU(),                    # (B, a, H/2, W/2)
            nn.Conv2d(a, b, 3, stride=2, padding=1), nn.SiLU(),                           # (B, b, H/4, W/4)
            nn.Conv2d(b, c, 3, padding=1), nn.SiLU(),
            nn.Flatten(), nn.Linear(c * places, classes))                                 # (B, N)

    def forward(self, x0: Tensor) -> Tensor:
        """Clean images x0 (B, C, H, W), about in [-1, 1] -> logits (B, N)."""
        return self.layers(x0)

    @torch.no_grad()
    def probabilities(self, x0: Tensor) -> Tensor:
        """Its own verdict on images (B, C, H, W): probability of each class, (B, N), on the CPU."""
        device = next(self.parameters()).device
        return torch.cat([self(part.to(device)).softmax(-1).cpu() for part in x0.split(500)])


class LabelPlaneUNet(BranchedUNet):
    """One reverse process that sees the label as a plane of the image; N, the number of classes, is an empty plane."""

    def __init__(self, config: LabelPlaneConfig, classes: int):
        super().__init__(config, processes=1)
        (channels, height, width), self.classes = config.shape, classes
        self.stem = nn.Conv2d(4 * (channels + 1), config.channels[0], 3, padding=1)
        self.plane = nn.Embedding(classes + 1, height * width, padding_idx=classes)
        self.classifier = CleanClassifier(config.shape, classes)
        self.to(memory_format=self.layout)

    def forward(self, xt: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """xt (B, C, H, W), t (B,) in [0, 1], label (B,) from 0 to N -> predicted velocity (B, C, H, W)."""
        plane = self.plane(label).view(len(xt), 1, *xt.shape[2:]).to(xt.dtype)
        return super().forward(torch.cat([xt, plane], dim=1), t, torch.zeros_like(label))


# -- learning ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class AuxiliaryLoss:
    """What a network with a classifier learns by, as a loss for `learn`: `loss(network, batch)`.

    Batches have x0, noise (B, C, H, W), t (B,) and label (B,). A row that is told no label, N, has no cross-entropy.
    """

    weight: float = 1.0        # of the cross-entropy, lambda; 0 is the velocity's error alone
    classifier: str = "along"  # "along": it learns with the network; "frozen": it has learnt before, from real images
    weighted: bool = False     # each row by alpha(t)^2: the term acts where the estimate shows the object

    def __post_init__(self):
        if not (self.weight >= 0 and math.isfinite(self.weight)):
            raise BranchedError(f"The cross-entropy's weight is 0 or more, not {self.weight}.")
        if self.classifier not in CLASSIFIERS:
            raise BranchedError(f"The classifier is 'along' or 'frozen', not {self.classifier!r}.")

    def prepare(self, network: LabelPlaneUNet, data: Dataset, config: LearningConfig = PRETRAINING) -> None:
        """Give a network, before its first step, the classifier that this loss asks for. Frozen it is also where this
        loss does not look at it: nothing would reach it."""
        if self.classifier == "frozen":
            network.classifier = pretrain(network.classifier, data, config)
        network.classifier.requires_grad_(self.classifier == "along" and self.weight > 0)

    def __call__(self, network: LabelPlaneUNet, batch: NamedTuple) -> Tensor:
        xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
        v = network(xt, batch.t, batch.label).float()
        error = velocity_error(v, batch)
        if self.weight == 0:
            return error
        logits = network.classifier(schedule.clean_from_velocity(xt, v, batch.t)).float()
        surprise = F.cross_entropy(logits, batch.label, reduction="none", ignore_index=network.classes)
        return error + self.weight * (self.row_weights(batch.t) * surprise).mean()

    def row_weights(self, t: Tensor) -> Tensor:
        """What each row's cross-entropy counts, (B,)."""
        return schedule.alpha(t).square() if self.weighted else torch.ones_like(t)


class CleanBatch(NamedTuple):
    """Real objects (B, C, H, W), and what they are, (B,)."""

    x0: Tensor
    label: Tensor


def pretrain(classifier: CleanClassifier, data: Dataset, config: LearningConfig = PRETRAINING) -> CleanClassifier:
    """A copy that has learnt to tell real clean objects apart, with the averaged weights; frozen."""
    def batch(step: int) -> CleanBatch:
        generator = torch.Generator().manual_seed(mix(config.seed, step, 3))
        picks = torch.randint(len(data), (config.batch,), generator=generator)
        return CleanBatch(data.form.scale(data.x[picks]), data.y[picks])

    def loss(network: nn.Module, batch: CleanBatch) -> Tensor:
        return F.cross_entropy(network(batch.x0).float(), batch.label)

    state = start(copy.deepcopy(classifier).requires_grad_(True), config)
    for _ in learn(state, batch, loss, config):
        pass
    return state.average
