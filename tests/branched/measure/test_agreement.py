"""How far two trees agree, and the order in which lines between them cross least: by hand, and against brute force."""
from itertools import combinations, permutations

import numpy as np
import pytest

from branched import BranchedError, ClassTree
from branched.measure import agreement as module
from branched.measure.agreement import agreement, closest, facing, shared_depths
from branched.outline import Outline, OutlineNode


def tree(nested, names=None) -> Outline:
    """An outline of nested tuples of names; a tuple of one is a node that all pass through."""
    nodes = []

    def groups(part) -> tuple[str, ...]:
        return (part,) if isinstance(part, str) else tuple(name for child in part for name in groups(child))

    def add(part, parent, high) -> None:
        is_leaf, k = isinstance(part, str), len(nodes)
        low = 0.0 if is_leaf else high * 0.8
        nodes.append(OutlineNode(k, parent, groups(part), low, high, is_leaf))
        for child in () if is_leaf else part:
            add(child, k, low)

    add(nested, None, 1.0)
    return Outline(tuple(names or groups(nested)), tuple(nodes))


def alone(learnt: Outline, classes: Outline, of: dict[str, str]) -> np.ndarray:
    """Counts where all objects of a class are in one leaf."""
    counts = np.zeros((len(learnt.groups), len(classes.groups)), int)
    for label, leaf in of.items():
        counts[learnt.groups.index(leaf), classes.groups.index(label)] = 7
    return counts


CATERPILLAR, BALANCED = tree(((("a", "b"), "c"), "d")), tree((("a", "b"), ("c", "d")))
SAME = {name: name for name in "abcd"}


# -- agreement ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("outline", [CATERPILLAR, BALANCED])
def test_equal_trees_agree_in_all(outline):
    found = agreement(outline, outline, alone(outline, outline, SAME))
    assert (found.triples, found.agree) == (4, 1) and found.chance == pytest.approx(1 / 3)


def test_a_caterpillar_against_a_balanced_tree_by_hand():
    """abc: ab in both; abd: ab in both; acd: ac | d against a | cd; bcd: bc | d against b | cd."""
    found = agreement(CATERPILLAR, BALANCED, alone(BALANCED, CATERPILLAR, SAME))
    assert (found.triples, found.agree) == (4, 0.5)


@pytest.mark.parametrize("seed", range(3))
def test_names_and_orders_do_not_count(seed):
    """Classes and leaves renamed, and listed in another order, in both trees alike."""
    rng = np.random.default_rng(seed)
    ours, theirs = tree((("a", ("b", "c")), ("d", "e"))), tree(((("P", "Q"), "R"), ("S", "T")))
    counts = rng.integers(0, 50, (5, 5))
    first = agreement(ours, theirs, counts)
    columns, rows = rng.permutation(5), rng.permutation(5)
    moved = agreement(Outline(tuple(ours.groups[k] for k in columns), ours.nodes[::-1]),
                      Outline(tuple(theirs.groups[k] for k in rows), theirs.nodes[::-1]), counts[np.ix_(rows, columns)])
    assert (moved.triples, moved.agree, moved.luck) == (first.triples, first.agree, first.luck)
    assert moved.chance == pytest.approx(first.chance)


def test_a_class_is_where_most_of_its_objects_are():
    counts = alone(BALANCED, BALANCED, SAME)
    noisy = counts + np.random.default_rng(0).integers(0, 6, (4, 4)) * (counts == 0)
    assert agreement(BALANCED, BALANCED, noisy).agree == 1


def test_what_a_tree_leaves_open_is_not_compared():
    """(a b c) d: the triple abc is open, the other three are not."""
    ours = tree((("a", "b", "c"), "d"))
    found = agreement(ours, CATERPILLAR, alone(CATERPILLAR, ours, SAME))
    assert (found.triples, found.agree) == (3, 1) and found.chance == pytest.approx(1 / 3)
    star = tree(("a", "b", "c", "d"))
    found = agreement(star, CATERPILLAR, alone(CATERPILLAR, star, SAME))
    assert found.triples == 0 and np.isnan([found.agree, found.chance, found.luck]).all()


def test_classes_that_share_a_leaf_are_closest_and_three_are_open():
    """Leaves P | (Q | R): a and b in P, c in Q, d in R; then a, b, c in P."""
    learnt = tree(("P", ("Q", "R")))
    pair = agreement(BALANCED, learnt, alone(learnt, BALANCED, {"a": "P", "b": "P", "c": "Q", "d": "R"}))
    assert (pair.triples, pair.agree) == (4, 1)
    three = agreement(BALANCED, learnt, alone(learnt, BALANCED, {"a": "P", "b": "P", "c": "P", "d": "R"}))
    assert (three.triples, three.agree) == (3, 1 / 3)       # abd agrees; acd and bcd do not


def test_a_class_without_objects_is_left_out():
    found = agreement(BALANCED, BALANCED, alone(BALANCED, BALANCED, {name: name for name in "abc"}))
    assert (found.triples, found.agree) == (1, 1)


def test_a_flat_class_tree_decides_nothing():
    flat = ClassTree.flat("abcd").outline()
    assert agreement(flat, BALANCED, alone(BALANCED, flat, SAME)).triples == 0


def test_luck_is_the_share_of_placements_that_agree_as_often():
    """Of the 24 placements on a caterpillar's leaves two give the same tree."""
    found = agreement(CATERPILLAR, CATERPILLAR, alone(CATERPILLAR, CATERPILLAR, SAME))
    assert found.luck == pytest.approx(2 / 24)


def test_placements_that_are_drawn_say_nearly_what_all_say(monkeypatch):
    ours, theirs = tree((("a", ("b", "c")), ("d", ("e", "f")))), tree((((("a", "c"), "e"), "d"), ("b", "f")))
    counts = alone(theirs, ours, {name: name for name in "abcdef"})
    whole = agreement(ours, theirs, counts)
    monkeypatch.setattr(module, "ALL", 3)
    drawn = agreement(ours, theirs, counts)
    assert whole.chance == pytest.approx(1 / 3) and drawn.chance == pytest.approx(1 / 3, abs=0.01)
    assert drawn.luck == pytest.approx(whole.luck, abs=0.02) and agreement(ours, theirs, counts, seed=0) == drawn


def test_the_closest_pair_is_that_of_the_smallest_common_node():
    shared = shared_depths(CATERPILLAR, CATERPILLAR.groups)
    assert shared.tolist() == [[4, 3, 2, 1], [3, 4, 2, 1], [2, 2, 3, 1], [1, 1, 1, 2]]
    assert closest(shared, np.array([[0, 1, 2], [0, 2, 3], [3, 1, 0]])).tolist() == [2, 2, 0]


@pytest.mark.parametrize("counts", [np.ones((4, 3)), np.ones(4), -np.ones((4, 4))])
def test_counts_of_other_trees_are_refused(counts):
    for function in (agreement, facing):
        with pytest.raises(BranchedError, match="4 leaves and 4 classes"):
            function(BALANCED, BALANCED, counts)


# -- facing ------------------------------------------------------------------------------------------------------------

def crossings(left: tuple[str, ...], right: tuple[str, ...], of: dict[str, str]) -> int:
    """The definition: pairs of lines, from classes in an order to leaves in an order."""
    return sum((left.index(a) - left.index(b)) * (right.index(of[a]) - right.index(of[b])) < 0
               for a, b in combinations(of, 2))


def orders(outline: Outline) -> list[tuple[str, ...]]:
    """All orders of the groups in which those of every node lie together, by trying all."""
    def together(order) -> bool:
        places = [sorted(order.index(group) for group in node.groups) for node in outline.nodes]
        return all(place[-1] - place[0] == len(place) - 1 for place in places)

    return [order for order in permutations(outline.groups) if together(order)]


def test_trees_that_can_face_each_other_without_a_crossing_do():
    learnt = tree((("D", "C"), ("A", "B")))
    found = facing(BALANCED, learnt, alone(learnt, BALANCED, {name: name.upper() for name in "abcd"}))
    assert found.crossings == 0
    assert [name.upper() for name in found.left.groups] == list(found.right.groups)


def test_a_known_crossing_number():
    """(a b) (c d) against (a c) (b d): whichever way they are turned, one pair of lines crosses."""
    learnt = tree((("A", "C"), ("B", "D")))
    found = facing(BALANCED, learnt, alone(learnt, BALANCED, {name: name.upper() for name in "abcd"}))
    assert found.crossings == 1


@pytest.mark.parametrize("every", [1024, 1])
@pytest.mark.parametrize("seed", range(6))
def test_no_order_has_fewer_crossings(seed, every, monkeypatch):
    """Against all orders of both trees. Taking turns may end above the least, and is never below it."""
    monkeypatch.setattr(module, "ORDERS", every)
    rng = np.random.default_rng(seed)
    ours = tree((("a", ("b", "c")), ("d", "e", "f")))
    theirs = tree([((("A", "B"), "C"), ("D", ("E", "F"))), ((("A", "B"), ("C", "D")), "E")][seed % 2])
    of = {name: str(rng.choice(theirs.groups)) for name in ours.groups}
    found = facing(ours, theirs, alone(theirs, ours, of))
    least = min(crossings(left, right, of) for left in orders(ours) for right in orders(theirs))
    assert found.crossings == crossings(found.left.groups, found.right.groups, of)
    assert found.left.groups in orders(ours) and found.right.groups in orders(theirs)
    assert least == found.crossings if every > 1 else least <= found.crossings <= least + 2


def test_equals_are_told_apart_by_where_the_other_objects_go():
    """A few objects of c are in A's leaf: so A lies beside C, though either side of B has no line that crosses."""
    ours, theirs = tree(("c", ("b", "a"))), tree(("C", ("B", "A")))
    counts = alone(theirs, ours, {"a": "A", "b": "B", "c": "C"})
    assert facing(ours, theirs, counts).right.groups == ("C", "B", "A")
    counts[theirs.groups.index("A"), ours.groups.index("c")] = 3
    found = facing(ours, theirs, counts)
    assert found.crossings == 0 and found.right.groups in (("C", "A", "B"), ("B", "A", "C"))


def test_turned_trees_are_the_same_trees():
    learnt = tree((("A", "C"), ("B", "D")))
    found = facing(BALANCED, learnt, alone(learnt, BALANCED, {name: name.upper() for name in "abcd"}))
    for before, after in ((BALANCED, found.left), (learnt, found.right)):
        assert {node.id: (node.parent, set(node.groups), node.low, node.high) for node in before.nodes} == {
            node.id: (node.parent, set(node.groups), node.low, node.high) for node in after.nodes}
        for node in after.nodes:
            assert node.is_leaf or node.groups == sum((child.groups for child in after.children(node)), ())
        assert after.roots[0].groups == after.groups
    assert facing(BALANCED, learnt, alone(learnt, BALANCED, {name: name.upper() for name in "abcd"})) == found


def test_a_flat_class_tree_faces_without_a_crossing():
    flat = ClassTree.flat("abcdefgh").outline()
    learnt = tree((((("A", "E"), "C"), "H"), (("B", "G"), ("D", "F"))))
    found = facing(flat, learnt, alone(learnt, flat, {name: name.upper() for name in "abcdefgh"}))
    assert found.crossings == 0 and "".join(found.left.groups).upper() == "".join(found.right.groups)
