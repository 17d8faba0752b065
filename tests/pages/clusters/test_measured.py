"""What is known of a tree: as it was measured, else as the tree itself tells."""
import json

import numpy as np
import pytest
from planted_clusters import level, plant, record
from small_clusters import COUNTS, small_clusters, small_table

import branched
from pages.ui.clusters import measured
from pages.ui.clusters.measured import Measured


def test_figures_are_of_the_tree_that_they_name(planted, model):
    known = measured.of("mnist-clusters", model)
    assert known.classes == tuple("0123456789") and known.seed == 2 and known.steps == 20
    assert known.counts("members").sum(1).tolist() == [100] * 10
    assert known.pictures("diffusion").shape == (10, 24, 28, 28)
    for name, other in (("mine", model), ("mnist-clusters", small_table())):
        stranger = measured.of(name, other)
        assert stranger.data is None and stranger.classes == () and stranger.counts("members") is None


def test_missing_and_damaged_figures_are_told(alone_here, model):
    assert "measure-clusters" in measured.of("mnist-clusters", model).why
    plant(alone_here)
    (alone_here / "clusters.json").write_text("{")
    assert "does not hold" in measured.of("mnist-clusters", model).why


def test_masses_are_those_of_test_objects_if_all_were_measured(model, tmp_path):
    nodes = [node.id for node in model.outline().nodes]
    figures = record() | {"reached": {str(node): 0.01 * node for node in nodes}}
    known = Measured(branched.measured_clusters(plant(tmp_path, figures)))
    assert measured.masses(model, known) == pytest.approx({node: 0.01 * node for node in nodes})


@pytest.mark.parametrize("known", [Measured(), None])
def test_masses_else_are_those_of_the_last_snapshot(model, known, planted_folder):
    """The planted figures do not have all nodes."""
    mass = measured.masses(model, known or Measured(branched.measured_clusters(planted_folder)))
    outline = model.outline()
    assert mass[outline.roots[0].id] == 1 and mass[outline.leaf("A").id] == COUNTS[0] / sum(COUNTS)
    for node in outline.points:
        assert mass[node.id] == pytest.approx(sum(mass[child.id] for child in outline.children(node)))


def test_masses_of_a_tree_that_tells_nothing_are_alike():
    model = small_clusters(snapshot=False)
    mass = measured.masses(model, Measured())
    assert {mass[model.outline().leaf(group).id] for group in model.groups} == {0.1}


def test_members_are_kept_ones_else_those_of_the_snapshot(model, planted_folder):
    kept = measured.members(model, Measured(branched.measured_clusters(planted_folder)))
    assert kept.dtype == np.uint8 and kept[3, 2, 0, 0] == level(0, 3, 2)
    own = measured.members(model, Measured())
    assert own.shape == (10, 8, 28, 28) and own[3, 2] == pytest.approx((20 * 3 + 2) / 255, abs=1e-6)
    assert measured.members(small_clusters(snapshot=False), Measured()) is None


def test_figures_of_other_leaves_are_not_shown(tmp_path, monkeypatch, model):
    plant(tmp_path, json.loads(json.dumps(record() | {"groups": list("KLMNOPQRST")})))
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    assert measured.of("mnist-clusters", model).data is None
