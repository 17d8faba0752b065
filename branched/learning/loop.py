"""Training: one loop for bridged, plain (published) and flat models, on a CPU, a GPU, or several under torchrun.

`train` is a generator of small progress records. A batch is a function of (seed, step) alone, so that a run that was
stopped goes on exactly, and several processes see slices of the very batch that one process would see.
"""
import copy
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn

from .. import checkpoint
from ..class_tree.bridge import Pairs, chained_pairs
from ..class_tree.tree import Branch, ClassTree
from ..data.dataset import Dataset
from ..errors import BranchedError
from ..networks.base import BranchedNetwork
from ..networks.mlp import MLPConfig
from ..networks.unet import UNetConfig
from ..noise import schedule
from ..noise.seeds import mix
from .precision import autocast


@dataclass(frozen=True)
class TrainingConfig:
    """How a model is trained."""  # the command line shows these meanings

    steps: int = 14_000         # of training
    batch: int = 128            # objects in each step
    learning_rate: float = 1e-3  # at its peak
    warmup: int = 200           # steps over which the rate rises
    decay: float = 0.5          # last share of the steps, over which it falls to zero
    bridge: float = 0.7         # share of each batch that consists of bridges; 0 is the published way
    pairs: int = 1024           # size of the optimal-transport problem at each branch point
    refresh: int = 128          # steps after which new pairs are drawn
    ema: float = 0.999          # how much of the averaged weights stays at each step
    clip: float = 1.0           # largest norm of the gradient
    seed: int = 0               # the same seed gives the same model
    precision: str = "auto"     # "float32", "bfloat16", or "auto": bfloat16 where the hardware multiplies it

    def __post_init__(self):
        positive = ("steps", "batch", "learning_rate", "pairs", "refresh", "clip")
        for name in positive:
            if not getattr(self, name) > 0:
                raise BranchedError(f"{name} must be positive, not {getattr(self, name)}.")
        for name in ("bridge", "ema", "decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise BranchedError(f"{name} is a share between 0 and 1, not {getattr(self, name)}.")
        if self.precision not in ("auto", "float32", "bfloat16"):
            raise BranchedError(f"precision is auto, float32 or bfloat16, not {self.precision!r}.")


class Batch(NamedTuple):
    """Rows for one step: clean objects and noise (B, *shape), times (B,), and the branches' processes (B,)."""

    x0: Tensor
    noise: Tensor
    t: Tensor
    branch: Tensor


class Progress(NamedTuple):
    """What the training loop tells after each step. `seconds` counts all sessions of a resumed run."""

    step: int
    loss: float
    seconds: float


@dataclass
class TrainingState:
    """All that a run is: network, averaged network, optimiser, and how far it is."""

    network: BranchedNetwork
    average: BranchedNetwork
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    @property
    def device(self) -> torch.device:
        return next(self.network.parameters()).device


def spread(branches: Sequence[Branch], rows: int, offset: float) -> tuple[Tensor, Tensor]:
    """Places among the branches (rows,) and times (rows,), evenly spaced over all branches laid end to end.

    A branch weighs its length (but at least 0.02, for the sake of short ones) times the square root of its number of
    classes: a leaf is one of many and must be sharp, an inner branch serves several.
    """
    weights = torch.tensor([max(b.length, 0.02) * len(b.classes) ** 0.5 for b in branches], dtype=torch.float64)
    ends = weights.cumsum(0) / weights.sum()
    place = (torch.arange(rows, dtype=torch.float64) + offset) / rows
    index = torch.searchsorted(ends, place).clamp(max=len(ends) - 1)
    within = 1 - (ends[index] - place) / (weights / weights.sum())[index]
    low, high = (torch.tensor([getattr(b, name) for b in branches], dtype=torch.float64)[index]
                 for name in ("t_low", "t_high"))
    return index, (low + within.clamp(0, 1) * (high - low)).clamp(min=1e-3).float()


def make_batch(branches: Sequence[Branch], data: Dataset, pairs: dict[int, Pairs], config: TrainingConfig,
               step: int) -> Batch:
    """The global batch of a step: for each branch some rows from its chained bridges and some from plain diffusion."""
    generator = torch.Generator().manual_seed(mix(config.seed, step, 1))
    offset = torch.rand((), generator=generator, dtype=torch.float64).item()
    place, t = spread(branches, config.batch, offset)
    x0 = torch.empty(config.batch, *data.shape)
    noise = torch.randn(x0.shape, generator=generator)
    bridged = torch.rand(config.batch, generator=generator) < config.bridge
    for k in place.unique().tolist():
        rows = (place == k).nonzero().flatten()
        plain, paired = rows[~bridged[rows]], rows[bridged[rows]]
        if len(plain):
            x0[plain] = data.draw(branches[k].classes, len(plain), generator)
        if len(paired):
            own = pairs[branches[k].id]
            pick = torch.randint(len(own[0]), (len(paired),), generator=generator)
            x0[paired], noise[paired] = own[0][pick], own[1][pick]
    order = torch.randperm(config.batch, generator=generator)  # so that every process gets a fair slice
    process = torch.tensor([branch.process for branch in branches])[place]
    return Batch(x0[order], noise[order], t[order], process[order])


def loss_of(network: nn.Module, batch: Batch) -> Tensor:
    """Mean squared error of the velocity."""
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    target = schedule.velocity(batch.x0, batch.noise, batch.t)
    return (network(xt, batch.t, batch.branch).float() - target).square().mean()


def start(tree: ClassTree, network: UNetConfig | MLPConfig, config: TrainingConfig,
          device: torch.device) -> TrainingState:
    """A run before its first step, initialised from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        net = network.build(tree.processes).to(device)
    return start_from(net, config)


def start_from(network: BranchedNetwork, config: TrainingConfig) -> TrainingState:
    """A run before its first step, from a network whose free parameters (those that require gradients) will learn."""
    free = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.Adam(free, lr=config.learning_rate, betas=(0.9, 0.99), foreach=True)
    return TrainingState(network, copy.deepcopy(network).requires_grad_(False), optimiser)


def train(state: TrainingState, tree: ClassTree, data: Dataset, config: TrainingConfig) -> Iterator[Progress]:
    """Train all branches of a tree: `learn` from one data set, and bridges that are chained down the tree."""
    def supply(turn: int) -> tuple[Dataset, dict[int, Pairs]]:
        generator = torch.Generator().manual_seed(mix(config.seed, turn, 2))
        return data, chained_pairs(tree, data, config.pairs, generator) if config.bridge > 0 else {}

    return learn(state, tree.branches, supply, config)


def learn(state: TrainingState, branches: Sequence[Branch], supply: Callable[[int], tuple[Dataset, dict[int, Pairs]]],
          config: TrainingConfig) -> Iterator[Progress]:
    """Train `state` in place up to `config.steps`, telling of every step. Under torchrun, on this process's slice.

    `supply` gives data and bridges, anew after every `config.refresh` steps; it is told how often it was asked.
    Raises BranchedError at the first loss that is not finite; the state then is useless, its last checkpoint is not.
    """
    device = state.device
    rank, world = (dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else (0, 1)
    if config.batch % world:
        raise BranchedError(f"A batch of {config.batch} cannot be shared out evenly among {world} processes.")
    module = nn.parallel.DistributedDataParallel(state.network) if world > 1 else state.network
    cast = autocast(config.precision, device)
    supplied = -1
    began = time.perf_counter() - state.seconds
    while state.step < config.steps:
        if state.step // config.refresh != supplied:
            supplied = state.step // config.refresh
            data, pairs = supply(supplied)
        batch = make_batch(branches, data, pairs, config, state.step)
        batch = Batch(*(part[rank::world].to(device) for part in batch))
        for group in state.optimiser.param_groups:
            group["lr"] = config.learning_rate * rate(state.step, config)
        with cast():
            loss = loss_of(module, batch)
        state.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(state.network.parameters(), config.clip).item()
        value = _mean_over_processes(loss.detach())
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise BranchedError(f"The loss is {value} at step {state.step}: training stops (gradient norm {norm}), and "
                                "the last checkpoint stays. Try a lower learning rate or float32.")
        state.optimiser.step()
        state.step += 1
        _average(state, min(config.ema, state.step / (state.step + 10)))
        state.seconds = time.perf_counter() - began
        yield Progress(state.step, value, state.seconds)


def rate(step: int, config: TrainingConfig) -> float:
    """The learning rate as a share of its peak: up, level, and down to zero over the last part."""
    up = min(1.0, (step + 1) / max(1, config.warmup))
    down = (config.steps - step) / max(1.0, config.decay * config.steps)
    return min(up, down, 1.0)


@torch.no_grad()
def _average(state: TrainingState, decay: float) -> None:
    """Move the averaged weights towards the trained ones."""
    pairs = [(mean, now) for mean, now in zip(state.average.parameters(), state.network.parameters(), strict=True)
             if now.requires_grad]
    torch._foreach_lerp_(*map(list, zip(*pairs, strict=True)), 1 - decay)


def _mean_over_processes(loss: Tensor) -> float:
    if dist.is_initialized():
        dist.all_reduce(loss)
        loss = loss / dist.get_world_size()
    return loss.item()


def save_state(path: str | Path, state: TrainingState, facts: dict) -> None:
    """Write all that is needed to go on. `facts` (configuration, tree, data) are compared when the run is resumed."""
    tensors = {f"network.{k}": v for k, v in state.network.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.state_dict().items()}
    for name, parameter in state.network.named_parameters():
        tensors |= {f"adam.{k}.{name}": v for k, v in state.optimiser.state[parameter].items()}
    checkpoint.save(path, "training", tensors, {"step": state.step, "seconds": state.seconds, "facts": facts})


def load_state(path: str | Path, state: TrainingState, facts: dict) -> None:
    """Put a saved run into a freshly started `state`. Refused if it was another run (other facts)."""
    tensors, header = checkpoint.load(path, "training")
    for key, value in facts.items():
        if header["facts"].get(key) != value:
            raise BranchedError(f"{path} is from another run: its {key} is {header['facts'].get(key)!r:.200}, "
                                f"here it is {value!r:.200}.")
    try:
        _take(state, tensors)
    except (KeyError, RuntimeError) as error:
        raise BranchedError(f"{path} does not hold a whole run ({str(error).splitlines()[0]}).") from None
    state.step, state.seconds = header["step"], header["seconds"]


def _take(state: TrainingState, tensors: dict[str, Tensor]) -> None:
    """Weights, averages and the optimiser's moments from a file into a state."""
    for name, module in (("network", state.network), ("average", state.average)):
        module.load_state_dict({k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")})
    for name, parameter in state.network.named_parameters():
        state.optimiser.state[parameter] = {
            key: (value if key == "step" else value.to(parameter.device))
            for key in ("step", "exp_avg", "exp_avg_sq") for value in (tensors[f"adam.{key}.{name}"],)}
