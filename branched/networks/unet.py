"""The branched network for small images: a U-Net.

What a reverse process has to itself is (a) a vector added to the time embedding, which shifts and scales every block,
(b) a low-rank adapter in every block, (c) the output projection.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from .base import BranchedNetwork, BranchLinear, TimeEmbedding

GROUPS = 8


@dataclass(frozen=True)
class UNetConfig:
    """Sizes of the network. `shape` is (C, H, W) of the data; height and width are divisible by 2 per level."""

    shape: tuple[int, int, int] = (1, 28, 28)
    channels: tuple[int, ...] = (64, 128)    # per level; the first level already works at half resolution
    blocks: tuple[int, int, int] = (1, 2, 2)  # residual blocks per level on the way down, at the bottom, on the way up
    embedding: int = 128
    heads: int = 4
    rank: int = 32                           # of each process's adapters

    def __post_init__(self):
        object.__setattr__(self, "shape", tuple(self.shape))
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "blocks", tuple(self.blocks))
        factor = 2 ** len(self.channels)
        if self.shape[1] % factor or self.shape[2] % factor:
            raise BranchedError(f"Images of {self.shape[1]}x{self.shape[2]} do not fit: with {len(self.channels)} "
                                f"levels, height and width must be multiples of {factor}.")
        if self.heads < 1 or any(c < 1 or c % GROUPS or c % self.heads for c in self.channels):
            raise BranchedError(f"Channels {self.channels} must be multiples of {GROUPS} and of {self.heads} heads.")
        if self.rank < 1:
            raise BranchedError(f"The rank of a U-Net's adapters is 1 or more, not {self.rank}.")

    def build(self, processes: int) -> BranchedUNet:
        return BranchedUNet(self, processes)


class Adapter(nn.Module):
    """A process's own correction to a block: two thin linear maps over the channels, the second zero at first."""

    def __init__(self, processes: int, channels: int, rank: int):
        super().__init__()
        self.down = BranchLinear(processes, channels, rank)
        self.up = BranchLinear(processes, rank, channels, zero=True)

    def forward(self, x: Tensor, process: Tensor) -> Tensor:
        rows = x.permute(0, 2, 3, 1)                                                      # (B, H, W, C)
        out = self.up(F.silu(self.down(rows.flatten(1, 2), process)), process)              # (B, H W, C)
        return out.view(rows.shape).permute(0, 3, 1, 2)


class Block(nn.Module):
    """Residual block: norm, convolution, then scaled and shifted by time and process, convolution plus adapter."""

    def __init__(self, inputs: int, outputs: int, config: UNetConfig, processes: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(GROUPS, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.modulation = nn.Linear(config.embedding, 2 * outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.adapter = Adapter(processes, outputs, config.rank)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor, embedding: Tensor, process: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, dim=1)
        h = F.silu(torch.addcmul(shift, self.norm2(h), 1 + scale))
        return self.skip(x) + self.conv2(h) + self.adapter(h, process)


class Attention(nn.Module):
    """Self-attention over the positions of the coarsest level (explicit: faster than the fused kernel in bfloat16)."""

    def __init__(self, channels: int, heads: int):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        rows = self.norm(x).permute(0, 2, 3, 1)                                           # (B, H, W, C)
        B, H, W, C = rows.shape
        q, k, v = self.qkv(rows.reshape(B, H * W, C)).view(B, H * W, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), dim=-1).to(v.dtype)
        mixed = (weights @ v).transpose(1, 2).reshape(B, H, W, C)
        return x + self.out(mixed).permute(0, 3, 1, 2)


class BranchedUNet(BranchedNetwork):
    """Blocks at falling and rising resolution; the first level works at half of it."""

    chunk = 64
    steady = True  # the same operations whatever it is given, so that they can be traced
    layout = torch.channels_last
    block: type[nn.Module] = Block  # of which it is built; others are called alike

    def __init__(self, config: UNetConfig, processes: int):
        super().__init__(config, processes)
        data_channels, widths, (down, middle, up) = config.shape[0], config.channels, config.blocks
        self.time = TimeEmbedding(config.embedding)
        self.branch = nn.Embedding(processes, config.embedding)  # a process's; the files keep the old name
        nn.init.normal_(self.branch.weight, std=0.02)

        def blocks(count: int, inputs: int, outputs: int) -> nn.ModuleList:
            return nn.ModuleList(self.block(inputs if k == 0 else outputs, outputs, config, processes)
                                 for k in range(count))

        self.stem = nn.Conv2d(4 * data_channels, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList(blocks(down, w, w) for w in widths[:-1])
        self.shrink = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairwise(widths))
        self.bottom = blocks(middle, widths[-1], widths[-1])
        self.attention = nn.ModuleList(Attention(widths[-1], config.heads) for _ in range(middle))
        self.grow = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.decoder = nn.ModuleList(blocks(up, 2 * w, w) for w in widths[:-1])
        self.norm = nn.GroupNorm(GROUPS, widths[0])
        self.out = BranchLinear(processes, widths[0], 4 * data_channels, zero=True)
        self.to(memory_format=self.layout)

    def forward(self, xt: Tensor, t: Tensor, process: Tensor) -> Tensor:
        """xt (B, C, H, W), t (B,) in [0, 1], process (B,) -> predicted velocity (B, C, H, W)."""
        return self._through(xt, F.silu(self.time(t) + self.branch(process)), process, process)

    def _through(self, xt: Tensor, embedding: Tensor, told: Tensor, process: Tensor) -> Tensor:
        """Blocks are told `embedding` (B, D) and `told` (B, ...); the output projection is that of `process` (B,)."""
        h = F.pixel_unshuffle(xt, 2).contiguous(memory_format=torch.channels_last)        # (B, 4C, H/2, W/2)
        h = self.stem(h)
        skips = []
        for blocks, shrink in zip(self.encoder, self.shrink, strict=True):
            for block in blocks:
                h = block(h, embedding, told)
            skips.append(h)
            h = shrink(h)
        for block, attention in zip(self.bottom, self.attention, strict=True):
            h = attention(block(h, embedding, told))
        for blocks, grow, skip in zip(self.decoder[::-1], self.grow[::-1], skips[::-1], strict=True):
            h = F.interpolate(grow(h), scale_factor=2, mode="nearest")
            h = torch.cat([h, skip], dim=1)
            for block in blocks:
                h = block(h, embedding, told)
        rows = F.silu(self.norm(h)).permute(0, 2, 3, 1)                                   # (B, H/2, W/2, C)
        out = self.out(rows.flatten(1, 2), process).view(*rows.shape[:3], -1).permute(0, 3, 1, 2)
        return F.pixel_shuffle(out, 2)
