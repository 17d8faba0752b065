"""Walking the tree: what is shared is computed once and equal to the last bit; what is not, differs."""
import numpy as np
import pytest
import torch

from branched import BranchedModel, ClassTree
from branched.class_tree.walk import Start, Walk, from_noise
from branched.noise import schedule
from branched.noise.sampling import Sampling
from branched.noise.seeds import mix, normal
from branched.noise.solvers import SOLVERS, STOCHASTIC, grid

STEPS = 20
ONE_EVALUATION = sorted(set(SOLVERS) - {"heun"})


def from_three(walked, labels, solver: str, n: int = 3) -> Walk:
    """A walk from noise by a model, or by a denoiser known in closed form."""
    return from_noise(walked.diffusion, walked.tree.group(labels), Sampling(n=n, steps=STEPS, solver=solver))


def walk_all(walked, solver: str = "sde-dpm++2m", n: int = 3, labels=None) -> Walk:
    return from_three(walked, labels, solver, n).run()


def run(walked, starts: list[Start], solver: str, steps: int = STEPS) -> Walk:
    return Walk(walked.diffusion, starts, Sampling(steps=steps, solver=solver)).run()


def trees() -> dict[str, ClassTree]:
    return {
        "three ways": ClassTree.from_merges("01479", [(0.35, "49"), (0.599, "479"), (0.6, "01479")]),
        "binary": ClassTree.from_merges("0123", [(0.2, "01"), (0.4, "23"), (0.77, "0123")]),
        "all at once, near data": ClassTree.from_merges("abcde", [(0.001, "abcde")]),
        "two roots": ClassTree.from_json({"roots": [{"time": 0.999, "split": ["a", "b"]}, "c"]}),
        "chain of very short branches": ClassTree.from_merges("0123", [(0.5, "01"), (0.501, "012"), (0.502, "0123")]),
        "flat": ClassTree.flat("0123"),
        "one class": ClassTree.flat("0"),
    }


def grafted() -> ClassTree:
    """Classes that joined later: within branches (one of them cut twice, one a leaf), at a branch point, above all."""
    tree = trees()["binary"]
    for name, sibling, time in (("a", "1", 0.61), ("b", "0", 0.45), ("c", "2", 0.4), ("d", "3", 0.33), ("e", "d", 0.05),
                                ("f", "0", 0.93)):
        tree = tree.graft(name, sibling, time)
    return tree


every_tree = pytest.mark.parametrize("tree", trees().values(), ids=trees().keys())
every_kind = pytest.mark.parametrize("tree", [*trees().values(), grafted()], ids=[*trees().keys(), "grafted"])


# -- siblings --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("solver", SOLVERS)
def test_siblings_are_equal_above_the_meeting_point_and_differ_below(model, solver):
    """The story of every lane: 4 and 9 are one until 0.35, 4 and 7 until 0.599, 0 and 1 until 0.6."""
    walk = from_three(model, model.labels, solver)
    seen = {label: {} for label in model.labels}
    for lanes in walk:
        for lane in lanes:
            for label in lane.labels:
                seen[label].setdefault(lane.t, (lane.x.clone(), lane.branch))
    for a in model.labels:
        for b in set(model.labels) - {a}:
            meeting = model.tree.meeting_point(a, b)
            common = seen[a].keys() & seen[b].keys()
            assert any(t > meeting for t in common) and any(t < meeting for t in common)
            for t in common:
                (x_a, branch_a), (x_b, branch_b) = seen[a][t], seen[b][t]
                apart = (x_a - x_b).abs().amax(dim=(1, 2, 3))
                assert apart.max() == 0 if t >= meeting else apart.min() > 1e-3
                assert (branch_a == branch_b) == (t > meeting) or solver == "heun" and t == meeting


def test_children_start_from_what_the_parent_handed_over(model):
    walk = from_three(model, model.labels, "ddim")
    first = {}
    for lanes in walk:
        for lane in lanes:
            first.setdefault(lane.branch.id, (lane.x.clone(), lane.t))
    assert set(first) == {branch.id for branch in model.tree.branches}
    for branch in model.tree.branches:
        handed = walk.starts[0].x if branch.parent is None else walk.handed[0, branch.parent]
        assert torch.equal(first[branch.id][0], handed) and first[branch.id][1] == branch.t_high
    assert all(torch.equal(walk.ends[0, label], walk.handed[0, model.tree.leaf(label).id]) for label in model.labels)


# -- what is computed ------------------------------------------------------------------------------------------------

@every_tree
@pytest.mark.parametrize("solver", ONE_EVALUATION)
def test_every_shared_state_is_evaluated_once(known, tree, solver):
    """Exactly the grid of every branch, each time for n objects, however many classes pass through."""
    denoise = known(tree)
    walk_all(denoise, solver)
    asked = {(branch.id, t): 3 for branch in tree.branches for t in grid(branch.t_high, branch.t_low, STEPS)[:-1]}
    rounded = {(k, torch.tensor(t).item()): n for (k, t), n in asked.items()}
    assert denoise.asked == rounded


@every_kind
@pytest.mark.parametrize("solver", SOLVERS)
def test_evaluations_are_counted_as_they_are_spent(known, tree, solver):
    denoise = known(tree)
    walk = walk_all(denoise, solver)
    assert (walk.evaluations, walk.waves) == (denoise.rows, denoise.waves)
    for label in tree.labels:
        alone = known(tree)
        walk_all(alone, solver, labels=label)
        assert 3 * walk.path_evaluations(0, label) == alone.rows


@every_tree
def test_waves_are_about_the_steps_whatever_the_number_of_classes(known, tree):
    walk = walk_all(known(tree), "dpm++2m")
    cuts = max(len(tree.path(label)) - 1 for label in tree.labels)
    assert abs(walk.waves - STEPS) <= cuts
    assert walk.waves == max(walk.path_evaluations(0, label) for label in tree.labels)


@pytest.mark.parametrize("n_classes", [2, 10, 100])
def test_waves_do_not_grow_with_the_classes(known, n_classes):
    labels = [str(k) for k in range(n_classes)]
    denoise = known(ClassTree.from_merges(labels, [(0.5, labels)]), (1, 2, 2))
    assert walk_all(denoise, "dpm++2m").waves == STEPS
    assert denoise.rows == 3 * (STEPS // 2) * (1 + n_classes)


# -- company ---------------------------------------------------------------------------------------------------------

@every_kind
@pytest.mark.parametrize("solver", SOLVERS)
def test_the_tree_gives_what_each_class_alone_gives(known, tree, solver):
    together = walk_all(known(tree), solver)
    for label in tree.labels:
        assert torch.equal(walk_all(known(tree), solver, labels=label).ends[0, label], together.ends[0, label])


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_network_gives_each_class_alone_the_same_but_for_rounding(model, flat_model, solver):
    for m in (model, flat_model):
        together = walk_all(m, solver)
        for label in m.labels:
            alone = walk_all(m, solver, labels=label).ends[0, label]
            assert (alone - together.ends[0, label]).abs().max() < 1e-4


@pytest.mark.parametrize("solver", SOLVERS)
def test_an_image_is_the_same_in_any_batch_and_any_company(model, solver):
    few = walk_all(model, solver, n=2, labels="4")
    many = walk_all(model, solver, n=5, labels=("9", "4", "0"))
    assert (few.ends[0, "4"] - many.ends[0, "4"][:2]).abs().max() < 1e-4
    assert (many.ends[0, "4"][0] - many.ends[0, "4"][1]).abs().max() > 0.1


@pytest.mark.parametrize("solver", SOLVERS)
def test_starts_walked_together_do_not_notice_each_other(known, tree, solver):
    """Other objects, from other times, to other classes: one after the other or in one walk."""
    wanted = [(1.0, ("0", "4"), 0.0), (0.599, ("7",), 0.0), (0.35, ("9", "4"), 0.1), (0.2, ("1",), 0.0)]
    keys = [[mix(k, i) for i in range(k + 1)] for k in range(4)]  # of one object, of two, three and four
    starts = [Start(normal(row, (1, 8, 8)), t, labels, row, until)
              for row, (t, labels, until) in zip(keys, wanted, strict=True)]
    together = run(known(tree), starts, solver)
    for k, start in enumerate(starts):
        alone = run(known(tree), [start], solver)
        for label in start.labels:
            assert torch.equal(alone.ends[0, label], together.ends[k, label])


def test_only_the_stochastic_solver_draws_noise_and_each_branch_its_own(known, tree):
    """Two rows with the same start and other keys: equal under the ODE, different under the SDE."""
    x = normal([5], (1, 8, 8)).repeat(2, 1, 1, 1)
    for solver in SOLVERS:
        end = run(known(tree), [Start(x, 1.0, ("4",), [1, 2])], solver).ends[0, "4"]
        assert torch.equal(end[0], end[1]) == (solver not in STOCHASTIC)
    denoise = known(tree)
    denoise.pattern = {k: torch.zeros(1, 8, 8) for k in denoise.pattern}  # nothing tells the branches apart but noise
    ends = run(denoise, [Start(x, 0.6, ("0", "1"), [1, 2])], "sde-dpm++2m").ends
    assert not torch.allclose(ends[0, "0"], ends[0, "1"], atol=0.1)


# -- grafts ----------------------------------------------------------------------------------------------------------

def cut(known, time: float):
    """The tree of 0 to 3 and the same with class x cut in, with denoisers that do not tell the two apart."""
    old, new = (known(tree) for tree in (trees()["binary"], trees()["binary"].graft("x", "3", time)))
    leaf = new.pattern[new.tree.leaf("x").id]
    new.pattern = {b.id: old.pattern.get(b.process, leaf) for b in new.tree.branches}
    return old, new


@pytest.mark.parametrize("time", [0.9, 0.613, 0.6, 0.4, 0.39])
@pytest.mark.parametrize("solver", SOLVERS)
def test_who_walks_a_cut_branch_does_not_notice(known, solver, time):
    """In any company: the same states at the same times, and so many evaluations."""
    (old, new), labels = cut(known, time), tuple("0123")
    before, alone = walk_all(old, solver), walk_all(new, solver, labels=labels)
    together = walk_all(known_again := cut(known, time)[1], solver)
    for label in labels:
        assert torch.equal(before.ends[0, label], alone.ends[0, label])
        assert torch.equal(before.ends[0, label], together.ends[0, label])
    assert (old.rows, old.waves) == (new.rows, new.waves) and known_again.rows > old.rows


@pytest.mark.parametrize("time", [0.9, 0.613, 0.4])
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_grafted_class_is_one_with_its_sibling_until_they_meet(known, solver, time):
    walk, seen = from_three(cut(known, time)[1], ("3", "x"), solver), {"3": {}, "x": {}}
    for lanes in walk:
        for lane in lanes:
            for label in lane.labels:
                seen[label][lane.t] = lane.x.clone()
    common = seen["3"].keys() & seen["x"].keys()
    assert {t for t in seen["3"] if t > time} - common == set()
    assert all(torch.equal(seen["3"][t], seen["x"][t]) for t in common if t > time)
    assert not torch.allclose(walk.ends[0, "3"], walk.ends[0, "x"], atol=0.05)


@pytest.mark.parametrize("solver", ["ddim", "ddim-eta"])
def test_a_cut_at_a_time_of_the_grid_hands_over_the_very_state_there(known, solver):
    """The step is the same, noise included; it only ends where the branch point is."""
    walk = from_three(cut(known, 0.6)[1], ("3", "x"), solver)
    at = next(lane.x.clone() for lanes in walk for lane in lanes if lane.t == 0.6 and "3" in lane.labels)
    assert torch.equal(walk.handed[0, walk.diffusion.tree.leaf("x").parent], at)


def test_a_cut_between_two_times_hands_over_part_of_the_step(known):
    denoise = cut(known, 0.62)[1]
    walk = from_three(denoise, ("3", "x"), "ddim")
    [(x, x0)] = [(lane.x.clone(), lane.x0) for lanes in walk for lane in lanes if lane.t == 0.65]
    noise = schedule.infer_noise(x, x0, 0.65)
    handed = walk.handed[0, denoise.tree.leaf("x").parent]
    torch.testing.assert_close(handed, schedule.diffuse(x0, noise, 0.62))


# -- up --------------------------------------------------------------------------------------------------------------

@every_kind
@pytest.mark.parametrize("until", [0.0008, 0.35, 0.5, 0.6, 1.0])
def test_up_visits_the_branches_of_the_path_from_below(known, tree, until):
    label = tree.labels[-1]
    x = 0.5 * normal([1, 2], (1, 8, 8))
    denoise = known(tree)
    up = run(denoise, [Start(x, 0.0005, (label,), until=until)], "ddim")
    assert up.ends[0, label].shape == x.shape
    visited = [branch.id for branch in reversed(tree.path(label)) if branch.t_low < until]
    assert list(up.calls) == [(0, k) for k in visited]
    times = [t for _, t in denoise.asked]
    assert times == sorted(times) and times[0] == pytest.approx(0.0005) and times[-1] < until


def test_up_and_down_are_inverse_across_branch_points(known, tree):
    x = 0.5 * normal([1, 2], (1, 8, 8))
    for label in tree.labels:
        up = run(known(tree), [Start(x, 0.02, (label,), until=0.9)], "heun", 100)
        down = run(known(tree), [Start(up.ends[0, label], 0.9, (label,), until=0.02)], "heun", 100)
        assert (down.ends[0, label] - x).abs().max() < 0.01


def test_a_walk_of_no_length_returns_its_start(known, tree):
    x = normal([1], (1, 8, 8))
    denoise = known(tree)
    walk = run(denoise, [Start(x, 0.35, ("4", "9"), until=0.35)], "ddim")
    assert torch.equal(walk.ends[0, "4"], x) and torch.equal(walk.ends[0, "9"], x)
    assert denoise.rows == walk.evaluations == walk.waves == 0


# -- hybrids of a whole walk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("grown", [False, True], ids=["as trained", "with grafts"])
def test_one_walk_gives_the_hybrids_of_all_branch_points(known_model, model, known, grown):
    """Each is what `hybrid` finds for the two sides; looking costs one wave more, and is not counted as sampling."""
    if grown:
        tree = known_model.tree.graft("a", "4", 0.45).graft("b", "a", 0.2)
        known_model = BranchedModel(model.denoise.network, tree, {}, {})
        known_model.denoise = known(tree)
    *_, last = known_model.sampling(n=3, steps=10, seed=2, hybrids=True)
    made, tree = last.result, known_model.tree
    assert set(made.hybrids) == {branch.id for branch in tree.branch_points}
    waves = known_model.denoise.waves
    assert waves == made.waves + 1
    plain = known_model.sample(n=3, steps=10, seed=2)
    assert plain.hybrids == {} and known_model.denoise.waves == 2 * waves - 1
    assert plain.evaluations == made.evaluations and np.array_equal(plain.images, made.images)
    for branch in tree.branch_points:
        first, *rest = (child.classes for child in tree.children(branch))
        found, alone = made.hybrids[branch.id], known_model.hybrid(first, sum(rest, ()), n=3, steps=10, seed=2)
        assert found.time == branch.t_low == alone.time and set(found.endings) == set(branch.classes)
        assert np.array_equal(found.noisy, alone.noisy) and np.array_equal(found.denoised, alone.denoised)
        assert all(np.array_equal(found.endings[label], alone.endings[label]) for label in branch.classes)


def test_hybrids_only_of_what_was_walked(known_model):
    *_, last = known_model.sampling(["0", "4"], n=1, steps=5, hybrids=True)
    assert {key: set(own.endings) for key, own in last.result.hybrids.items()} == {
        branch.id: {"0", "4"} & set(branch.classes) for branch in known_model.tree.through(["0", "4"])
        if not branch.is_leaf}


def test_a_flat_tree_has_no_hybrids_on_the_way(flat_model):
    *_, last = flat_model.sampling(n=1, steps=2, hybrids=True)
    assert last.result.hybrids == {}
