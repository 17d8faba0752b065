"""Measuring a tree without labels, on a model that draws planted pictures: its figures are known."""
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from models import tiny_tree
from planted_tree import OF, PlantedBranches, PlantedClasses, PlantedTree

from branched import BranchedError, MeasuredClusters, measured_clusters
from branched.command.main import main
from branched.facts import Facts
from branched.measure.cluster_laboratory import PARTS, ClusterLaboratory, Task
from branched.measure.clusters_store import Piece, stored_figures
from branched.measure.metrics import frechet_distance
from branched.measure.of_clusters import ClusterProtocol, HeldOut, purities, reached, seen
from branched.measure.of_methods import levels
from branched.measure.sizes import drawn
from branched.measure.two_files import stored_arrays

TREE, STRAYED = "planted", 3


def laboratory(judge, train, test, folder) -> ClusterLaboratory:
    """A tree with a few strays, its bridged branches, two more trees, and two diffusion models that are told less."""
    tree = PlantedTree(test, STRAYED)
    models = {TREE: tree, "bridged": PlantedBranches(tree), "classes": PlantedClasses(tree),
              "naive": PlantedTree(test, STRAYED, name="naive", told="image"),
              "leaf": PlantedTree(test, STRAYED, name="leaf", told="leaf"),
              **{f"tree{seed}": PlantedTree(test, 5 - seed, seed) for seed in (1, 4, 2)}}
    protocol = ClusterProtocol(
        n=20, condition_n=10, reconstructed=8, model=TREE, bridged="bridged", naive="naive", class_tree="classes",
        device="cpu", seeds=tuple(map(Path, ("tree4", "tree1"))), control=(Path("tree2"),),
        conditions=(Path("leaf"), Path(TREE)))
    return ClusterLaboratory(judge, train, test, protocol, folder, models)


@pytest.fixture
def lab(judge, train, test, tmp_path) -> ClusterLaboratory:
    return laboratory(judge, train, test, tmp_path)


@pytest.fixture(scope="module")
def whole(judge, train, test, tmp_path_factory) -> tuple[ClusterLaboratory, MeasuredClusters]:
    """A laboratory in which all is measured, and what was found; not to be changed."""
    lab = laboratory(judge, train, test, tmp_path_factory.mktemp("whole"))
    return lab, measured(lab)


def measured(lab, *parts):
    for _ in lab.measure(parts or PARTS):
        pass
    return measured_clusters(lab.folder)


# -- figures -----------------------------------------------------------------------------------------------------------

def test_purity_and_entropy_by_hand():
    """Two leaves of 30 and 10 members. The first draws half and half, the second the other leaf's class alone."""
    found = purities(np.array([[5, 5, 0], [4, 0, 0]]), np.array([[30, 0, 0], [1, 0, 9]]))
    assert found["purity"] == pytest.approx(0.75 * 0.5 + 0.25 * 1) and found["purity_worst"] == 0.5
    assert found["right"] == pytest.approx(0.75 * 0.5 + 0.25 * 0) and found["right_worst"] == 0
    assert found["entropy"] == pytest.approx(0.75 * np.log(2))


def test_leaves_without_pictures_do_not_count():
    found = purities(np.array([[5, 0], [0, 5], [0, 0]]), np.array([[3, 0], [0, 0], [1, 0]]))
    assert (found["purity"], found["purity_worst"], found["entropy"]) == (1, 1, 0)
    with pytest.raises(BranchedError, match="No leaf"):
        purities(np.zeros((2, 2), int), np.ones((2, 2), int))


def test_the_judge_names_classes_by_their_places(judge, test):
    """Pictures of the leaves' classes, seen in another order of the classes."""
    images = np.stack([test.form.shown(test.of(test.labels[k]))[:10] for k in OF])
    ours, other = seen(judge, images, test.labels).counts, seen(judge, images, test.labels[::-1]).counts
    assert tuple(ours.argmax(1)) == OF and (ours.sum(1) == 10).all()
    np.testing.assert_array_equal(ours, other[:, ::-1])
    assert seen(judge, images[:1], test.labels).counts.shape == (1, 10)


# -- the parts ---------------------------------------------------------------------------------------------------------

def test_the_tree_itself(whole, test):
    """Three of each class are strays: so many of 180 are in another leaf."""
    lab, found = whole
    record, share = found.record, 1 - 10 * STRAYED / len(test)
    assert record.clustering.accuracy == pytest.approx(share) == record.clustering.leaf_purity
    assert record.clustering.information == pytest.approx(2.3) and record.terms.elbo == pytest.approx(-113.5)
    assert (record.groups, record.classes, record.n, record.model) == (
        lab.tree.groups, test.labels, 20, TREE)
    counts = found.counts("members")
    assert counts.sum() == len(test) and tuple(counts.argmax(1)) == OF
    assert counts[0, OF[-1]] == counts[1, OF[0]] == STRAYED
    members = record.rows["members"]
    assert members.purity == pytest.approx(share) == members.right and members.machine
    assert 0 < members.entropy < 1 and members.coverage > 0.5


def test_members_are_shown_surest_first(whole, test):
    """All members are equally sure here, so they come in the order of the data, before all others."""
    lab, found = whole
    grid = found.of("members")
    assert grid.shape == (10, 24, 8, 8)
    leaves, images = lab.held.leaves, np.rint(255 * test.form.shown(test.x)).astype(np.uint8)
    for leaf in range(10):
        own = images[leaves == leaf][:24]
        np.testing.assert_array_equal(grid[leaf, :len(own)], own)


def test_what_reaches_a_node_reaches_its_children(whole):
    lab, found = whole
    outline, reached = lab.tree.outline(), found.record.reached
    assert set(reached) == {str(node.id) for node in outline.nodes}
    for node in outline.nodes:
        below = [reached[str(child.id)] for child in outline.children(node)]
        assert node.is_leaf or reached[str(node.id)] == pytest.approx(sum(below), abs=1e-5)
    assert reached["0"] == pytest.approx(1, abs=1e-5)


def test_of_several_trees_the_one_is_chosen_that_tells_most(lab):
    """Without labels: the information of the fakes rises with the seed, and so, unseen, does their accuracy."""
    record = measured(lab, "seeds", "control").record
    assert [(tree.seed, tree.name, tree.chosen) for tree in record.seeds] == [(1, "tree1", False), (4, "tree4", True)]
    assert record.seeds[1].accuracy > record.seeds[0].accuracy and record.seeds[0].leaves == 10
    assert record.seeds[0].seconds == 90 and record.seeds[0].elbo == pytest.approx(-113.5)
    assert [tree.name for tree in record.control] == ["tree2"]
    more = replace(lab, protocol=replace(lab.protocol, seeds=(Path("tree2"), Path("tree4"))))
    assert [task.name for task in more.tasks("seeds")] == ["tree2"]
    assert [tree.seed for tree in measured(more, "seeds").record.seeds] == [1, 2, 4]


def test_what_always_draws_one_digit_is_pure_and_not_right(whole):
    lab, found = whole
    rows = found.record.rows
    assert list(rows) == ["members", "decoder", "naive", "unguided", "diffusion", "bridged"]
    assert [rows[way].guidance for way in ("decoder", "naive", "unguided", "diffusion")] == [None, 0, 0, 1]
    assert found.counts("decoder")[:, 0].tolist() == [20] * 10
    assert (rows["decoder"].purity, rows["decoder"].purity_worst, rows["decoder"].entropy) == (1, 1, 0)
    assert rows["decoder"].right_worst == 0 and rows["decoder"].coverage < 0.2
    weights = found.counts("members").sum(1) / found.counts("members").sum()
    assert rows["decoder"].right == pytest.approx(weights[0])


def test_what_draws_real_pictures_is_right_as_often_as_they_are(whole, test):
    lab, found = whole
    rows, counts = found.record.rows, found.counts("diffusion")
    assert (counts.sum(1) == 20).all() and rows["diffusion"].right == pytest.approx(rows["diffusion"].purity)
    assert rows["diffusion"].right > 0.9
    assert rows["diffusion"].feature_frechet < rows["decoder"].feature_frechet / 5
    assert (rows["diffusion"].evaluations, rows["decoder"].evaluations, rows["bridged"].evaluations) == (20, 1, 10)
    asked = lab.tree.asked[0]
    assert (asked.n, asked.seed, asked.solver, asked.steps) == (20, 2, "ddim", 20)
    first = np.rint(255 * test.form.shown(test.of(test.labels[OF[4]]))[5]).astype(np.uint8)
    np.testing.assert_array_equal(found.of("diffusion")[4, 5], first)


def test_bridged_classes_are_the_leaves_in_whatever_order(whole):
    lab, found = whole
    counts, row = found.counts("bridged"), found.record.rows["bridged"]
    assert counts[0].argmax() == 1 and tuple(counts[1:].argmax(1)) == OF[1:]
    assert row.right_worst < 0.1 < 0.9 < row.purity and found.record.bridged == "planted-bridged"
    assert (row.solver, found.record.rows["diffusion"].solver) == ("ddim-eta", "ddim")


def test_each_way_tells_what_it_took(whole):
    lab, found = whole
    rows = found.record.rows
    assert {name: (row.parameters, row.training_steps, row.training_minutes, row.training_device)
            for name, row in rows.items()} == {
        "members": (None,) * 4, "decoder": (9, None, 1.5, None), "diffusion": (100, 7, 1, "a machine"),
        "unguided": (100, 7, 1, "a machine"),
        "naive": (100, 7, 1, "a machine"),
        "bridged": (50, 9, 2, "two cores")}


def test_what_comes_back_as_it_went_lost_nothing(whole):
    lab, found = whole
    through = found.record.reconstructions
    assert list(through) == ["real", "decoder", "naive", "diffusion"]
    assert through["diffusion"].error == 0 and through["diffusion"].agreement == through["real"].agreement > 0.9
    assert through["diffusion"].feature_frechet == pytest.approx(through["real"].feature_frechet)
    assert through["decoder"].agreement == pytest.approx(0.1) and through["decoder"].error > 0.3
    images = lab.sent[0]
    assert through["decoder"].error == pytest.approx(np.abs(images - 0.5).mean())
    assert found.test.shape == (40, 8, 8) and (found.reconstructed("diffusion") == found.test).all()
    assert (found.reconstructed("decoder") == 128).all()


def test_conditions_are_named_by_what_is_told(whole):
    lab, found = whole
    record = found.record
    assert list(record.conditions) == ["leaf", "path"] and record.conditions["leaf"].training_steps == 7
    assert record.conditions["leaf"].right > 0.9 and record.condition_n == 10
    images = np.stack([lab.tree.of(lab.test.labels[k])[:10] for k in OF])
    real = lab.judge.features(np.concatenate([drawn(lab.train, label, 10, 2) for label in lab.train.labels]))
    assert record.conditions["path"].feature_frechet == pytest.approx(
        frechet_distance(seen(lab.judge, images, lab.test.labels).features, real))


def test_a_tree_like_the_class_tree_agrees_in_all(whole):
    """The fake class tree is the fake learnt tree."""
    lab, found = whole
    found = found.record
    assert (found.agreement.triples, found.agreement.agree, found.agreement.crossings) == (120, 1, 0)
    assert found.agreement.chance == pytest.approx(1 / 3, abs=0.01) and found.class_tree == "planted-classes"
    classes = dict(zip(lab.tree.groups, (lab.test.labels[k] for k in OF), strict=True))
    assert [classes[group] for group in found.agreement.right] == list(found.agreement.left)


def test_seconds_are_of_all_that_draws(whole):
    lab, found = whole
    record = found.record
    assert all((row.seconds is None) == (way == "members") for way, row in record.rows.items())
    assert record.seconds_machine and lab.tree.asked[-1].n == 8
    assert lab.tasks("seconds") == []


def test_a_tree_of_the_package_is_measured(judge, train, test, tmp_path):
    """No planted one: what is kept are the very pictures that the model gives, of the same roots by both ways."""
    model = tiny_tree()
    protocol = ClusterProtocol(n=8, steps=2, condition_n=6, reconstructed=1, model="tiny", device="cpu",
                               conditions=(Path("tiny"),))
    found = measured(ClusterLaboratory(judge, train, test, protocol, tmp_path, {"tiny": model}), "clustering", "rows",
                     "reconstructions", "conditions", "seconds")
    images = test.form.shown(test.x)[:200]
    assert found.of("members").shape == (3, 24, 8, 8) and found.record.rows["unguided"].evaluations == 2
    np.testing.assert_array_equal(found.of("decoder"), levels(model.decode(n=8, seed=2).made))
    np.testing.assert_array_equal(found.of("diffusion"), levels(model.sample(n=8, steps=2, seed=2).images))
    sent = found.test / np.float32(255)
    back = model.reconstruct(sent, 2, 2, "decoder")
    np.testing.assert_allclose(found.reconstructed("decoder") / 255, back, atol=0.02)
    passed = {str(node): p.mean() for node, p in model.reached(images).items()}
    of_leaves = HeldOut.of(model, test).probabilities[:200]
    assert reached(model, of_leaves) == pytest.approx({node: passed[node] for node in found.record.reached}, abs=1e-4)
    rows = found.record.rows
    assert rows["diffusion"].parameters == model.parameters > rows["decoder"].parameters and rows["decoder"].seconds > 0


# -- piece by piece ----------------------------------------------------------------------------------------------------

def test_all_is_measured_and_a_stopped_run_goes_on(lab):
    for k, _ in enumerate(lab.measure(PARTS)):
        if k == 5:
            break       # the sixth task has begun, and is not done
    done = ["clustering", "seeds tree4", "seeds tree1", "control tree2", "rows decoder"]
    rest = ["rows naive", "rows unguided", "rows diffusion", "rows bridged", "reconstructions real",
            "reconstructions decoder", "reconstructions naive", "reconstructions diffusion", "conditions leaf",
            "conditions path", "agreement", "seconds"]
    assert [str(task) for task in lab.measure(PARTS)] == rest and [*lab.measure(PARTS)] == []
    again = [str(task) for part in PARTS for task in lab.tasks(part, anew=True)]
    assert again == done + rest


@pytest.mark.parametrize("part", ["rows", "reconstructions", "agreement"])
def test_each_part_can_be_read_alone(lab, part):
    task = lab.tasks(part)[0]
    lab.keep([lab.do(task)], "here")
    assert measured_clusters(lab.folder).record.model == TREE


def test_a_row_that_is_drawn_anew_is_timed_anew(lab):
    measured(lab, "clustering", "rows", "seconds")
    assert [*lab.measure(["rows"], anew=True)] and lab.tasks("seconds") == [Task("seconds")]


def test_figures_that_were_measured_otherwise_are_not_mixed(lab):
    measured(lab, "agreement")
    for other in ({"n": 21}, {"condition_n": 11}, {"model": "leaf"}):
        with pytest.raises(BranchedError, match="were measured with"):
            replace(lab, protocol=replace(lab.protocol, **other)).tasks("rows")


def test_the_files_have_a_line_for_each_entry(lab):
    measured(lab, "clustering", "seeds", "rows")
    lines = (lab.folder / "clusters.json").read_text().splitlines()
    assert json.loads("\n".join(lines)) == stored_figures(lab.folder)
    assert len([line for line in lines if line.startswith("  ")]) == 2 + 2 * 6   # trees; rows and leaves by way


def test_pictures_that_were_there_stay(lab):
    measured(lab, "clustering")
    lab.keep([Piece({"rows": {"decoder": {"purity": 0.5}}}, {"decoder": np.zeros((10, 1, 8, 8), np.uint8)})], "there")
    assert set(stored_arrays(lab.folder / "clusters.npz")) == {"members", "decoder"}
    assert stored_figures(lab.folder)["rows"]["decoder"] == {"machine": "there", "purity": 0.5}


def test_models_that_are_not_there_are_left_out(lab, test):
    bare = replace(lab, protocol=replace(lab.protocol, bridged="nowhere", naive=None, class_tree="nowhere", seeds=()),
                   models={TREE: PlantedTree(test, told="")})
    assert [task.name for task in bare.tasks("rows")] == ["decoder"] and bare.tasks("agreement") == []
    assert [task.name for task in bare.tasks("reconstructions")] == ["real", "decoder"]
    assert bare.tasks("seeds") == bare.tasks("seconds") == []


def test_branches_of_another_tree_are_left_out(lab):
    def ways(labels: str, clusters: str | None) -> list[str]:
        lab.models["bridged"] = PlantedBranches(lab.tree, labels=tuple(labels))
        lab.models["bridged"].facts = Facts.read({"training": {"clusters": clusters}}, "images")
        return [task.name for task in lab.tasks("rows")]

    others = ["decoder", "naive", "unguided", "diffusion"]
    assert ways("JIHGFEDCBA", None) == ways("JIHGFEDCBA", lab.tree.name) == [*others, "bridged"]
    assert ways("ABCDEFGHIK", None) == ways("JIHGFEDCBA", "another") == others


# -- refusals ----------------------------------------------------------------------------------------------------------

def test_a_model_of_another_tree_is_refused(lab, test):
    lab.models["leaf"] = PlantedTree(test, told="leaf", groups=tuple("ABCDEFGHIK"))
    with pytest.raises(BranchedError, match="of another tree"):
        measured(lab, "conditions")
    lab.models[TREE] = PlantedBranches(lab.tree)
    with pytest.raises(BranchedError, match="takes a tree of clusters"):
        lab.tasks("rows")


def test_conditions_without_a_diffusion_model_are_refused(lab, test):
    lab.models["leaf"] = PlantedTree(test, told="")
    with pytest.raises(BranchedError, match="leaf has no diffusion model"):
        lab.tasks("conditions")


def test_a_class_tree_of_other_classes_is_refused(lab):
    lab.models["classes"] = lab.tree
    with pytest.raises(BranchedError, match="class tree classes is of A, B"):
        measured(lab, "agreement")


def test_a_judge_of_other_classes_is_refused(lab):
    with pytest.raises(BranchedError, match="does not know 9; .*branched judge"):
        replace(lab, judge=replace(lab.judge, config=replace(lab.judge.config, labels=tuple("012345678x"))))


def test_the_command_refuses_what_it_cannot_measure(judge, tmp_path, capsys):
    judge.save(tmp_path / "judge.safetensors")
    options = ["measure-clusters", "--data", "digits", "--judge", str(tmp_path / "judge.safetensors"), "--output",
               str(tmp_path), "--device", "cpu"]
    assert main([*options, "--n", "0"]) == 2 and "whole number" in capsys.readouterr().err
    assert main([*options, "--seed", "-1"]) == 2 and "from 0 to" in capsys.readouterr().err
    assert main([*options, "--model", "mnist"]) == 2 and "tree of clusters" in capsys.readouterr().err
    assert main([*options, "--parts", "seeds", "--seeds", "nowhere.safetensors"]) == 2
    assert "no file nowhere" in capsys.readouterr().err
