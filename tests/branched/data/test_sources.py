"""Files of known data sets, from wherever they are: found, downloaded once, checked; the letters' table."""
import gzip
import hashlib
import io
import struct
from dataclasses import replace

import numpy as np
import pytest
import torch

from branched.data import sources
from branched.data.dataset import load
from branched.errors import BranchedError

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def mnist(monkeypatch) -> dict[str, bytes]:
    """Four tiny IDX files, and their checksums in place of the real ones."""
    rng, files, sums = np.random.default_rng(0), {}, {}
    for split, n in (("train", 20), ("test", 10)):
        (images, _), (labels, _) = sources.MNIST_FILES[split]
        files[images] = struct.pack(">4i", 2051, n, 28, 28) + rng.integers(0, 256, n * 784, np.uint8).tobytes()
        files[labels] = struct.pack(">2i", 2049, n) + bytes(k % 10 for k in range(n))
        sums[split] = tuple((name, hashlib.md5(files[name]).hexdigest()) for name in (images, labels))
    monkeypatch.setattr(sources, "MNIST_FILES", sums)
    return files


def write(files: dict[str, bytes], folder, zipped: bool = True):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / (name + ".gz" * zipped)).write_bytes(gzip.compress(content) if zipped else content)
    return folder


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("below", ["", "mnist"])
@pytest.mark.parametrize("how", ["folder", "environment", "cache"])
def test_mnist_is_found(mnist, tmp_path, monkeypatch, zipped, below, how):
    if how == "cache":
        write(mnist, tmp_path / "cache" / "branched" / "mnist", zipped)
    else:
        write(mnist, tmp_path / "data" / below, zipped)
    if how == "environment":
        monkeypatch.setenv("BRANCHED_DATA", str(tmp_path / "data"))
    d = load("mnist", "test", folder=tmp_path / "data" if how == "folder" else None)
    assert len(d) == 10 and d.shape == (1, 28, 28) and d.y.tolist() == list(range(10))
    assert d.x.numpy().tobytes() == mnist["t10k-images-idx3-ubyte"][16:]


def test_mnist_is_downloaded_once_and_cached(mnist, tmp_path, monkeypatch):
    calls = []

    def reply(url, timeout):
        calls.append(url)
        if url.startswith(sources.MNIST.mirrors[0]):
            raise OSError("the first mirror is down")
        content = gzip.compress(mnist[url.rsplit("/", 1)[-1].removesuffix(".gz")])
        answer = io.BytesIO(content)
        answer.headers = {"Content-Length": str(len(content))}
        return answer

    monkeypatch.setattr(sources.urllib.request, "urlopen", reply)
    assert len(load("mnist")) == 20 and len(calls) == 4
    assert len(load("mnist")) == 20 and len(calls) == 4
    assert all(path.suffix == ".gz" and not path.name.startswith(".")
               for path in (tmp_path / "cache" / "branched" / "mnist").iterdir())


def test_a_download_with_a_wrong_checksum_leaves_nothing(mnist, tmp_path, monkeypatch):
    def reply(url, timeout):
        answer = io.BytesIO(gzip.compress(b"something else"))
        answer.headers = {}
        return answer

    monkeypatch.setattr(sources.urllib.request, "urlopen", reply)
    with pytest.raises(BranchedError, match="checksum"):
        load("mnist")
    assert not list((tmp_path / "cache" / "branched" / "mnist").iterdir())


def test_a_download_that_does_not_end_is_stopped(mnist, tmp_path, monkeypatch):
    answers = []

    def reply(url, timeout):
        answers.append(io.BytesIO(bytes(100_000)))
        answers[-1].headers = {}
        return answers[-1]

    monkeypatch.setattr(sources, "MNIST", replace(sources.MNIST, most=1_000))
    monkeypatch.setattr(sources.urllib.request, "urlopen", reply)
    with pytest.raises(BranchedError, match="more than it should"):
        load("mnist")
    assert len(answers) == len(sources.MNIST.mirrors)
    assert not list((tmp_path / "cache" / "branched" / "mnist").iterdir())


def test_without_data_and_network_one_sentence_says_what_to_do():
    with pytest.raises(BranchedError, match="no network in tests.*BRANCHED_DATA"):
        load("mnist")


def test_a_folder_that_does_not_exist_is_refused(tmp_path, monkeypatch):
    with pytest.raises(BranchedError, match="nowhere"):
        load("mnist", folder=tmp_path / "nowhere")
    monkeypatch.setenv("BRANCHED_DATA", str(tmp_path / "neither"))
    with pytest.raises(BranchedError, match="neither"):
        load("mnist")


@pytest.mark.parametrize("damage", [
    lambda content: gzip.compress(content[:-1] + b"x"), lambda content: gzip.compress(content)[:-30],
    lambda content: b"not gzip", lambda content: gzip.compress(content + b"more"),
])
def test_a_corrupt_local_file_is_named(mnist, tmp_path, damage):
    folder = write(mnist, tmp_path / "data")
    bad = folder / "train-labels-idx1-ubyte.gz"
    bad.write_bytes(damage(mnist["train-labels-idx1-ubyte"]))
    with pytest.raises(BranchedError, match="train-labels-idx1-ubyte.gz"):
        load("mnist", folder=folder)
    assert len(load("mnist", "test", folder=folder)) == 10


# -- the letters -------------------------------------------------------------------------------------------------------

LINES = "".join(f"{'ABC'[k % 3]},{','.join(str((k * j) % 16) for j in range(16))}\n" for k in range(1, 31))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("below", ["", "letter-recognition"])
def test_the_letters_are_found(tmp_path, monkeypatch, ending, below):
    name, _ = sources.LETTERS_FILE
    monkeypatch.setattr(sources, "LETTERS_FILE", (name, sources.LETTERS.checksum(LINES.encode())))
    monkeypatch.setattr(sources, "LETTERS_TRAINING", 20)
    (tmp_path / below).mkdir(exist_ok=True)
    (tmp_path / below / name).write_bytes(LINES.replace("\n", ending).encode())
    train, test = (load("letters", split, folder=tmp_path) for split in ("train", "test"))
    assert (len(train), len(test)) == (20, 10) and train.labels == ("A", "B", "C") and train.form == test.form
    assert train.form.features[:2] == ("x-box", "y-box") and all(train.form.whole) and train.x[0, 1] == 1


def test_other_letters_are_refused(tmp_path):
    name, _ = sources.LETTERS_FILE
    (tmp_path / name).write_text(LINES)
    with pytest.raises(BranchedError, match="not the file that it should be"):
        load("letters", folder=tmp_path)


def test_the_real_letters(at_hand):
    """What the checksum vouches for."""
    train, test = at_hand("letters", "train"), at_hand("letters", "test")
    assert (len(train), len(test), len(train.labels)) == (16_000, 4_000, 26)
    assert train.x.min() == 0 and train.x.max() == 15 and torch.equal(train.x, train.x.round())
