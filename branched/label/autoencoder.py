"""From images to latents and back: the first stage of latent diffusion (Rombach et al. 2022)."""
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from .bottleneck import Codebook, Normal, Passed

GROUPS = 8
REGULARISATIONS = ("kl", "vq")


@dataclass(frozen=True)
class AutoencoderConfig:
    """Sizes of an autoencoder. `shape` is (C, H, W) of the images; every width halves height and width once."""

    shape: tuple[int, int, int] = (1, 28, 28)
    channels: int = 4                   # of a latent
    widths: tuple[int, ...] = (32, 64)
    regularisation: str = "kl"          # or "vq"
    codes: int = 256                    # of the codebook; "kl" has none

    def __post_init__(self):
        object.__setattr__(self, "shape", tuple(self.shape))
        object.__setattr__(self, "widths", tuple(self.widths))
        if self.regularisation not in REGULARISATIONS:
            raise BranchedError(f"Latents are regularised by 'kl' or 'vq', not by {self.regularisation!r}.")
        if self.shape[1] % self.factor or self.shape[2] % self.factor:
            raise BranchedError(f"Images of {self.shape[1]}x{self.shape[2]} do not fit: with {len(self.widths)} "
                                f"widths, height and width must be multiples of {self.factor}.")
        if not self.widths or any(width < 1 or width % GROUPS for width in self.widths):
            raise BranchedError(f"An autoencoder's widths are one or more multiples of {GROUPS}, not {self.widths}.")
        if self.channels < 1 or self.codes < 2:
            raise BranchedError(f"A latent has at least 1 channel and a codebook at least 2 codes, not {self.channels} "
                                f"and {self.codes}.")

    @property
    def factor(self) -> int:
        """By how much a latent is lower and narrower than an image."""
        return 2 ** len(self.widths)

    @property
    def latent(self) -> tuple[int, int, int]:
        """Shape of a latent."""
        return (self.channels, self.shape[1] // self.factor, self.shape[2] // self.factor)

    def build(self) -> Autoencoder:
        return Autoencoder(self)


class Block(nn.Module):
    """Residual block: two convolutions, each of what is normalised; the second is zero at first."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(GROUPS, channels), nn.GroupNorm(GROUPS, channels)
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))


def _out(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.GroupNorm(GROUPS, inputs), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, padding=1))


def _encoder(config: AutoencoderConfig, outputs: int) -> nn.Sequential:
    """(B, C, H, W) -> (B, outputs, H/4, W/4): for each width, a convolution of stride 2 and a block."""
    layers: list[nn.Module] = []
    for inputs, width in pairwise((config.shape[0], *config.widths)):
        layers += [nn.Conv2d(inputs, width, 3, stride=2, padding=1), Block(width)]
    return nn.Sequential(*layers, _out(config.widths[-1], outputs))


def _decoder(config: AutoencoderConfig) -> nn.Sequential:
    """(B, C, H/4, W/4) -> images: the encoder in a mirror. Enlarged by sub-pixel convolutions (Shi et al. 2016), which
    work at the lower resolution: on a CPU, far faster than convolutions of what has been enlarged."""
    layers: list[nn.Module] = [nn.Conv2d(config.channels, config.widths[-1], 3, padding=1), Block(config.widths[-1])]
    for inputs, width in pairwise(config.widths[::-1]):
        layers += [nn.Conv2d(inputs, 4 * width, 3, padding=1), nn.PixelShuffle(2), Block(width)]
    return nn.Sequential(*layers, _out(config.widths[0], 4 * config.shape[0]), nn.PixelShuffle(2))


class Autoencoder(nn.Module):
    """Images (B, C, H, W) in [-1, 1] to latents and back. Latents of training data have mean 0 and spread 1 once
    `standardise` has seen some; `centre` and `spread` are saved with the weights."""

    layout = torch.channels_last
    centre: Tensor
    spread: Tensor

    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        self.config = config
        channels, height, width = config.shape
        self.bottleneck = (Normal(config.channels, channels * height * width) if config.regularisation == "kl"
                           else Codebook(config.channels, config.codes))
        self.encoder = _encoder(config, self.bottleneck.outputs)
        self.decoder = _decoder(config)
        self.register_buffer("centre", torch.zeros(config.channels, 1, 1))
        self.register_buffer("spread", torch.ones(()))
        self.to(memory_format=self.layout)

    def forward(self, images: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """For training: images and noise (B, *latent) -> images again, and what their latents cost, (B,)."""
        latents, cost = self._pass(images, noise)
        return self.decoder(latents.contiguous(memory_format=self.layout)), cost

    def _pass(self, images: Tensor, noise: Tensor) -> Passed:
        return self.bottleneck(self.encoder(images.contiguous(memory_format=self.layout)), noise)

    def encode(self, images: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] -> latents (B, *config.latent) of unit spread; before quantisation."""
        latents = self.bottleneck.latents(self.encoder(images.contiguous(memory_format=self.layout)))
        return (latents - self.centre) / self.spread

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (B, *config.latent) of unit spread -> images (B, C, H, W) about in [-1, 1], not clipped."""
        latents = self.bottleneck.decodable(latents * self.spread + self.centre)
        return self.decoder(latents.contiguous(memory_format=self.layout))

    @torch.no_grad()
    def standardise(self, images: Tensor) -> None:
        """Let latents of such images have mean 0 in each channel, and in all channels together spread 1.

        One spread for all, as Rombach et al. have it (section G): a channel that carries little stays small.
        """
        latents = self.encode(images) * self.spread + self.centre
        self.centre.copy_(latents.mean((0, 2, 3))[:, None, None])
        self.spread.copy_((latents - self.centre).std())
