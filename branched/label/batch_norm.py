"""Conditional batch normalisation: the class scales and shifts what a batch has normalised (de Vries et al., 2017).

The tree's U-Net, whose blocks' group normalisation is replaced. The time is added to the features between a block's two
convolutions, as in Ho et al. (2020). That is right before a normalisation: so where all rows of a batch share one time
and are normalised by that batch's own mean, what was added is taken away again, and the network cannot tell the time,
unless gamma and beta know it.
"""
from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from ..networks.unet import BranchedUNet, UNetConfig

TOLD = ("class", "class and time")


@dataclass(frozen=True)
class BatchNormConfig(UNetConfig):
    """Sizes of the network, and what gamma and beta are `told`: the class alone, or the time as well."""

    told: str = "class"

    def __post_init__(self):
        super().__post_init__()
        if self.told not in TOLD:
            raise BranchedError(f"Gamma and beta are told 'class' or 'class and time', not {self.told!r}.")

    def build(self, classes: int) -> BatchNormUNet:
        return BatchNormUNet(self, classes)


class ConditionalBatchNorm(nn.BatchNorm2d):
    """Each channel with mean 0 and variance 1 over a batch and all places, then scaled by gamma and shifted by beta."""

    def __init__(self, channels: int, embedding: int):
        super().__init__(channels, affine=False)
        self.modulation = nn.Linear(embedding, 2 * channels)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """x (B, C, H, W), told (B, D) -> (B, C, H, W)."""
        scale, beta = self.modulation(told)[:, :, None, None].chunk(2, dim=1)
        return torch.addcmul(beta, super().forward(x), 1 + scale)


class ConditionalBlock(nn.Module):
    """Residual block: norm, convolution, time added, norm, convolution; both norms are told the class."""

    def __init__(self, inputs: int, outputs: int, config: BatchNormConfig, processes: int):
        super().__init__()
        self.norm1 = ConditionalBatchNorm(inputs, config.embedding)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(config.embedding, outputs)
        self.norm2 = ConditionalBatchNorm(outputs, config.embedding)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor, time: Tensor, told: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x, told))) + self.time(time)[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(h, told)))


class BatchNormUNet(BranchedUNet):
    """One reverse process, told the class by its normalisation alone. In eval mode it normalises by the statistics of
    training; in training mode by those of the batch at hand, which it also counts."""

    block = ConditionalBlock

    def __init__(self, config: BatchNormConfig, classes: int):
        super().__init__(config, processes=1)
        self.classes = classes
        del self.branch  # there is no process to tell apart
        self.label = nn.Embedding(classes, config.embedding)

    def forward(self, xt: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """xt (B, C, H, W), t (B,) in [0, 1], label (B,) from 0 to N - 1 -> predicted velocity (B, C, H, W)."""
        time, told = self.time(t), self.label(label)
        told = told + time if self.config.told == "class and time" else told
        return self._through(xt, F.silu(time), F.silu(told), torch.zeros_like(label))


# -- which statistics --------------------------------------------------------------------------------------------------

def norms(network: BatchNormUNet) -> Iterator[tuple[str, ConditionalBatchNorm]]:
    """The batch normalisations of a network with their names, in the order in which they were built."""
    return ((name, module) for name, module in network.named_modules() if isinstance(module, ConditionalBatchNorm))


def sharing(network: BatchNormUNet) -> BatchNormUNet:
    """A network with the very same weights and statistics of its own."""
    # A deep copy that finds every parameter in its memo keeps it, and makes only modules and buffers anew.
    return copy.deepcopy(network, {id(parameter): parameter for parameter in network.parameters()})


def with_batch_statistics(network: BatchNormUNet) -> BatchNormUNet:
    """The same weights, normalised by the batch at hand in any mode: so rows depend on their company, and a batch must
    not be cut into pieces (`chunk` has no bound). It counts nothing."""
    shared = sharing(network)
    for _, norm in norms(shared):
        norm.running_mean = norm.running_var = norm.num_batches_tracked = None  # torch then takes the batch's
    shared.chunk, shared.together = sys.maxsize, True
    return shared


def with_first_statistics(network: BatchNormUNet) -> BatchNormUNet:
    """The same weights with the statistics that a network has before training, mean 0 and variance 1: what an average
    of the weights is left with that forgets the buffers."""
    shared = sharing(network)
    for _, norm in norms(shared):
        norm.reset_running_stats()
    return shared
