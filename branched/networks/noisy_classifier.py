"""A small classifier of noisy images, which is told how much noise there is."""
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .base import TimeEmbedding

GROUPS = 8


@dataclass(frozen=True)
class NoisyClassifierConfig:
    """Sizes. `shape` is (C, H, W) of the data; widths are multiples of 8, the first two levels halve the image."""

    shape: tuple[int, int, int] = (1, 28, 28)
    labels: tuple[str, ...] = ()
    widths: tuple[int, ...] = (32, 64, 128, 128)
    embedding: int = 64

    def __post_init__(self) -> None:
        for name in ("shape", "labels", "widths"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    def build(self) -> NoisyClassifier:
        return NoisyClassifier(self)


class Layer(nn.Module):
    """Convolution, norm, then scaled and shifted by the time."""

    def __init__(self, inputs: int, outputs: int, embedding: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
        self.norm = nn.GroupNorm(GROUPS, outputs)
        self.modulation = nn.Linear(embedding, 2 * outputs)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, dim=1)
        return F.silu(torch.addcmul(shift, self.norm(self.conv(x)), 1 + scale))


class NoisyClassifier(nn.Module):
    """States xt (B, C, H, W) and times t (B,) -> logits (B, N). Smooth activations: its gradient is what is used."""

    def __init__(self, config: NoisyClassifierConfig):
        super().__init__()
        self.config = config
        self.time = TimeEmbedding(config.embedding)
        self.layers = nn.ModuleList(Layer(a, b, config.embedding, stride=2 if k < 2 else 1)
                                    for k, (a, b) in enumerate(pairwise((config.shape[0], *config.widths))))
        self.head = nn.Linear(config.widths[-1], len(config.labels))

    @property
    def labels(self) -> tuple[str, ...]:
        return self.config.labels

    def forward(self, xt: Tensor, t: Tensor) -> Tensor:
        embedding, h = F.silu(self.time(t)), xt
        for layer in self.layers:
            h = layer(h, embedding)
        return self.head(h.mean((2, 3))).float()
