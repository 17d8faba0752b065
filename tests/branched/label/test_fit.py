"""Training models that are told the label: their batches, recipes, and a run that is stopped and goes on."""
from dataclasses import asdict

import numpy as np
import pytest
import torch

import branched
from branched import BranchedError, checkpoint
from branched.data import dataset
from branched.data.dataset import Dataset
from branched.denoisers import classifier_training, classifiers
from branched.label import fit, recipes
from branched.label.model import LabelModel
from branched.label.training import Batches, TrainingConfig, loss_of
from branched.learning.loop import LearningConfig, learn, start
from branched.learning.velocity import spread

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def bars() -> Dataset:
    """Two classes of 8 x 8 images: a bright column at the left, or at the right, of varying brightness."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(200) % 2
    x = torch.zeros(200, 1, 8, 8, dtype=torch.uint8)
    bright = torch.randint(150, 256, (200, 1), generator=generator).to(torch.uint8)
    for k, column in enumerate((slice(1, 3), slice(5, 7))):
        x[y == k, 0, :, column] = bright[y == k][:, :, None]
    return Dataset.of_images("bars", ("left", "right"), x, y)


def batches(data: Dataset, **options) -> Batches:
    return Batches(data.form.scale(data.x), data.y, len(data.labels), TrainingConfig(**options))


def test_a_batch_is_a_function_of_the_step(bars):
    one, same, other = (batches(bars, batch=32)(step) for step in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True)) and not torch.equal(one.x0, other.x0)


def test_objects_are_of_their_labels_and_classes_come_in_equal_shares(bars):
    batch = batches(bars, batch=64, drop=0.0)(0)
    bright = batch.x0[:, 0, :, :4].amax((1, 2)) > 0
    assert torch.equal(bright, batch.label == 0) and batch.label.sum() == 32


def test_some_labels_are_left_out_and_the_number_of_classes_stands_for_them(bars):
    labels = torch.cat([batches(bars, batch=256, drop=0.2)(step).label for step in range(8)])
    assert set(labels.tolist()) == {0, 1, 2} and (labels == 2).float().mean() == pytest.approx(0.2, abs=0.03)
    assert (batches(bars, batch=64, drop=1.0)(0).label == 2).all()


def test_times_are_spread_evenly():
    t = spread(50, 0.3)
    assert torch.allclose(t.diff(), torch.tensor(1 / 50), atol=1e-6) and t[0] == pytest.approx(0.3 / 50)
    assert spread(4, 0.0).min() > 0


def test_the_loss_is_the_error_of_the_velocity(bars):
    batch = batches(bars, batch=8)(0)
    def exact(xt, t, label):
        a, s = (f(t)[:, None, None, None] for f in (branched.alpha, branched.sigma))
        return a * batch.noise - s * batch.x0
    assert loss_of(exact, batch) == pytest.approx(0, abs=1e-10)
    assert loss_of(lambda xt, t, label: exact(xt, t, label) + 2, batch) == pytest.approx(4, abs=1e-4)


def test_a_class_without_objects_is_told(bars):
    with pytest.raises(BranchedError, match="no object"):
        Batches(bars.form.scale(bars.x), bars.y, 3, TrainingConfig())


def run(data: Dataset, way: str, path, steps: int = 4, goes_on: bool = False) -> fit.Plan:
    """Train to the end."""
    plan = recipes.EVERY[way].plan(data, TrainingConfig(steps=steps, batch=8, warmup=1))
    for _ in fit.fit(plan, path, CPU, goes_on, 2):
        pass
    return plan


@pytest.mark.parametrize("way", ["unconditional", "guided", "cbn", "cbn-time", "ac", "ac-0", "ac-1-along"])
def test_every_recipe_gives_a_model_that_draws(way, bars, tmp_path):
    path = tmp_path / "model.safetensors"
    plan = run(bars, way, path, steps=2)
    model = branched.load(path)
    assert model.labels == bars.labels and model.sample(n=1, steps=2).images.shape == (2, 1, 8, 8)
    assert model.facts.training.steps == 2 and model.facts.data.name == "bars"
    assert ("model" in model.guides) == (recipes.EVERY[way].drop > 0)
    assert asdict(plan.network) == asdict(model.network.config)


@pytest.mark.parametrize("way", ["latent-kl", "latent-vq"])
def test_latent_recipes_bring_their_autoencoder(way, tmp_path):
    digits = dataset.load("digits", size=16)
    path = tmp_path / "model.safetensors"
    run(digits, way, path, steps=2)
    model = branched.load(path)
    assert model.autoencoder.config.regularisation == way[-2:] and model.space.shape == model.autoencoder.config.latent
    assert model.sample("3", n=2, steps=2).images.shape == (1, 2, 16, 16)


@pytest.mark.parametrize("way", ["guided", "ac-1-along", "ac", "latent-vq"])
def test_a_run_that_was_stopped_goes_on_to_the_same_model(way, bars, tmp_path):
    whole, stopped = tmp_path / "whole.safetensors", tmp_path / "stopped.safetensors"
    data = dataset.load("digits", size=16) if way.startswith("latent") else bars
    plan = run(data, way, whole)
    steps = fit.fit(plan, stopped, CPU, False, 2)
    while not stopped.is_file():
        next(steps)
    next(steps)  # one step more, which is lost
    steps.close()
    for _ in fit.fit(plan, stopped, CPU, True, 2):
        pass
    one, other = (branched.load(path).network.state_dict() for path in (whole, stopped))
    assert all(torch.equal(value, other[key]) for key, value in one.items())


def test_a_run_of_another_plan_does_not_go_on(bars, tmp_path):
    path = tmp_path / "model.safetensors"
    run(bars, "guided", path, steps=2)
    with pytest.raises(BranchedError, match="from another run"):
        run(bars, "cbn", path, steps=2, goes_on=True)
    run(bars, "guided", path, steps=3, goes_on=True)
    assert branched.load(path).facts.training.steps == 3, "longer, it does"
    with pytest.raises(BranchedError, match="ask for more by --steps"):
        run(bars, "guided", path, steps=2, goes_on=True)


def test_an_autoencoder_of_another_run_or_a_broken_one_does_not_go_on(tmp_path):
    data, path = dataset.load("digits", size=16), tmp_path / "model.safetensors"
    plan = run(data, "latent-kl", path, steps=2)
    beside, resume = (path.with_name(path.name + end) for end in (".autoencoder", ".resume"))
    resume.unlink()  # as where a run was stopped before its first step of diffusion
    run(data, "latent-kl", path, steps=2, goes_on=True)
    resume.unlink()
    with pytest.raises(BranchedError, match="from another run"):
        run(data, "latent-kl", path, steps=4, goes_on=True)
    for weights in ({"x": torch.zeros(1)}, checkpoint.load(beside, fit.AUTOENCODER)[0]):
        checkpoint.save(beside, fit.AUTOENCODER, weights, {"facts": plan.facts})
        with pytest.raises(BranchedError, match="does not hold a whole autoencoder"):
            run(data, "latent-kl", path, steps=2, goes_on=True)


def test_it_learns_what_the_label_says(bars):
    """A planted toy: after some hundred steps the estimate at much noise is the told class's column."""
    plan = recipes.EVERY["guided"].plan(bars, TrainingConfig(steps=150, batch=32, warmup=10, learning_rate=3e-3))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = type(plan.network)((1, 8, 8), channels=(16, 32), blocks=(1, 1, 1), embedding=16, heads=2).build(2)
    state = start(network, plan.config)
    for _ in learn(state, batches(bars, **asdict(plan.config)), loss_of, plan.config):
        pass
    model = LabelModel("label", state.average, bars.labels, {}, bars.form)
    left, right = model.sample(n=4, steps=8).images
    for mine, other in ((left[..., 1:3], left[..., 5:7]), (right[..., 5:7], right[..., 1:3])):
        assert mine.mean() > other.mean() + 0.3


def test_a_classifier_of_noisy_images_learns_and_its_file_tells_how_well(bars, tmp_path):
    path = tmp_path / "classifier-bars.safetensors"
    config = LearningConfig(steps=60, batch=32, warmup=5, learning_rate=3e-3)
    for _ in classifier_training.fit(bars, bars, config, CPU, path, False, 100):
        pass
    classifier = classifiers.load(path, CPU)
    accuracy = classifier_training.accuracies(classifier, bars, n=200)
    assert accuracy["0.25"] > 0.95 and accuracy["0.9"] < accuracy["0.25"]
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BranchedError):
        classifiers.load(path, CPU)


def test_a_classifiers_run_that_was_stopped_goes_on_to_the_same(bars, tmp_path):
    whole, stopped = tmp_path / "whole.safetensors", tmp_path / "stopped.safetensors"
    config = LearningConfig(steps=4, batch=8, warmup=1)
    steps = classifier_training.fit(bars, bars, config, CPU, stopped, False, 2)
    while not stopped.is_file():
        next(steps)
    next(steps)  # one step more, which is lost
    steps.close()
    for path, goes_on in ((whole, False), (stopped, True)):
        for _ in classifier_training.fit(bars, bars, config, CPU, path, goes_on, 2):
            pass
    one, other = (classifiers.load(path, CPU).state_dict() for path in (whole, stopped))
    assert all(torch.equal(value, other[key]) for key, value in one.items())


def test_members_mark_the_classes_of_each_group():
    class Known:
        labels = ("a", "b", "c")

    assert np.array_equal(classifiers.members(Known, [("b",), ("a", "c")]), [[0, 1, 0], [1, 0, 1]])
    with pytest.raises(BranchedError, match="does not know d"):
        classifiers.members(Known, [("d",)])
