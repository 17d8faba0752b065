"""The seam: a denoiser made of denoisers can be walked, costs what it asks, is clamped last, and passes gradients."""
import pytest
import torch

from branched.class_tree.diffusion import BranchedDenoiser, Diffusion
from branched.class_tree.walk import from_noise
from branched.noise import schedule
from branched.noise.denoiser import Denoiser, Estimate
from branched.noise.sampling import Sampling


class Guided:
    """Classifier-free guidance as it will be written: two estimates, and the way from one to the other gone further.

    Below `until` the second one is not asked, so there a row costs one evaluation.
    """

    def __init__(self, denoise: Denoiser, root: int, weight: float, until: float = 0.0):
        self.denoise, self.root, self.weight, self.until = denoise, root, weight, until

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    def __call__(self, xt: torch.Tensor, t: torch.Tensor, condition: torch.Tensor) -> Estimate:
        told = self.denoise(xt, t, condition)
        free = self.denoise(xt, t, torch.full_like(condition, self.root))
        weight = torch.where(t > self.until, self.weight, 0.0)
        x0 = (1 + weight)[:, None, None, None] * told.x0 - weight[:, None, None, None] * free.x0
        return Estimate(x0, told.evaluations + torch.where(t > self.until, free.evaluations, 0))


def walk(diffusion: Diffusion, labels: tuple[str, ...] = ("4", "9")):
    return from_noise(diffusion, labels, Sampling(n=2, steps=10, solver="ddim")).run()


def test_a_denoiser_made_of_denoisers_is_walked_and_counted(known, tree):
    inner = known(tree)
    guided = walk(Diffusion(Guided(inner, tree.roots[0].id, 2.0), tree, inner.form))
    plain = walk(known(tree).diffusion)
    assert guided.evaluations == 2 * plain.evaluations == inner.rows
    assert not torch.allclose(guided.ends[0, "4"], plain.ends[0, "4"], atol=0.05)


def test_no_guidance_is_the_denoiser_itself(known, tree):
    guided = walk(Diffusion(Guided(known(tree), tree.roots[0].id, 0.0), tree, known(tree).form))
    assert torch.allclose(guided.ends[0, "9"], walk(known(tree).diffusion).ends[0, "9"], atol=1e-6)


def test_a_price_that_changes_with_time_is_what_is_counted(known, tree):
    """On a path of ten steps, those above t = 0.5 cost two evaluations, the others one."""
    diffusion = Diffusion(Guided(known(tree), tree.roots[0].id, 1.0, until=0.5), tree, known(tree).form)
    times = [lane.t for lanes in from_noise(diffusion, ("4",), Sampling(n=2, steps=10, solver="ddim"))
             for lane in lanes]
    path = walk(diffusion, ("4",)).path_evaluations(0, "4")
    assert path == sum(2 if t > 0.5 else 1 for t in times) and any(t > 0.5 for t in times)


def test_estimates_are_clamped_after_all_that_a_denoiser_does(known, tree):
    inner = known(tree)
    diffusion = Diffusion(Guided(inner, tree.roots[0].id, 50.0), tree, inner.form)
    xt, t = torch.randn(4, 1, 8, 8), torch.full((4,), 0.3)
    branch = torch.full((4,), tree.leaf("4").id)
    raw, clamped = diffusion.denoise(xt, t, branch).x0, diffusion.estimate(xt, t, branch).x0
    assert raw.abs().max() > 1 and torch.equal(clamped, raw.clamp(-1, 1))


def test_a_network_does_not_clamp_and_passes_gradients_to_those_who_ask(model):
    """Classifier guidance differentiates through the estimate."""
    denoise = BranchedDenoiser(model.denoise.network, model.tree)
    xt = (3 * torch.randn(2, 1, 8, 8)).requires_grad_()
    estimate = denoise(xt, torch.full((2,), 0.2), torch.tensor([model.tree.leaf("4").id] * 2))
    [gradient] = torch.autograd.grad(estimate.x0.sum(), xt)
    assert gradient.abs().max() > 0 and estimate.x0.abs().max() > 1
    assert estimate.evaluations.tolist() == [1, 1]
    inside = model.diffusion.estimate(xt, torch.full((2,), 0.2), torch.tensor([model.tree.leaf("4").id] * 2)).x0
    assert not inside.requires_grad and inside.abs().max() <= 1


def test_the_closed_form_is_a_denoiser_too(known, tree):
    """Its score is known: the estimate is the posterior mean, by Tweedie's formula."""
    denoise, t = known(tree), torch.tensor([0.4, 0.4])
    leaf = tree.leaf("7")
    xt = torch.randn(2, 1, 8, 8).double()
    a, s = schedule.alpha(0.4), schedule.sigma(0.4)
    score = -(xt - a * denoise.pattern[leaf.id]) / (a**2 * 0.3**2 + s**2)
    expected = (xt + s**2 * score) / a
    assert denoise(xt, t, torch.tensor([leaf.id] * 2)).x0.double().sub(expected).abs().max() < 1e-4


@pytest.mark.parametrize("labels", [("4",), ("0", "1")])
def test_what_each_row_cost_adds_up(known, tree, labels):
    denoise = known(tree)
    finished = walk(denoise.diffusion, labels)
    assert finished.evaluations == denoise.rows
