"""The noise process, and all arithmetic on it: variance preserving, beta(t) = 0.1 + 19.9 t on [0, 1].

Song et al. (2021), equation 11, with the constants of Tseng et al. (2022), so that branch times compare. Every state is
`xt = alpha(t) x0 + sigma(t) noise`; everything else follows from these two numbers. Times are floats or tensors `(B,)`.
"""
import math

import torch
from torch import Tensor

BETA_0, BETA_1 = 0.1, 20.0

Time = Tensor | float


def log_alpha(t: Time) -> Time:
    """log alpha(t) = -1/2 of the integral of beta from 0 to t."""
    return -0.5 * (BETA_0 * t + 0.5 * (BETA_1 - BETA_0) * t * t)


def alpha(t: Time) -> Tensor:
    """How much of the clean object is left at time t: 1 at t = 0, 0.007 at t = 1."""
    return torch.exp(_tensor(log_alpha(t)))


def sigma(t: Time) -> Tensor:
    """The standard deviation of the noise at time t: sqrt(1 - alpha^2), without cancellation near t = 0."""
    return torch.sqrt(-torch.expm1(2 * _tensor(log_alpha(t))))


def _tensor(value: Time) -> Tensor:
    """A number in double precision, a tensor as it is."""
    return torch.as_tensor(value, dtype=None if isinstance(value, Tensor) else torch.float64)


def half_log_snr(t: float) -> float:
    """lambda(t) = log(alpha / sigma), the clock of exponential integrators (Lu et al., 2022); +inf at t = 0."""
    if t <= 0:
        return math.inf
    log_a = log_alpha(t)
    return log_a - 0.5 * math.log(-math.expm1(2 * log_a))


def _columns(t: Time, like: Tensor) -> tuple[Tensor, Tensor]:
    """alpha and sigma, shaped to multiply a batch."""
    t = torch.as_tensor(t, dtype=torch.float64)
    shape = t.shape + (1,) * (like.ndim - 1 if t.ndim else 0)
    return tuple(c.reshape(shape).to(like.device, like.dtype) for c in (alpha(t), sigma(t)))


def diffuse(x0: Tensor, noise: Tensor, t: Time) -> Tensor:
    """The state at time t on the way between a clean object and its noise."""
    a, s = _columns(t, x0)
    return a * x0 + s * noise


def velocity(x0: Tensor, noise: Tensor, t: Time) -> Tensor:
    """What the network predicts: v = alpha noise - sigma x0 (Salimans and Ho, 2022)."""
    a, s = _columns(t, x0)
    return a * noise - s * x0


def clean_from_velocity(xt: Tensor, v: Tensor, t: Time) -> Tensor:
    """The clean object that a velocity stands for: x0 = alpha xt - sigma v."""
    a, s = _columns(t, xt)
    return a * xt - s * v


def infer_noise(xt: Tensor, x0: Tensor, t: Time) -> Tensor:
    """The noise that leads from x0 to xt at time t > 0 (DDIM's; a bridge's)."""
    a, s = _columns(t, xt)
    return (xt - a * x0) / s


def fresh_share(t: float, t_next: float) -> float:
    """Share r of the noise that an ancestral step from t down to t_next replaces: sqrt(1 - r^2) old + r fresh.

    Song et al. (2021a), equation 16: sigma_tau / sqrt(1 - alpha_next^2).
    """
    return float(torch.sqrt(1 - (alpha(t) / alpha(t_next)) ** 2) / sigma(t))


def carry(xt: Tensor, noise: Tensor, t: Time, t_next: Time) -> Tensor:
    """Move a state from t to t_next with the given noise held fixed: the ODE d(x / alpha) = noise d(sigma / alpha)."""
    a, s = _columns(t, xt)
    a_next, s_next = _columns(t_next, xt)
    return a_next * (xt / a + (s_next / a_next - s / a) * noise)
