"""Between encoder and decoder: closed forms of the divergence, planted codes."""
import math

import pytest
import torch

from branched.label.bottleneck import COMMITMENT, KL_WEIGHT, Codebook, Normal, divergence

PIXELS = 784


def gaussians(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def planted(codes):
    """A codebook that is known."""
    book = Codebook(codes.shape[1], len(codes)).eval()
    book.codes.copy_(codes)
    return book


# -- a normal distribution ---------------------------------------------------------------------------------------------

def test_the_divergence_of_the_standard_normal_from_itself_is_0():
    assert divergence(torch.zeros(3, 4, 7, 7), torch.zeros(3, 4, 7, 7)).tolist() == [0, 0, 0]


def test_the_divergence_is_that_of_torch():
    mean, log_variance = gaussians(5, 4, 3, 3), gaussians(5, 4, 3, 3, seed=1)
    normal = torch.distributions.Normal
    known = torch.distributions.kl_divergence(normal(mean, (log_variance / 2).exp()), normal(0.0, 1.0))
    assert torch.allclose(divergence(mean, log_variance), known.sum((1, 2, 3)), rtol=1e-5)


def test_the_decoder_gets_a_sample_in_training_and_the_mean_ever_after():
    mean, noise = gaussians(2, 4, 7, 7), gaussians(2, 4, 7, 7, seed=1)
    encoded = torch.cat([mean, torch.full_like(mean, math.log(0.25))], dim=1)
    bottleneck = Normal(4, PIXELS)
    passed = bottleneck(encoded, noise)
    assert torch.allclose(passed.latents, mean + noise / 2)
    assert torch.allclose(passed.cost, KL_WEIGHT / PIXELS * divergence(mean, torch.full_like(mean, math.log(0.25))))
    assert torch.equal(bottleneck.decodable(bottleneck.latents(encoded)), mean)


# -- a codebook --------------------------------------------------------------------------------------------------------

def test_a_codebook_of_the_data_itself_reconstructs_exactly():
    latents = gaussians(6, 4, 7, 7)
    book = planted(latents.permute(0, 2, 3, 1).flatten(0, 2))
    assert torch.equal(book.decodable(latents), latents)
    assert book.nearest(latents).flatten().tolist() == list(range(6 * 49))
    passed = book(latents, latents)
    assert torch.equal(passed.latents, latents) and not passed.cost.any()


def test_every_position_moves_to_its_nearest_code_and_the_encoder_is_committed_to_it():
    book = planted(torch.tensor([[0.0, 0.0], [1.0, 1.0], [-1.0, 2.0]]))
    encoded = torch.tensor([[0.1, 0.2], [0.9, 0.7], [-3.0, 2.0]]).T.view(1, 2, 1, 3)
    assert torch.equal(book.latents(encoded), encoded)  # the quantiser belongs to the decoder
    assert torch.equal(book.decodable(encoded)[0, :, 0].T, book.codes)
    away = torch.tensor([0.1, 0.2, 0.1, 0.3, 2.0, 0.0]).square().mean()
    assert torch.allclose(book(encoded, encoded).cost, COMMITMENT * away)


def test_codes_side_by_side_are_told_apart_in_bfloat16():
    book = planted(torch.tensor([[1.0], [1.001], [1.002]]))
    with torch.autocast("cpu", torch.bfloat16):
        assert book.nearest(torch.tensor([1.0021, 1.0009, 0.9]).view(1, 1, 1, 3)).flatten().tolist() == [2, 1, 0]


def test_gradients_pass_straight_through_the_codes():
    book = planted(gaussians(5, 4))
    encoded = gaussians(2, 4, 7, 7, seed=1).requires_grad_()
    weights = gaussians(2, 4, 7, 7, seed=2)
    (book(encoded, weights).latents * weights).sum().backward()
    assert torch.allclose(encoded.grad, weights)


def test_codes_find_planted_clusters():
    """Before the first step all codes are dead; after some, each stands for a part of a cluster."""
    centres = torch.tensor([[5.0, 0.0], [0.0, 5.0], [-5.0, 0.0], [0.0, -5.0]])
    book = Codebook(2, 16).train()
    for step in range(300):
        which = torch.randint(4, (64,), generator=torch.Generator().manual_seed(step))
        latents = (centres[which] + 0.1 * gaussians(64, 2, seed=step)).view(64, 2, 1, 1)
        book(latents, gaussians(64, 2, 1, 1, seed=-1 - step))
    away = torch.cdist(centres, book.codes)
    assert away.min(0).values.max() < 0.4 and away.min(1).values.max() < 0.1
    assert book.usage.sum().item() == pytest.approx(64, rel=0.1)


def test_a_code_that_stands_for_nothing_starts_anew_among_the_latents():
    book = planted(torch.tensor([[0.0, 0.0], [900.0, 900.0]])).train()
    book.usage.copy_(torch.tensor([10.0, 0.0]))
    latents = gaussians(8, 2, 1, 1)
    book(latents, gaussians(8, 2, 1, 1, seed=1))
    assert book.codes[0].abs().max() < 0.1 and book.codes[1].abs().max() < latents.abs().max()
    assert book.usage.min() > 0.9


def test_a_codebook_larger_than_a_batch_starts():
    book = Codebook(2, 300).train()
    latents = gaussians(1, 2, 7, 7)
    assert torch.allclose(book(latents, gaussians(1, 2, 7, 7, seed=1)).latents, latents, atol=1e-6)


def test_codes_are_running_means_of_what_they_stand_for():
    """By hand, for one code: sums and counts of all steps so far, each kept to 99%."""
    book = planted(torch.tensor([[2.0], [90.0]])).train()
    book.usage.copy_(torch.tensor([4.0, 1.0]))
    sums, counts = 4 * 2.0, 4.0
    for step in range(5):
        latents = gaussians(3, 1, 1, 1, seed=step)
        book(latents, latents)
        sums, counts = 0.99 * sums + 0.01 * latents.sum(), 0.99 * counts + 0.01 * 3
    assert book.codes[0].item() == pytest.approx(float(sums) / counts, rel=1e-5)


@pytest.mark.parametrize("training", [True, False])
def test_codes_learn_in_training_alone(training):
    book = planted(gaussians(5, 2)).train(training)
    before = book.codes.clone()
    book(gaussians(2, 2, 7, 7, seed=1), gaussians(2, 2, 7, 7, seed=2))
    assert torch.equal(book.codes, before) is not training
