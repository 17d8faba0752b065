"""The one loop: it knows a step, a batch and a loss, and nothing of what is learnt.

`learn` is a generator of small progress records. A batch is a function of the step alone, so that a run that was
stopped goes on exactly, and several processes see slices of the very batch that one process would see.
"""
from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn

from ..errors import BranchedError
from ..noise.seeds import fitting
from .precision import autocast

Batches = Callable[[int], NamedTuple]              # a step -> named tensors (B, ...), on the CPU
Loss = Callable[[nn.Module, NamedTuple], Tensor]   # a network and a batch -> one number


@dataclass(frozen=True)
class LearningConfig:
    """How long and how fast a network learns."""  # the command line shows these meanings

    steps: int = 14_000         # of training
    batch: int = 128            # rows of a step, of all processes together
    learning_rate: float = 1e-3  # at its peak
    warmup: int = 200           # steps over which the rate rises
    decay: float = 0.5          # last share of the steps, over which the rate falls to zero
    ema: float = 0.999          # how much the averaged weights keep at each step
    clip: float = 1.0           # largest norm of the gradient
    seed: int = 0               # the same seed gives the same model
    precision: str = "auto"     # float32, bfloat16, or auto: bfloat16 where the hardware multiplies it

    def __post_init__(self):
        for name in ("steps", "batch", "learning_rate", "clip"):
            check_positive(name, getattr(self, name))
        for name in ("ema", "decay"):
            check_share(name, getattr(self, name))
        fitting(self.seed)
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise BranchedError(f"precision is auto, float32 or bfloat16, not {self.precision!r}.")


def check_positive(name: str, value: float) -> None:
    """Raises BranchedError for what is not above 0."""
    if not value > 0:
        raise BranchedError(f"{name} must be positive, not {value}.")


def check_share(name: str, value: float) -> None:
    """Raises BranchedError for what is not from 0 to 1."""
    if not 0 <= value <= 1:
        raise BranchedError(f"{name} is a share between 0 and 1, not {value}.")


class Progress(NamedTuple):
    """What the loop tells after each step. `seconds` counts all sessions of a resumed run."""

    step: int
    loss: float
    seconds: float


@dataclass
class LearningState:
    """All that a run is: network, averaged network, optimiser, and how far it is."""

    network: nn.Module
    average: nn.Module
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device

    @property
    def spent(self) -> dict[str, Any]:
        """What the run has taken so far, for the facts of a model."""
        device = torch.cuda.get_device_name() if self.device.type == "cuda" else f"{os.cpu_count()} CPU cores"
        return {"steps": self.step, "seconds": round(self.seconds), "device": device}


def start(network: nn.Module, config: LearningConfig, weight_decay: float = 0.0) -> LearningState:
    """A run before its first step, from a network whose free parameters (those that require gradients) will learn."""
    free = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(free, lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=weight_decay,
                                  foreach=True)
    return LearningState(network, copy.deepcopy(network).requires_grad_(False), optimiser)


def learn(state: LearningState, batches: Batches, loss_of: Loss, config: LearningConfig) -> Iterator[Progress]:
    """Train `state` in place up to `config.steps`, telling of every step. Under torchrun, on this process's slice.

    Raises BranchedError at the first loss that is not finite; the state then is useless, its last checkpoint is not.
    """
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    if config.batch % world:
        raise BranchedError(f"A batch of {config.batch} cannot be shared out evenly among {world} processes.")
    module = nn.parallel.DistributedDataParallel(state.network) if world > 1 else state.network
    cast = autocast(config.precision, state.device)
    began = time.perf_counter() - state.seconds
    while state.step < config.steps:
        batch = batches(state.step)
        batch = batch._make(part[rank::world].to(state.device) for part in batch)
        with cast():
            loss = loss_of(module, batch)
        value = _descend(state, loss, config)
        state.step += 1
        # Kept less at first, so that the average soon forgets where the network began.
        _average(state, min(config.ema, state.step / (state.step + 10)))
        state.seconds = time.perf_counter() - began
        yield Progress(state.step, value, state.seconds)


def _descend(state: LearningState, loss: Tensor, config: LearningConfig) -> float:
    """One step down the gradient of a loss; gives the loss, as a mean over all processes."""
    for group in state.optimiser.param_groups:
        group["lr"] = config.learning_rate * rate(state.step, config)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(state.network.parameters(), config.clip).item()
    value = _mean_over_processes(loss.detach())
    if not (math.isfinite(value) and math.isfinite(norm)):
        raise BranchedError(f"The loss is {value} at step {state.step}: training stops (gradient norm {norm}), and "
                            "the last checkpoint stays. Try a lower learning rate or float32.")
    state.optimiser.step()
    return value


def rate(step: int, config: LearningConfig) -> float:
    """The learning rate as a share of its peak: up, level, and down to zero over the last part."""
    up = min(1.0, (step + 1) / max(1, config.warmup))
    down = (config.steps - step) / max(1.0, config.decay * config.steps)
    return min(up, down, 1.0)


@torch.no_grad()
def _average(state: LearningState, keep: float) -> None:
    """Move averaged weights, and what batch normalisation has counted, towards the trained ones.

    By hand, not by torch's AveragedModel: that one averages what is frozen, too, copies the first step whole, and
    gives every name in the file a prefix.
    """
    pairs = [(mean, now) for mean, now in zip(state.average.parameters(), state.network.parameters(), strict=True)
             if now.requires_grad]
    torch._foreach_lerp_(*map(list, zip(*pairs, strict=True)), 1 - keep)
    for mean, now in zip(state.average.buffers(), state.network.buffers(), strict=True):
        mean.lerp_(now, 1 - keep) if mean.is_floating_point() else mean.copy_(now)


def _mean_over_processes(loss: Tensor) -> float:
    if dist.is_initialized():
        dist.all_reduce(loss)
        loss = loss / dist.get_world_size()
    return loss.item()
