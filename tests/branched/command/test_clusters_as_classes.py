"""The leaves of a tree of clusters as the classes of data, and training that begins from a trunk."""
from functools import partial

import numpy as np
import pytest
import torch
from blobs import SIZES
from models import tiny_label_model

from branched import load
from branched.cluster_tree.model import Assigned, ClusterModel
from branched.cluster_tree.networks import ClusterNetworkConfig
from branched.cluster_tree.tree import ClusterTree
from branched.command.main import main
from branched.data import dataset
from branched.data.images import Images
from branched.data.table import Table
from branched.measure.judge import Settings, train_judge

SMALL = ("--samples", 40, "--times", 50, "--channels", 16, 32, "--rank", 2, "--batch", 16, "--pairs", 16, "--steps", 2)


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def clusters(form, groups, **data) -> ClusterModel:
    """A tree of clusters that has learnt nothing."""
    tree = ClusterTree()
    while len(tree.leaves) < len(groups):
        tree = tree.split(min(tree.leaves, key=lambda leaf: tree[leaf].depth))
    kind = "bernoulli" if isinstance(form, Images) else "gaussian"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = ClusterNetworkConfig(form.shape, kind, **SIZES | {"depth": 5}).build(tree)
    return ClusterModel(network, tree, {"data": data}, form, groups=groups)


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A tree whose leaves are the true classes of the small digits, and are called as they are."""
    known = {picture.tobytes(): y.item() for part in dataset.SPLITS for data in (dataset.load("digits", part),)
             for picture, y in zip(data.form.shown(data.x), data.y, strict=True)}

    def assign(model, objects):
        return Assigned.of(np.eye(10)[[known[picture.tobytes()] for picture in objects]])

    monkeypatch.setattr(ClusterModel, "assign", assign)
    form, path = Images((1, 8, 8)), tmp_path / "planted.safetensors"
    clusters(form, tuple("0123456789"), name="digits").save(path)
    return path


def forget_labels(monkeypatch):
    """From here on the digits come with labels that are drawn by chance, most of them the same."""
    digits, chance = dataset._digits, torch.Generator().manual_seed(1)

    def shuffled(split):
        x, y = digits(split)
        return x, torch.randint(10, y.shape, generator=chance) * (torch.rand(y.shape, generator=chance) < 0.1)

    monkeypatch.setattr(dataset, "_digits", shuffled)


def test_clusters_that_are_the_classes_train_the_very_same_model(planted, tmp_path, monkeypatch):
    told, untold = tmp_path / "told.safetensors", tmp_path / "untold.safetensors"
    assert run("train", "--data", "digits", *SMALL, "--output", told) == 0
    forget_labels(monkeypatch)
    assert run("train", "--data", "digits", *SMALL, "--clusters", planted, "--output", untold) == 0
    a, b = load(told), load(untold)
    assert a.tree == b.tree and len(a.tree.branches) > 11
    assert all((a.curves[key] == b.curves[key]).all() for key in a.curves)
    weights = b.denoise.network.state_dict()
    assert all(weight.equal(weights[name]) for name, weight in a.denoise.network.state_dict().items())
    assert b.facts.training.clusters == "planted" and a.facts.training.clusters is None
    assert b.facts.data.name == "digits" and "clusters" not in a.facts.stored["training"]


def test_discovery_takes_clusters_for_classes(planted, tmp_path, monkeypatch):
    options = ("discover", "--data", "digits", "--samples", 40, "--times", 50, "--output")
    assert run(*options, tmp_path / "told.json") == 0
    forget_labels(monkeypatch)
    assert run(*options, tmp_path / "untold.json", "--clusters", planted) == 0
    assert run(*options, tmp_path / "chance.json") == 0
    told, untold, chance = ((tmp_path / f"{name}.json").read_text() for name in ("told", "untold", "chance"))
    assert told == untold != chance


def test_some_leaves_are_chosen_by_their_names(planted, tmp_path, monkeypatch, capsys):
    forget_labels(monkeypatch)
    options = ("discover", "--data", "digits", "--samples", 40, "--times", 50, "--clusters", planted)
    assert run(*options, "--classes", 4, 7, 9) == 0 and "3 classes" in capsys.readouterr().out
    assert run(*options, "--classes", "four") == 2 and "no class 'four'" in capsys.readouterr().err


def test_a_run_is_resumed_with_the_same_clusters_alone(planted, tmp_path, capsys, monkeypatch):
    train = ("train", "--data", "digits", *SMALL, "--tree", "flat", "--output", tmp_path / "m.safetensors")
    assert run(*train, "--clusters", planted) == 0
    assert run(*train, "--clusters", planted, "--resume") == 0
    assert run(*train, "--resume") == 2 and "another run" in capsys.readouterr().err
    assign = ClusterModel.assign
    monkeypatch.setattr(ClusterModel, "assign", lambda model, objects: Assigned.of(
        np.roll(assign(model, objects).probabilities, 1, axis=1)))
    assert run(*train, "--clusters", planted, "--resume") == 2 and "members" in capsys.readouterr().err


def test_parents_and_measures_take_the_classes_that_the_model_learnt(planted, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    forget_labels(monkeypatch)
    train = ("train", "--data", "digits", *SMALL, "--clusters", "planted", "--output", tmp_path / "m.safetensors")
    assert run(*train) == 0
    parents = ("parents", "--model", "m", "--steps", 1, "--batch", 16, "--output", tmp_path / "parents-m.safetensors")
    assert run(*parents) == 0
    assert run("evaluate", "--model", "m", "--parts", "classification", "--classified", 20) == 0
    (tmp_path / "planted.safetensors").unlink()
    assert run("evaluate", "--model", "m", "--parts", "classification", "--classified", 20) == 2
    assert "no file" in capsys.readouterr().err and run(*parents, "--clusters", "planted") == 2


def test_the_judge_is_asked_by_what_it_sees_in_the_leaves(planted, tmp_path, monkeypatch, capsys):
    """It calls the digits by letters, from z to q."""
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    train = ("train", "--data", "digits", *SMALL, "--clusters", "planted", "--output", tmp_path / "m.safetensors")
    assert run(*train) == 0
    data, test = (part.grouped("zyxwvutsrq", part.y) for part in map(partial(dataset.load, "digits"), dataset.SPLITS))
    *_, last = train_judge(data, test, Settings(epochs=4, batch=64), seed=1)
    last.judge.save(tmp_path / "judge-digits.safetensors")
    measure = ("evaluate", "--model", "m", "--parts", "generation", "--n", 4, "--steps", 2, "--judge")
    assert run(*measure, "judge-digits") == 0
    told = capsys.readouterr().out
    assert "sees most often: 0: z, 1: y, 2: x, 3: w, 4: v, 5: u, 6: t, 7: s, 8: r, 9: q." in told
    assert "right class" in told


@pytest.mark.parametrize("form, groups, data, sentence", [
    (Images((1, 28, 28)), "AB", {}, r"is of other data: its images have the shape (1, 28, 28)"),
    (Table.of(["a", "b"], torch.randn(9, 2)), "AB", {}, "is of other data: its rows"),
    (Images((1, 8, 8)), "AB", {"name": "letters of ours"}, "was grown on letters of ours, not on digits"),
])
def test_a_tree_of_other_data_is_refused(form, groups, data, sentence, tmp_path, capsys):
    clusters(form, tuple(groups), **data).save(tmp_path / "c.safetensors")
    assert run("discover", "--data", "digits", "--clusters", tmp_path / "c.safetensors") == 2
    assert sentence in capsys.readouterr().err


def test_what_is_no_tree_of_clusters_is_refused(tmp_path, capsys):
    tiny_label_model("unconditional").save(tmp_path / "u.safetensors")
    assert run("discover", "--data", "digits", "--clusters", tmp_path / "u.safetensors") == 2
    assert "is no such tree" in capsys.readouterr().err
    assert run("discover", "--data", "digits", "--clusters", "nowhere") == 2
    assert "no file" in capsys.readouterr().err


# -- trunk -------------------------------------------------------------------------------------------------------------

@pytest.fixture
def trunk(tmp_path):
    """The file of a small unconditional model."""
    tiny_label_model("unconditional").save(tmp_path / "trunk.safetensors")
    return tmp_path / "trunk.safetensors"


def test_training_begins_from_a_trunk(trunk, tmp_path, capsys):
    """At a learning rate of next to nothing it is the trunk still, in every process."""
    output = tmp_path / "m.safetensors"
    train = ("train", "--data", "digits", "--tree", "flat", "--batch", 16, "--pairs", 16, "--steps", 1,
             "--learning-rate", 1e-9, "--precision", "float32", "--output", output)
    assert run(*train, "--trunk", trunk) == 0
    made, network = load(output), tiny_label_model("unconditional").network
    assert made.facts.training.trunk == "trunk" and made.denoise.network.config.rank == 24
    for name, weight in network.state_dict().items():
        assert torch.allclose(weight.half().float().expand_as(mine := made.denoise.network.state_dict()[name]), mine,
                              atol=1e-6), name
    assert run(*train, "--trunk", trunk, "--resume") == 0
    assert run(*train, "--resume", "--channels", 16, 32) == 2 and "another run" in capsys.readouterr().err


@pytest.mark.parametrize("options, sentence", [
    (("--rank", 4), "fits a network of rank 24, not 4"),
    (("--colour",), "does not fit: its"),
    (("--trunk", "judge-mnist"), "holds no network"),
    (("--trunk", "mnist"), "reverse processes, of which none stands for all"),
])
def test_a_trunk_that_does_not_fit_is_refused_before_anything_is_done(trunk, options, sentence, tmp_path, capsys):
    output = tmp_path / "m.safetensors"
    assert run("train", "--data", "digits", "--output", output, "--trunk", trunk, *options, "--dry-run") == 2
    assert sentence in capsys.readouterr().err
