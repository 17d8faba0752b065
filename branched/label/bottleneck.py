"""What lies between encoder and decoder: a normal distribution, or a codebook.

Both keep latents from spreading without end (Rombach et al. 2022, section 3.1): the one by a slight pull towards the
standard normal distribution, the other by a table of vectors, to the nearest of which the decoder moves every latent.
"""
from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

KL_WEIGHT = 1e-6     # against the summed error of an image (autoencoder_kl_32x32x4.yaml of latent-diffusion)
COMMITMENT = 0.25    # how much latents go to their codes, rather than codes to latents (van den Oord et al. 2017)
KEEP = 0.99          # of what a code has stood for, at each step
DEAD = 0.1           # latents a batch: a code that stands for fewer has had none in the last 230 batches


class Passed(NamedTuple):
    """What the decoder gets, latents (B, C, H, W), and what that costs each image, (B,)."""

    latents: Tensor
    cost: Tensor


class Normal(nn.Module):
    """The encoder names a normal distribution for every latent; the decoder gets a sample of it in training, and its
    mean ever after."""

    def __init__(self, channels: int, pixels: int):
        super().__init__()
        self.outputs, self.weight = 2 * channels, KL_WEIGHT / pixels

    def forward(self, encoded: Tensor, noise: Tensor) -> Passed:
        """encoded (B, 2C, H, W), noise (B, C, H, W) -> samples, and the weighted KL divergence."""
        mean, log_variance = encoded.float().chunk(2, dim=1)
        log_variance = log_variance.clamp(-30, 20)
        return Passed(mean + (log_variance / 2).exp() * noise, self.weight * divergence(mean, log_variance))

    def latents(self, encoded: Tensor) -> Tensor:
        """(B, 2C, H, W) -> (B, C, H, W)."""
        return encoded.float().chunk(2, dim=1)[0]

    def decodable(self, latents: Tensor) -> Tensor:
        """Latents as the decoder takes them: as they are."""
        return latents


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) of each row (B,), summed over all else (Kingma & Welling 2014, appendix B)."""
    return (mean.square() + log_variance.exp() - 1 - log_variance).flatten(1).sum(1) / 2


class Codebook(nn.Module):
    """A table of vectors, `codes` (K, C), to the nearest of which every latent moves. The quantiser belongs to the
    decoder: `latents` are as they were before.

    Codes are running means of the latents they stood for (van den Oord et al. 2017, appendix A.1). Dead ones start anew
    at random latents of the batch; before the first step all of them are dead.
    """

    codes: Tensor
    usage: Tensor

    def __init__(self, channels: int, codes: int):
        super().__init__()
        self.outputs = channels
        self.register_buffer("codes", torch.zeros(codes, channels))
        self.register_buffer("usage", torch.zeros(codes))  # latents that a code stood for, a batch

    def forward(self, encoded: Tensor, noise: Tensor) -> Passed:
        """encoded and noise (B, C, H, W) -> codes through which gradients pass straight, and what commits the encoder
        to them. In training mode the codes learn here; the noise says which latents replace dead ones."""
        latents = encoded.float()
        if self.training:
            self._revive(latents.detach(), noise)
        nearest = self.nearest(latents)
        quantised = self.vectors(nearest)
        if self.training:
            self._follow(_rows(latents.detach()), nearest.flatten())
        cost = COMMITMENT * (latents - quantised).square().flatten(1).mean(1)
        return Passed(latents + (quantised - latents).detach(), cost)

    def latents(self, encoded: Tensor) -> Tensor:
        """Latents before quantisation, (B, C, H, W)."""
        return encoded.float()

    def decodable(self, latents: Tensor) -> Tensor:
        """Latents (B, C, H, W) as the decoder takes them: each position at its nearest code."""
        return self.vectors(self.nearest(latents))

    @torch.no_grad()
    def nearest(self, latents: Tensor) -> Tensor:
        """Which code is nearest, int64 (B, H, W), for latents (B, C, H, W). In float32, whatever the autocast: in
        bfloat16, codes side by side cannot be told apart."""
        with torch.autocast(latents.device.type, enabled=False):
            away = torch.cdist(_rows(latents.float()), self.codes, compute_mode="donot_use_mm_for_euclid_dist")
        return away.argmin(1).view(latents.shape[0], *latents.shape[2:])

    def vectors(self, which: Tensor) -> Tensor:
        """Codes (B, C, H, W), by their numbers (B, H, W)."""
        return F.embedding(which, self.codes).permute(0, 3, 1, 2)

    @torch.no_grad()
    def _revive(self, latents: Tensor, noise: Tensor) -> None:
        """Put dead codes where random latents of this batch are."""
        rows, dice = _rows(latents), noise[:, 0].flatten()
        order = dice.topk(min(len(self.codes), len(rows))).indices
        order = order.repeat(math.ceil(len(self.codes) / len(order)))[:len(self.codes)]
        dead = self.usage < DEAD
        self.codes.copy_(torch.where(dead[:, None], rows[order], self.codes))
        self.usage.masked_fill_(dead, 1.0)

    @torch.no_grad()
    def _follow(self, rows: Tensor, nearest: Tensor) -> None:
        """Move codes towards the means of the latents (L, C) that they stand for, by their numbers (L,)."""
        counts = torch.zeros_like(self.usage).index_add_(0, nearest, torch.ones_like(rows[:, 0]))
        sums = self.codes * self.usage[:, None]
        sums.lerp_(torch.zeros_like(sums).index_add_(0, nearest, rows), 1 - KEEP)
        self.usage.lerp_(counts, 1 - KEEP)
        self.codes.copy_(sums / self.usage[:, None])


def _rows(latents: Tensor) -> Tensor:
    """(B, C, H, W) -> (B H W, C)."""
    return latents.permute(0, 2, 3, 1).flatten(0, 2)
