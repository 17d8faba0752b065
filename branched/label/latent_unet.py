"""The network of latent diffusion: a small U-Net over latents that is told the label by cross-attention.

Rombach et al. 2022, section 3.3: positions ask (queries), what is known of the condition answers (keys and values).
Here each class has several learnt tokens, and so has "no class". Several, because with **one** token the softmax over
it is 1 whatever the query: cross-attention then adds the same vector at every position, a plain bias of the class.
"""
from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from ..networks.base import TimeEmbedding

GROUPS = 8


@dataclass(frozen=True)
class LatentUNetConfig:
    """Sizes of the network. `shape` is (C, H, W) of the latents."""

    shape: tuple[int, int, int] = (4, 7, 7)
    channels: tuple[int, int] = (64, 128)  # at the resolution of the latents, and at half of it
    blocks: int = 1                        # residual blocks at half resolution
    embedding: int = 128                   # of the time, and size of a token
    heads: int = 4                         # of the cross-attention
    tokens: int = 8                        # of a class

    def __post_init__(self):
        object.__setattr__(self, "shape", tuple(self.shape))
        object.__setattr__(self, "channels", tuple(self.channels))
        if self.heads < 1 or len(self.channels) != 2 or any(
                c < 1 or c % GROUPS or c % self.heads for c in self.channels):
            raise BranchedError(f"Channels {self.channels} must be two multiples of {GROUPS} and of {self.heads} "
                                "heads.")
        if min(self.shape[1:]) < 2:
            raise BranchedError(f"Latents are at least 2x2, not {self.shape[1]}x{self.shape[2]}.")
        for name in ("blocks", "tokens"):
            if getattr(self, name) < 1:
                raise BranchedError(f"A latent U-Net has 1 or more {name}, not {getattr(self, name)}.")

    def build(self, classes: int) -> LatentUNet:
        return LatentUNet(self, classes)


class Block(nn.Module):
    """Residual block: norm, convolution, norm scaled and shifted by the time (AdaGN), convolution, zero at first."""

    def __init__(self, channels: int, embedding: int):
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(GROUPS, channels), nn.GroupNorm(GROUPS, channels)
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.modulation = nn.Linear(embedding, 2 * channels)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, dim=1)
        return x + self.conv2(F.silu(torch.addcmul(shift, self.norm2(h), 1 + scale)))


class CrossAttention(nn.Module):
    """Every position asks the tokens of its row's class."""

    def __init__(self, channels: int, embedding: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.query = nn.Linear(channels, channels)
        self.key_value = nn.Linear(embedding, 2 * channels)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, tokens: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        """x (B, C, H, W), tokens (N + 1, M, D), label (B,) -> x with what was answered, and how much each position
        heeds each token, (B, heads, M, H, W)."""
        rows = self.norm(x).permute(0, 2, 3, 1)                                             # (B, H, W, C)
        B, H, W, C = rows.shape
        q = self.query(rows.reshape(B, H * W, C)).view(B, H * W, self.heads, -1).transpose(1, 2)
        # Of all classes at once, then a row's own: there are fewer classes than rows in training.
        k, v = self.key_value(tokens).index_select(0, label).view(B, -1, 2, self.heads, C // self.heads).unbind(2)
        # Tokens come before positions: a softmax over the last axis is ten times slower where that axis is short.
        k = k.transpose(1, 2) / math.sqrt(q.shape[-1])
        weights = torch.softmax(k @ q.transpose(-1, -2), dim=2)                                # (B, heads, M, H W)
        mixed = (weights.to(v.dtype).transpose(-1, -2) @ v.transpose(1, 2)).transpose(1, 2).reshape(B, H, W, C)
        return x + self.out(mixed).permute(0, 3, 1, 2), weights.unflatten(-1, (H, W))


class LatentUNet(nn.Module):
    """v-prediction for latents, every row at its own time and of its own label; label N means "no class".

    A block with cross-attention at the resolution of the latents, blocks at half of it, and back; what was there before
    is added, not laid alongside, which halves the widest convolution. Of the label it is told by cross-attention alone.
    """

    chunk = 128
    layout = torch.channels_last

    def __init__(self, config: LatentUNetConfig, classes: int):
        super().__init__()
        self.config, self.classes = config, classes
        fine, coarse = config.channels
        self.time = TimeEmbedding(config.embedding)
        self.tokens = nn.Parameter(torch.randn(classes + 1, config.tokens, config.embedding))
        self.stem = nn.Conv2d(config.shape[0], fine, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(1, fine, *config.shape[1:]))
        self.down = Block(fine, config.embedding)
        self.shrink = nn.Conv2d(fine, coarse, 3, stride=2, padding=1)
        self.bottom = nn.ModuleList(Block(coarse, config.embedding) for _ in range(config.blocks))
        self.grow = nn.Conv2d(coarse, fine, 1)
        self.up = Block(fine, config.embedding)
        self.attention = nn.ModuleList(CrossAttention(fine, config.embedding, config.heads) for _ in range(2))
        self.norm = nn.GroupNorm(GROUPS, fine)
        self.out = nn.Conv2d(fine, config.shape[0], 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.to(memory_format=self.layout)

    def forward(self, xt: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """xt (B, C, H, W), t (B,) in [0, 1], label (B,) from 0 to N -> predicted velocity (B, C, H, W)."""
        return self._look(xt, t, label)[0]

    @torch.no_grad()
    def attention_maps(self, xt: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """How much each position heeds each token of its class: (B, layers, heads, M, H, W), 1 in sum over M."""
        return torch.stack(self._look(xt, t, label)[1], dim=1)

    def _look(self, xt: Tensor, t: Tensor, label: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The velocity, and the weights of every cross-attention on the way."""
        embedding = F.silu(self.time(t))
        h = self.stem(xt.contiguous(memory_format=self.layout)) + self.place
        skip, early = self.attention[0](self.down(h, embedding), self.tokens, label)
        h = self.shrink(skip)
        for block in self.bottom:
            h = block(h, embedding)
        h = skip + F.interpolate(self.grow(h), size=skip.shape[2:], mode="nearest")
        h, late = self.attention[1](self.up(h, embedding), self.tokens, label)
        return self.out(F.silu(self.norm(h))), [early, late]
