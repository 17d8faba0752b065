"""Parents learn what lies below their ends, on a trunk that stays; their file is of one model, however it grows."""
import dataclasses

import pytest
import torch
from models import tiny, untrained

from branched import BranchedError, BranchedModel, ClassTree, checkpoint
from branched.class_tree import train_parents as training
from branched.class_tree.bridge import chained_pairs
from branched.class_tree.diffusion import BranchedDenoiser
from branched.class_tree.parents import Parents, mark, parents_named
from branched.class_tree.train_parents import configured, make_parents, train_parents
from branched.class_tree.training import TrainingConfig, make_batch
from branched.noise import schedule

QUICK = TrainingConfig(steps=6, batch=24, learning_rate=3e-3, warmup=2, pairs=16, refresh=4, precision="float32")
MARGIN = 0.1


def trained(model: BranchedModel, data, config: TrainingConfig = QUICK, margin: float = MARGIN) -> Parents:
    *_, last = train_parents(model, data, config, margin)
    return last.parents


@pytest.fixture(scope="module")
def parents(model, digits) -> Parents:
    return trained(model, digits)


def grafted(model: BranchedModel, name: str, sibling: str, time: float) -> BranchedModel:
    """As `extend`, but nothing is learnt: the new leaf is as its sibling is."""
    network, row = model.denoise.network, model.tree.leaf(sibling).process
    return BranchedModel(network.joined(network.only([row])), model.tree.graft(name, sibling, time), model.facts, {})


# -- training ----------------------------------------------------------------------------------------------------------

def test_only_the_parents_learn(model, digits):
    """The model stays as it is to the last bit, and the trunk is its own; every table of the parents has moved."""
    network = model.denoise.network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    found = trained(model, digits)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(not p.requires_grad and p.grad is None for p in network.parameters())
    alone, private = found.network(network, model.tree), network.private()
    for name, parameter in network.named_parameters():
        assert (alone.get_parameter(name) is parameter) == (name not in private)
    rows = [model.tree[branch].process for branch in found.branches]
    assert all(not torch.equal(table, before[name][rows]) for name, table in found.tables.items())


def test_there_is_one_for_each_inner_branch(model, parents):
    assert set(parents.branches) == {branch.id for branch in model.tree.branches if not branch.is_leaf}
    assert {len(table) for table in parents.tables.values()} == {len(parents.branches)}
    assert (parents.margin, parents.processes) == (MARGIN, model.tree.processes)


def test_it_is_a_function_of_the_seed(model, digits, parents):
    again, other = trained(model, digits), trained(model, digits, dataclasses.replace(QUICK, seed=1))
    assert all(torch.equal(table, again.tables[name]) for name, table in parents.tables.items())
    assert any(not torch.equal(table, other.tables[name]) for name, table in parents.tables.items())


def test_it_tells_of_every_step_and_the_last_has_the_parents(model, digits):
    records = list(train_parents(model, digits, QUICK, MARGIN))
    assert [record.step for record in records] == [1, 2, 3, 4, 5, 6] and {record.steps for record in records} == {6}
    assert [record.parents is not None for record in records] == [False] * 5 + [True]
    assert records[-1].parents.facts["training"]["steps"] == 6


@pytest.mark.parametrize("bridge", [0.0, 0.7])
def test_what_lies_below_the_end_is_learnt(model, digits, bridge):
    """The error there falls, by plain diffusion (a plain tree's) and by bridges."""
    config = dataclasses.replace(QUICK, steps=150, batch=32, bridge=bridge)
    losses = [record.loss for record in train_parents(model, digits, config, MARGIN)]
    assert sum(losses[-20:]) < 0.85 * sum(losses[:20])


def test_times_lie_between_the_margin_and_the_end(model, digits):
    """Rows of each parent are of its own classes' branch, and no time lies where the branch itself would answer."""
    branches = training._lowered(model.tree, digits, 0.4)
    assert [(b.id, b.t_high) for b in branches] == [(b.id, b.t_low) for b in sorted(
        model.tree.branch_points, key=lambda b: b.id)]
    batch = make_batch(branches, digits, {}, dataclasses.replace(QUICK, batch=300, bridge=0.0), 0)
    for row, branch in enumerate(branches):
        t = batch.t[batch.process == row]
        assert len(t) and t.max() <= branch.t_high + 1e-6 and t.min() >= max(branch.t_high - 0.4, 1e-3) - 1e-6
    assert min(branch.t_low for branch in branches) == 0.0  # where the margin is longer than what is left


def test_bridges_of_a_branch_lead_on_below_its_end(tree, digits):
    """The very pairs on which the branch itself is trained: at its end they are the states that its children start
    from, and below it they go on to clean objects of the branch."""
    pairs = chained_pairs(tree, digits, 8, torch.Generator().manual_seed(0), leaves=False)
    assert pairs.keys() == {branch.id for branch in tree.branch_points}
    child = next(branch for branch in tree.branch_points if branch.parent is not None)
    above = schedule.diffuse(*pairs[child.parent], child.t_high)
    begun = schedule.diffuse(*pairs[child.id], child.t_high)
    assert torch.allclose(above, begun, atol=1e-4)


# -- bad input ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("margin", [0, 1, -0.1, 2.0])
def test_a_margin_is_a_time(model, digits, margin):
    with pytest.raises(BranchedError, match="margin"):
        train_parents(model, digits, QUICK, margin)


def test_a_flat_tree_has_no_parents(flat_model, digits):
    with pytest.raises(BranchedError, match="flat"):
        train_parents(flat_model, digits, QUICK)


def test_data_must_be_those_of_the_model(model, digits, colour_model, table_model, rows):
    with pytest.raises(BranchedError, match="no objects of"):
        train_parents(model, digits.only("014"), QUICK)
    with pytest.raises(BranchedError, match="shape"):
        train_parents(colour_model, digits, QUICK)


def test_a_branch_that_a_class_has_cut_is_left_to_the_model_before(model, digits):
    larger = grafted(model, "ring", "4", 0.45)
    with pytest.raises(BranchedError, match="grafted"):
        train_parents(larger, digits, QUICK)


def test_tables_have_parents_too(table_model, rows):
    assert trained(table_model, rows).fits(table_model.denoise.network, table_model.tree)


# -- whose they are ----------------------------------------------------------------------------------------------------

def test_they_belong_to_one_model(model, colour_model, config, parents):
    network, tree = model.denoise.network, model.tree
    assert parents.fits(network, tree)
    other = untrained(config, tree)
    with torch.no_grad():
        other.stem.weight[0, 0, 0, 0] += 1e-6
    later = ClassTree.from_merges("01479", [(0.36, "49"), (0.599, "479"), (0.6, "01479")])
    for foreign in ((other, tree), (colour_model.denoise.network, tree), (network, later)):
        assert not parents.fits(*foreign)
        with pytest.raises(BranchedError, match="another model"):
            parents.network(*foreign)


@pytest.mark.parametrize("place", [("4", 0.45), ("4", 0.35), ("4", 0.2), ("0", 0.8), ("7", 0.5995), ("1", 1.0)])
def test_a_class_more_changes_nothing(model, parents, place):
    """Neither whose they are, nor where old classes are guided; a new class is not guided at all."""
    larger = grafted(model, "ring", *place)
    assert parents.fits(larger.denoise.network, larger.tree)
    before, after = parents.spans(model.tree), parents.spans(larger.tree)
    for label in model.labels:
        for t in torch.linspace(0.001, 1, 500).tolist():
            old, new = (tree.branch_of(label, t) for tree in (model.tree, larger.tree))
            assert after.get(new.id) == before.get(old.id)
    assert larger.tree.leaf("ring").id not in after


def test_a_class_less_changes_nothing(model, parents):
    twice = grafted(grafted(model, "ring", "4", 0.45), "dot", "0", 0.3)
    tree = twice.tree.prune("ring")
    gone = twice.tree.leaf("ring").process
    network = twice.denoise.network.only([k for k in range(twice.tree.processes) if k != gone])
    assert parents.fits(network, tree) and mark(network, tree, parents.processes) == parents.mark


def test_spans_are_those_of_the_children(model, parents):
    tree = model.tree
    spans = parents.spans(tree)
    assert spans.keys() == {branch.id for branch in tree.branches if branch.parent is not None}
    for k, span in spans.items():
        assert parents.branches[span.row] == tree[k].parent
        assert (span.low, span.high) == (tree[k].t_high - MARGIN, tree[k].t_high)


# -- the file ----------------------------------------------------------------------------------------------------------

def test_a_round_trip_keeps_all_but_half_the_digits(model, parents, tmp_path):
    path = tmp_path / "parents-x.safetensors"
    parents.save(path)
    read = Parents.load(path)
    for field in ("branches", "margin", "processes", "mark"):
        assert getattr(read, field) == getattr(parents, field)
    assert read.facts == dict(parents.facts) and read.fits(model.denoise.network, model.tree)
    assert read.tables.keys() == parents.tables.keys()
    assert all(torch.equal(table, parents.tables[name].half().float()) for name, table in read.tables.items())


def test_the_body_of_the_command_writes_the_file(model, digits, tmp_path):
    path = tmp_path / "parents-x.safetensors"
    seen = [path.exists() for _ in make_parents(path, model, digits, QUICK, MARGIN)]
    assert seen == [False] * 5 + [True] and checkpoint.kind_of(path) == "parents"


def test_what_is_no_parents_is_refused(model, parents, tmp_path):
    path = tmp_path / "x.safetensors"
    model.save(path)
    with pytest.raises(BranchedError, match="not a parents"):
        Parents.load(path)
    checkpoint.save(path, "parents", {}, {"branches": [1]})
    with pytest.raises(BranchedError, match="describes no parents"):
        Parents.load(path)
    for odd in ({"margin": float("nan")}, {"margin": -1.0}, {"processes": "x"}, {"branches": ([1],) * 3}):
        dataclasses.replace(parents, **odd).save(path)
        with pytest.raises(BranchedError, match="describes no parents"):
            Parents.load(path)
    odd = {name: table.clone() for name, table in parents.tables.items()}
    next(iter(odd.values())).view(-1)[0] = torch.nan
    dataclasses.replace(parents, tables=odd).save(path)
    with pytest.raises(BranchedError, match="finite"):
        Parents.load(path)


def test_they_are_found_by_the_name_of_their_model(parents, tmp_path, monkeypatch):
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    assert parents_named("small") is None
    parents.save(tmp_path / "parents-small.safetensors")
    found = parents_named("small")
    assert found.mark == parents.mark and parents_named("small") is found


@pytest.mark.parametrize(("told", "share"), [({"training": {"bridge": 0.0}}, 0.0), ({}, TrainingConfig().bridge)])
def test_the_usual_way_keeps_the_share_of_bridges(model, told, share):
    assert configured(BranchedModel(model.denoise.network, model.tree, told, {})).bridge == share


def test_parents_of_the_shipped_size_are_small():
    """Eight parents of the shipped network take less than 0.6 MB in half precision."""
    network = dataclasses.replace(tiny(), shape=(1, 28, 28), channels=(64, 128), blocks=(1, 2, 2), embedding=128,
                                  heads=4, rank=32).build(8)
    assert sum(table.numel() for table in network.private().values()) * 2 < 600_000
    assert BranchedDenoiser(network, ClassTree.flat("01234567")).network is network
