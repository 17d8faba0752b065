"""One contract for all solvers, on a Gaussian whose score, and whose paths, are known in closed form."""
import math
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch

from branched.noise import schedule
from branched.noise.solvers import SOLVERS, STOCHASTIC, grid, solve

MEAN, STD = 0.6, 0.5
ODE = sorted(set(SOLVERS) - set(STOCHASTIC))
FIRST_ORDER = ("ddim", "ddim-eta", "ddpm")  # the others are of the second
X = torch.tensor([-1.5, -0.3, 0.2, 1.7], dtype=torch.float64)


def exactly(t: float) -> torch.Tensor:
    return torch.tensor(t, dtype=torch.float64)


def mean_at(t: float) -> torch.Tensor:
    return schedule.alpha(exactly(t)) * MEAN


def std_at(t: float) -> torch.Tensor:
    return torch.sqrt(schedule.alpha(exactly(t)) ** 2 * STD**2 + schedule.sigma(exactly(t)) ** 2)


def denoise(xt: torch.Tensor, t: float) -> torch.Tensor:
    """E[x0 | xt] for data N(MEAN, STD^2)."""
    return MEAN + schedule.alpha(exactly(t)) * STD**2 / std_at(t) ** 2 * (xt - mean_at(t))


def path(x: torch.Tensor, t: float, t_next: float) -> torch.Tensor:
    """Where the probability-flow ODE carries x: it keeps the number of standard deviations from the mean."""
    return mean_at(t_next) + std_at(t_next) / std_at(t) * (x - mean_at(t))


def even(t: float, t_next: float, steps: int) -> list[float]:
    return torch.linspace(t, t_next, steps + 1, dtype=torch.float64).tolist()


def uneven(t: float, t_next: float, steps: int) -> list[float]:
    """Every other step three times as long, as grids are that are cut at branch points."""
    place = torch.tensor([1.0, 3.0], dtype=torch.float64).repeat(steps // 2).cumsum(0) / (2 * steps)
    return [t, *(t + (t_next - t) * place).tolist()]


def moments(name: str, times: list[float]) -> tuple[float, float]:
    """Mean and standard deviation that a solver lands on, without sampling error.

    Everything is linear in the start and in each noise that is drawn, so the variance is the sum of squared responses:
    row 0 is the mean's own path, row 1 starts one standard deviation off, row k answers to the (k-1)-th noise alone.
    """
    x = mean_at(times[0]).repeat(len(times) + 2)
    x[1] += std_at(times[0])
    drawn = iter(range(2, len(x)))

    def impulse() -> torch.Tensor:
        return torch.nn.functional.one_hot(torch.tensor(next(drawn)), len(x)).double()

    end = solve(SOLVERS[name], denoise, x, times, impulse)
    assert (next(drawn) > 2) == (name in STOCHASTIC)
    return end[0].item(), (end[1:] - end[0]).square().sum().sqrt().item()


def order_of(name: str, times: Callable[[int], list[float]]) -> float:
    """The slope of log error over log steps."""
    errors = []
    for n in (40, 80, 160, 320):
        t, *_, t_next = times(n)
        errors.append((solve(SOLVERS[name], denoise, X, times(n)) - path(X, t, t_next)).abs().max())
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    return sum(slopes) / len(slopes)


# -- every solver ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", SOLVERS)
def test_lands_on_mean_and_variance(name):
    mean, std = moments(name, grid(1.0, 0.0, 320))
    assert mean == pytest.approx(MEAN, abs=0.001)
    assert std == pytest.approx(STD, abs=0.015 if name in FIRST_ORDER else 0.002)


@pytest.mark.parametrize("name", SOLVERS)
def test_lands_on_the_variance_between_noise_and_data_too(name):
    mean, std = moments(name, even(1.0, 0.3, 320))
    assert (mean, std) == pytest.approx((mean_at(0.3).item(), std_at(0.3).item()), abs=0.003)


@pytest.mark.parametrize("name", SOLVERS)
def test_more_steps_are_better(name):
    few, many = (abs(moments(name, grid(1.0, 0.0, steps))[1] - STD) for steps in (80, 320))
    assert many < few / 2


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize(("t", "t_low"), [(1.0, 0.0), (0.7, 0.3), (0.301, 0.3)])
def test_counts_of_evaluations(name, t, t_low):
    asked = []
    times = grid(t, t_low, 13)
    solve(SOLVERS[name], lambda xt, t: asked.append(t) or denoise(xt, t), X, times)
    steps = len(times) - 1
    if name == "heun":
        assert len(asked) == 2 * steps - (t_low == 0)
    else:
        assert asked == times[:-1]


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_arrives_at_the_clean_object_in_its_own_precision(name, dtype):
    """If there is but one object, every solver must end there."""
    target = torch.tensor([0.3, -0.8, 1.0, 0.0], dtype=dtype)
    end = solve(SOLVERS[name], lambda xt, t: target, X.to(dtype), grid(1.0, 0.0, 10))
    assert end.dtype == dtype
    assert torch.allclose(end, target, atol=1e-6)


@pytest.mark.parametrize("name", ODE)
def test_is_exact_for_one_object_and_as_precise_as_its_numbers(name):
    """The path towards a single object is a straight line in noise: no solver may err, and doubles stay doubles."""
    noise = torch.tensor([1.0, -2.0, 0.5, 0.1], dtype=torch.float64)
    start = schedule.diffuse(torch.full_like(noise, 0.4), noise, 1.0)
    end = solve(SOLVERS[name], lambda xt, t: torch.full_like(xt, 0.4), start, even(1.0, 0.3, 7))
    assert torch.allclose(end, schedule.diffuse(torch.full_like(noise, 0.4), noise, 0.3), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", SOLVERS)
def test_does_not_write_to_what_it_is_given(name):
    x = X.clone()
    solve(SOLVERS[name], denoise, x, grid(1.0, 0.0, 6))
    assert torch.equal(x, X)


# -- the solvers of the ODE ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ODE)
@pytest.mark.parametrize("spaced", [even, uneven])
@pytest.mark.parametrize(("t", "t_next"), [(1.0, 0.05), (0.9, 0.2), (0.1, 0.9)])
def test_order_of_accuracy_in_both_directions(name, t, t_next, spaced):
    order = order_of(name, lambda n: spaced(t, t_next, n))
    assert order == pytest.approx(1, abs=0.1) if name in FIRST_ORDER else order >= 1.8


@pytest.mark.parametrize("name", ODE)
def test_up_and_down_again_returns_the_start(name):
    there = solve(SOLVERS[name], denoise, X, even(0.02, 0.9, 200))
    assert (there - path(X, 0.02, 0.9)).abs().max() < (0.05 if name in FIRST_ORDER else 0.005)
    back = solve(SOLVERS[name], denoise, there, even(0.9, 0.02, 200))
    assert (back - X).abs().max() < (0.05 if name in FIRST_ORDER else 0.005)


@pytest.mark.parametrize("name", ["ddim", "heun"])
def test_solvers_without_history_do_not_notice_a_cut(name):
    whole = solve(SOLVERS[name], denoise, X, even(1.0, 0.2, 8))
    times = even(1.0, 0.2, 8)
    half = solve(SOLVERS[name], denoise, X, times[:4])
    assert torch.equal(solve(SOLVERS[name], denoise, half, times[3:]), whole)


# -- the grid --------------------------------------------------------------------------------------------------------

CUTS = [(1.0, 0.0), (1.0, 0.495, 0.0), (1.0, 0.62, 0.61, 0.355, 0.0), (1.0, 0.302, 0.301, 0.3, 0.0), (1.0, 0.001, 0.0)]


@pytest.mark.parametrize("steps", [1, 2, 7, 20, 50, 1000])
@pytest.mark.parametrize("cuts", CUTS)
def test_grid_falls_from_end_to_end(cuts, steps):
    for high, low in pairwise(cuts):
        times = grid(high, low, steps)
        assert times[0] == high and times[-1] == low and len(times) >= 2
        assert all(a > b for a, b in pairwise(times))
        if len(times) > 2:  # no step is a mere sliver, and none is long
            assert all(0.499 <= (a - b) * steps <= 1.501 for a, b in pairwise(times))
        else:
            assert (high - low) * steps <= 2


@pytest.mark.parametrize("steps", [1, 2, 7, 20, 50, 1000])
@pytest.mark.parametrize("cuts", CUTS)
def test_a_path_costs_about_the_number_of_steps(cuts, steps):
    cost = sum(len(grid(high, low, steps)) - 1 for high, low in pairwise(cuts))
    assert abs(cost - steps) <= len(cuts) - 2


@pytest.mark.parametrize("steps", [7, 20, 50])
@pytest.mark.parametrize("cut", [0.1, 0.3001, 0.495, 0.5, 0.73])
def test_joined_intervals_visit_the_times_of_the_whole(cut, steps):
    """All but those within half a step of the cut, which stands for them."""
    whole = grid(1.0, 0.0, steps)
    joined = [*grid(1.0, cut, steps)[:-1], *grid(cut, 0.0, steps)]
    far = [t for t in whole if abs(t - cut) > 0.501 / steps]
    assert set(far) | {cut} <= set(joined) <= set(whole) | {cut}


def test_a_grid_through_its_own_point_is_the_same_grid():
    assert [*grid(1.0, 0.5, 20)[:-1], *grid(0.5, 0.0, 20)] == grid(1.0, 0.0, 20)


@pytest.mark.parametrize("name", SOLVERS)
def test_a_very_short_interval_is_a_small_step(name):
    end = solve(SOLVERS[name], denoise, X, grid(0.301, 0.3, 20), lambda: torch.zeros_like(X))
    assert (end - path(X, 0.301, 0.3)).abs().max() < 0.01
