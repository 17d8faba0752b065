"""A form of data that the package has never heard of is discovered, trained, saved, sampled, transmuted, extended."""
import numpy as np
import pytest
import torch
from signals import SHAPES, SignalNetwork, Signals, shape_of, signals

import branched
from branched.class_tree.discovery import discover
from branched.class_tree.fit import Plan, fit
from branched.class_tree.training import TrainingConfig
from branched.data.forms import FORMS

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> branched.BranchedModel:
    """Discovered, trained, written and loaded again: the only touch is a row in FORMS."""
    FORMS["signals"] = Signals
    data, path = signals(400), tmp_path_factory.mktemp("signals") / "signals.safetensors"
    discovery = discover(data, times=100, samples=400)
    config = TrainingConfig(steps=250, batch=128, learning_rate=5e-3, pairs=128, precision="float32", ema=0.98)
    for _ in fit(Plan(data, discovery.tree, data.form.network(width=24), config, discovery), path, CPU, False, 250):
        pass
    yield branched.load(path, device="cpu")
    del FORMS["signals"]


def test_shapes_are_told_apart():
    data = signals(50, seed=1)
    truth = np.array(data.labels)[data.y.numpy()]
    assert (shape_of(data.x.numpy()) == truth).mean() == 1


def test_discovery_joins_the_shapes_that_are_alike(model):
    """A skewed sine has only a second harmonic more than a sine."""
    assert model.tree.nearest("sine") == "skew" and model.tree.closest_pairs() == [("sine", "skew")]


def test_what_was_loaded_knows_its_form_and_network(model):
    assert isinstance(model.form, Signals) and isinstance(model.denoise.network, SignalNetwork)
    assert model.denoise.network.config.width == 24 and model.shape == (32,) and model.features == ()
    assert model.facts.data.count == 1600 and isinstance(model, branched.Explorable)
    with pytest.raises(branched.BranchedError, match="not an option of the network for signals"):
        model.form.network(channels=(16, 32))


def test_it_samples_each_shape(model):
    samples = model.sample(n=100)
    assert samples.signals.shape == (4, 100, 32) and not hasattr(samples, "images")
    right = [np.mean(shape_of(samples.signals[k]) == label) for k, label in enumerate(model.labels)]
    assert np.mean(right) > 0.9, dict(zip(model.labels, right, strict=True))
    assert samples.evaluations < samples.evaluations_class_by_class


def test_it_transmutes_and_classifies(model):
    saws = signals(60, seed=2).of("saw").numpy()
    doubles = model.transmute(saws, "saw", "double")
    assert doubles.signals.shape == (60, 32) and np.mean(shape_of(doubles.signals) == "double") > 0.8
    assert (model.classify(saws) == "saw").mean() > 0.8


def test_its_hybrids_are_walked_on_to_both_sides(model):
    hybrid = model.hybrid("saw", "double", n=5)
    assert hybrid.denoised.shape == (5, 32) and hybrid.endings.keys() == {"saw", "double"}


def test_it_learns_a_class_more(model):
    """Pulses, from a dozen of them."""
    pulses = 0.8 * np.where((np.arange(32) - 3 * np.arange(12)[:, None]) % 32 < 6, 1.0, -0.3)
    larger = model.extend(pulses, "pulse", steps=5)
    assert larger.labels == (*SHAPES, "pulse") and larger.sample("pulse", n=2).signals.shape == (1, 2, 32)
    assert np.array_equal(larger.sample("saw", n=2).signals, model.sample("saw", n=2).signals)


def test_what_was_made_is_written_and_read(model, tmp_path):
    samples = model.sample(n=2).signals
    model.form.write(tmp_path / "made.npy", [({"class": label}, block) for label, block in
                                             zip(model.labels, samples, strict=True)])
    assert np.array_equal(model.form.read([tmp_path / "made.npy"]), samples.reshape(-1, 32))
