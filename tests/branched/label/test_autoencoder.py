"""Images to latents and back: shapes, unit spread, and that it learns."""
import pytest
import torch

from branched.data.dataset import Dataset
from branched.errors import BranchedError
from branched.label import autoencoder_training as training
from branched.label.autoencoder import Autoencoder, AutoencoderConfig
from branched.learning.loop import LearningConfig

CPU = torch.device("cpu")
both = pytest.mark.parametrize("regularisation", ["kl", "vq"])


def small(regularisation, **other):
    return AutoencoderConfig(**{"shape": (1, 8, 8), "widths": (8, 16), "regularisation": regularisation, "codes": 16,
                                **other})


def stripes(n=60):
    """Upright and lying stripes, at four places each."""
    x = torch.zeros(n, 1, 8, 8, dtype=torch.uint8)
    for k in range(n):
        place = k // 2 % 4 * 2
        (x[k, 0] if k % 2 else x[k, 0].T)[place:place + 2] = 255
    return Dataset.of_images("stripes", ("upright", "lying"), x, torch.arange(n) % 2)


@pytest.fixture(scope="module", params=["kl", "vq"])
def learnt(request) -> tuple[Autoencoder, list[float]]:
    learning = LearningConfig(steps=200, batch=32, learning_rate=4e-3, warmup=10, ema=0.9, precision="float32")
    state = training.begin(small(request.param), learning, CPU)
    losses = [progress.loss for progress in training.train(state, stripes(), learning)]
    return training.finished(state, stripes()), losses


# -- the network -------------------------------------------------------------------------------------------------------

@both
@pytest.mark.parametrize(("shape", "latent"), [((1, 28, 28), (4, 7, 7)), ((3, 8, 12), (4, 2, 3))])
def test_there_and_back(regularisation, shape, latent):
    config = AutoencoderConfig(shape, regularisation=regularisation)
    autoencoder, images = config.build().eval(), torch.randn(2, *shape)
    assert config.latent == latent and autoencoder.encode(images).shape == (2, *latent)
    assert autoencoder.decode(autoencoder.encode(images)).shape == images.shape
    again, cost = autoencoder(images, torch.randn(2, *latent))
    assert again.shape == images.shape and cost.shape == (2,)


@both
def test_it_is_small(regularisation):
    network = AutoencoderConfig(regularisation=regularisation).build()
    assert sum(p.numel() for p in network.state_dict().values()) < 350_000


@both
def test_latents_have_unit_spread_and_decoding_takes_them(regularisation):
    autoencoder, images = small(regularisation).build().eval(), torch.randn(500, 1, 8, 8)
    before = autoencoder.decode(autoencoder.encode(images))
    autoencoder.standardise(images)
    latents = autoencoder.encode(images)
    assert latents.std().item() == pytest.approx(1, abs=1e-3)
    assert latents.mean((0, 2, 3)).abs().max() < 1e-4
    assert torch.allclose(autoencoder.decode(latents), before, atol=1e-4)
    spread = autoencoder.spread.clone()
    autoencoder.standardise(images)  # a second time changes nothing
    assert torch.allclose(autoencoder.spread, spread, rtol=1e-4)


@both
def test_scale_and_codes_are_saved_with_the_weights(regularisation, learnt):
    autoencoder = learnt[0]
    again = autoencoder.config.build().eval()
    again.load_state_dict(autoencoder.state_dict())
    images = torch.randn(2, 1, 8, 8)
    assert torch.equal(again.decode(again.encode(images)), autoencoder.decode(autoencoder.encode(images)))


@pytest.mark.parametrize(("wrong", "why"), [
    ({"regularisation": "gan"}, "'kl' or 'vq'"), ({"shape": (1, 28, 30)}, "multiples of 4"), ({"widths": (12, 16)},
    "multiples of 8"), ({"widths": ()}, "one or more"), ({"channels": 0}, "at least 1"), ({"codes": 1}, "at least 2")])
def test_impossible_sizes_are_refused(wrong, why):
    with pytest.raises(BranchedError, match=why):
        AutoencoderConfig(**wrong)


def test_a_configuration_may_come_from_json():
    assert AutoencoderConfig([1, 28, 28], widths=[32, 64]) == AutoencoderConfig()


# -- learning ----------------------------------------------------------------------------------------------------------

def test_it_learns_stripes(learnt):
    """A grey picture of their mean is 0.75 away."""
    autoencoder, losses = learnt
    x = stripes().form.scale(stripes().x)
    assert losses[0] > 0.5
    assert (autoencoder.decode(autoencoder.encode(x)) - x).abs().mean() < 0.1


def test_a_finished_one_is_at_rest_and_its_latents_are_scaled(learnt):
    autoencoder, data = learnt[0], stripes()
    latents = training.latents_of(autoencoder, data)
    assert latents.shape == (60, 4, 2, 2) and latents.std().item() == pytest.approx(1, abs=1e-3)
    assert not autoencoder.training and not any(p.requires_grad for p in autoencoder.parameters())


def test_the_decoder_of_a_codebook_moves_latents_to_their_codes():
    autoencoder = small("vq").build().eval()
    autoencoder.bottleneck.codes.copy_(torch.randn(16, 4))
    autoencoder.spread.fill_(2.0)
    latents = torch.randn(3, 4, 2, 2)
    settled = autoencoder.bottleneck.decodable(latents * 2) / 2
    assert not torch.equal(settled, latents)
    assert torch.allclose(autoencoder.decode(latents), autoencoder.decode(settled), atol=1e-6)


@both
def test_a_batch_is_a_function_of_the_step_alone(regularisation):
    batches = training.Batches(stripes(), (4, 2, 2), LearningConfig(batch=8))
    assert all(torch.equal(a, b) for a, b in zip(batches(3), batches(3), strict=True))
    assert not torch.equal(batches(3).noise, batches(4).noise)
    assert batches(3).images.aminmax() == (-1, 1) and batches(3).noise.shape == (8, 4, 2, 2)


@both
def test_it_learns_under_bfloat16(regularisation):
    learning = LearningConfig(steps=3, batch=8, precision="bfloat16")
    state = training.begin(small(regularisation), learning, CPU)
    assert len(list(training.train(state, stripes(), learning))) == 3
    assert training.finished(state, stripes()).spread > 0


@both
def test_the_same_seed_gives_the_same_autoencoder(regularisation):
    def weights():
        learning = LearningConfig(steps=3, batch=8, precision="float32")
        state = training.begin(small(regularisation), learning, CPU)
        list(training.train(state, stripes(), learning))
        return training.finished(state, stripes()).state_dict()

    assert all(torch.equal(a, b) for a, b in zip(weights().values(), weights().values(), strict=True))


def test_data_of_another_form_is_refused(rows):
    learning = LearningConfig(steps=3)
    state = training.begin(AutoencoderConfig(), learning, CPU)
    for data in (rows, stripes()):
        with pytest.raises(BranchedError, match="takes images of shape"):
            training.train(state, data, learning)
