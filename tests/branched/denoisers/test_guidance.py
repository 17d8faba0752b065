"""Guidance where all is known: two classes, each a Gaussian, whose denoisers and whose classifier have closed forms."""
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from branched.denoisers.classifier import ClassifierGuided, gradient_of_log
from branched.denoisers.extrapolated import Extrapolated
from branched.noise import schedule
from branched.noise.denoiser import Estimate
from branched.noise.solvers import SOLVERS, grid, solve

MEANS, SPREAD, PRIOR = torch.tensor([[-0.7, 0.2], [0.5, -0.4]], dtype=torch.float64), 0.3, (0.3, 0.7)
NOTHING = 2
TIMES = torch.tensor([0.05, 0.3, 0.6, 0.95], dtype=torch.float64)


def scores(xt: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """log p(class, xt), (B, 2) up to a constant, and E[x0 | xt, class], (B, 2, F)."""
    a, s = (f(t.double())[:, None, None] for f in (schedule.alpha, schedule.sigma))
    variance = a**2 * SPREAD**2 + s**2
    off = xt[:, None] - a * MEANS
    logs = torch.tensor(PRIOR, dtype=torch.float64).log() - off.square().sum(-1) / (2 * variance[..., 0])
    return logs, MEANS + a * SPREAD**2 / variance * off


class Exact(nn.Module):
    """p(class | xt, t) as logits."""

    def forward(self, xt: Tensor, t: Tensor) -> Tensor:
        return scores(xt, t)[0]


@dataclass
class Mixture:
    """E[x0 | xt, condition]: of a class, or with condition NOTHING of both."""

    device = torch.device("cpu")

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        logs, means = scores(xt, t)
        share = torch.where(condition[:, None] == NOTHING, logs.softmax(1), nn.functional.one_hot(condition, 3)[:, :2])
        return Estimate((share[..., None] * means).sum(1), torch.ones(len(xt), dtype=torch.long))


@pytest.fixture
def xt() -> Tensor:
    return torch.randn(len(TIMES), 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def of(k: int, rows: int = len(TIMES)) -> Tensor:
    return torch.full((rows,), k)


MEMBERS = torch.tensor([[True, False], [False, True], [True, True]])


@pytest.mark.parametrize("k", [0, 1])
def test_the_exact_classifier_turns_the_unconditional_estimate_into_the_conditional_one(xt, k):
    """Bayes' rule: the score of p(xt | k) is that of p(xt) plus the gradient of log p(k | xt)."""
    def untold(xt, t, condition):
        return Mixture()(xt, t, torch.full_like(condition, NOTHING))

    untold.device = torch.device("cpu")
    guided = ClassifierGuided(untold, Exact(), MEMBERS, 1.0)(xt, TIMES, of(k))
    assert torch.allclose(guided.x0, Mixture()(xt, TIMES, of(k)).x0, atol=1e-9)
    assert guided.evaluations.tolist() == [1] * len(TIMES)


def test_all_classes_together_push_nowhere(xt):
    guided = ClassifierGuided(Mixture(), Exact(), MEMBERS, 5.0)(xt, TIMES, of(NOTHING))
    assert torch.allclose(guided.x0, Mixture()(xt, TIMES, of(NOTHING)).x0, atol=1e-9)


def test_the_gradient_is_that_of_the_closed_form(xt):
    """d log p(k | xt) / d xt = a / variance (mean_k - sum_j p_j mean_j)."""
    logs, _ = scores(xt, TIMES)
    a, s = (f(TIMES)[:, None] for f in (schedule.alpha, schedule.sigma))
    exact = a / (a**2 * SPREAD**2 + s**2) * (MEANS[1] - logs.softmax(1) @ MEANS)
    assert torch.allclose(gradient_of_log(Exact(), xt, TIMES, MEMBERS[of(1)]), exact, atol=1e-10)
    with torch.inference_mode():  # as in a walk
        assert torch.allclose(gradient_of_log(Exact(), xt.clone(), TIMES, MEMBERS[of(1)]), exact, atol=1e-10)


def test_a_classifier_leads_an_unconditional_walk_to_its_class():
    """The ODE of the guided estimate ends in the class's own Gaussian: mean and spread."""
    x = torch.randn(4000, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    guided = ClassifierGuided(lambda xt, t, c: Mixture()(xt, t, torch.full_like(c, NOTHING)), Exact(), MEMBERS, 1.0)
    ends = solve(SOLVERS["dpm++2m"], lambda xt, t: guided(xt, torch.full((len(xt),), t, dtype=torch.float64),
                                                          of(1, len(xt))).x0, x, grid(1.0, 0.0, 60))
    assert torch.allclose(ends.mean(0), MEANS[1], atol=0.02)
    assert torch.allclose(ends.std(0), torch.full((2,), SPREAD, dtype=torch.float64), atol=0.02)


def test_extrapolation_is_the_equation_and_costs_both(xt):
    told, untold = (Mixture()(xt, TIMES, of(k)).x0 for k in (0, NOTHING))
    guided = Extrapolated(Mixture(), NOTHING, 0.7)(xt, TIMES, of(0))
    assert torch.allclose(guided.x0, 1.7 * told - 0.7 * untold, atol=1e-12)
    assert guided.evaluations.tolist() == [2] * len(TIMES)


def test_between_two_times_alone_it_guides_and_costs(xt):
    """Half-open: low < t <= high; the others are the denoiser itself, bit for bit, at its own price."""
    plain = Mixture()(xt, TIMES, of(0))
    guided = Extrapolated(Mixture(), NOTHING, 0.7, low=0.05, high=0.6)(xt, TIMES, of(0))
    whole = Extrapolated(Mixture(), NOTHING, 0.7)(xt, TIMES, of(0))
    inside = torch.tensor([False, True, True, False])
    assert guided.evaluations.tolist() == [1, 2, 2, 1]
    assert torch.equal(guided.x0[inside], whole.x0[inside]) and torch.equal(guided.x0[~inside], plain.x0[~inside])
    assert not torch.allclose(whole.x0[~inside], plain.x0[~inside])


def test_both_kinds_of_guidance_are_one_where_all_is_known(xt):
    """D_k + w (D_k - D) is D_k + w sigma^2 / alpha grad log p(k | xt): Ho and Salimans' implicit classifier."""
    free = Extrapolated(Mixture(), NOTHING, 0.7)(xt, TIMES, of(0)).x0
    by_classifier = ClassifierGuided(Mixture(), Exact(), MEMBERS, 0.7)(xt, TIMES, of(0)).x0
    assert torch.allclose(free, by_classifier, atol=1e-9)


def test_the_ddpm_form_moves_the_mean_of_an_ancestral_step_by_s_sigma_grad():
    """Dhariwal and Nichol's algorithm 1; Sigma is the variance of the step of the solver "ddpm"."""
    times, s = grid(1.0, 0.0, 10), 2.5
    t, t_next = times[4:6]
    xt = torch.randn(3, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    t_row = torch.full((3,), t, dtype=torch.float64)

    def step(denoise):
        return solve(SOLVERS["ddpm"], lambda x, _: denoise(x, t_row, of(1, 3)).x0, xt, (t, t_next),
                     noise=lambda: torch.zeros_like(xt))

    ratio = (schedule.alpha(t) / schedule.alpha(t_next)) ** 2
    variance = (1 - ratio) * schedule.sigma(t_next) ** 2 / schedule.sigma(t) ** 2
    moved = step(ClassifierGuided(Mixture(), Exact(), MEMBERS, s, times)) - step(Mixture())
    wanted = s * variance * gradient_of_log(Exact(), xt, t_row, MEMBERS[of(1, 3)])
    assert torch.allclose(moved, wanted, atol=1e-9) and wanted.abs().max() > 0.01


def test_the_two_forms_agree_as_steps_become_short():
    """At one time, the step to the next: the DDPM form's share of the DDIM form's push tends to 1."""
    t = torch.tensor([0.5], dtype=torch.float64)
    shares = [ClassifierGuided(Mixture(), Exact(), MEMBERS, 1.0, grid(1.0, 0.0, steps))._share(t).item()
              for steps in (10, 100, 1000)]
    assert shares == sorted(shares) and abs(shares[-1] - 1) < 0.02 < 1 - shares[0]
    last = ClassifierGuided(Mixture(), Exact(), MEMBERS, 1.0, grid(1.0, 0.0, 10))
    assert last._share(torch.tensor([0.1], dtype=torch.float64)).item() == 0  # a last step without noise is not moved
