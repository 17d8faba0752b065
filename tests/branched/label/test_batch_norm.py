"""Conditional batch normalisation: closed forms of a layer, and which statistics a network goes by."""
from dataclasses import asdict
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from branched.data.dataset import Dataset
from branched.errors import BranchedError
from branched.label.batch_norm import (
    BatchNormConfig,
    BatchNormUNet,
    ConditionalBatchNorm,
    norms,
    with_batch_statistics,
    with_first_statistics,
)
from branched.label.batch_statistics import PerTime, recalibrated, statistics_gap, time_counts
from branched.learning.loop import LearningConfig, learn, start
from branched.noise import schedule

CLASSES = 3
SIZES = {"shape": (1, 8, 8), "channels": (16, 32), "blocks": (1, 1, 1), "embedding": 16, "heads": 2, "rank": 4}


class Batch(NamedTuple):
    x0: Tensor
    noise: Tensor
    t: Tensor
    label: Tensor


def untrained(told: str = "class") -> BatchNormUNet:
    """A network in which nothing is zero any more, and whose statistics are not those of the start."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = BatchNormConfig(**SIZES, told=told).build(CLASSES)
        for parameter in network.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
        for _ in range(30):
            network(torch.randn(32, 1, 8, 8), torch.rand(32), torch.arange(32) % CLASSES)
    return network.eval()


@pytest.fixture(scope="module")
def network() -> BatchNormUNet:
    return untrained()


@pytest.fixture(scope="module")
def states() -> Tensor:
    return torch.randn(12, 1, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """Three classes of noisy images, of different brightness."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(600) % CLASSES
    x = 60 * y[:, None, None, None] + torch.randint(0, 100, (600, 1, 8, 8), generator=generator)
    return Dataset.of_images("planted", ("a", "b", "c"), x.to(torch.uint8), y)


LABEL = torch.arange(12) % CLASSES
TIME = torch.linspace(0.1, 1, 12)


# -- one layer ---------------------------------------------------------------------------------------------------------

def test_a_channel_has_the_mean_beta_and_the_standard_deviation_gamma_of_its_class():
    norm = ConditionalBatchNorm(4, 2)
    torch.nn.init.normal_(norm.modulation.weight)
    told = torch.tensor([1.0, -2.0])
    scale, beta = norm.modulation(told).chunk(2)
    out = norm(5 + 3 * torch.randn(64, 4, 6, 6), told.expand(64, 2))
    torch.testing.assert_close(out.mean((0, 2, 3)), beta, atol=1e-5, rtol=0)
    torch.testing.assert_close(out.var((0, 2, 3), correction=0).sqrt(), (1 + scale).abs(), atol=1e-4, rtol=0)


def test_rows_of_a_batch_are_normalised_together_and_scaled_each_by_its_own_class():
    norm = ConditionalBatchNorm(2, 3)
    x, told = torch.randn(8, 2, 4, 4), torch.eye(3)[torch.arange(8) % 3]
    scale, beta = norm.modulation(told)[:, :, None, None].chunk(2, dim=1)
    variance, mean = torch.var_mean(x, (0, 2, 3), correction=0, keepdim=True)
    torch.testing.assert_close(norm(x, told), (1 + scale) * (x - mean) / (variance + norm.eps).sqrt() + beta)


# -- which statistics --------------------------------------------------------------------------------------------------

def test_running_statistics_become_those_of_the_data():
    """Of a layer that sees a batch of the same distribution again and again."""
    norm, generator = ConditionalBatchNorm(2, 1), torch.Generator().manual_seed(0)
    spread, mean = torch.tensor([2.0, 0.5]).view(2, 1, 1), torch.tensor([3.0, -1.0]).view(2, 1, 1)
    for _ in range(200):
        norm(mean + spread * torch.randn(64, 2, 8, 8, generator=generator), torch.zeros(64, 1))
    torch.testing.assert_close(norm.running_mean, mean.flatten(), atol=0.03, rtol=0)
    torch.testing.assert_close(norm.running_var, spread.flatten().square(), rtol=0.03, atol=0)


def test_with_running_statistics_a_row_does_not_depend_on_its_company(network, states):
    whole = network(states, TIME, LABEL)
    torch.testing.assert_close(whole[:2], network(states[:2], TIME[:2], LABEL[:2]), atol=1e-5, rtol=1e-5)


def test_with_those_of_the_batch_it_does(network, states):
    shared = with_batch_statistics(network)
    whole = shared(states, TIME, LABEL)
    assert (whole[:2] - shared(states[:2], TIME[:2], LABEL[:2])).abs().max() > 0.01


@pytest.mark.parametrize("training", [False, True])
def test_statistics_of_the_batch_are_those_of_training_and_nothing_is_counted(states, training):
    network = untrained()
    before = {name: buffer.clone() for name, buffer in network.named_buffers()}
    shared = with_batch_statistics(network).train(training)
    out = shared(states, TIME, LABEL)
    assert all(torch.equal(before[name], buffer) for name, buffer in network.named_buffers())
    assert torch.equal(out, network.train()(states, TIME, LABEL))  # which counts: hence its own network here
    assert shared.chunk > 10**9


def test_weights_are_shared_and_not_copied(network):
    for other in (with_batch_statistics(network), with_first_statistics(network)):
        assert all(a is b for a, b in zip(network.parameters(), other.parameters(), strict=True))


def test_an_average_without_buffers_has_the_first_statistics(network, states):
    first = with_first_statistics(network)
    assert all(not norm.running_mean.any() and (norm.running_var == 1).all() for _, norm in norms(first))
    assert all(norm.running_mean.any() for _, norm in norms(network))
    assert not torch.allclose(first(states, TIME, LABEL), network(states, TIME, LABEL), atol=0.01)


# -- what is told ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("told", ["class", "class and time"])
def test_class_and_time_count(told, states):
    network = untrained(told)
    out = network(states, TIME, LABEL)
    assert (out - network(states, TIME, (LABEL + 1) % CLASSES)).abs().max() > 0.01
    assert (out - network(states, 1 - TIME, LABEL)).abs().max() > 0.01


def test_where_all_rows_share_one_time_their_own_statistics_hide_it_unless_gamma_and_beta_know_it(states):
    """What is added to a channel before its mean is taken away is not there: exact but for rounding."""
    blind, seeing = (with_batch_statistics(untrained(told)) for told in ("class", "class and time"))
    assert time_counts(blind, states, LABEL, 0.2, 0.8) < 1e-4
    assert time_counts(seeing, states, LABEL, 0.2, 0.8) > 0.05
    assert time_counts(untrained(), states, LABEL, 0.2, 0.8) > 0.05


def test_all_norms_of_blocks_are_conditional(network):
    """A block has two, and there are three blocks: one per place in a network of one block each."""
    assert len(list(norms(network))) == 2 * (len(network.encoder) + len(network.bottom) + len(network.decoder))
    assert not any("norm1" in name or "norm2" in name for name, module in network.named_modules()
                   if isinstance(module, torch.nn.GroupNorm))


def test_a_configuration_comes_back_from_json_and_a_foreign_form_is_refused():
    config = BatchNormConfig(**SIZES, told="class and time")
    assert BatchNormConfig(**asdict(config)) == config
    with pytest.raises(BranchedError, match="class and time"):
        BatchNormConfig(told="time")


# -- one time against all ----------------------------------------------------------------------------------------------

def test_the_gap_of_statistics_of_the_same_time_is_nothing_and_that_of_another_time_is_seen(network, planted):
    at = recalibrated(network, planted, 0.2)
    same, other = (statistics_gap(at, planted, t) for t in (0.2, 0.9))
    assert [gap.layer for gap in same] == [name for name, _ in norms(network)]
    assert max(max(gap.shift, gap.spread) for gap in same) < 1e-2
    assert max(gap.shift for gap in other) > 0.1 and max(gap.spread for gap in other) > 0.1


def test_the_gap_of_a_layer_is_in_its_closed_form(network, planted):
    """Statistics moved by hand: by two standard deviations, and four times the variance, so a logarithm of ln 2."""
    at = recalibrated(network, planted, 0.5)
    name, norm = list(norms(at))[-1]
    norm.running_mean += 2 * (4 * norm.running_var + 3 * norm.eps + norm.eps).sqrt()
    norm.running_var.mul_(4).add_(3 * norm.eps)
    gap = statistics_gap(at, planted, 0.5)[-1]
    assert gap.layer == name
    assert gap.shift == pytest.approx(2, abs=0.01) and gap.spread == pytest.approx(0.6931, abs=0.01)


def test_per_time_is_the_recalibrated_network_and_refuses_several_times(network, planted, states):
    network_at, t = PerTime(network, planted), torch.full((12,), 0.3)
    expected = recalibrated(network, planted, t[0].item())(states, t, LABEL)
    with torch.inference_mode():  # as a walk is
        assert torch.equal(network_at(states, t, LABEL), expected)
    assert torch.equal(network_at(states, t, LABEL), expected)
    assert not torch.allclose(network(states, t, LABEL), expected, atol=1e-3)
    with pytest.raises(BranchedError, match="not of 12"):
        network_at(states, TIME, LABEL)


# -- learning ----------------------------------------------------------------------------------------------------------

def batches(step: int) -> Batch:
    """Constant images, whose brightness is their class."""
    generator = torch.Generator().manual_seed(step)
    label = torch.arange(48) % CLASSES
    x0 = (label - 1.0)[:, None, None, None].expand(48, 1, 8, 8)
    return Batch(x0, torch.randn(x0.shape, generator=generator), torch.rand(48, generator=generator), label)


def loss_of(network, batch: Batch) -> Tensor:
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    return (network(xt, batch.t, batch.label).float() - schedule.velocity(*batch[:3])).square().mean()


@pytest.mark.parametrize(("told", "precision"), [("class", "float32"), ("class and time", "bfloat16")])
def test_a_planted_toy_is_learnt_and_the_averaged_network_has_the_statistics(told, precision):
    """From pure noise the estimate is the brightness of the class, by the average's running statistics."""
    torch.manual_seed(0)
    config = LearningConfig(steps=150, batch=48, learning_rate=3e-3, warmup=10, ema=0.9, precision=precision)
    state = start(BatchNormConfig(**SIZES, told=told).build(CLASSES), config)
    for _ in learn(state, batches, loss_of, config):
        pass
    network, label = state.average.eval(), torch.arange(CLASSES)
    x1, t = torch.randn(CLASSES, 1, 8, 8), torch.ones(CLASSES)
    with torch.no_grad():
        x0 = schedule.clean_from_velocity(x1, network(x1, t, label), t)
    torch.testing.assert_close(x0.mean((1, 2, 3)), label - 1.0, atol=0.2, rtol=0)
