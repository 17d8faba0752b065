"""Fresh noise along a walk, for stochastic solvers."""
from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class FreshNoise:
    """Noise for one step after another; every row draws from a generator of its own, whatever its company."""

    def __init__(self, seeds: Sequence[int], like: Tensor):
        self.seeds, self.like = seeds, like
        self.generators: list[torch.Generator] = []

    def __call__(self) -> Tensor:
        if not self.generators:
            self.generators = [torch.Generator().manual_seed(seed) for seed in self.seeds]
        drawn = [torch.randn(self.like.shape[1:], generator=generator) for generator in self.generators]
        return torch.stack(drawn).to(self.like.device)

    def copy(self) -> FreshNoise:
        """One that will give what this one would give next."""
        other = FreshNoise(self.seeds, self.like)
        other.generators = [generator.clone_state() for generator in self.generators]
        return other
