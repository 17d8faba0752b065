"""Transmutation: carry a real object of one class up to where its path meets another's, and walk down the other's."""
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..made import Made
from ..noise import schedule
from ..noise.sampling import Asked, Sampling
from ..noise.seeds import mix, normal
from ..noise.solvers import ODE_SOLVER
from .diffusion import Diffusion
from .walk import Start, Walk

Turn = tuple[str, float]  # a target, and the time at which to turn

FIRST_UP = 0.03  # a clean image has no noise to walk up from: a trace of it, added here, keeps the way up typical


@dataclass(frozen=True)
class Transmutation(Made, Asked):
    """Transmuted `.images` (B, H, W) or (B, H, W, 3) in [0, 1], or `.rows` (B, F) in the features' own units; `made` is
    either. Before these, an axis for several targets, then for times.

    `noisy`, of the same shape, is what each was at its turn. `time` is the turning time: a number, or one for each
    target, or the times that were asked for.
    """

    made: np.ndarray
    kind: str
    noisy: np.ndarray
    time: float | tuple[float, ...]
    source: str
    target: str | tuple[str, ...]
    deterministic: bool
    evaluations: int
    seconds: float
    sampling: Sampling


def transmute(diffusion: Diffusion, x0: Tensor, source: str, turns: list[Turn], sampling: Sampling,
              up: Diffusion | None) -> tuple[Tensor, Tensor, int]:
    """Objects x0 (B, *shape) of class `source` -> (len(turns), B, *shape), one for each (target, turning time).

    Stochastic (`up` is None): noise forward to the turning time. Deterministic: walk up the source's path by inverting
    the ODE of `up`, which keeps more of the original. Then down the target's path with the given solver. All turns
    share one batched walk (two, if deterministic). Also returns the states at the turn, of the same shape, and the
    number of evaluations.
    Tseng et al. (2024), section 5.
    """
    keys = [mix(sampling.seed, i) for i in range(len(x0))]
    times = sorted({t for _, t in turns})
    noise = normal(keys, diffusion.shape).to(x0)
    if up is not None:
        states, spent = _walked_up(up, x0, source, times, noise, sampling)
    else:
        states, spent = [schedule.diffuse(x0, noise, t) if t > 0 else x0 for t in times], 0
    starts = [Start(state, t, tuple(dict.fromkeys(target for target, s in turns if s == t)), keys)
              for state, t in zip(states, times, strict=True)]
    down = Walk(diffusion, starts, sampling).run()
    ends = torch.stack([down.ends[times.index(t), target] for target, t in turns])
    turned = torch.stack([states[times.index(t)] for _, t in turns])
    return ends, turned, down.evaluations + spent


def _walked_up(diffusion: Diffusion, x0: Tensor, source: str, times: list[float], noise: Tensor,
               sampling: Sampling) -> tuple[list[Tensor], int]:
    """States (B, *shape) at each of the times, up the path of a class along the ODE; and what they cost."""
    first = [min(t, FIRST_UP) for t in times]
    starts = [Start(schedule.diffuse(x0, noise, low), low, (source,), until=t)
              for low, t in zip(first, times, strict=True)]
    up = Walk(diffusion, starts, replace(sampling, solver=ODE_SOLVER)).run()
    return [up.ends[k, source] for k in range(len(times))], up.evaluations
