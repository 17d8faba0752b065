"""The class tree: every (class, time) on exactly one branch, whatever the tree; and only trees are accepted."""
import json
import random

import pytest
from models import random_tree

from branched.class_tree.tree import Branch, ClassTree
from branched.errors import BranchedError

HAND_WRITTEN = {"time": 0.46, "split": [{"time": 0.4, "split": [{"time": 0.27, "split": ["4", "9"]}, "7"]}, "1"]}


def small() -> ClassTree:
    return ClassTree.from_json(HAND_WRITTEN)


# -- properties of every tree ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(25))
def test_every_class_and_time_is_on_exactly_one_branch(seed):
    tree = random_tree(seed)
    edges = {t for branch in tree.branches for t in (branch.t_low, branch.t_high)}
    times = {0.5} | {t + d for t in edges for d in (-1e-9, 0, 1e-9)}
    for t in (t for t in times if 0 <= t <= 1):
        for label in tree.labels:
            owners = [branch for branch in tree.branches if label in branch.classes and branch.owns(t)]
            assert owners == [tree.branch_of(label, t)]


@pytest.mark.parametrize("seed", range(25))
def test_paths_run_without_a_gap_from_noise_to_data(seed):
    tree = random_tree(seed)
    for label in tree.labels:
        path = tree.path(label)
        assert path[0].t_high == 1 and path[-1].t_low == 0 and path[-1] == tree.leaf(label)
        assert all(above.t_low == below.t_high for above, below in zip(path, path[1:], strict=False))
        assert all(label in branch.classes for branch in path)


@pytest.mark.parametrize("seed", range(25))
def test_meeting_point_is_where_the_paths_part(seed):
    tree = random_tree(seed)
    for a in tree.labels:
        assert tree.meeting_point(a, a) == 0
        for b in tree.labels:
            t = tree.meeting_point(a, b)
            assert t == tree.meeting_point(b, a)
            if a != b:
                assert tree.branch_of(a, t) != tree.branch_of(b, t)
                assert tree.branch_of(a, t + 1e-9) == tree.branch_of(b, t + 1e-9)


@pytest.mark.parametrize("seed", range(25))
def test_walk_visits_each_needed_branch_once_parents_first(seed):
    tree, rng = random_tree(seed), random.Random(seed)
    wanted = rng.sample(tree.labels, rng.randint(1, len(tree.labels)))
    walked = list(tree.through(wanted))
    assert len(set(walked)) == len(walked)
    assert set(walked) == {branch for label in wanted for branch in tree.path(label)}
    assert all(b.parent is None or tree.parent(b) in walked[:k] for k, b in enumerate(walked))


# -- particular trees ------------------------------------------------------------------------------------------------

def test_binary_tree_has_2n_minus_1_branches_and_leaves_first():
    tree = ClassTree.from_merges("abc", [(0.4, tuple("abc")), (0.2, ("c", "a"))])
    assert len(tree.branches) == 5
    assert [tree.leaf(label).id for label in "abc"] == [0, 1, 2]
    assert tree[3] == Branch(3, ("a", "c"), 0.2, 0.4, 4)
    assert tree.total_length == pytest.approx(0.6 + 0.4 + 0.2 + 0.2 + 0.2)


def test_hand_written_tree():
    tree = small()
    assert tree.labels == ("1", "4", "7", "9")
    assert tree.meeting_point(4, "9") == 0.27 and tree.meeting_point([4, 9], 7) == 0.4
    assert [b.t_low for b in tree.branch_points] == [0.46, 0.4, 0.27]


def test_one_class_is_a_tree():
    tree = ClassTree.from_json({"class": 7})
    assert tree.labels == ("7",) and tree.total_length == 1 and tree.branch_of(7, 0.0).is_leaf


def test_flat_tree_shares_nothing():
    tree = ClassTree.flat(range(3))
    assert tree.meeting(0, 1).branch is None and tree.meeting_point(0, 1) == 1
    assert tree.total_length == 3 and len(list(tree.through())) == 3
    assert ClassTree.from_json(tree.to_json()) == tree


def test_half_open_boundaries():
    tree = small()
    assert tree.branch_of("4", 0.27).is_leaf
    assert tree.branch_of("4", 0.2700001).classes == ("4", "9")
    assert tree.branch_of("4", 0.0) == tree.leaf("4") and tree.branch_of("4", 1.0) == tree.roots[0]


def test_integers_name_classes():
    tree = small()
    assert tree.label(4) == "4" and tree.group([9, "4", 9]) == ("9", "4") and tree.group(None) == tree.labels


@pytest.mark.parametrize("label", ["8", 8, -1, True, 4.0, None, [4]])
def test_unknown_class_is_refused(label):
    with pytest.raises(BranchedError):
        small().label(label)


@pytest.mark.parametrize("t", [-0.1, 1.0001, float("nan")])
def test_time_outside_is_refused(t):
    with pytest.raises(BranchedError):
        small().branch_of(4, t)


def test_no_class_at_all_is_refused():
    with pytest.raises(BranchedError):
        small().group([])


# -- what is no tree --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("branches", [
    [],
    [Branch(0, ("a",), 0.0, 0.9, None), Branch(1, ("b",), 0.0, 1.0, None)],     # starts below noise
    [Branch(0, ("a",), 0.0, 0.5, 7), Branch(1, ("b",), 0.0, 1.0, None)],        # a parent that does not exist
    [Branch(0, ("a", "b"), 0.0, 1.0, None)],                                     # a leaf of two
    [Branch(0, ("a", "b"), 0.4, 1.0, None)],                                     # ends nowhere
    [Branch(0, ("a",), 0.0, 0.3, 2), Branch(1, ("b",), 0.0, 0.4, 2), Branch(2, ("a", "b"), 0.4, 1.0, None)],  # a gap
    [Branch(0, ("a",), 0.0, 1.0, None), Branch(1, ("a",), 0.0, 1.0, None)],     # a twice, b never
])
def test_incomplete_branches_are_refused(branches):
    with pytest.raises(BranchedError):
        ClassTree("ab", branches)


# -- grafts ----------------------------------------------------------------------------------------------------------

def grafts(seed: int) -> list[tuple[str, str, float]]:
    """Classes to graft onto `random_tree(seed)`: at branch points, within branches, above all, and upon another."""
    tree, rng = random_tree(seed), random.Random(seed)
    points = [branch.t_low for branch in tree.branch_points]
    times = [*points, rng.random(), 1e-4, 0.999, 1.0]
    places = [(f"new{k}", rng.choice(tree.labels), rng.choice(times)) for k in range(3)]
    return [*places, ("upon", "new0", places[0][2] / 2)]


@pytest.mark.parametrize("seed", range(25))
def test_a_grafted_class_leaves_the_path_of_its_sibling_and_all_else_stays(seed):
    tree = random_tree(seed)
    for name, sibling, time in grafts(seed):
        larger = tree.graft(name, sibling, time)
        assert larger.labels == (*tree.labels, name) and larger.leaf(name).t_high == time
        assert larger.processes == tree.processes + 1 and larger.leaf(name).process == tree.processes
        assert larger.meeting_point(name, sibling) == time
        for label in tree.labels:
            assert larger.meeting_point(name, label) == max(time, tree.meeting_point(sibling, label))
            for t in (0, time / 3, time, (1 + time) / 2, 1, *(b.t_low for b in tree.branches)):
                old, new = tree.branch_of(label, t), larger.branch_of(label, t)
                assert new.process == old.process and set(old.classes) == set(new.classes) - {name} | {label}
            for other in tree.labels:
                assert larger.meeting_point(label, other) == tree.meeting_point(label, other)
        assert {b.id for b in tree.branches} <= {b.id for b in larger.branches}
        assert ClassTree.from_json(json.dumps(larger.to_json())) == larger
        assert larger.prune(name) == tree
        tree = larger


@pytest.mark.parametrize("seed", range(25))
def test_grafts_come_off_in_any_order(seed):
    tree, placed = random_tree(seed), grafts(seed)[:3]
    whole = tree
    for place in placed:
        whole = whole.graft(*place)
    names = [name for name, *_ in placed]
    random.Random(seed).shuffle(names)
    for name in names:
        whole = whole.prune(name)
    assert whole == tree


def test_the_parts_of_a_cut_branch_are_one_process():
    tree = small().graft("a", "4", 0.3).graft("b", "9", 0.35).graft("c", "4", 0.1)
    cut = tree.parts(tree.branch_of("4", 0.28))
    assert [(b.t_high, b.t_low) for b in cut] == [(0.4, 0.35), (0.35, 0.3), (0.3, 0.27)]
    assert [set(b.classes) for b in cut] == [set("49abc"), set("49ac"), set("49c")]
    assert tree.parts(tree.leaf("7")) == (tree.leaf("7"),) and len(tree.parts(tree.leaf("4"))) == 2
    assert tree.meeting_point("a", "b") == 0.35 and tree.meeting_point("a", "c") == 0.3


@pytest.mark.parametrize(("name", "sibling", "time", "sentence"), [
    ("4", "9", 0.3, "already"), ("", "9", 0.3, "needs a name"), (" ", "9", 0.3, "needs a name"),
    (5, "9", 0.3, "needs a name"), ("a", "x", 0.3, "no class"), ("a", "9", 0, "above 0"), ("a", "9", 1.1, "at most 1"),
    ("a", "9", float("nan"), "above 0"), ("a", "9", "0.3", "above 0"), ("a", "9", True, "above 0")])
def test_impossible_grafts_are_refused(name, sibling, time, sentence):
    with pytest.raises(BranchedError, match=sentence):
        small().graft(name, sibling, time)


def test_only_grafts_come_off():
    with pytest.raises(BranchedError, match="was there when the model was trained"):
        small().prune("4")
    with pytest.raises(BranchedError, match="b joined its path later"):
        small().graft("a", "4", 0.3).graft("b", "a", 0.1).prune("a")
    with pytest.raises(BranchedError, match="only class"):
        ClassTree.flat("a").prune("a")


def test_a_process_is_one_way_down():
    """Two branches that do not follow each other cannot be one process."""
    with pytest.raises(BranchedError, match="does not follow"):
        ClassTree.from_json({"time": 0.3, "split": [{"class": "4", "id": 1, "process": 1},
                                                    {"class": "9", "id": 2, "process": 1}]})


# -- kinship -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(10))
def test_kin_are_told_by_when_they_part(seed):
    tree = random_tree(seed)
    for label in tree.labels:
        times = [tree.meeting_point(label, other) for other in tree.by_kinship(label)]
        assert times == sorted(times) and {label, *tree.by_kinship(label)} == set(tree.labels)
        assert tree.nearest(label) == tree.by_kinship(label)[0]
    pairs = tree.closest_pairs(10**6)
    assert len(pairs) == len(tree.labels) * (len(tree.labels) - 1) // 2
    assert [tree.meeting_point(*pair) for pair in pairs] == sorted(tree.meeting_point(*pair) for pair in pairs)


def test_one_class_has_no_kin_and_a_flat_tree_meets_in_noise():
    assert ClassTree.flat("a").nearest("a") is None and ClassTree.flat("a").closest_pairs() == []
    meeting = ClassTree.flat("ab").meeting("a", "b")
    assert (meeting.time, meeting.branch, meeting.id) == (1.0, None, None) and meeting.holds("a")
    shared = small().meeting("4", "9")
    assert shared.id == shared.branch.id and shared.holds("4") and not shared.holds("7")
