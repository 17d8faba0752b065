"""A network as a denoiser, and the one place where networks are evaluated for denoising.

Whoever wants to evaluate differently, such as the engine that merges the rows of many requests, says so by
`evaluated_by`; a walk, a solver or a guidance need not know.
"""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..noise import schedule
from ..noise.denoiser import Estimate

Condition = Tensor | tuple[Tensor, ...]  # (B,), or a named tuple of tensors with rows on the first axis
Evaluate = Callable[[nn.Module, Tensor, Tensor, Condition], Tensor]


def estimates(network: nn.Module, xt: Tensor, t: Tensor, condition: Condition) -> Tensor:
    """E[x0 | xt] (B, *shape) of all rows in one call of a network."""
    return schedule.clean_from_velocity(xt, network(xt, t, condition), t)


def in_pieces(network: nn.Module, xt: Tensor, t: Tensor, condition: Condition) -> Tensor:
    """E[x0 | xt] (B, *shape), as many rows at once as the processor likes best."""
    pieces = -(-len(xt) // rows_at_once(network, xt.device))
    split = zip(xt.tensor_split(pieces), t.tensor_split(pieces), _cut(condition, pieces), strict=True)
    return torch.cat([estimates(network, *part) for part in split])


def rows_at_once(network: nn.Module, device: torch.device) -> int:
    """A CPU is fastest on as many rows as its cache has room for; a GPU takes them all."""
    return network.chunk if device.type == "cpu" else sys.maxsize


def each(change: Callable[[Tensor], Tensor], condition: Condition) -> Condition:
    """A condition whose tensor, or every one of whose tensors, is changed."""
    return change(condition) if isinstance(condition, Tensor) else condition._make(map(change, condition))


def _cut(condition: Condition, pieces: int) -> Iterator[Condition]:
    if isinstance(condition, Tensor):
        return iter(condition.tensor_split(pieces))
    return map(condition._make, zip(*(part.tensor_split(pieces) for part in condition), strict=True))


_EVALUATE: ContextVar[Evaluate] = ContextVar("evaluate", default=in_pieces)


@contextmanager
def evaluated_by(evaluate: Evaluate) -> Iterator[None]:
    """Within, in this context alone, networks are evaluated by a function (network, xt, t, condition) -> x0."""
    before = _EVALUATE.set(evaluate)
    try:
        yield
    finally:
        _EVALUATE.reset(before)


@dataclass(frozen=True)
class NetworkDenoiser:
    """E[x0 | xt] by a network that predicts velocities, called with states (B, *shape), times (B,) and conditions (B,):
    a condition is what the network takes, a reverse process or a class, or a named tuple of tensors (B, ...). Its
    `chunk` is how many rows a CPU's cache has room for; one whose rows are not estimated each for itself says that they
    belong `together`."""

    network: nn.Module

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    def __call__(self, xt: Tensor, t: Tensor, condition: Condition) -> Estimate:
        """States xt (B, *shape), times t (B,), conditions (B,) -> estimates of x0; each costs one evaluation."""
        device = self.device
        condition = each(lambda part: part.to(device), condition)
        x0 = _EVALUATE.get()(self.network, xt.to(device), t.to(device), condition)
        return Estimate(x0, torch.ones(len(xt), dtype=torch.long))
