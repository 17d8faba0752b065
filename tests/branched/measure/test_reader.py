"""The reader: other hands' digits, what is no digit, and its file."""
import numpy as np
import pytest
import torch

from branched import BranchedError, load, reader_for
from branched.data import hands
from branched.data.dataset import Dataset
from branched.measure.reader import Reader, train_reader
from branched.photos.photo import placed

LABELS = tuple("0123456789")


@pytest.fixture(scope="module")
def reader():
    return reader_for(load("mnist"))


def written(strokes: list[hands.Strokes], seed: int) -> np.ndarray:
    """Shapes as some hand draws them, in the form of MNIST."""
    rng = np.random.default_rng(seed)
    return np.stack([placed(hands.drawn(own, rng), (28, 28)) for own in strokes])


def line(*points):
    return False, list(points)


@pytest.mark.parametrize("label, strokes", [
    ("1", [line((.1, .5), (.5, 0), (.52, 1))]),                                                # a long upstroke
    ("1", [line((.15, .3), (.5, 0), (.52, 1)), line((.2, 1), (.8, 1))]),                       # and a foot
    ("7", [line((.1, 0), (.9, 0), (.4, 1)), line((.3, .5), (.85, .48))]),                      # a bar
    ("0", [(True, [(.55, 0), (.12, .3), (.2, .85), (.55, 1), (.9, .7), (.85, .2), (.55, 0)]),
           line((.1, 1), (.9, 0))]),                                                           # a slash
])
def test_it_reads_what_mnist_has_not(reader, label, strokes):
    told = reader.read(written([strokes] * 20, 3), LABELS)
    assert (told.probabilities.argmax(1) == int(label)).mean() >= 0.9 and (told.other < 0.5).mean() >= 0.9


def test_it_tells_what_is_no_digit(reader):
    letters = [strokes for strokes in hands.SIGNS for _ in range(2)]
    assert (reader.read(written(letters, 5), LABELS).other > 0.5).mean() > 0.8
    rng = np.random.default_rng(6)
    digits = [hands.DIGITS[k % 10](rng) for k in range(80)]
    assert (reader.read(written(digits, 6), LABELS).other > 0.5).mean() < 0.1


def test_of_fewer_classes_the_others_are_none(reader):
    nines = written([hands.DIGITS[9](np.random.default_rng(0))] * 4, 1)
    told = reader.read(nines, ("0", "9"))
    assert told.probabilities.shape == (4, 2) and np.allclose(told.probabilities.sum(1), 1, atol=1e-5)
    assert (told.probabilities[:, 1] > 0.9).all() and (told.other < 0.5).all()
    assert (reader.read(nines, ("0", "1")).other > 0.9).all()


def test_it_learns_and_comes_back_from_its_file(reader, tmp_path):
    rng = np.random.default_rng(0)
    strokes = [hands.DIGITS[k % 10](rng) if k % 11 else hands.SIGNS[0] for k in range(66)]
    x = torch.from_numpy((written(strokes, 0)[:, None] * 255).astype(np.uint8))
    y = torch.tensor([k % 10 if k % 11 else 10 for k in range(66)])
    data = Dataset.of_images("some", (*LABELS, hands.OTHER), x, y)
    test = Dataset.of_images("some", LABELS, x[y < 10], y[y < 10])
    own = train_reader(reader.judge, data, test)
    assert own.facts["test_accuracy"] > 0.9 and own.facts["held_out_others_known"] == 1
    own.save(tmp_path / "reader.safetensors")
    again = Reader.load(tmp_path / "reader.safetensors", reader.judge)
    images = x[:5, 0].float() / 255
    assert (again.read(images, LABELS).other == own.read(images, LABELS).other).all() and again.facts == own.facts
    whole = (tmp_path / "reader.safetensors").read_bytes()
    (tmp_path / "reader.safetensors").write_bytes(whole[:-100])
    with pytest.raises(BranchedError):
        Reader.load(tmp_path / "reader.safetensors", reader.judge)


def test_only_models_of_its_classes_have_one(model):
    assert reader_for(load("mnist-049")) is not None
    assert reader_for(load("letters")) is None and reader_for(model) is None
