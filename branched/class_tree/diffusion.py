"""What is walked: a tree of reverse processes, a denoiser that answers for them all, and the form of their data."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..data.form import Form
from ..denoisers.network import NetworkDenoiser
from ..networks.base import BranchedNetwork
from ..noise.denoiser import Denoiser, Estimate
from .tree import ClassTree


@dataclass(frozen=True)
class Diffusion:
    """A class tree and its denoiser, whose condition is the id of a branch: the trained network, or any other."""

    denoise: Denoiser
    tree: ClassTree
    form: Form

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one object: (C, H, W), or (F,)."""
        return self.form.shape

    @torch.inference_mode()
    def estimate(self, xt: Tensor, t: Tensor, branch: Tensor) -> Estimate:
        """The denoiser's estimates, kept within the range of the data: clamped here, after all that a denoiser made of
        denoisers may do with them."""
        x0, evaluations = self.denoise(xt, t, branch)
        return Estimate(self.form.clamp(x0), evaluations)


@dataclass(frozen=True)
class BranchedDenoiser:
    """E[x0 | xt] by the branch that each row is on: a network with one reverse process in each row of its tables."""

    network: BranchedNetwork
    tree: ClassTree

    @property
    def device(self) -> torch.device:
        return NetworkDenoiser(self.network).device

    @cached_property
    def _processes(self) -> Tensor:
        """The reverse process that runs on each branch, by the branch's id."""
        processes = torch.zeros(1 + max(branch.id for branch in self.tree.branches), dtype=torch.long)
        for branch in self.tree.branches:
            processes[branch.id] = branch.process
        return processes

    def __call__(self, xt: Tensor, t: Tensor, branch: Tensor) -> Estimate:
        """States xt (B, *shape), times t (B,), branch ids (B,) -> estimates of x0; each costs one evaluation."""
        return NetworkDenoiser(self.network)(xt, t, self._processes[branch.cpu()])
