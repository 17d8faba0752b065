"""What single methods are measured by: a planted autoencoder, tiny networks whose statistics blind them."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from branched.data import dataset
from branched.data.images import Images
from branched.label.autoencoder import AutoencoderConfig
from branched.label.auxiliary import LabelPlaneConfig
from branched.label.batch_norm import BatchNormConfig
from branched.label.model import LabelModel
from branched.measure import of_methods
from branched.measure.judge import Settings, train_judge
from branched.measure.laboratory import DRAWS, Laboratory
from branched.measure.methods_store import stored_arrays, stored_figures
from branched.measure.of_methods import Protocol
from branched.measure.of_variants import STATISTICS, by_statistics, of_classifier, of_statistics, reconstruction

SIZES = {"shape": (1, 8, 8), "channels": (16, 32), "blocks": (1, 1, 1), "embedding": 16, "heads": 2}
FORM = Images((1, 8, 8))


@pytest.fixture(scope="module")
def test():
    return dataset.load("digits", "test")


@pytest.fixture(scope="module")
def judge(test):
    *_, record = train_judge(dataset.load("digits"), test, Settings(epochs=2, batch=64), seed=1)
    return record.judge


def restless(network: torch.nn.Module) -> torch.nn.Module:
    """No weight is zero, so that all of them count."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for parameter in network.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    return network.eval()


@pytest.fixture(scope="module")
def normed(test) -> LabelModel:
    return LabelModel("batch norm", restless(BatchNormConfig(**SIZES).build(10)), test.labels, {}, FORM)


@pytest.fixture(scope="module")
def taught(test) -> LabelModel:
    return LabelModel("auxiliary", restless(LabelPlaneConfig(**SIZES).build(10)), test.labels, {}, FORM)


# -- autoencoders ------------------------------------------------------------------------------------------------------

class Shifting:
    """An autoencoder that is off by a tenth everywhere, towards grey."""

    config = SimpleNamespace(regularisation="kl")

    def encode(self, x):
        return x

    def decode(self, x):
        return torch.where(x < 0, x + 0.2, x - 0.2)


def test_errors_of_a_known_shift(judge, test):
    model = SimpleNamespace(autoencoder=Shifting(), form=FORM, device=torch.device("cpu"))
    found, seen = reconstruction(model, judge, test)
    assert found["error"] == pytest.approx(0.1, abs=1e-6) and found["psnr"] == pytest.approx(20, abs=1e-4)
    images = test.form.shown(test.x)
    assert found["right_real"] == judge.accuracy(images, test.y) and "codes_used" not in found
    assert found["right"] == judge.accuracy(np.where(images < 0.5, images + 0.1, images - 0.1).astype(np.float32),
                                            test.y)
    assert seen.shape == (3, 10, 8, 8) and seen.dtype == np.uint8 and set(seen[2].flatten()) <= {25, 26}
    assert np.array_equal(seen[0], np.stack([test.of(label)[0, 0] for label in test.labels]))


def test_codes_that_are_used_are_counted(judge, test):
    autoencoder = AutoencoderConfig((1, 8, 8), 2, (8,), "vq", codes=5).build().eval()
    autoencoder.bottleneck.codes.copy_(torch.tensor([[1e3, 0], [0, 0], [0, 1e3], [-1e3, 0], [0, 0]]))
    model = SimpleNamespace(autoencoder=autoencoder, form=FORM, device=torch.device("cpu"))
    assert reconstruction(model, judge, test)[0]["codes_used"] == 1


# -- variants ----------------------------------------------------------------------------------------------------------

def test_by_the_batchs_own_statistics_a_network_is_blind_to_time(normed, test):
    counts = {way: of_statistics(by_statistics(normed, way, test), normed, test)["time_counts"] for way in STATISTICS}
    assert counts["batch"] < 1e-4 < 1e-2 < counts["running"]


def test_every_way_is_the_same_model_with_other_statistics(normed, test):
    drawn = {way: by_statistics(normed, way, test).sample(n=4, steps=3).images for way in STATISTICS}
    assert np.array_equal(drawn["running"], normed.sample(n=4, steps=3).images)
    assert np.array_equal(drawn["first"], drawn["running"])  # untrained: it has none but those it began with
    assert not np.array_equal(drawn["batch"], drawn["running"])
    assert not np.array_equal(drawn["per-time"], drawn["running"])


def test_a_classifier_that_is_pleased_with_everything_is_fooled_where_the_judge_is_not(judge, test):
    images = {label: test.form.shown(test.of("1"))[:10] for label in test.labels}
    pleased = SimpleNamespace(probabilities=lambda x: torch.eye(10).repeat_interleave(10, 0))
    model = SimpleNamespace(network=SimpleNamespace(classifier=pleased), form=FORM, labels=test.labels)
    found = of_classifier(model, judge, images)
    right = np.mean([(judge.probabilities(images["1"]).argmax(1) == k).mean() for k in range(10)])
    assert found["own"] == 1 and found["fooled"] == pytest.approx(1 - right)


def test_variants_are_measured_from_their_files(judge, test, normed, taught, tmp_path, monkeypatch):
    normed.save(tmp_path / "cbn-time.safetensors")
    for name in ("ac-0", "ac-1", "mnist-ac"):
        taught.save(tmp_path / f"{name}.safetensors")
    lab = Laboratory(judge, dataset.load("digits"), test, Protocol(n=4, steps=2, models=tmp_path, device="cpu"),
                     tmp_path)
    monkeypatch.setitem(of_methods.SHIPPED_VARIANTS, "cbn-class", "nowhere")
    found = {task.name: task.setting.model for task in lab.tasks("variants")}
    assert found == {**{f"cbn-time-{way}": "cbn-time" for way in STATISTICS}, "ac-0": "ac-0", "ac-1": "ac-1",
                     "ac-1-frozen-weighted": "mnist-ac"}
    for _ in lab.measure(("variants",)):
        pass
    assert lab.tasks("variants") == []
    stored, pictures = stored_figures(tmp_path)["variants"], stored_arrays(tmp_path / "methods.npz")
    assert {"own", "fooled", "fine_share", "right", "parameters"} <= set(stored["ac-1"])
    assert {"statistics_gap", "time_counts"} <= set(stored["cbn-time-batch"])
    assert pictures["variant/ac-1"].shape == (DRAWS, 10, 8, 8)
    assert {name for name in pictures if name.startswith("artefact/")} == {"artefact/ac-1",
                                                                           "artefact/ac-1-frozen-weighted"}
    assert pictures["artefact/ac-1"].dtype == np.int16 and not pictures["artefact/ac-1"].any()  # the same weights
