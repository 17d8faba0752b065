"""The growth of a tree: planted levels, frozen weights, stopping and going on, its file, bad input."""
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from blobs import CPU, SIZES, blobs_of

from branched import BranchedError, Sampling, checkpoint
from branched.cluster_tree import fit as fitting
from branched.cluster_tree.elbo import terms
from branched.cluster_tree.fit import fit, planned
from branched.cluster_tree.lessons import together
from branched.cluster_tree.model import Assigned, load
from branched.cluster_tree.schedule import GrowthConfig, following, fullest, pruned
from branched.cluster_tree.tree import ClusterTree
from branched.cluster_tree.walk import Standing, walk
from branched.data.dataset import Dataset
from branched.learning.loop import learn, start
from branched.measure.clustering import clustering
from branched.measure.report import card

QUICK = GrowthConfig(leaves=3, batch=64, contrast=1, split=1, middle_every=1, middle=1, final=1, seed=4,
                     precision="float32")
FAITHFUL = replace(QUICK, leaves=4, contrast=0, root=3, middle_every=2, cut=False, learning_rate=1e-3, likeness=0,
                   information=0, decisions=1)


def test_planted_levels_are_found(grown):
    a = grown.model.assign(grown.data.x)
    found = clustering(grown.model.outline(), a.indices, grown.data.y)
    assert found.nmi > 0.95 and found.accuracy > 0.98 and found.dendrogram_purity > 0.95
    assert np.allclose(a.probabilities.sum(1), 1, atol=1e-5) and a.probabilities.shape == (800, 4)


def test_the_first_split_is_the_right_one(grown):
    [first, *_] = grown.model.snapshots
    a, tree = grown.model.assign(grown.data.x), grown.model.tree
    left = [tree.leaves.index(leaf) for leaf in tree.leaves if 1 in tree.path(leaf)]
    side = np.isin(a.indices, left)
    assert first.counts == (400, 400) and len(left) == 2
    assert np.mean((side == side[0]) == (grown.data.y < 2).numpy()) > 0.99


def test_every_step_of_the_growth_is_kept(grown):
    kept = grown.model.snapshots
    assert [snapshot.stage for snapshot in kept] == ["split", "split", "split", "final"]
    assert [len(snapshot.tree.leaves) for snapshot in kept] == [2, 3, 4, 4] == [len(s.counts) for s in kept]
    assert all(sum(s.counts) == 800 and s.thumbnails.shape == (len(s.counts), 8, 2) for s in kept)
    assert kept[-1].terms["elbo"] > kept[0].terms["elbo"] and kept[-1].terms["elbo"] == pytest.approx(
        -sum(value for name, value in kept[-1].terms.items() if name != "elbo"), abs=1e-3)
    assert (np.isin(kept[-1].thumbnails.numpy(), grown.data.x.numpy())).all()


def test_a_run_tells_where_it_is(grown):
    stages = list(dict.fromkeys((told.stage, told.leaves) for told in grown.told))
    assert stages == [("contrast", 1), ("split", 2), ("split", 3), ("split", 4), ("final", 4)]
    seconds = [told.seconds for told in grown.told]
    assert seconds == sorted(seconds) and grown.told[-1].step == grown.told[-1].steps


def test_growth_changes_no_old_weight(blobs):
    """In the second split everything that was there stays to the last bit, and all that is new learns."""
    run = fitting.begin(planned(blobs, QUICK, **SIZES), CPU)
    run.stage = "split"
    for number in range(2):
        lesson = fitting.prepare(run)
        before = {name: value.clone() for name, value in run.network.state_dict().items()}
        state = start(run.network, lesson.config, weight_decay=1e-5)
        list(learn(state, lesson.batches, lesson.loss, lesson.config))
        changed = {name for name, value in run.network.state_dict().items() if not torch.equal(value, before[name])}
        if number:
            new, [leaf] = set(run.during.leaves) - set(run.tree.leaves), set(run.during.forks) - set(run.tree.forks)
            kinds = {"dense.networks": new, "transform.networks": new, "decoders": new, "routers_q": [leaf],
                     "routers_p": [leaf]}
            assert changed == {f"{kind}.nodes.{node}.{layer}.{part}" for kind, nodes in kinds.items() for node in nodes
                               for layer in (0, 2) for part in ("weight", "bias")}
        fitting.finish(run, state)
        run.stage = "split"


def weights(path) -> dict[str, torch.Tensor]:
    return checkpoint.load(path, "training")[0]


def whole(data, path) -> list[fitting.Told]:
    return list(fit(planned(data, QUICK, **SIZES), path, CPU))


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path):
    """In every stage: while the chain learns alone, in a split, in the middle, and in the end. Bit for bit."""
    data, plan = blobs_of(120), planned(blobs_of(120), QUICK, **SIZES)
    told = whole(data, tmp_path / "a.safetensors")
    assert [stage for stage, _ in dict.fromkeys((one.stage, one.leaves) for one in told)] == [
        "contrast", "split", "middle", "split", "final"]
    losses, path = [], tmp_path / "b.safetensors"
    for stop in (20, 40, 75, 100, 140, None):   # stages have 30 steps each
        run = fit(plan, path, CPU, goes_on=bool(losses), every=5)
        for one in run:
            losses.append(one.loss)
            if len(losses) == stop:
                break
        run.close()
    assert losses == [one.loss for one in told]
    ends = [weights(tmp_path / f"{name}.safetensors.resume") for name in "ab"]
    assert ends[0].keys() == ends[1].keys() and all(torch.equal(ends[0][key], ends[1][key]) for key in ends[0])
    first, second = (load(tmp_path / f"{name}.safetensors", CPU) for name in "ab")
    assert first.tree == second.tree
    assert [s.header() for s in first.snapshots] == [s.header() for s in second.snapshots]
    assert len(first.snapshots) == 4 and all(torch.equal(s.thumbnails, t.thumbnails) for s, t in zip(
        first.snapshots, second.snapshots, strict=True))


def test_a_tree_is_grown_from_the_bound_alone(blobs, tmp_path, monkeypatch):
    """The published way: no view is made, no graph cut; the root has two leaves from the first step on."""
    for name in ("view", "_cut_router", "likeness"):
        monkeypatch.setattr(f"branched.cluster_tree.lessons.{name}", None)
    config = replace(FAITHFUL, root=20, learning_rate=3e-3)
    told = list(fit(planned(blobs, config, **SIZES), tmp_path / "a.safetensors", CPU))
    order = list(dict.fromkeys((one.stage, one.leaves) for one in told))
    assert order[:4] == [("root", 2), ("split", 3), ("middle", 3), ("split", 4)]  # what is pruned, training decides
    losses = [one.loss for one in told if one.stage == "root"]
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 2
    model = load(tmp_path / "a.safetensors", CPU)
    assert [snapshot.stage for snapshot in model.snapshots] == ["root", "split", "middle", "split", "final"]


@pytest.mark.parametrize("stage", ["root", "middle", "final"])
def test_the_bound_alone_is_the_terms_with_their_weights(blobs, stage):
    """Of a root with two leaves; the weight of the divergences rises from 0 in the first stage only."""
    run = fitting.begin(planned(blobs, FAITHFUL, **SIZES), CPU)
    lesson = fitting.prepare(run)
    lesson = together(run.network, run.during, blobs, FAITHFUL, lesson.config, stage)
    first, last = (lesson.batches(step).alpha[0].item() for step in (0, lesson.config.steps))
    assert (first, last) == pytest.approx({"root": (0, 0.15), "middle": (0.15, 0.15), "final": (0.15, 1)}[stage])
    batch = lesson.batches(10)
    assert not len(batch.other)
    with torch.no_grad():
        found = terms(run.network, walk(run.network, run.during, batch.noise, run.network(batch.x)), batch.x)
        told = lesson.loss(run.network, batch).item()
    kl = found.kl_root + found.kl_nodes + found.kl_decisions
    assert told == pytest.approx((found.reconstruction + batch.alpha * kl).mean().item(), rel=1e-4)


def test_a_split_without_a_cut_is_the_bound_of_the_children(blobs):
    run = fitting.begin(planned(blobs, FAITHFUL, **SIZES), CPU)
    fitting.finish(run, start(run.network, fitting.prepare(run).config))
    lesson = fitting.prepare(run)
    [leaf] = set(run.during.forks) - set(run.tree.forks)
    batch = lesson.batches(20)
    assert batch.chain.equal(batch.other) and batch.alpha[0] > 0
    with torch.no_grad():
        walked = walk(run.network, run.during, batch.noise, batch.chain, {leaf: Standing(batch.z, batch.p)})
        found, told = terms(run.network, walked, batch.x), lesson.loss(run.network, batch).item()
    kl = found.kl_nodes + found.kl_decisions
    assert told == pytest.approx((found.reconstruction + batch.alpha * kl).mean().item(), rel=1e-4)


def test_another_run_is_not_gone_on_with(tmp_path):
    data, path = blobs_of(120), tmp_path / "a.safetensors"
    run = fit(planned(data, QUICK, **SIZES), path, CPU, every=5)
    [next(run) for _ in range(6)]
    run.close()
    with pytest.raises(BranchedError, match="another run: its training"):
        next(fit(planned(data, replace(QUICK, seed=5), **SIZES), path, CPU, goes_on=True))
    with pytest.raises(BranchedError, match=r"no file .*b\.safetensors\.resume"):
        next(fit(planned(data, QUICK, **SIZES), tmp_path / "b.safetensors", CPU, goes_on=True))


DAMAGES = {
    "nothing of the growth": lambda tensors, header: header["facts"].pop("growth"),
    "a growth that tells nothing": lambda tensors, header: header["facts"].update(growth={}),
    "no facts": lambda tensors, header: header.pop("facts"),
    "facts that are none": lambda tensors, header: header.update(facts=3),
    "a stage that there is not": lambda tensors, header: header["facts"]["growth"].update(stage="x"),
    "an index that is none": lambda tensors, header: header["facts"]["growth"].update(index="x"),
    "no tree": lambda tensors, header: header["facts"]["growth"].update(during=None),
    "another tree": lambda tensors, header: header["facts"]["growth"].update(during=[[0, None]]),
    "no optimiser": lambda tensors, header: [tensors.pop(key) for key in list(tensors) if key.startswith("adam")],
    "no weights": lambda tensors, header: [tensors.pop(key) for key in list(tensors) if "decoders" in key]}


def test_a_run_killed_before_its_first_model_was_written_goes_on(tmp_path):
    """Its state is written before its model is: between the two it has no model yet."""
    path = tmp_path / "a.safetensors"
    run = fit(planned(blobs_of(120), QUICK, **SIZES), path, CPU, every=5)
    stopped_at = [next(run).step for _ in range(7)][-1]
    run.close()
    path.unlink()
    on = fit(planned(blobs_of(120), QUICK, **SIZES), path, CPU, goes_on=True)
    assert next(on).step == 6 < stopped_at
    on.close()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that was stopped in its second stage."""
    path = tmp_path_factory.mktemp("stopped") / "a.safetensors"
    run = fit(planned(blobs_of(120), QUICK, **SIZES), path, CPU, every=5)
    [next(run) for _ in range(37)]
    run.close()
    return path


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_run_that_is_not_whole_is_told_in_a_sentence(stopped, tmp_path, damage):
    path = tmp_path / "a.safetensors"
    path.write_bytes(stopped.read_bytes())
    tensors, header = checkpoint.load(stopped.with_name("a.safetensors.resume"), "training")
    DAMAGES[damage](tensors, header)
    checkpoint.save(tmp_path / "a.safetensors.resume", "training", tensors, header)
    with pytest.raises(BranchedError, match=r"does not hold a whole run|is not a tree") as told:
        next(fit(planned(blobs_of(120), QUICK, **SIZES), path, CPU, goes_on=True))
    assert "\n" not in str(told.value)


# -- the model ---------------------------------------------------------------------------------------------------------

def test_a_file_and_back(grown, tmp_path):
    path = tmp_path / "tree.safetensors"
    grown.model.save(path)
    again = load(path, CPU)
    assert (again.name, again.family, again.groups) == ("tree", "cluster tree", ("A", "B", "C", "D"))
    assert again.outline() == grown.model.outline() and again.parameters == grown.model.parameters
    assert again.facts == grown.model.facts and again.form == grown.model.form and again.labels == again.groups
    x = grown.data.x[:50]
    assert np.array_equal(again.assign(x).probabilities, grown.model.assign(x).probabilities)
    assert np.array_equal(again.decode(n=2, seed=3).made, grown.model.decode(n=2, seed=3).made)


def test_what_is_assigned_is_an_array_of_places(grown):
    a = grown.model.assign(grown.data.x[:50])
    places = a.probabilities.argmax(1)
    assert (len(a), a.shape, a.dtype.kind, a[7]) == (50, (50,), "i", places[7])
    assert np.array_equal(np.asarray(a), places) and type(a.indices) is np.ndarray and a.tolist() == places.tolist()
    assert np.array_equal(np.array(grown.model.groups)[a], [grown.model.groups[k] for k in places])
    assert np.array_equal(grown.data.x[:50][a == 2], grown.data.x[:50][places == 2])


def test_information_is_what_a_leaf_tells():
    sure, vague = np.eye(4)[[0, 1, 2, 3]], np.full((4, 4), 0.25)
    assert Assigned.of(sure).information == pytest.approx(np.log(4))
    assert Assigned.of(vague).information == pytest.approx(0)
    assert Assigned.of(sure[:1]).information == pytest.approx(0)


def test_leaves_decode_what_belongs_to_them(grown):
    drawn, shared = grown.model.decode(n=40), grown.model.decode(n=40, roots="shared")
    assert drawn.made.shape == (4, 40, 2) and np.allclose(shared.probabilities.sum(0), 1, atol=1e-5)
    assert drawn.probabilities.mean() > shared.probabilities.mean()
    places = grown.model.assign(grown.data.x).indices
    members = np.stack([grown.data.x[places == k].numpy().mean(0) for k in range(4)])
    apart = np.linalg.norm(drawn.made.mean(1)[:, None] - members[None], axis=-1)
    assert apart.argmin(1).tolist() == [0, 1, 2, 3]


def test_a_group_is_the_same_in_other_company(grown):
    alone, together = grown.model.decode("C", n=2, seed=5), grown.model.decode(n=4, seed=5)
    assert np.allclose(alone.made[0], together.made[2, :2], atol=1e-5) and alone.groups == ("C",)
    with pytest.raises(AttributeError, match="not images"):
        _ = alone.images
    with pytest.raises(BranchedError, match="nothing guides"):
        next(grown.model.sampling(sampling=Sampling(guidance=1)))
    with pytest.raises(BranchedError, match="no class '9'"):
        grown.model.decode(9)
    with pytest.raises(BranchedError, match="n is a whole number from 1"):
        grown.model.decode(n=0)
    with pytest.raises(BranchedError, match="own or shared, not 'mine'"):
        grown.model.decode(roots="mine")


def test_its_card_tells_what_it_is(grown):
    text = card("groups", grown.model)
    assert text.startswith("# groups\n\nA tree of 4 clusters, learnt without labels") and '"leaves": 4' in text
    assert f"- rows in the leaves: {', '.join(map(str, grown.model.snapshots[-1].counts))}" in text


def test_the_bound_of_objects(grown):
    found = grown.model.terms(grown.data.x[:600])
    assert found.elbo.shape == (600,) and found.elbo.mean().item() == pytest.approx(
        grown.model.snapshots[-1].terms["elbo"], abs=0.3)


def test_a_file_that_is_not_whole_is_refused(grown, tmp_path):
    path = tmp_path / "tree.safetensors"
    grown.model.save(path)
    tensors, header = checkpoint.load(path, "cluster model")
    save = partial(checkpoint.save, path, "cluster model")
    for change in ({"tree": [[0, None]]}, {"groups": ["a"]}, {"network": {}}, {"snapshots": [{}]}):
        save(tensors, header | change)
        with pytest.raises(BranchedError, match="does not hold a whole model"):
            load(path, CPU)
    save(tensors | {"network.centre": torch.full((2,), torch.nan)}, header)
    with pytest.raises(BranchedError, match="not finite"):
        load(path, CPU)


def test_pictures_grow_a_tree(tmp_path):
    """Grey and in colour, of a size that is no power of two; the pixels' mean is where decoders begin."""
    for channels, likelihood in ((1, "bernoulli"), (3, "gaussian")):
        x = torch.randint(0, 256, (60, channels, 12, 20), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
        data = Dataset.of_images("noise", ("a",), x, torch.zeros(60, dtype=torch.int64))
        config = GrowthConfig(leaves=2, batch=32, contrast=0, root=1, split=1, final=1, precision="float32")
        plan = planned(data, config, channels=4, **SIZES)
        assert plan.network.likelihood == likelihood
        *_, last = fit(plan, tmp_path / "noise.safetensors", CPU)
        model = load(tmp_path / "noise.safetensors", CPU)
        images = model.decode(n=3).images
        assert images.shape == (len(model.groups), 3, *model.form.outside_shape) and 0.3 < images.mean() < 0.7
        assert model.snapshots[-1].thumbnails.dtype == torch.uint8 and last.stage == "final"


# -- what is asked -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("options", "why"), [
    ({"leaves": 1}, "2 to 64 leaves"), ({"leaves": 65}, "2 to 64 leaves"), ({"leaves": 2.5}, "2 to 64 leaves"),
    ({"batch": 0}, "2 objects or more"), ({"batch": 1}, "2 objects or more"), ({"batch": 2.5}, "2 objects or more"),
    ({"contrast": np.inf}, "contrast has an end"), ({"view": np.inf}, "view has an end"),
    ({"final": 0}, "final must be positive"), ({"root": 0}, "root must be positive"),
    ({"view": -1}, "view is 0 or more"), ({"seed": 2**70}, "63 bits")])
def test_options_out_of_range_are_refused(options, why):
    with pytest.raises(BranchedError, match=why):
        GrowthConfig(**options)


@pytest.mark.parametrize(("change", "options", "sizes", "why"), [
    (lambda x: x, {"leaves": 9}, {}, "depth 3 has at most 8 leaves, not 9"),
    (lambda x: x[:50], {}, {}, "needs at least 60 rows; there are 50"),
    (lambda x: torch.where(torch.arange(len(x))[:, None] == 7, torch.nan, x), {}, {}, "missing values"),
    (lambda x: x[:1].expand_as(x), {}, {}, "All rows of the data are the same"),
    (lambda x: x, {}, {"latent": 0}, "latent of the networks"),
    (lambda x: x, {}, {"depth": 0}, "depth of the networks")])
def test_data_that_will_not_do_are_refused(change, options, sizes, why):
    data = blobs_of(120)
    x = change(data.x)
    with pytest.raises(BranchedError, match=why):
        planned(replace(data, x=x, y=data.y[:len(x)]), replace(QUICK, **options), **(SIZES | sizes))


def test_the_order_of_stages():
    tree, order = ClusterTree(), ["contrast"]
    config = GrowthConfig(leaves=5, middle_every=2)
    while order[-1] != "done":
        stage = following(config, order[-1], tree)
        tree = tree.split(tree.leaves[-1]) if stage == "split" else tree
        order.append(stage)
    assert order == ["contrast", "split", "split", "middle", "split", "split", "final", "done"]


def test_the_order_of_stages_as_published():
    """A joint phase before every third split, so two on the way to ten leaves (section 3 of their appendix)."""
    tree, order, config = ClusterTree(), [FAITHFUL.first], replace(FAITHFUL, leaves=10, middle_every=3)
    while order[-1] != "done":
        tree = tree.split(tree.leaves[-1]) if order[-1] in ("root", "split") else tree
        order.append(following(config, order[-1], tree))
    assert "".join(stage[0] for stage in order) == "rssmsssmsssfd" and len(tree.leaves) == 10


def test_the_fullest_leaf_is_split_or_none():
    tree = ClusterTree().split(0).split(2)   # leaves 1, 3, 4
    assert fullest(tree, torch.tensor([0] * 30 + [1] * 20 + [2] * 40), depth=3) == 4
    assert fullest(tree, torch.tensor([0] * 30 + [1] * 20 + [2] * 40), depth=2) is None
    assert fullest(tree, torch.tensor([0] * 3 + [1] * 2 + [2] * 4), depth=3) is None


def test_leaves_with_less_than_one_per_cent_go():
    tree = ClusterTree().split(0).split(2)
    assert pruned(tree, torch.tensor([0] * 99 + [1] * 200 + [2])).leaves == (1, 3)
    assert pruned(tree, torch.tensor([0] * 99 + [1] * 200 + [2] * 4)).leaves == (1, 3, 4)
    assert pruned(tree, torch.zeros(300, dtype=torch.int64)).leaves == (1,)
