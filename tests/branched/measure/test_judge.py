import json
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate, pad

import branched
from branched.command.main import main
from branched.data import dataset
from branched.errors import BranchedError
from branched.measure.judge import Judge, JudgeConfig, Settings, make_judge, train_judge

SHIPPED = Path(__file__).parents[3] / "checkpoints" / "judge-mnist.safetensors"
QUICK = Settings(epochs=12, batch=64)


def grey(digits: dataset.Dataset) -> torch.Tensor:
    return digits.x[:, 0].float() / 255


@pytest.fixture(scope="module")
def digits() -> dataset.Dataset:
    return dataset.load("digits", "test")


@pytest.fixture(scope="module")
def records() -> list:
    return list(train_judge(dataset.load("digits"), dataset.load("digits", "test"), QUICK, seed=1))


@pytest.fixture(scope="module")
def judge(records) -> Judge:
    return records[-1].judge


def test_a_small_judge_learns_small_digits(judge, digits):
    assert judge.accuracy(grey(digits), digits.y) > 0.95
    assert judge.facts["test_accuracy"] == judge.accuracy(grey(digits), digits.y)


def test_progress_is_reported_and_the_judge_comes_last(records):
    assert [r.step for r in records] == sorted({r.step for r in records})
    assert records[-1].step == records[-1].steps and records[-1].epoch == QUICK.epochs
    assert [r.judge is not None for r in records] == [False] * (len(records) - 1) + [True]
    assert records[-1].loss < records[0].loss


def test_classes_by_other_names_are_what_the_judge_sees_most_often_in_them(judge, digits):
    letters = digits.grouped("ABCDEFGHIJ", (digits.y + 3) % 10)                     # D has the zeros, A the sevens
    asked = judge.matched(letters)
    assert asked.meant == dict(zip("ABCDEFGHIJ", "7890123456", strict=True))
    assert [asked.place(label) for label in "DEA"] == [0, 1, 7] and asked.place("4") == 4
    halves = judge.matched(digits.grouped(("left", "right", "none"), torch.where(digits.y == 3, torch.arange(
        len(digits.y)) % 2, (digits.y > 3) * 2)))                                   # left has threes and less
    assert halves.meant["right"] == "3" and halves.meant["left"] in "0123" and halves.labels == judge.labels
    with pytest.raises(BranchedError, match="does not know the class 'A'; it knows 0, 1"):
        judge.place("A")
    assert judge.matched(digits.grouped(("all", "empty"), torch.zeros_like(digits.y))).meant.keys() == {"all"}


def test_features_and_probabilities(judge, digits):
    features, probabilities = judge.look(grey(digits)[:7])
    assert features.shape == (7, 128) and (features >= 0).all()
    assert probabilities.shape == (7, 10) and np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert judge.labels == tuple("0123456789") and judge.shape == (8, 8)
    assert np.array_equal(features, judge.features(grey(digits)[:7].numpy()))
    assert np.array_equal(probabilities, judge.probabilities(grey(digits)[:7].double()))


def test_an_image_is_judged_alike_alone_and_in_a_batch(judge, digits):
    together = judge.features(grey(digits)[:5])
    assert np.allclose(together[3:4], judge.features(grey(digits)[3:4]), atol=1e-4)
    assert judge.features(torch.zeros(0, 8, 8)).shape == (0, 128)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 9, 14), (3, 32, 32), (1, 28, 28)])
def test_images_of_any_size_and_grey_or_rgb(shape):
    x = torch.randint(256, (40, *shape), dtype=torch.uint8)
    noise = dataset.Dataset.of_images("noise", ("a", "b"), x, torch.arange(40) % 2)
    *_, last = train_judge(noise, noise, Settings(epochs=1, batch=13))  # 40 is not whole thirteens, and leaves 1 over
    images = x.float().movedim(1, -1) / 255
    assert last.judge.probabilities(images if shape[0] == 3 else images[..., 0]).shape == (40, 2)
    assert last.judge.shape == ((*shape[1:], 3) if shape[0] == 3 else shape[1:])


@pytest.mark.parametrize("images, words", [
    (torch.zeros(2, 28, 28), "shape"),
    (torch.zeros(2, 8, 8, 3), "shape"),
    (torch.zeros(2, 8, 8, dtype=torch.uint8), "floats"),
    (torch.full((2, 8, 8), -1.0), "0 to 1"),
    (torch.full((2, 8, 8), float("nan")), "0 to 1"),
])
def test_other_images_are_refused(judge, images, words):
    with pytest.raises(BranchedError, match=words):
        judge.probabilities(images)


@pytest.mark.parametrize("changes", [{"channels": 2}, {"height": 7}, {"labels": ("a",)}, {"labels": ("a", "a")},
                                     {"width": 28.5}, {"widths": (1, 2)}])
def test_a_judge_that_cannot_be_is_refused(changes):
    with pytest.raises(BranchedError):
        JudgeConfig(**{"labels": ("a", "b"), "channels": 1, "height": 28, "width": 28, **changes})


# -- files -----------------------------------------------------------------------------------------------------------

def test_round_trip(judge, digits, tmp_path):
    judge.save(tmp_path / "new" / "judge.safetensors")
    again = Judge.load(tmp_path / "new" / "judge.safetensors")
    assert again.config == judge.config and again.facts == judge.facts
    for before, after in zip(judge.look(grey(digits)), again.look(grey(digits)), strict=True):
        assert np.array_equal(before, after)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["judge.safetensors"]


def test_make_judge_saves_what_it_hands_over(tmp_path):
    digits = dataset.load("digits").only(["0", "1"])
    *_, last = make_judge(tmp_path / "j.safetensors", digits, digits, Settings(epochs=1))
    assert Judge.load(tmp_path / "j.safetensors").facts == last.judge.facts
    assert last.judge.facts["settings"]["epochs"] == 1 and last.judge.facts["seed"] == 0


def test_the_command_trains_a_judge_that_evaluate_takes(tmp_path, capsys):
    path = tmp_path / "judge.safetensors"
    assert main(["judge", "--data", "digits", "--classes", "0", "1", "--seed", "3", "--output", str(path)]) == 0
    judge = Judge.load(path)
    assert judge.labels == ("0", "1") and judge.shape == (8, 8) and judge.facts["seed"] == 3
    assert judge.facts["test_accuracy"] > 0.95
    assert f"it reads {judge.facts['test_accuracy']:.1%} of" in capsys.readouterr().out
    assert main(["judge", "--data", "nowhere", "--output", str(path)]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("kept", [0, 5, 300, -1])
def test_a_cut_file_is_refused(judge, tmp_path, kept):
    path = tmp_path / "judge.safetensors"
    judge.save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BranchedError, match="judge"):
        Judge.load(path)


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(BranchedError, match="no file"):
        Judge.load(tmp_path / "none.safetensors")
    (tmp_path / "picture.safetensors").write_bytes(os.urandom(500))
    with pytest.raises(BranchedError):
        Judge.load(tmp_path / "picture.safetensors")


@pytest.mark.parametrize("change", [
    lambda header: header["config"].update(widths=[8, 8, 8]),
    lambda header: header["config"].update(labels=[str(k) for k in range(9)]),
    lambda header: header["config"].update(height="8"),
    lambda header: header["config"].update(colour=True),
    lambda header: header.update(facts="good"),
    lambda header: header.pop("config"),
])
def test_a_header_that_does_not_fit_is_refused(judge, tmp_path, change):
    path = tmp_path / "judge.safetensors"
    judge.save(path)
    _edit_header(path, change)
    with pytest.raises(BranchedError, match="judge"):
        Judge.load(path)


def _edit_header(path: Path, change) -> None:
    """Rewrite the JSON inside the safetensors file's own JSON."""
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    outer = json.loads(raw[8:8 + size])
    inner = json.loads(outer["__metadata__"]["header"])
    change(inner)
    outer["__metadata__"]["header"] = json.dumps(inner)
    text = json.dumps(outer).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + size:])


# -- the judge that comes with the project ---------------------------------------------------------------------------

def test_the_shipped_judge_is_small_and_says_how_good_it_is():
    judge = Judge.load(SHIPPED)
    assert SHIPPED.stat().st_size < 2_500_000
    assert sum(p.numel() for p in judge.network.parameters()) < 500_000
    assert judge.facts["test_accuracy"] >= 0.995 and judge.facts["train_images"] == 60_000
    assert judge.look(np.zeros((2, 28, 28)))[1].shape == (2, 10)


def test_the_shipped_judge_knows_test_digits(at_hand):
    test = at_hand("mnist", "test")
    assert Judge.load(SHIPPED).accuracy(grey(test)[:1000], test.y[:1000]) >= 0.99


def test_the_shipped_judge_knows_digits_of_other_hands(digits):
    """Scikit-learn's, 8 x 8, blown up to MNIST's box of 20 x 20 in the middle of 28 x 28."""
    blown_up = interpolate(grey(digits)[:, None], size=(20, 20), mode="bicubic").clamp(0, 1)
    assert Judge.load(SHIPPED).accuracy(pad(blown_up, (4, 4, 4, 4))[:, 0], digits.y) >= 0.97


def test_the_shipped_judge_knows_what_the_shipped_model_draws():
    made, judge = branched.load("mnist").sample(n=5, steps=20, seed=1), Judge.load(SHIPPED)
    right = [judge.probabilities(images).argmax(1) == judge.labels.index(label)
             for label, images in zip(made.labels, made.images, strict=True)]
    assert np.mean(right) >= 0.96
