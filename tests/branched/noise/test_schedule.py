"""The noise process against its closed forms."""
import math

import pytest
import torch

from branched.noise import schedule

TIMES = torch.linspace(0, 1, 101, dtype=torch.float64)


def test_keeps_the_variance():
    assert torch.allclose(schedule.alpha(TIMES) ** 2 + schedule.sigma(TIMES) ** 2, torch.ones(101, dtype=torch.float64))


def test_ends():
    assert schedule.alpha(0.0) == 1 and schedule.sigma(0.0) == 0
    assert schedule.alpha(1.0).item() == pytest.approx(math.exp(-0.5 * 10.05))


def test_log_alpha_is_the_integral_of_beta():
    t = torch.linspace(0, 0.7, 20001, dtype=torch.float64)
    beta = 0.1 + 19.9 * t
    assert schedule.log_alpha(0.7) == pytest.approx(-0.5 * torch.trapezoid(beta, t).item(), rel=1e-7)


def test_sigma_is_exact_near_data():
    """1 - alpha^2 would lose all its digits in float32."""
    t = 1e-6
    assert schedule.sigma(torch.tensor(t)).item() == pytest.approx(math.sqrt(0.1 * t), rel=1e-3)


def test_noise_grows_with_time():
    assert (schedule.sigma(TIMES).diff() > 0).all() and (schedule.alpha(TIMES).diff() < 0).all()


@pytest.mark.parametrize("t", [1e-5, 0.001, 0.1, 0.35, 0.5, 0.999, 1.0])
def test_half_log_snr_is_that_of_alpha_and_sigma(t):
    value = schedule.half_log_snr(t)
    assert value == pytest.approx(math.log(schedule.alpha(t) / schedule.sigma(t)), abs=1e-4)


def test_half_log_snr_at_data_is_infinite():
    assert schedule.half_log_snr(0.0) == math.inf


@pytest.mark.parametrize("t", [0.3, torch.tensor([0.01, 0.4, 0.7, 1.0])])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_velocity_round_trip(t, dtype):
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(2, 4, 1, 8, 8, generator=generator, dtype=dtype)
    xt = schedule.diffuse(x0, noise, t)
    back = schedule.clean_from_velocity(xt, schedule.velocity(x0, noise, t), t)
    assert xt.dtype == back.dtype == dtype
    assert torch.allclose(back, x0, atol=1e-5)
    assert torch.allclose(schedule.infer_noise(xt, x0, t), noise, atol=1e-4)


def test_a_batch_of_times_is_one_time_per_object():
    x0, noise = torch.ones(3, 1, 2, 2), torch.zeros(3, 1, 2, 2)
    t = torch.tensor([0.1, 0.5, 0.9])
    batch = schedule.diffuse(x0, noise, t)
    for k in range(3):
        assert torch.equal(batch[k], schedule.diffuse(x0[k], noise[k], t[k].item()))


def test_diffused_unit_gaussian_stays_unit():
    generator = torch.Generator().manual_seed(1)
    x0, noise = torch.randn(2, 200_000, generator=generator)
    for t in (0.05, 0.3, 0.8):
        xt = schedule.diffuse(x0, noise, t)
        assert xt.mean().abs() < 0.02 and abs(xt.std() - 1) < 0.02
