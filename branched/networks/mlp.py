"""The branched network for tables: a residual multilayer perceptron.

What a reverse process has to itself is (a) a vector added to the time embedding, which shifts and scales every block,
(b) a low-rank adapter in every block, (c) the output projection. Rows are sorted by process and cut into tiles, so
that a process's parameters are fetched once for a tile; and since every product has a multiple of TILE rows, a row's
result is the same whatever its company.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from .base import BranchedNetwork, BranchLinear, TimeEmbedding

TILE = 16  # rows


@dataclass(frozen=True)
class MLPConfig:
    """Sizes of the network. `shape` is (F,), the number of features."""

    shape: tuple[int] = (16,)
    width: int = 256
    blocks: int = 3
    embedding: int = 64
    rank: int = 4          # of each process's adapters

    def __post_init__(self):
        object.__setattr__(self, "shape", tuple(self.shape))
        if len(self.shape) != 1 or min(*self.shape, self.width, self.blocks, self.rank) < 1 or self.embedding % 2:
            raise BranchedError("A multilayer perceptron takes rows of at least one feature; its sizes are positive, "
                                f"and its embedding is even. Found {self}.")

    def build(self, processes: int) -> BranchedMLP:
        return BranchedMLP(self, processes)


class Block(nn.Module):
    """Residual block: norm, scaled and shifted by time and process, then two layers plus the process's adapter."""

    def __init__(self, config: MLPConfig, processes: int):
        super().__init__()
        width = config.width
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulation = nn.Linear(config.embedding, 2 * width)
        self.inward = nn.Linear(width, width)
        self.outward = nn.Linear(width, width)
        self.down = BranchLinear(processes, width, config.rank)
        self.up = BranchLinear(processes, config.rank, width, zero=True)
        nn.init.zeros_(self.outward.weight)
        nn.init.zeros_(self.outward.bias)

    def forward(self, x: Tensor, embedding: Tensor, process: Tensor) -> Tensor:
        """x (tiles, TILE, width), embedding (tiles, TILE, D), process (tiles,)."""
        scale, shift = self.modulation(embedding).chunk(2, dim=-1)
        h = F.silu(self.inward(torch.addcmul(shift, self.norm(x), 1 + scale)))
        return x + self.outward(h) + self.up(F.silu(self.down(h, process)), process)


class BranchedMLP(BranchedNetwork):
    """Blocks of one width, between a linear map from the features and one, a process's own, back to them."""

    chunk = 1024

    def __init__(self, config: MLPConfig, processes: int):
        super().__init__(config, processes)
        [features] = config.shape
        self.time = TimeEmbedding(config.embedding)
        self.branch = nn.Embedding(processes, config.embedding)  # a process's; the files keep the old name
        nn.init.normal_(self.branch.weight, std=0.02)
        self.stem = nn.Linear(features, config.width)
        self.blocks = nn.ModuleList(Block(config, processes) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(config.width)
        # Some products round a row by its place in the tile, but not where they have a multiple of 8 columns.
        self.out = BranchLinear(processes, config.width, -(-features // 8) * 8, zero=True)

    def forward(self, xt: Tensor, t: Tensor, process: Tensor) -> Tensor:
        """xt (B, F), t (B,) in [0, 1], process (B,) -> predicted velocity (B, F)."""
        place, tiles = tiled(process)
        size = len(tiles) * TILE
        x = xt.new_zeros(size, xt.shape[1]).index_copy(0, place, xt).view(len(tiles), TILE, -1)
        times = t.new_zeros(size).index_copy(0, place, t)
        embedding = self.time(times).view(len(tiles), TILE, -1)
        embedding = F.silu(embedding + self.branch(tiles)[:, None])
        h = self.stem(x)
        for block in self.blocks:
            h = block(h, embedding, tiles)
        out = self.out(F.silu(self.norm(h)), tiles)[..., :xt.shape[1]]
        return out.flatten(0, 1).index_select(0, place)


def tiled(process: Tensor) -> tuple[Tensor, Tensor]:
    """Where each row goes if rows are sorted by process and every process begins a new tile, (B,); and the process of
    each tile, (tiles,)."""
    ids, which, counts = torch.unique(process, return_inverse=True, return_counts=True)
    tiles = (counts + TILE - 1) // TILE
    order = torch.argsort(which, stable=True)
    nth = torch.arange(len(process), device=process.device) - (counts.cumsum(0) - counts)[which[order]]
    place = torch.empty_like(order)
    place[order] = ((tiles.cumsum(0) - tiles) * TILE)[which[order]] + nth
    return place, torch.repeat_interleave(ids, tiles)
