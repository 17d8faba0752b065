"""Classification by the tree, on a denoiser known in closed form: the right class, at the price of a few."""
import numpy as np
import pytest
import torch

from branched import BranchedError, ClassTree
from branched.class_tree import classify as module
from branched.class_tree.classify import classify, looking_times
from branched.noise.seeds import mix, normal

SPREAD = 0.3  # of the closed-form denoiser in conftest


def objects(denoise, per_class: int) -> tuple[torch.Tensor, np.ndarray]:
    """Fresh objects of every class of a closed-form denoiser, and their names."""
    generator = torch.Generator().manual_seed(5)
    labels = denoise.tree.labels
    patterns = torch.stack([denoise.pattern[denoise.tree.leaf(label).id] for label in labels])
    patterns = patterns.repeat_interleave(per_class, 0)
    return patterns + SPREAD * torch.randn(patterns.shape, generator=generator), np.repeat(labels, per_class)


def test_finds_the_class_by_the_tree(tree, known):
    x0, truth = objects(known(tree), 20)
    found = classify(known(tree).diffusion, x0, noises=8, seed=0)
    assert (found == truth).mean() >= 0.95
    assert found.probabilities.shape == (100, 5)
    np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-5)
    assert (np.array(tree.labels)[found.probabilities.argmax(1)] == found).all()


def test_counts_what_it_asks_and_asks_less_than_every_class_at_every_time(tree, known):
    denoise = known(tree)
    x0, _ = objects(denoise, 10)
    found = classify(denoise.diffusion, x0, noises=8, seed=0)
    assert found.evaluations == denoise.rows
    assert denoise.rows < 8 * len(x0) * len(tree.labels)


def test_what_is_decided_is_looked_at_no_more_and_nothing_changes_by_it(tree, known):
    """One candidate is left: further looks would only raise the one error that counts."""
    x0, _ = objects(known(tree), 6)
    diffusion, times = known(tree).diffusion, looking_times(tree, 30)
    errors, candidate, cost = torch.zeros(len(x0), 5), torch.ones(len(x0), 5, dtype=torch.bool), 0
    for k, t in enumerate(times):
        cost += module._look(diffusion, x0, normal([mix(0, k)], diffusion.shape).to(x0), t, errors, candidate)
        errors[~candidate] = torch.inf
        candidate &= errors < errors.min(1, keepdim=True).values + module.DROP
    denoise = known(tree)
    found = classify(denoise.diffusion, x0, noises=30, seed=0)
    np.testing.assert_allclose(found.probabilities, torch.softmax(-errors, 1), atol=1e-6)
    assert (candidate.sum(1) == 1).all() and denoise.rows < 0.6 * cost and denoise.waves < len(times)


def test_an_answer_does_not_depend_on_company(tree, known):
    x0, _ = objects(known(tree), 4)
    together = classify(known(tree).diffusion, x0, noises=6, seed=3)
    alone = classify(known(tree).diffusion, x0[7:8], noises=6, seed=3)
    assert alone[0] == together[7]
    np.testing.assert_allclose(alone.probabilities[0], together.probabilities[7], rtol=1e-5)


def test_works_on_a_flat_tree(known):
    denoise = known(ClassTree.flat("0123"))
    x0, truth = objects(denoise, 10)
    assert (classify(denoise.diffusion, x0, noises=8, seed=0) == truth).mean() >= 0.95


@pytest.mark.parametrize("count", [1, 2, 16])
def test_looks_around_the_last_branch_point(tree, count):
    times = looking_times(tree, count)
    assert len(times) == count and times == sorted(times, reverse=True)
    assert 0.45 * 0.35 < times[-1] <= times[0] < 1.2 * 0.35


def test_the_door_takes_pictures(known_model):
    x0, truth = objects(known_model.denoise, 3)
    assert (known_model.classify(known_model.form.from_core(x0.clamp(-1, 1)), noises=8) == truth).mean() > 0.8
    with pytest.raises(BranchedError, match="noises"):
        known_model.classify(known_model.form.from_core(x0.clamp(-1, 1)), noises=0)
