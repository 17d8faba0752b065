"""Solvers of the reverse process. They know neither network nor tree: a denoiser is asked, a grid of times is given.

A solver is a generator. It yields a state and its time, `(xt, t)`, is sent the estimate E[x0 | xt], and returns the
state at the last time. So whoever drives solvers can answer many of them with one evaluation of a network; `solve`
drives one. Some solve the probability-flow ODE, downwards or upwards; stochastic ones add fresh noise, and only go
down. Times are floats, S+1 for S steps.
"""
from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import exp, expm1, inf, sqrt

import torch
from torch import Tensor

from . import schedule

Question = tuple[Tensor, float]                       # a state (B, ...) and its time
Steps = Generator[Question, Tensor, Tensor]           # yields questions, is sent x0 (B, ...), returns the last state
Noise = Callable[[], Tensor]                          # fresh standard normal noise of the state's shape
Method = Callable[[Tensor, Sequence[float], Noise], Steps]


def ddim(xt: Tensor, times: Sequence[float], noise: Noise, eta: float = 0.0) -> Steps:
    """First order (Song et al., 2021a): keep the clean object and the noise that the state implies, move the time.

    With eta > 0 part of the noise is replaced by fresh noise; eta = 1 is ancestral sampling (Ho et al., 2020).
    """
    for t, t_next in pairwise(times):
        x0 = yield xt, t
        implied = schedule.infer_noise(xt, x0, t)
        if eta > 0 and t_next > 0:
            share = eta * schedule.fresh_share(t, t_next)
            implied = sqrt(1 - share**2) * implied + share * noise()
        xt = schedule.diffuse(x0, implied, t_next)
    return xt


def heun(xt: Tensor, times: Sequence[float], noise: Noise) -> Steps:
    """Second order with two evaluations a step (Karras et al., 2022, algorithm 1): noise averaged over both ends."""
    for t, t_next in pairwise(times):
        x0 = yield xt, t
        here = schedule.infer_noise(xt, x0, t)
        there = schedule.diffuse(x0, here, t_next)
        if t_next > 0:
            x0_there = yield there, t_next
            noise_here = (here + schedule.infer_noise(there, x0_there, t_next)) / 2
            there = schedule.carry(xt, noise_here, t, t_next)
        xt = there
    return xt


def dpmpp_2m(xt: Tensor, times: Sequence[float], noise: Noise) -> Steps:
    """DPM-Solver++(2M) (Lu et al., 2022b, algorithm 2): second order with one evaluation a step."""
    last = None
    for t, t_next in pairwise(times):
        x0 = yield xt, t
        estimate, h = _extrapolated(x0, last, t, t_next)
        xt = _shrink(t, t_next) * xt - _scale(schedule.alpha(t_next), xt) * expm1(-h) * estimate
        last = x0, h
    return xt


def sde_dpmpp_2m(xt: Tensor, times: Sequence[float], noise: Noise) -> Steps:
    """SDE-DPM-Solver++(2M) (Lu et al., 2022b, section 3.4): the same with fresh noise at each step. Downwards only."""
    last = None
    for t, t_next in pairwise(times):
        x0 = yield xt, t
        estimate, h = _extrapolated(x0, last, t, t_next)
        xt = _shrink(t, t_next) * exp(-h) * xt - _scale(schedule.alpha(t_next), xt) * expm1(-2 * h) * estimate
        if t_next > 0:
            xt = xt + _scale(schedule.sigma(t_next), xt) * sqrt(-expm1(-2 * h)) * noise()
        last = x0, h
    return xt


def unipc(xt: Tensor, times: Sequence[float], noise: Noise) -> Steps:
    """UniPC of order 2 (Zhao et al., 2023, B(h) = e^h - 1): each new evaluation also corrects the step before it."""
    last, uncorrected = None, None  # (x0, h) of the step before; what the corrector needs of the step just taken
    for t, t_next in pairwise(times):
        x0 = yield xt, t
        if uncorrected is not None:
            # The corrector (UniC, eq. 9): now that x0 at the end of the last step is known, take that step anew. The
            # estimate itself is not asked for again, so a step costs one evaluation.
            base, scale, h, x0_before, before = uncorrected
            xt = base + scale * _correction(x0, x0_before, before, h)
        # The predictor (UniP, eq. 8): the exponential integrator's first-order step, `base`, and what the slope of the
        # clean estimates in lambda adds to it.
        estimate, h = _extrapolated(x0, last, t, t_next)
        scale = -_scale(schedule.alpha(t_next), xt) * expm1(-h)
        base = _shrink(t, t_next) * xt + scale * x0
        uncorrected = (base, scale, h, x0, last)
        xt = base + scale * (estimate - x0)
        last = x0, h
    return xt


@dataclass(frozen=True)
class Solver:
    """A way to take steps; called as its `method` is. `once` takes a single step with a single evaluation, where the
    method itself cannot."""

    method: Method
    is_stochastic: bool = False
    once: Method | None = None

    def __call__(self, xt: Tensor, times: Sequence[float], noise: Noise) -> Steps:
        return self.method(xt, times, noise)

    @property
    def single(self) -> Method:
        """What takes one step with one evaluation."""
        return self.once or self.method


SOLVERS = {  # one row a solver
    "dpm++2m": Solver(dpmpp_2m),
    "sde-dpm++2m": Solver(sde_dpmpp_2m, is_stochastic=True),
    "ddim": Solver(ddim),
    "ddim-eta": Solver(partial(ddim, eta=0.7), is_stochastic=True),
    "ddpm": Solver(partial(ddim, eta=1.0), is_stochastic=True),
    "heun": Solver(heun, once=ddim),
    "unipc": Solver(unipc),
}
SOLVER = "ddim-eta"      # the default; docs/experiments.md compares
ODE_SOLVER = "dpm++2m"   # the default where no noise may be added: up a path, and for a deterministic way down
STOCHASTIC = tuple(name for name, solver in SOLVERS.items() if solver.is_stochastic)


def solving(solver: Method, denoise: Callable[[Tensor, float], Tensor], xt: Tensor, times: Sequence[float],
            noise: Noise) -> Generator[tuple[Tensor, float, Tensor], None, Tensor]:
    """Drive one solver with one denoiser `denoise(xt, t) -> x0` along the given times, telling of every wave: state,
    time and estimate. Returns the state at the last time."""
    steps, answer = solver(xt, times, noise), None
    while True:
        try:
            question = steps.send(answer)
        except StopIteration as end:
            return end.value
        answer = denoise(*question)
        yield *question, answer


def solve(solver: Method, denoise: Callable[[Tensor, float], Tensor], xt: Tensor, times: Sequence[float],
          noise: Noise | None = None) -> Tensor:
    """The state at the last time, as `solving` returns it."""
    waves = solving(solver, denoise, xt, times, noise or (lambda: torch.randn_like(xt)))
    while True:
        try:
            next(waves)
        except StopIteration as end:
            return end.value


def grid(t_high: float, t_low: float, steps: int) -> list[float]:
    """Times from t_high down to t_low: its ends, and those of the grid k / steps that lie well inside.

    A grid point within half a step of an end is left out, so a path cut at branch points costs about `steps`
    evaluations, and even the shortest branch gets one. It depends on the interval alone: walking a class by itself or
    together with others visits the same times.
    """
    margin = 0.5 / steps
    inner = [k / steps for k in range(steps, 0, -1) if t_low + margin < k / steps < t_high - margin]
    return [t_high, *inner, t_low]


def _extrapolated(x0: Tensor, last: tuple[Tensor, float] | None, t: float, t_next: float) -> tuple[Tensor, float]:
    """The clean object as it will be halfway through the step, from this and the last estimate; and the step's h.

    First order without a last estimate, and where h is infinite (to or from t = 0).
    """
    h = schedule.half_log_snr(t_next) - schedule.half_log_snr(t)
    if last is None or abs(h) == inf or abs(last[1]) == inf:
        return x0, h
    x0_last, h_last = last
    return x0 + (x0 - x0_last) * (h / (2 * h_last)), h


def _correction(x0: Tensor, x0_before: Tensor, before: tuple[Tensor, float] | None, h: float) -> Tensor:
    """UniC: weights that make the step exact for clean estimates linear (quadratic, with `before`) in lambda."""
    if before is None or abs(before[1]) == inf:
        return (x0 - x0_before) / 2
    # Both differences get the weights that make polynomials of degree 1 and 2 come out exact (appendix A of UniPC):
    # two linear conditions, whose right-hand sides are phi functions of h.
    x0_first, h_before = before
    r = -h_before / h
    phi_1 = expm1(-h)
    phi_2 = phi_1 / -h - 1
    b = torch.tensor([phi_2, 2 * (phi_2 / -h - 0.5)], dtype=torch.float64) / phi_1
    first, second = torch.linalg.solve(torch.tensor([[1.0, 1.0], [r, 1.0]], dtype=torch.float64), b).tolist()
    return first * (x0_first - x0_before) / r + second * (x0 - x0_before)


def _shrink(t: float, t_next: float) -> float:
    """sigma(t_next) / sigma(t)."""
    return float(schedule.sigma(t_next) / schedule.sigma(t))


def _scale(value: Tensor, like: Tensor) -> Tensor:
    return value.to(like.device, like.dtype)
