"""Do the statistics of a training, over all times together, fit a walk, in which all rows share one time?"""
from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..noise import schedule
from ..noise.seeds import mix
from .batch_norm import BatchNormUNet, norms, sharing

ROWS = 1000  # real objects from which the statistics of one time are taken


class Gap(NamedTuple):
    """How far a layer's features at one time are from what it was told in training; 0 and 0 where they agree.

    `shift`: difference of the means, in standard deviations of training; `spread`: logarithm of the ratio of the
    standard deviations. Both are root mean squares over the channels.
    """

    layer: str
    shift: float
    spread: float


@torch.no_grad()
def statistics_gap(network: BatchNormUNet, data: Dataset, t: float, rows: int = ROWS, seed: int = 0) -> list[Gap]:
    """Compare, layer by layer, a network's running statistics with those of noisy real objects at a single time, which
    reach the layer through others that use their running statistics."""
    shared, seen = sharing(network).eval(), {}

    def look(name: str, _, inputs: tuple[Tensor, Tensor]) -> None:
        seen[name] = torch.var_mean(inputs[0].double(), dim=(0, 2, 3))

    for name, norm in norms(shared):
        norm.register_forward_pre_hook(partial(look, name))
    shared(*_noisy(network, data, t, rows, seed))
    return [_gap(name, norm.running_mean, norm.running_var + norm.eps, seen[name][1], seen[name][0] + norm.eps)
            for name, norm in norms(shared)]


def _gap(name: str, mean: Tensor, variance: Tensor, mean_at: Tensor, variance_at: Tensor) -> Gap:
    shift = (mean_at - mean) / variance.double().sqrt()
    spread = 0.5 * (variance_at / variance.double()).log()
    return Gap(name, *(value.square().mean().sqrt().item() for value in (shift, spread)))


@torch.inference_mode(mode=False)  # a walk's would stay with the buffers, which then know no gradient ever after
@torch.no_grad()
def recalibrated(network: BatchNormUNet, data: Dataset, t: float, rows: int = ROWS, seed: int = 0) -> BatchNormUNet:
    """The same weights with running statistics of one time, taken from noisy real objects of all classes."""
    shared = sharing(network).eval()
    for _, norm in norms(shared):
        norm.train().momentum = 1.0  # the batch's own take the place of what was counted
    shared(*_noisy(network, data, t, rows, seed))
    return shared.eval()


class PerTime(nn.Module):
    """A network of running statistics that are taken anew at each time, once: `recalibrated`, for a walk.

    Raises BranchedError for a batch of several times.
    """

    together = True  # a stranger's rows may be at another time

    def __init__(self, network: BatchNormUNet, data: Dataset, rows: int = ROWS, seed: int = 0):
        super().__init__()
        self.network, self._at, self._networks = network, partial(recalibrated, network, data, rows=rows, seed=seed), {}
        self.config, self.classes, self.chunk, self.layout = (
            network.config, network.classes, network.chunk, network.layout)

    def forward(self, xt: Tensor, t: Tensor, label: Tensor) -> Tensor:
        """xt (B, C, H, W), t (B,) all the same, label (B,) -> velocity (B, C, H, W)."""
        times = set(t.tolist())
        if len(times) != 1:
            raise BranchedError(f"Statistics of one time serve rows of one time, not of {len(times)}.")
        time = times.pop()
        if time not in self._networks:
            self._networks[time] = self._at(time)
        return self._networks[time](xt, t, label)


def time_counts(network: nn.Module, xt: Tensor, label: Tensor, t: float, other: float) -> float:
    """How much the velocity changes if the same states xt (B, C, H, W) are said to be at another time: root mean square
    of the change over that of the velocity. 0 where the network cannot tell the time."""
    with torch.no_grad():
        first, second = (network(xt, torch.full((len(xt),), time, device=xt.device), label) for time in (t, other))
    return ((first - second).square().mean() / first.square().mean()).sqrt().item()


def _noisy(network: nn.Module, data: Dataset, t: float, rows: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Real objects of all classes, noised to t: states (rows, C, H, W), times (rows,), labels (rows,)."""
    generator = torch.Generator().manual_seed(mix(seed, 1))
    picks = torch.randint(len(data), (rows,), generator=generator)
    x0 = data.form.scale(data.x[picks])
    xt = schedule.diffuse(x0, torch.randn(x0.shape, generator=generator), t)
    device = next(network.parameters()).device
    return xt.to(device), torch.full((rows,), t, device=device), data.y[picks].to(device)
