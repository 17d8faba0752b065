"""The loop, which knows nothing of trees: a line is fitted; rate, averages and clipping have closed forms."""
import dataclasses
from typing import NamedTuple

import pytest
import torch
from torch import Tensor, nn

from branched import BranchedError
from branched.learning.loop import LearningConfig, LearningState, learn, rate, start

QUICK = LearningConfig(steps=6, batch=8, learning_rate=3e-3, warmup=2, precision="float32")


class Points(NamedTuple):
    """Points on a line."""

    x: Tensor
    y: Tensor


def points(step: int) -> Points:
    x = torch.randn(8, 1, generator=torch.Generator().manual_seed(step))
    return Points(x, 3 * x - 2)


def error(network: nn.Module, batch: Points) -> Tensor:
    return (network(batch.x) - batch.y).square().mean()


class Line(nn.Module):
    """A line, and how many batches it has seen."""

    def __init__(self):
        super().__init__()
        self.slope, self.height = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
        self.register_buffer("seen", torch.zeros(()))
        self.register_buffer("count", torch.zeros((), dtype=torch.long))

    def forward(self, x: Tensor) -> Tensor:
        self.seen += 1
        self.count += 1
        return self.slope * x + self.height


def run(config: LearningConfig = QUICK, network: nn.Module | None = None) -> LearningState:
    state = start(network or Line(), config)
    for _ in learn(state, points, error, config):
        pass
    return state


def test_it_fits_a_line_and_tells_of_every_step():
    config = dataclasses.replace(QUICK, steps=400, learning_rate=0.1, decay=0.5, ema=0.9)
    state = start(Line(), config)
    records = list(learn(state, points, error, config))
    assert [progress.step for progress in records] == list(range(1, 401)) and records[-1].loss < 1e-4
    assert records[0].loss == pytest.approx(error(Line(), points(0)).item()), "that of the first batch"
    for network in (state.network, state.average):
        assert [network.slope.item(), network.height.item()] == pytest.approx([3, -2], abs=0.02)


def test_learning_rate_rises_stays_and_falls():
    c = LearningConfig(steps=1000, warmup=100, decay=0.5)
    assert [rate(k, c) for k in (0, 49, 99, 100, 500)] == pytest.approx([0.01, 0.5, 1, 1, 1])
    assert [rate(k, c) for k in (501, 750, 999)] == pytest.approx([0.998, 0.5, 0.002])
    assert rate(0, dataclasses.replace(c, warmup=0)) == 1 and rate(999, dataclasses.replace(c, decay=0.0)) == 1


def test_the_optimiser_gets_that_rate():
    state, rates = start(Line(), QUICK), []
    for _ in learn(state, points, error, QUICK):
        rates.append(state.optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([QUICK.learning_rate * rate(k, QUICK) for k in range(6)])


@pytest.mark.parametrize("ema", [0.0, 0.15, 0.999])
def test_the_average_follows_its_closed_form(ema):
    """a_k = d_k a_(k-1) + (1 - d_k) w_k with d_k = min(ema, k / (k + 10)), so that early weights are soon forgotten."""
    config = dataclasses.replace(QUICK, ema=ema)
    state = start(Line(), config)
    expected, seen = state.network.slope.detach().clone(), torch.zeros(())
    for progress in learn(state, points, error, config):
        keep = min(ema, progress.step / (progress.step + 10))
        expected = keep * expected + (1 - keep) * state.network.slope.detach()
        seen = keep * seen + (1 - keep) * progress.step
        assert torch.allclose(state.average.slope, expected, atol=1e-6)
        assert torch.allclose(state.average.seen, seen, atol=1e-5), "what a network has counted is averaged, too"
        assert state.average.count == progress.step, "but for whole numbers, which are as they are now"
    assert not any(parameter.requires_grad for parameter in state.average.parameters())


def test_what_is_frozen_stays_and_is_not_averaged():
    line = Line()
    line.height.requires_grad_(False)
    state = run(network=line)
    assert line.height.item() == state.average.height.item() == 0 and line.slope.item() != 0


def test_weights_decay_where_that_is_asked_for():
    """Without a gradient, AdamW takes the share rate x decay of a weight away at each step."""
    line = Line()
    nn.init.ones_(line.slope)
    config = dataclasses.replace(QUICK, warmup=0, decay=0.0, steps=3)
    state = start(line, config, weight_decay=0.5)
    for _ in learn(state, points, lambda network, batch: 0 * network(batch.x).sum(), config):
        pass
    assert line.slope.item() == pytest.approx((1 - 0.5 * QUICK.learning_rate) ** 3, rel=1e-6)


def test_a_loss_that_is_not_finite_ends_it_in_a_sentence():
    state = start(Line(), QUICK)
    with pytest.raises(BranchedError, match="at step 0: training stops"):
        list(learn(state, points, lambda network, batch: network(batch.x).sum() / 0, QUICK))
    assert state.step == 0


@pytest.mark.parametrize("options", [{"steps": 0}, {"batch": -1}, {"learning_rate": float("nan")}, {"clip": 0.0},
                                     {"ema": 2.0}, {"decay": -1.0}, {"precision": "float16"}], ids=str)
def test_bad_configurations_are_refused(options):
    with pytest.raises(BranchedError, match=next(iter(options))):
        LearningConfig(**options)
