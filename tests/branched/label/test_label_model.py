"""Models that are told the label: drawing, guidance, what they refuse, and their files."""
import json

import numpy as np
import pytest
import torch
from models import tiny_label_model
from safetensors import safe_open

import branched
from branched import BranchedError, Sampling, checkpoint
from branched.denoisers import classifiers
from branched.label.model import LabelModel
from branched.networks.noisy_classifier import NoisyClassifierConfig

LABELS = ("0", "1", "4", "7", "9")
METHODS = ("unconditional", "label", "batch norm", "auxiliary", "latent")
ASKED = Sampling(n=3, steps=4, seed=7)


@pytest.fixture(scope="module", params=METHODS)
def any_model(request) -> LabelModel:
    return tiny_label_model(request.param)


@pytest.fixture
def with_classifier(tmp_path, monkeypatch):
    """A classifier of noisy images lies where models are looked for."""
    torch.manual_seed(0)
    network = NoisyClassifierConfig((1, 8, 8), LABELS, (8, 8)).build()
    classifiers.save(network, {}, tmp_path / "classifier-tiny.safetensors")
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    return network


def test_it_says_what_it_is(any_model):
    assert any_model.family == "label" and any_model.labels == LABELS
    assert branched.BranchedModel.family == "class tree"


def test_the_same_seed_gives_the_same_whatever_the_company(any_model):
    together = any_model.sample(sampling=ASKED)
    alone = any_model.sample("7", sampling=Sampling(n=1, steps=4, seed=7))
    assert together.images.shape == (5, 3, 8, 8)
    assert np.allclose(together.images[3, 0], alone.images[0, 0], atol=1e-5)
    assert not np.array_equal(together.images, any_model.sample(n=3, steps=4, seed=8).images)


def test_it_counts_what_it_costs(any_model):
    samples = any_model.sample(("1", "9"), sampling=ASKED)
    assert (samples.evaluations, samples.waves, samples.gradients) == (2 * 3 * 4, 4, 0)
    assert samples.evaluations_class_by_class == samples.evaluations


def test_frames_end_in_what_sample_gives(any_model):
    frames = list(any_model.sampling("4", sampling=ASKED))
    assert np.array_equal(frames[-1].result.images, any_model.sample("4", sampling=ASKED).images)
    assert [frame.evaluations for frame in frames] == [3, 6, 9, 12, 12]


def test_the_unconditional_model_draws_the_same_for_every_class():
    images = tiny_label_model("unconditional").sample(sampling=ASKED).images
    assert all(np.allclose(images[0], other, atol=1e-5) for other in images)


@pytest.mark.parametrize("method", ["label", "batch norm", "auxiliary", "latent"])
def test_the_others_do_not(method):
    images = tiny_label_model(method).sample(sampling=ASKED).images
    assert not any(np.allclose(images[0], other, atol=1e-3) for other in images[1:])


# -- guidance ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("method", ["label", "latent"])
def test_a_model_guides_itself_at_twice_the_price(method):
    model = tiny_label_model(method)
    plain, none, guided = (model.sample(sampling=ASKED, **{}) if w is None else
                           model.sample(n=3, steps=4, seed=7, guidance=w) for w in (None, 0.0, 1.5))
    assert model.guides[:1] == ("model",)
    assert np.array_equal(plain.images, none.images), "w = 0 is the denoiser itself, bit for bit"
    assert guided.evaluations == 2 * plain.evaluations and guided.waves == plain.waves and guided.gradients == 0
    assert not np.allclose(guided.images, plain.images, atol=1e-3)


def test_a_guided_estimate_is_the_equation():
    model, w = tiny_label_model("label"), 1.5
    xt, t = torch.randn(5, 1, 8, 8), torch.full((5,), 0.4)
    told, untold = (model.denoise(xt, t, condition).x0 for condition in (torch.arange(5), torch.full((5,), 5)))
    guided = model.guided(Sampling(guidance=w))(xt, t, torch.arange(5))
    assert torch.allclose(guided.x0, (1 + w) * told - w * untold, atol=1e-5) and guided.evaluations.tolist() == [2] * 5


@pytest.mark.parametrize("method", ["unconditional", "batch norm", "auxiliary"])
def test_who_knows_nothing_without_the_class_cannot_guide_itself(method):
    with pytest.raises(BranchedError, match="cannot guide itself"):
        tiny_label_model(method).sample(n=1, steps=2, guidance=1.0)
    assert "model" not in tiny_label_model(method).guides


def test_nor_can_who_has_learnt_no_estimate_without():
    with pytest.raises(BranchedError, match="cannot guide itself"):
        tiny_label_model("label", drop=0.0).sample(n=1, steps=2, guidance=1.0)


@pytest.mark.parametrize("method", ["unconditional", "label", "batch norm", "auxiliary"])
def test_a_classifier_guides_any_model_of_images(method, with_classifier):
    model = tiny_label_model(method)
    plain, guided = (model.sample(sampling=Sampling(n=2, steps=4, guidance=s, guide="classifier")) for s in (0, 3))
    assert "classifier" in model.guides and plain.gradients == 0
    assert guided.gradients == guided.evaluations == plain.evaluations
    assert not np.array_equal(plain.images, guided.images)
    assert not np.array_equal(guided.images[0], guided.images[1])


def test_the_ancestral_solver_takes_the_ddpm_form(with_classifier):
    model = tiny_label_model("label")
    forms = [model.guided(Sampling(steps=5, solver=solver, guidance=1.0, guide="classifier"))
             for solver in ("ddpm", "ddim")]
    assert len(forms[0].times) == 6 and forms[1].times == ()


def test_a_classifier_cannot_guide_noise_elsewhere(with_classifier):
    with pytest.raises(BranchedError, match="makes its noise elsewhere"):
        tiny_label_model("latent").sample(n=1, steps=2, guidance=1.0, guide="classifier")
    assert tiny_label_model("latent").guides == ("model",)


def test_without_a_classifier_a_sentence_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    with pytest.raises(BranchedError, match="train-methods"):
        tiny_label_model("label").sample(n=1, steps=2, guidance=1.0, guide="classifier")


def test_a_classifier_that_does_not_know_the_classes_is_refused(monkeypatch, tmp_path):
    classifiers.save(NoisyClassifierConfig((1, 8, 8), ("0", "1"), (8, 8)).build(), {},
                     tmp_path / "classifier-tiny.safetensors")
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    with pytest.raises(BranchedError, match="does not know 4, 7, 9"):
        tiny_label_model("label").sample(n=1, steps=2, guidance=1.0, guide="classifier")


@pytest.mark.parametrize(("options", "reason"), [
    ({"guidance": -1}, "from 0"), ({"guidance": float("nan")}, "from 0"), ({"guidance": "much"}, "from 0"),
    ({"guidance": np.complex128(1)}, "from 0"), ({"guide": np.array(["model", "classifier"])}, "What guides"),
    ({"guide": "a star"}, "What guides"), ({"labels": "8"}, "no class '8'"), ({"labels": ()}, "at least one")])
def test_what_is_impossible_is_told(options, reason):
    with pytest.raises(BranchedError, match=reason):
        tiny_label_model("label").sample(**options)


# -- attention ---------------------------------------------------------------------------------------------------------

def test_attention_of_a_class_is_shared_out_among_its_tokens():
    model = tiny_label_model("latent")
    maps, looks, times = model.attention("4", steps=3, seed=1)
    assert len(maps) == len(looks) == len(times) == 3 and times[0] == 1 and looks.shape[1:] == (8, 8)
    assert np.allclose(maps.sum(3), 1, atol=1e-5)
    with pytest.raises(BranchedError, match="cross-attention"):
        tiny_label_model("label").attention("4")
    for several in (None, ["4", "9"]):
        with pytest.raises(BranchedError, match="A class is named"):
            model.attention(several, steps=2)


# -- files -------------------------------------------------------------------------------------------------------------

def test_a_file_holds_halves_and_all_there_is(any_model, tmp_path):
    path = tmp_path / "small.safetensors"
    any_model.save(path)
    again = branched.load(path, device="cpu")
    with safe_open(path, "pt") as file:
        assert {file.get_tensor(key).dtype for key in file.keys()} <= {torch.float16, torch.int64}  # noqa: SIM118
    assert type(again) is LabelModel and again.method == any_model.method and again.name == "small"
    assert again.facts == any_model.facts and again.guides == any_model.guides
    assert all(value.dtype != torch.float16 for value in again.network.state_dict().values())
    once, twice = tmp_path / "once.safetensors", tmp_path / "twice.safetensors"
    again.save(once)
    branched.load(once, device="cpu").save(twice)
    (tensors, header), (others, other) = (checkpoint.load(file, "label model") for file in (once, twice))
    assert header == other and tensors.keys() == others.keys(), "nothing is lost after the first rounding"
    assert all(torch.equal(value, others[key]) for key, value in tensors.items())
    assert np.array_equal(again.sample(sampling=ASKED).images, branched.load(once).sample(sampling=ASKED).images)


def test_rounding_to_halves_hardly_changes_a_picture(any_model, tmp_path):
    any_model.save(tmp_path / "small.safetensors")
    again = branched.load(tmp_path / "small.safetensors")
    assert np.abs(again.sample(sampling=ASKED).images - any_model.sample(sampling=ASKED).images).mean() < 0.01


@pytest.mark.parametrize("change", [{"method": "magic"}, {"labels": 5}, {"network": {"shape": [1, 9, 9]}},
                                    {"shape": "small"}, {"autoencoder": {"x": 1}}, {"labels": [0, 1, 4, 7, 9]},
                                    {"labels": ["1"] * 5}])
def test_a_file_that_makes_no_sense_is_refused_in_a_sentence(change, tmp_path):
    path = tmp_path / "small.safetensors"
    tiny_label_model("label").save(path)
    tensors, header = checkpoint.load(path, "label model")
    checkpoint.save(path, "label model", tensors, json.loads(json.dumps(header)) | change)
    with pytest.raises(BranchedError, match="does not hold a whole model"):
        branched.load(path)


@pytest.mark.parametrize("training", [[1], None, {"drop": "often"}, {"drop": None}])
def test_a_file_that_tells_its_training_oddly_cannot_guide_itself(training, tmp_path):
    path = tmp_path / "small.safetensors"
    tiny_label_model("label").save(path)
    tensors, header = checkpoint.load(path, "label model")
    checkpoint.save(path, "label model", tensors, header | {"facts": {"training": training}})
    model = branched.load(path)
    assert "model" not in model.guides
    with pytest.raises(BranchedError, match="cannot guide itself"):
        model.sample("4", n=1, steps=2, guidance=1.0)


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    path = tmp_path / "small.safetensors"
    tiny_label_model("label").save(path)
    tensors, header = checkpoint.load(path, "label model")
    tensors["network.stem.weight"].fill_(torch.nan)
    checkpoint.save(path, "label model", tensors, header)
    with pytest.raises(BranchedError, match="finite"):
        branched.load(path)
