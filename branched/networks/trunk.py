"""A trunk: the weights of a stored network with a single reverse process, from which another network begins to learn.

Shared parameters are copied, and each process of the new network begins as the one of the trunk. So before its first
step it says, on every branch, what the trunk says.
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from .. import checkpoint
from ..errors import BranchedError
from .base import BranchedNetwork, NetworkConfig

Config = TypeVar("Config", bound=NetworkConfig)


@dataclass(frozen=True, eq=False)
class Trunk:
    """Weights in single precision by their names in a network, private tables with one row; `sizes` are the fields of
    that network's configuration, without the shape of its objects."""

    name: str
    sizes: Mapping[str, Any]
    weights: Mapping[str, Tensor] = field(repr=False)

    @classmethod
    def read(cls, name: str | os.PathLike) -> Trunk:
        """The network of a model of any family: a name in `checkpoints/`, or a path. Raises BranchedError if there is
        no such file, if it is damaged or foreign, or if it holds no network of this project's making."""
        path = checkpoint.find(name)
        trunk = checkpoint.assembled(path, checkpoint.kind_of(path) or "model", _assembled)
        if not trunk.weights:
            raise BranchedError(f"{path} holds no network from which another could begin.")
        return trunk

    def sized(self, config: Config) -> Config:
        """A configuration with the sizes of the trunk; what the trunk has not stays as it is. Raises BranchedError if
        it is of a network of another kind."""
        if not self.sizes.keys() <= {size.name for size in fields(config)}:
            raise BranchedError(f"{self.name} has a network of another kind, which is no trunk for this one.")
        try:
            return replace(config, **self.sizes)
        except (TypeError, ValueError) as error:
            raise BranchedError(f"The sizes of the network of {self.name} make no sense ({error}).") from None

    @torch.no_grad()
    def begin(self, network: BranchedNetwork) -> None:
        """Give a network the weights of the trunk: shared ones as they are, private ones to all of its processes. What
        the network alone has stays as it is. Raises BranchedError, and changes nothing, where they do not fit."""
        own, private = network.state_dict(), network.private()
        self._check_sizes(network.config)
        for name, weight in self.weights.items():
            self._check_weight(name, weight, own.get(name), name in private)
        for name, weight in self.weights.items():
            own[name].copy_(weight)  # a private table's one row goes to all

    def _check_sizes(self, config: NetworkConfig) -> None:
        """That no size is another one in the network."""
        for size, value in self.sizes.items():
            if (here := getattr(config, size, value)) != value:
                raise BranchedError(f"The trunk {self.name} fits a network of {size} {value}, not {here}.")

    def _check_weight(self, name: str, weight: Tensor, own: Tensor | None, private: bool) -> None:
        """That there is a place for a weight in the network, which is `own` there."""
        if own is None:
            raise BranchedError(f"{self.name} has a network of another kind, which is no trunk for this one: here is "
                                f"no {name}.")
        if private and len(weight) != 1:
            raise BranchedError(f"{self.name} has {len(weight)} reverse processes, of which none stands for all; a "
                                "trunk has a single one, as an unconditional model.")
        if weight.shape[private:] != own.shape[private:]:
            raise BranchedError(f"The trunk {self.name} does not fit: its {name} has the shape {tuple(weight.shape)}, "
                                f"here it is {tuple(own.shape)}.")


def begun(config: NetworkConfig, processes: int, seed: int, trunk: Trunk | None = None) -> BranchedNetwork:
    """A network before its first step, on the CPU: initialised from a seed, and from a trunk, if there is one."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = config.build(processes)
    if trunk is not None:
        trunk.begin(network)
    return network


def _assembled(name: str, tensors: dict[str, Tensor], header: dict[str, Any]) -> Trunk:
    """A trunk from the contents of a file; without weights, if it has no network."""
    sizes = {key: tuple(value) if isinstance(value, list) else value
             for key, value in dict(header.get("network", {})).items() if key != "shape"}
    return Trunk(name, sizes, checkpoint.whole(tensors, "network"))
