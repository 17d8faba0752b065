"""The contract of families: whatever `branched.load` gives can be asked the same, and answers alike."""
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from blobs import CPU, SIZES, blobs_of
from models import tiny_label_model, tiny_tree

import branched
from branched import family
from branched.checkpoint import kind_of
from branched.cluster_tree.fit import begin, planned
from branched.cluster_tree.model import ClusterModel
from branched.cluster_tree.schedule import GrowthConfig
from branched.cluster_tree.tree import ClusterTree
from branched.label.methods import METHODS

HEIGHTS = (0.0, 0.001, 0.2, 0.35, 0.5, 0.5995, 0.6, 0.9, 1.0)


def tiny_clusters() -> ClusterModel:
    """A tree of three leaves on the blobs, which has learnt nothing but where they are."""
    run = begin(planned(blobs_of(80), GrowthConfig(leaves=3), **SIZES), CPU)
    tree = ClusterTree().split(0).split(2).split(4).prune(5)
    run.network.settle(tree)
    return ClusterModel(run.network, tree, {"data": {"name": "blobs"}}, run.plan.data.form, (), "abc", "blobs")


@pytest.fixture(params=["model", "colour_model", "flat_model", "table_model", "label", "latent", "clusters", "paths"])
def explorable(request) -> branched.Explorable:
    """A model of each family, and of each kind that one can be."""
    if request.param in METHODS:
        return tiny_label_model(request.param)
    if request.param == "clusters":
        return tiny_clusters()
    if request.param == "paths":
        return tiny_tree()
    return request.getfixturevalue(request.param)


def test_it_can_be_asked_what_every_model_can_be_asked(explorable):
    assert isinstance(explorable, branched.Explorable) and explorable.family in ("class tree", "label", "cluster tree")
    assert isinstance(explorable.name, str) and isinstance(explorable.form, branched.Form)
    assert explorable.labels == explorable.outline().groups and len(set(explorable.labels)) == len(explorable.labels)


def test_its_outline_is_a_tree_that_owns_every_group_at_every_height_once(explorable):
    outline = explorable.outline()
    for group in outline.groups:
        for height in HEIGHTS:
            owners = [node for node in outline.nodes if group in node.groups and node.owns(height)]
            assert owners == [outline.node_of(group, height)]
        path = outline.path(group)
        assert path[0].parent is None and path[-1] == outline.leaf(group) and path[-1].groups == (group,)
        assert all(above.low == below.high and below.parent == above.id for above, below in zip(path, path[1:],
                                                                                             strict=False))
    for node in outline.nodes:
        children = outline.children(node)
        assert node.is_leaf == (not children) and outline[node.id] is node
        assert node.is_leaf or sorted(node.groups) == sorted(group for child in children for group in child.groups)
    assert [node.low for node in outline.points] == sorted((node.low for node in outline.points), reverse=True)


def test_equal_outlines_are_one_key(explorable):
    assert explorable.outline() == explorable.outline() and len({explorable.outline(), explorable.outline()}) == 1


def test_it_samples_wave_by_wave(explorable):
    frames = list(explorable.sampling(explorable.labels[:2], sampling=branched.Sampling(n=3, steps=4)))
    for frame in frames:
        assert frame.noisy.shape == frame.denoised.shape == (2, 3, *explorable.form.outside_shape)
        assert len(frame.times) == 2
    assert all(frame.result is None for frame in frames[:-1])
    assert np.array_equal(frames[-1].result.made, frames[-1].denoised) and frames[-1].times == (0.0, 0.0)


def test_the_same_seed_gives_the_same_in_other_company(explorable):
    asked = branched.Sampling(n=2, steps=4, seed=7)
    *_, alone = explorable.sampling(explorable.labels[0], sampling=asked)
    *_, together = explorable.sampling(sampling=asked)
    assert np.allclose(alone.result.made[0], together.result.made[0], atol=1e-4 * np.abs(alone.result.made).max())


def test_a_file_tells_its_family(explorable, tmp_path, monkeypatch):
    path = tmp_path / "small.safetensors"
    explorable.save(path)
    again = branched.load(path, device="cpu")
    assert type(again) is type(explorable) and again.name == "small" and again.outline() == explorable.outline()
    monkeypatch.setattr(family, "FAMILIES", {kind_of(path): "small_family"})
    monkeypatch.setitem(sys.modules, "small_family", SimpleNamespace(load=lambda *_: "mine"))
    assert branched.load(path) == "mine", "a family is its folder and one row"
