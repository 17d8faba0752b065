"""Training a class tree: it learns, from batches that are a function of seed and step; every branch gets its share."""
import dataclasses
import math

import pytest
import torch

from branched import BranchedError, ClassTree
from branched.class_tree import training
from branched.class_tree.training import Batch, TrainingConfig, loss_of, make_batch, spread, train
from branched.data.dataset import Dataset
from branched.learning.loop import LearningState

CPU = torch.device("cpu")
QUICK = TrainingConfig(steps=6, batch=16, learning_rate=3e-3, warmup=2, pairs=16, refresh=4, precision="float32")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def begin(tree, config, training_config=QUICK) -> LearningState:
    return training.begin(tree, config, training_config, CPU)


# -- learning --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("bridge", [0.0, 0.7])
def test_loss_falls(tree, config, digits, bridge):
    quick = dataclasses.replace(QUICK, steps=100, batch=32, bridge=bridge)
    losses = [p.loss for p in train(begin(tree, config, quick), tree, digits, quick)]
    assert len(losses) == 100
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_flat_trees_are_trained_by_the_same_code(config, digits):
    flat = ClassTree.flat("01479")
    assert [p.step for p in train(begin(flat, config), flat, digits, QUICK)] == [1, 2, 3, 4, 5, 6]


def test_it_begins_as_the_seed_says_and_touches_no_global_seed(tree, config):
    before = torch.get_rng_state()
    a, b, c = begin(tree, config), begin(tree, config), begin(tree, config, dataclasses.replace(QUICK, seed=1))
    first, again, other = (run.network.stem.weight for run in (a, b, c))
    assert torch.equal(first, again) and torch.equal(first, a.average.stem.weight) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_loss_is_the_squared_error_of_the_velocity():
    x0, noise = torch.randn(2, 50, 1, 8, 8, generator=seeded())
    t = torch.linspace(0.01, 1, 50)
    alpha = torch.exp(-0.05 * t - 4.975 * t**2)[:, None, None, None]
    v = alpha * noise - (1 - alpha**2).sqrt() * x0
    xt = alpha * x0 + (1 - alpha**2).sqrt() * noise
    batch = Batch(x0, noise, t, torch.arange(50))

    def network(state, time, process):
        assert torch.allclose(state, xt, atol=1e-5) and torch.equal(time, t) and torch.equal(process, batch.process)
        return v + 0.5

    assert loss_of(network, batch).item() == pytest.approx(0.25, abs=1e-4)
    silent = loss_of(lambda *_: torch.zeros_like(v), batch)
    assert silent.item() == pytest.approx(v.square().mean().item(), abs=1e-4)


# -- batches ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("offset", [0.0, 0.37, 0.999])
@pytest.mark.parametrize("rows", [9, 64, 5000])
def test_spread_gives_every_branch_its_share_and_stays_inside(tree, rows, offset):
    ids, t = spread(tree.branches, rows, offset)
    assert ids.shape == t.shape == (rows,)
    weight = {b.id: max(b.length, 0.02) * math.sqrt(len(b.classes)) for b in tree.branches}
    for branch in tree.branches:
        mine = t[ids == branch.id]
        assert abs(len(mine) - rows * weight[branch.id] / sum(weight.values())) <= 1
        assert ((branch.t_low - 1e-6 <= mine) & (mine <= branch.t_high + 1e-6) & (mine >= 1e-3)).all()
        if len(mine) > 20:  # and even within
            assert mine.mean().item() == pytest.approx((branch.t_low + branch.t_high) / 2, abs=branch.length / 20)


def test_a_batch_is_a_function_of_seed_and_step(tree, digits):
    plain = dataclasses.replace(QUICK, bridge=0.0)
    a, again = (make_batch(tree.branches, digits, {}, plain, 5) for _ in range(2))
    assert all(torch.equal(x, y) for x, y in zip(a, again, strict=True))
    for other in (make_batch(tree.branches, digits, {}, plain, 6),
                  make_batch(tree.branches, digits, {}, dataclasses.replace(plain, seed=1), 5)):
        assert not torch.equal(other.noise, a.noise)


def planted(tree) -> Dataset:
    """Every class is one grey of its own."""
    x = torch.arange(5, dtype=torch.uint8).mul(50)[:, None, None, None].expand(5, 1, 8, 8).contiguous()
    return Dataset.of_images("planted", tree.labels, x, torch.arange(5))


def test_no_bridge_is_plain_noise_on_the_branchs_own_classes(tree):
    b = make_batch(tree.branches, planted(tree), {}, dataclasses.replace(QUICK, bridge=0.0, batch=2000), 0)
    assert abs(b.noise.mean().item()) < 0.01 and abs(b.noise.std().item() - 1) < 0.01
    grey = ((b.x0[:, 0, 0, 0] + 1) * 127.5 / 50).round().long()
    for branch in tree.branches:
        found = {tree.labels[k] for k in grey[b.process == branch.id].tolist()}
        assert found == set(branch.classes)
    assert abs((b.noise * b.x0).mean().item()) < 0.01


@pytest.mark.parametrize("bridge", [0.3, 1.0])
def test_the_share_of_bridges(tree, bridge):
    """Bridges are marked here by noise that is 7 everywhere; each branch draws from its own."""
    pairs = {b.id: (torch.full((4, 1, 8, 8), float(b.id)), torch.full((4, 1, 8, 8), 7.0)) for b in tree.branches}
    b = make_batch(tree.branches, planted(tree), pairs, dataclasses.replace(QUICK, bridge=bridge, batch=2000), 0)
    marked = (b.noise == 7).flatten(1).all(1)
    assert marked.float().mean().item() == pytest.approx(bridge, abs=0.04)
    assert torch.equal(b.x0[marked][:, 0, 0, 0], b.process[marked].float())


# -- what is refused --------------------------------------------------------------------------------------------------

BAD = [{"steps": 0}, {"batch": -1}, {"learning_rate": 0.0}, {"learning_rate": float("nan")}, {"pairs": 0},
       {"refresh": 0}, {"clip": 0.0}, {"bridge": 1.1}, {"bridge": -0.1}, {"ema": 2.0}, {"decay": -1.0},
       {"precision": "float16"}]


@pytest.mark.parametrize("options", BAD, ids=str)
def test_bad_configurations_are_refused(options):
    with pytest.raises(BranchedError, match=next(iter(options))):
        TrainingConfig(**options)
