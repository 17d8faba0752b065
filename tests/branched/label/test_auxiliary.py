"""The label as a plane, and the auxiliary classifier's part in the loss."""
from dataclasses import replace
from typing import NamedTuple

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from branched.data.dataset import Dataset
from branched.errors import BranchedError
from branched.label.auxiliary import AuxiliaryLoss, CleanClassifier, LabelPlaneConfig, LabelPlaneUNet, pretrain
from branched.learning.loop import LearningConfig, learn, start
from branched.learning.resume import load_state, save_state
from branched.noise import schedule

CLASSES = 3
LEARNING = LearningConfig(steps=100, batch=48, learning_rate=3e-3, warmup=10, ema=0.9, precision="float32")


class Batch(NamedTuple):
    x0: Tensor
    noise: Tensor
    t: Tensor
    label: Tensor


@pytest.fixture
def network() -> LabelPlaneUNet:
    """Untrained, with nothing that is zero but the empty plane."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = LabelPlaneConfig((1, 8, 8), channels=(16, 32), blocks=(1, 1, 1), embedding=16, heads=2, rank=4)
        network = config.build(CLASSES)
        for parameter in network.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    return network


@pytest.fixture(scope="module")
def planted() -> Dataset:
    """Bright, grey and dark images."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(600) % CLASSES
    x = 80 * y[:, None, None, None] + torch.randint(0, 90, (600, 1, 8, 8), generator=generator)
    return Dataset.of_images("planted", ("a", "b", "c"), x.to(torch.uint8), y)


def batches(step: int, rows: int = 48) -> Batch:
    """Constant images, whose brightness is their class."""
    generator = torch.Generator().manual_seed(step)
    label = torch.arange(rows) % CLASSES
    x0 = (label - 1.0)[:, None, None, None].expand(rows, 1, 8, 8)
    return Batch(x0, torch.randn(x0.shape, generator=generator), torch.rand(rows, generator=generator), label)


def velocity_loss(network, batch: Batch) -> Tensor:
    """What the other models learn by."""
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    target = schedule.velocity(batch.x0, batch.noise, batch.t)
    return (network(xt, batch.t, batch.label).float() - target).square().mean()


def gradients(network, loss: AuxiliaryLoss, batch: Batch) -> dict[str, Tensor]:
    named = {name: parameter for name, parameter in network.named_parameters() if parameter.requires_grad}
    found = torch.autograd.grad(loss(network, batch), list(named.values()), allow_unused=True)
    return {name: gradient for name, gradient in zip(named, found, strict=True) if gradient is not None}


# -- the plane ---------------------------------------------------------------------------------------------------------

def test_another_label_is_another_velocity_and_a_row_depends_on_itself_alone(network):
    x, t, label = torch.randn(6, 1, 8, 8), torch.rand(6), torch.arange(6) % CLASSES
    out = network(x, t, label)
    assert out.shape == x.shape
    assert ((out - network(x, t, (label + 1) % CLASSES)).abs().amax((1, 2, 3)) > 1e-3).all()
    torch.testing.assert_close(out[:2], network(x[:2], t[:2], label[:2]), atol=1e-5, rtol=1e-5)


def test_the_stem_sees_the_plane_of_the_label_beside_the_image(network):
    seen = []
    network.stem.register_forward_pre_hook(lambda _, inputs: seen.append(F.pixel_shuffle(inputs[0], 2)))
    x, label = torch.randn(2, 1, 8, 8), torch.tensor([2, 0])
    network(x, torch.rand(2), label)
    assert torch.equal(seen[0][:, :1], x)
    assert torch.equal(seen[0][:, 1], network.plane.weight[label].view(2, 8, 8))


def test_without_a_class_the_plane_is_empty(network):
    assert not network.plane.weight[CLASSES].any() and network.plane.weight[:CLASSES].all()
    assert network(torch.randn(1, 1, 8, 8), torch.rand(1), torch.tensor([CLASSES])).isfinite().all()


def test_colour_and_a_shape_that_is_not_square():
    network = LabelPlaneConfig((3, 8, 12), channels=(8, 16), blocks=(1, 1, 1), embedding=16, heads=2, rank=4).build(4)
    x = torch.randn(2, 3, 8, 12)
    assert network(x, torch.rand(2), torch.tensor([0, 3])).shape == x.shape
    assert network.classifier(x).shape == (2, 4)


# -- the loss ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("weighted", [False, True])
def test_without_weight_the_loss_is_the_velocitys_bit_for_bit(network, weighted):
    batch = batches(0)
    assert torch.equal(AuxiliaryLoss(0.0, weighted=weighted)(network, batch), velocity_loss(network, batch))


@pytest.mark.parametrize("weighted", [False, True])
def test_the_cross_entropy_of_the_estimate_is_added_row_by_row(network, weighted):
    """Against the formula, with alpha in double precision."""
    batch = batches(0)
    xt = schedule.diffuse(batch.x0, batch.noise, batch.t)
    x0 = schedule.clean_from_velocity(xt, network(xt, batch.t, batch.label), batch.t)
    surprise = F.cross_entropy(network.classifier(x0), batch.label, reduction="none")
    share = schedule.alpha(batch.t.double()).square().float() if weighted else torch.ones(48)
    expected = velocity_loss(network, batch) + 0.3 * (share * surprise).mean()
    torch.testing.assert_close(AuxiliaryLoss(0.3, weighted=weighted)(network, batch), expected)


def test_a_row_without_a_label_has_no_cross_entropy(network):
    batch = batches(0)._replace(label=torch.full((48,), CLASSES))
    torch.testing.assert_close(AuxiliaryLoss(1.0)(network, batch), velocity_loss(network, batch))


def test_a_rows_weight_is_its_share_of_signal_energy():
    t = torch.tensor([0.0, 0.25, 0.5, 1.0])
    expected = torch.exp(-(0.1 * t.double() + 19.9 / 2 * t.double() ** 2)).float()
    torch.testing.assert_close(AuxiliaryLoss(weighted=True).row_weights(t), expected)
    assert torch.equal(AuxiliaryLoss().row_weights(t), torch.ones(4))


def test_the_gradient_reaches_denoiser_and_classifier(network):
    """Each parameter of both has another gradient than by the velocity's error alone."""
    batch = batches(0)
    both, alone = (gradients(network, AuxiliaryLoss(weight), batch) for weight in (1.0, 0.0))
    classifier = {name for name in both if name.startswith("classifier")}
    assert len(classifier) == 8 and not classifier & alone.keys()
    assert all(both[name].any() for name in classifier)
    assert not torch.allclose(both["stem.weight"], alone["stem.weight"])
    assert not torch.allclose(both["plane.weight"], alone["plane.weight"])


def test_a_frozen_classifier_sends_the_gradient_on_and_keeps_none(network, planted):
    loss = AuxiliaryLoss(1.0, "frozen")
    loss.prepare(network, planted, replace(LEARNING, steps=5))
    batch = batches(0)
    both, alone = gradients(network, loss, batch), gradients(network, AuxiliaryLoss(0.0), batch)
    assert both.keys() == alone.keys() and not any(name.startswith("classifier") for name in both)
    assert not torch.allclose(both["stem.weight"], alone["stem.weight"])


@pytest.mark.parametrize(("loss", "learns"), [(AuxiliaryLoss(1.0), True), (AuxiliaryLoss(0.0), False)])
def test_a_classifier_that_nothing_reaches_does_not_learn(network, planted, loss, learns):
    loss.prepare(network, planted)
    assert all(parameter.requires_grad == learns for parameter in network.classifier.parameters())
    assert network.stem.weight.requires_grad


def test_it_is_bfloat16_safe(network):
    with torch.autocast("cpu", torch.bfloat16):
        loss = AuxiliaryLoss(1.0)(network, batches(0))
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, AuxiliaryLoss(1.0)(network, batches(0)), rtol=0.05, atol=0.05)


@pytest.mark.parametrize("wrong", [{"weight": -1.0}, {"weight": float("nan")}, {"classifier": "thawed"}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(BranchedError):
        AuxiliaryLoss(**wrong)


# -- learning ----------------------------------------------------------------------------------------------------------

def test_pretraining_learns_real_images_and_leaves_the_given_classifier_alone(planted):
    torch.manual_seed(0)
    classifier = CleanClassifier(planted.shape, CLASSES)
    before = {name: value.clone() for name, value in classifier.state_dict().items()}
    trained = pretrain(classifier, planted, LEARNING)
    assert (trained.probabilities(planted.form.scale(planted.x)).argmax(1) == planted.y).float().mean() > 0.98
    assert not any(parameter.requires_grad for parameter in trained.parameters())
    assert all(torch.equal(before[name], value) for name, value in classifier.state_dict().items())


@pytest.mark.parametrize("loss", [AuxiliaryLoss(0.01), AuxiliaryLoss(0.01, "frozen", weighted=True), AuxiliaryLoss(0)])
def test_a_planted_toy_is_learnt(network, planted, loss):
    """From pure noise the estimate is the brightness of the class; a frozen classifier stays what it was."""
    loss.prepare(network, planted, replace(LEARNING, steps=20))
    kept = {name: value.clone() for name, value in network.classifier.state_dict().items()}
    state = start(network, LEARNING)
    for _ in learn(state, batches, loss, LEARNING):
        pass
    x1, t, label = torch.randn(CLASSES, 1, 8, 8), torch.ones(CLASSES), torch.arange(CLASSES)
    with torch.no_grad():
        x0 = schedule.clean_from_velocity(x1, state.average(x1, t, label), t)
    torch.testing.assert_close(x0.mean((1, 2, 3)), label - 1.0, atol=0.25, rtol=0)
    still = all(torch.equal(kept[name], value) for name, value in state.average.classifier.state_dict().items())
    assert still == (loss.classifier == "frozen" or loss.weight == 0)
    assert not state.average.plane.weight[CLASSES].any()


def test_a_run_with_a_frozen_classifier_goes_on_where_it_was_stopped(planted, tmp_path):
    config = LabelPlaneConfig((1, 8, 8), channels=(8,), blocks=(0, 1, 0), embedding=16, heads=2, rank=4)
    loss, learning, states = AuxiliaryLoss(0.1, "frozen"), replace(LEARNING, steps=4), []
    for _ in range(2):
        torch.manual_seed(0)
        network = config.build(CLASSES)
        loss.prepare(network, planted, replace(LEARNING, steps=3))
        states.append(start(network, learning))
    whole, rest = states
    for progress in learn(whole, batches, loss, learning):
        if progress.step == 2:
            save_state(tmp_path / "run.safetensors", whole, {})
    load_state(tmp_path / "run.safetensors", rest, {})
    assert rest.step == 2 and len(list(learn(rest, batches, loss, learning))) == 2
    assert all(torch.equal(a, b) for a, b in zip(whole.average.state_dict().values(),
                                                 rest.average.state_dict().values(), strict=True))


def test_the_classifier_is_small():
    assert 30_000 < sum(p.numel() for p in CleanClassifier((1, 28, 28), 10).parameters()) < 60_000
