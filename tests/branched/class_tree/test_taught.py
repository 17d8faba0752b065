"""What was taught, as a small file: with the model it grew from it is the same to the last bit; anything else is a
sentence."""
import numpy as np
import pytest
import torch

import branched
from branched import BranchedError, checkpoint
from branched.class_tree import taught


@pytest.fixture(scope="module")
def base(model):
    """The tiny model, with curves as a discovery leaves them."""
    generator = np.random.default_rng(0)
    classes, size = len(model.labels), int(np.prod(model.shape))
    means = generator.normal(size=(50, classes, size))
    means = (means / np.linalg.norm(means, axis=-1, keepdims=True)).astype(np.float16)
    curves = {"times": np.linspace(0.001, 1, 100, dtype=np.float32), "means": means,
              "similarity": np.repeat(np.eye(classes, dtype=np.float32)[None], 100, 0)}
    return branched.BranchedModel(model.denoise.network, model.tree, {"data": {"background": 0.0}}, curves)


@pytest.fixture(scope="module")
def larger(base):
    images = np.random.default_rng(1).random((4, *base.shape)).astype(np.float32)
    once = base.extend(images, "star", steps=1)
    return once.extend(images[::-1] ** 2, "moon", sibling="star", time=0.2, steps=1)


@pytest.fixture
def file(larger, base, tmp_path):
    path = tmp_path / "taught.safetensors"
    larger.save_taught(path, base)
    return path


def test_it_comes_back_to_the_last_bit(base, larger, file, tmp_path):
    again = base.with_taught(file)
    assert again.tree == larger.tree and again.facts == larger.facts and again.labels[-2:] == ("star", "moon")
    weights = larger.denoise.network.state_dict()
    assert all(torch.equal(value, weights[name]) for name, value in again.denoise.network.state_dict().items())
    assert all(np.array_equal(again.curves[name], value) for name, value in larger.curves.items())
    asked = {"n": 2, "steps": 3, "seed": 5}
    assert branched.differing_bits(again.sample(**asked).images, larger.sample(**asked).images) == 0
    assert again.without("moon").tree == larger.without("moon").tree
    larger.save(tmp_path / "whole.safetensors")
    shared = sum(value.nbytes for value in base.denoise.network.state_dict().values())
    whole = (tmp_path / "whole.safetensors").stat().st_size
    assert file.stat().st_size < whole - shared / 2, "what is shared is not in it"


def test_a_class_that_was_removed_is_not_in_it(base, larger, tmp_path):
    path = tmp_path / "one.safetensors"
    larger.without("moon").save_taught(path, base)
    assert base.with_taught(path).labels == (*base.labels, "star")
    with pytest.raises(BranchedError):
        base.save_taught(path, base)


def test_a_damaged_file_is_told(base, file):
    contents = bytearray(file.read_bytes())
    contents[-5] ^= 1
    file.write_bytes(contents)
    with pytest.raises(BranchedError, match="damaged"):
        base.with_taught(file)
    for foreign in (b"", b"no", bytes(contents[:200])):
        file.write_bytes(foreign)
        with pytest.raises(BranchedError):
            base.with_taught(file)


def edited(file, change):
    """The file with other contents and a checksum that fits them, as somebody could send it on purpose."""
    tensors, header = checkpoint.load(file, taught.KIND)
    change(tensors, header)
    checkpoint.save(file, taught.KIND, tensors, header)


def first(tensors) -> str:
    return next(name for name in sorted(tensors) if name.startswith("network."))


@pytest.mark.parametrize("change", [
    lambda tensors, header: header.pop("tree"),
    lambda tensors, header: header.update(base="x"),
    lambda tensors, header: header["lessons"].pop(),
    lambda tensors, header: header.update(lessons={"name": "star"}),
    lambda tensors, header: header.update(lessons=list(reversed(header["lessons"]))),
    lambda tensors, header: header["tree"].update(labels=header["tree"]["labels"][::-1]),
    lambda tensors, header: tensors.pop(first(tensors)),
    lambda tensors, header: tensors[first(tensors)].fill_(float("nan")),
    lambda tensors, header: tensors.update({first(tensors): tensors[first(tensors)][:1].clone()}),
    lambda tensors, header: tensors.update({first(tensors): tensors[first(tensors)].double()}),
    lambda tensors, header: tensors.update({"curves.means": tensors["curves.means"][:, :1].clone()}),
    lambda tensors, header: tensors["curves.similarity"].fill_(float("inf"))])
def test_what_was_edited_is_a_sentence(base, file, change):
    edited(file, change)
    with pytest.raises(BranchedError, match="does not hold"):
        base.with_taught(file)


def test_an_old_class_that_was_moved_is_refused(base, file):
    """Nothing may change of what was there: the tree without the new classes is the old one, or nothing is taken."""
    def moved(node):
        if "split" in node:
            node["time"] *= 0.99
            for child in node["split"]:
                isinstance(child, dict) and moved(child)

    edited(file, lambda tensors, header: [moved(root) for root in header["tree"].get("roots", [header["tree"]])])
    with pytest.raises(BranchedError, match="another model"):
        base.with_taught(file)


def test_it_belongs_to_one_model(base, file, larger):
    with pytest.raises(BranchedError, match="another model"):
        larger.with_taught(file)
