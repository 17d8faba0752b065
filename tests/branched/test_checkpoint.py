"""Checkpoints: what is saved comes back to the last bit, and what is cut short, edited or foreign is refused."""
import json
import os
import random

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import branched
from branched import BranchedError, BranchedModel, checkpoint


@pytest.fixture
def saved(model, tmp_path):
    path = tmp_path / "small.safetensors"
    model.save(path)
    return path


def refused(path) -> str:
    """The one sentence with which a file is refused."""
    with pytest.raises(BranchedError) as error:
        branched.load(path, device="cpu")
    text = str(error.value)
    assert str(path) in text and text.endswith(".") and "\n" not in text
    return text


def rewrite(path, header=None, tensors=None, **metadata) -> None:
    """Save the model again with parts of it replaced; a None among the tensors or in the header leaves it out."""
    with checkpoint.safe_open(path, "pt") as file:
        meta = file.metadata()
    parts = {**load_file(path), **(tensors or {})}
    told = {**json.loads(meta["header"]), **(header or {})}
    meta = {**meta, "header": json.dumps({k: v for k, v in told.items() if v is not None}), **metadata}
    save_file({k: v.contiguous() for k, v in parts.items() if v is not None}, path, meta)


# -- round trip ------------------------------------------------------------------------------------------------------

def test_a_loaded_model_draws_the_same_images_to_the_last_bit(model, saved):
    again = branched.load(saved, device="cpu")
    assert again.tree == model.tree and again.labels == model.labels and again.facts == model.facts
    assert again.denoise.network.config == model.denoise.network.config
    assert all(np.array_equal(again.curves[k], model.curves[k]) for k in ("times", "similarity"))
    assert np.array_equal(again.sample(n=2, steps=5).images, model.sample(n=2, steps=5).images)
    assert again.parameters == model.parameters
    assert not again.denoise.network.training and not any(p.requires_grad for p in again.denoise.network.parameters())


def test_saving_again_loses_nothing(saved, tmp_path):
    branched.load(saved, device="cpu").save(tmp_path / "again.safetensors")
    (a, header_a), (b, header_b) = (checkpoint.load(p, "model") for p in (saved, tmp_path / "again.safetensors"))
    assert header_a == header_b and a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def test_a_loaded_model_does_not_hang_on_its_file(model, saved):
    """What stays mapped to a file kills the process, by a signal, once the file is cut short in place."""
    again = branched.load(saved, device="cpu")
    with open(saved, "r+b") as file:  # in place, as `cp` and `rsync --inplace` write
        file.write(bytes(saved.stat().st_size))
    assert all(np.array_equal(again.curves[key], model.curves[key]) for key in model.curves)
    assert np.array_equal(again.sample(n=1, steps=3).images, model.sample(n=1, steps=3).images)


def test_colour_and_flat_models(colour_model, flat_model, tmp_path):
    for m in (colour_model, flat_model):
        m.save(tmp_path / "m.safetensors")
        again = branched.load(tmp_path / "m.safetensors", device="cpu")
        assert again.tree == m.tree and again.shape == m.shape
        assert np.array_equal(again.sample(4, n=1, steps=3).images, m.sample(4, n=1, steps=3).images)


def test_a_name_is_looked_up_among_the_shipped(monkeypatch, saved):
    monkeypatch.setattr(checkpoint, "SHIPPED", saved.parent)
    assert branched.load("small", device="cpu").labels == branched.load(str(saved), device="cpu").labels
    assert "no file" in refused(saved.parent / "other.safetensors")
    with pytest.raises(BranchedError, match="no file"):
        branched.load("no-such-model")


def test_names_in_the_folder_of_ones_own(monkeypatch, saved, model):
    """Models there and those too damaged to tell; no judges, no training states, nothing foreign or elsewhere."""
    folder = saved.parent
    checkpoint.save(folder / "judge-small.safetensors", "judge", {"w": torch.zeros(1)}, {})
    checkpoint.save(folder / "half-way.safetensors", "training", {"w": torch.zeros(1)}, {})
    save_file({"weight": torch.zeros(3)}, folder / "foreign.safetensors")
    save_file({"weight": torch.zeros(3)}, folder / "other.safetensors", {"format": "pt", "kind": "model"})
    (folder / "damaged.safetensors").write_bytes(saved.read_bytes()[:1000])
    (folder / "empty.safetensors").touch()
    (folder / "notes.txt").write_text("nothing")
    (folder / "below").mkdir()
    (folder / "folder.safetensors").mkdir()
    model.save(folder / "below" / "deep.safetensors")
    shipped = folder.parent / "shipped"
    monkeypatch.setattr(checkpoint, "SHIPPED", shipped)
    monkeypatch.delenv("BRANCHED_MODELS", raising=False)
    assert branched.models() == checkpoint.names("judge") == ()
    monkeypatch.setenv("BRANCHED_MODELS", str(folder))
    assert branched.models() == ("damaged", "empty", "small")
    assert checkpoint.names("judge") == ("damaged", "empty", "judge-small")
    assert branched.load("small", device="cpu").labels == model.labels
    refused(checkpoint.find("damaged"))
    monkeypatch.setenv("BRANCHED_MODELS", str(folder / "nowhere"))
    assert branched.models() == ()


def test_the_shipped_come_first(monkeypatch, saved, flat_model, tmp_path):
    """A file of one's own does not take the place of a shipped one; with or without it, each name is there once."""
    own = tmp_path / "own"
    for name in ("small", "mine"):
        flat_model.save(own / f"{name}.safetensors")
    monkeypatch.setattr(checkpoint, "SHIPPED", saved.parent)
    monkeypatch.setenv("BRANCHED_MODELS", str(own))
    assert checkpoint.find("small") == saved and checkpoint.find("mine") == own / "mine.safetensors"
    assert branched.models() == ("mine", "small", "small (own)")
    assert checkpoint.find("no-such") == saved.parent / "no-such.safetensors"
    assert checkpoint.find(own / "small.safetensors") == own / "small.safetensors"


def test_only_known_devices(saved):
    with pytest.raises(BranchedError, match="auto, cpu or cuda"):
        branched.load(saved, device="gpu")
    if not torch.cuda.is_available():
        assert branched.load(saved, device="auto").device.type == "cpu"
        with pytest.raises(BranchedError, match="no GPU"):
            branched.load(saved, device="cuda")


# -- what is refused -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("share", [0.0, 0.00005, 0.02, 0.5, 0.999])
def test_cut_short(saved, share):
    whole = saved.read_bytes()
    saved.write_bytes(whole[:int(share * len(whole))])
    refused(saved)


def test_longer_than_it_says(saved):
    saved.write_bytes(saved.read_bytes() + b"more")
    refused(saved)


@pytest.mark.parametrize("seed", range(40))
def test_bytes_flipped_in_the_header(saved, seed):
    """Refused, or harmless (a letter in a remark): never a traceback."""
    rng, data = random.Random(seed), bytearray(saved.read_bytes())
    end = 8 + int.from_bytes(data[:8], "little")
    for _ in range(rng.choice([1, 3, 20])):
        data[rng.randrange(8 if seed % 4 == 0 else end)] ^= rng.randrange(1, 256)
    saved.write_bytes(data)
    try:
        assert isinstance(branched.load(saved, device="cpu"), BranchedModel)
    except BranchedError as error:
        assert str(error).endswith(".") and "\n" not in str(error)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a pickle of something", b"{}", b"\x89PNG\r\n\x1a\n" + bytes(100),
                                     bytes(1000), b"\xff" * 1000], ids=repr)
def test_other_files(tmp_path, content):
    (tmp_path / "other.safetensors").write_bytes(content)
    refused(tmp_path / "other.safetensors")


def test_a_folder(tmp_path):
    (tmp_path / "folder.safetensors").mkdir()
    refused(tmp_path / "folder.safetensors")


def test_foreign_safetensors(tmp_path):
    path = tmp_path / "foreign.safetensors"
    for metadata in (None, {"format": "pt"}, {"format": checkpoint.FORMAT, "kind": "training", "version": "1"}):
        save_file({"weight": torch.zeros(3)}, path, metadata)
        assert "not a model of this project" in refused(path)


def test_another_version(saved):
    rewrite(saved, version="2")
    assert "version 2" in refused(saved)


@pytest.mark.parametrize("key", ["tree", "network", "branches", "facts"])
def test_a_header_without(saved, key):
    rewrite(saved, {key: None})
    refused(saved)


NETWORK = {"shape": [1, 8, 8], "channels": [16, 32], "blocks": [1, 1, 1], "embedding": 16, "heads": 2, "rank": 4}
EDITED = [
    *({"network": {**NETWORK, **edit}} for edit in (
        {"rank": 5}, {"channels": [32, 16]}, {"channels": []}, {"heads": 0}, {"shape": [8, 8]}, {"shape": None},
        {"shape": "large"}, {"embedding": -16}, {"blocks": [1, 1]}, {"new": 1})),
    {"network": []}, {"network": "small"}, {"branches": 7}, {"branches": -1}, {"branches": "8"}, {"branches": 10**9},
    {"tree": {}}, {"tree": []}, {"tree": {"time": 0.5, "split": ["0", {"class": "1", "id": 99}]}},
    {"tree": {"time": 2, "split": ["0", "1"]}},
]


@pytest.mark.parametrize("header", EDITED, ids=str)
def test_an_edited_header(saved, header):
    rewrite(saved, header)
    refused(saved)


@pytest.mark.parametrize("text", ["", "[]", "7", "null", "{", '"text"'])
def test_a_header_that_is_no_object(saved, text):
    with checkpoint.safe_open(saved, "pt") as file:
        meta = {**file.metadata(), "header": text}
    save_file(load_file(saved), saved, meta)
    refused(saved)


WRONG = {"missing": None, "misshapen": torch.zeros(3), "whole numbers": torch.zeros(16, 4, 3, 3, dtype=torch.int64),
         "other precision": torch.zeros(16, 4, 3, 3, dtype=torch.float64),
         "not a number": torch.full((16, 4, 3, 3), float("nan"))}


@pytest.mark.parametrize("tensor", WRONG.values(), ids=WRONG.keys())
def test_wrong_weights(saved, tensor):
    rewrite(saved, tensors={"network.stem.weight": tensor})
    refused(saved)


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_byte_flipped_among_the_weights(saved, place):
    data = bytearray(saved.read_bytes())
    data[int(place * len(data))] ^= 0x55
    saved.write_bytes(data)
    refused(saved)


def test_a_superfluous_tensor(saved):
    rewrite(saved, tensors={"network.other": torch.zeros(3)})
    refused(saved)


# -- writing ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("error", [OSError("No space left"), checkpoint.SafetensorError("I/O error")], ids=str)
def test_a_write_that_fails_leaves_the_old_file(monkeypatch, model, saved, error):
    before = saved.read_bytes()

    def fails_midway(tensors, path, metadata):
        with open(path, "wb") as file:
            file.write(before[:1000])
        raise error

    monkeypatch.setattr(checkpoint, "save_file", fails_midway)
    with pytest.raises(BranchedError, match="could not be written"):
        model.save(saved)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == [saved.name]  # nothing half-written beside it


def test_an_interrupted_write_leaves_the_old_file(monkeypatch, model, saved):
    before = saved.read_bytes()
    monkeypatch.setattr(checkpoint, "save_file", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        model.save(saved)
    assert saved.read_bytes() == before and os.listdir(saved.parent) == [saved.name]


# -- one's own models ------------------------------------------------------------------------------------------------

@pytest.fixture
def own(model, colour_model, tmp_path, monkeypatch):
    """A folder of one's own, with a model that is called like a shipped one, a new one, and what systems leave."""
    shipped, mine = tmp_path / "shipped", tmp_path / "mine"
    model.save(shipped / "mnist.safetensors")
    colour_model.save(mine / "mnist.safetensors")
    colour_model.save(mine / "pets.safetensors")
    (mine / "._pets.safetensors").write_bytes(b"x")
    monkeypatch.setattr(checkpoint, "SHIPPED", shipped)
    monkeypatch.setenv("BRANCHED_MODELS", str(mine))
    return mine


def test_own_models_are_beside_shipped_ones_of_the_same_name(own, model, colour_model):
    assert branched.models() == ("mnist", "mnist (own)", "pets")
    shapes = [branched.load(name, device="cpu").shape for name in branched.models()]
    assert shapes == [model.shape, colour_model.shape, colour_model.shape]
    assert branched.amiss() == ""


def test_a_folder_of_own_models_that_is_not_there_is_told(own, monkeypatch):
    monkeypatch.setenv("BRANCHED_MODELS", str(own) + "x")
    assert str(own) + "x" in branched.amiss() and "BRANCHED_MODELS" in branched.amiss()
    assert branched.models() == ("mnist",)
    monkeypatch.delenv("BRANCHED_MODELS")
    assert branched.amiss() == ""


def test_a_file_that_was_written_anew_is_seen(own, model):
    before = branched.changed("pets")
    assert branched.changed("pets") == before and branched.changed("nothing") == (0, 0)
    model.save(own / "pets.safetensors")
    assert branched.changed("pets") != before


@pytest.mark.parametrize("kind", ["judge", "label model", "training"])
def test_nothing_that_is_loaded_hangs_on_its_file(tmp_path, kind):
    path = tmp_path / "some.safetensors"
    checkpoint.save(path, kind, {"a": torch.arange(5000.0)}, {})
    tensors, _ = checkpoint.load(path, kind)
    with open(path, "r+b") as file:
        file.write(bytes(path.stat().st_size))
    assert torch.equal(tensors["a"], torch.arange(5000.0))
