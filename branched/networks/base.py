"""Branched networks: what belongs to a reverse process alone, and what every network has in common.

All reverse processes share the trunk. Private parameters are tables with one row per process; each sample of a batch
picks its own row, so that the cost of a step does not grow with their number (Tseng et al. compute every branch's
decoder for every sample). Which process runs on which branch, the tree says. `unet` has the network for images, `mlp`
the one for tables.
"""
from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn


class NetworkConfig(Protocol):
    """Sizes of a network, a frozen dataclass: saved with the weights, and enough to build it anew."""

    shape: tuple[int, ...]

    def build(self, processes: int) -> BranchedNetwork: ...


class BranchLinear(nn.Module):
    """One linear map per reverse process; every sample goes through its own one's."""

    def __init__(self, processes: int, inputs: int, outputs: int, zero: bool = False):
        super().__init__()
        bound = 0.0 if zero else 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(torch.empty(processes, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(processes, 1, outputs))

    def forward(self, x: Tensor, process: Tensor) -> Tensor:
        """x (B, L, inputs), process (B,) -> (B, L, outputs)."""
        return torch.baddbmm(self.bias.index_select(0, process).to(x.dtype),
                             x, self.weight.index_select(0, process).to(x.dtype))


class TimeEmbedding(nn.Sequential):
    """(B,) times -> (B, D), from sines and cosines through two linear maps."""

    def __init__(self, size: int):
        super().__init__(nn.Linear(size, size), nn.SiLU(), nn.Linear(size, size))
        self.size = size

    def forward(self, t: Tensor) -> Tensor:
        return super().forward(sinusoidal(t, self.size))


def sinusoidal(t: Tensor, size: int) -> Tensor:
    """(B,) times in [0, 1] -> (B, size) sines and cosines of periods from 0.006 to 60, so that 0 and 1 differ."""
    angles = t.float()[:, None] * frequencies(size, t.device)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def frequencies(size: int, device: torch.device | None = None) -> Tensor:
    """(size // 2,) angles at time 1, falling from 1000."""
    return 1000 * torch.exp(-math.log(10_000) * torch.arange(size // 2, device=device) / (size // 2))


class BranchedNetwork(nn.Module):
    """v-prediction for a batch in which every sample is at its own time and in its own reverse process: called with
    states xt (B, *shape), times t (B,) in [0, 1] and processes (B,), rows of the private tables, it gives velocities
    (B, *shape).

    `config` says its sizes and builds it anew; `chunk` is how many samples at a time a CPU's cache has room for, and
    `layout` how its weights lie in memory.
    """

    chunk: int
    layout = torch.preserve_format

    def __init__(self, config: NetworkConfig, processes: int):
        super().__init__()
        self.config, self.processes = config, processes

    def private(self) -> dict[str, nn.Parameter]:
        """The parameters that belong to processes: each a table whose first axis is the process."""
        modules = [(name, m) for name, m in self.named_modules() if isinstance(m, (BranchLinear, nn.Embedding))]
        return {f"{name}.{key}": value for name, m in modules for key, value in m.named_parameters()}

    def with_private(self, tables: dict[str, Tensor]) -> BranchedNetwork:
        """A network on the very same trunk (nothing of it is copied) with other private parameters, by the names of
        `private()`, (K, ...) each."""
        # A deep copy that finds every parameter in its memo keeps it, and makes only the modules anew.
        network = copy.deepcopy(self, {id(parameter): parameter for parameter in self.parameters()})
        for name, table in tables.items():
            module, key = name.rsplit(".", 1)
            setattr(network.get_submodule(module), key, nn.Parameter(table.clone()))
            network.processes = len(table)
        return network

    def only(self, rows: Sequence[int]) -> BranchedNetwork:
        """A network of some of the processes, on the same trunk."""
        return self.with_private({name: table.detach()[list(rows)] for name, table in self.private().items()})

    def joined(self, other: BranchedNetwork) -> BranchedNetwork:
        """This network with the processes of another, on the same trunk, behind its own."""
        new = other.private()
        return self.with_private({name: torch.cat([table.detach(), new[name].detach()])
                                  for name, table in self.private().items()})
