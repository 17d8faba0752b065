"""What is asked of a walk: one frozen record, with its checks, carried whole into results."""
import dataclasses
import pickle
from dataclasses import replace

import numpy as np
import pytest

from branched import SOLVER, SOLVERS, STOCHASTIC, BranchedError, Sampling


def test_it_is_frozen_plain_and_a_key():
    asked = Sampling(n=np.int64(3), steps=5, seed=np.int32(7))
    assert asked == Sampling(3, 5, SOLVER, 7) and len({asked, Sampling(3, 5, SOLVER, 7)}) == 1
    assert type(asked.n) is int and type(asked.seed) is int and pickle.loads(pickle.dumps(asked)) == asked
    with pytest.raises(dataclasses.FrozenInstanceError):
        asked.steps = 6


@pytest.mark.parametrize("options", [
    {"n": 0}, {"n": 2.0}, {"n": True}, {"n": None}, {"n": 10**9}, {"steps": 0}, {"steps": "20"}, {"steps": 10**9},
    {"seed": 0.5}, {"seed": True}, {"seed": None}, {"solver": "magic"}, {"solver": None}, {"solver": ["ddim"]},
], ids=str)
def test_the_impossible_is_refused_in_a_sentence(options):
    with pytest.raises(BranchedError, match=next(iter(options))) as error:
        Sampling(**options)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


@pytest.mark.parametrize("solver", SOLVERS)
def test_without_noise_keeps_what_needs_none(solver):
    still = Sampling(n=2, solver=solver, seed=3).without_noise()
    assert still.solver not in STOCHASTIC and (still.solver == solver) == (solver not in STOCHASTIC)
    assert (still.n, still.seed) == (2, 3)


@pytest.mark.parametrize("solver", SOLVERS)
def test_quickly_changes_steps_and_never_adds_noise(solver):
    """What was asked for stays: how many, from which seed, how guided; and a way that bears no noise gets none."""
    asked = Sampling(3, 20, solver, 7, 1.5, "classifier")
    quick = asked.quickly()
    assert quick.steps < asked.steps and replace(quick, steps=20, solver=solver) == asked
    assert (quick.solver in STOCHASTIC) <= (solver in STOCHASTIC) and quick.quickly() == quick
    assert Sampling(steps=2).quickly().steps == 2
    assert Sampling.quality(seed=7).quickly() == Sampling.quick(seed=7)
    assert Sampling.quick(n=3, seed=7) == Sampling(3, seed=7).quickly() and Sampling.quick(steps=9).steps == 9


def test_results_carry_it_whole(model):
    asked = Sampling(n=2, steps=3, solver="ddim", seed=5)
    images = np.zeros((1, 8, 8), np.float32)
    for result in (model.sample("4", sampling=asked), model.hybrid("4", "9", sampling=asked),
                   model.transmute(images, "4", "9", sampling=asked)):
        assert result.sampling == asked and (result.steps, result.solver, result.seed) == (3, "ddim", 5)


def test_names_and_the_record_ask_the_same(model):
    by_name = model.sample(["4", "9"], n=2, steps=4, seed=1, solver="heun")
    whole = model.sample(["4", "9"], sampling=Sampling(2, 4, "heun", 1))
    assert np.array_equal(by_name.images, whole.images) and by_name.sampling == whole.sampling
