"""The replay of a growth, on planted snapshots: two cuts, a phase in which all learn, a leaf that is taken away."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from branched.cluster_tree.snapshot import Snapshot
from branched.cluster_tree.tree import ClusterTree
from branched.data.images import Images
from pages.ui.clusters import growth
from pages.ui.parts.growing import Heap, check

FIRST = ClusterTree().split(0)   # 1, 2
SECOND = FIRST.split(1)          # (3, 4), 2
LAST = SECOND.prune(3)           # 4, 2: node 1 is only passed through


def snapshot(index: int, stage: str, tree: ClusterTree, counts: tuple[int, ...], colours: bool = False) -> Snapshot:
    """Every picture of a leaf has the grey value 10 times its id, and its place among the leaf's pictures."""
    channels = 3 if colours else 1
    shots = torch.tensor([[10 * leaf + k for k in range(8)] for leaf in tree.leaves], dtype=torch.uint8)
    return Snapshot(index, stage, tree, counts, {}, shots[..., None, None, None].expand(-1, -1, channels, 4, 4))


def planted(colours: bool = False) -> SimpleNamespace:
    snapshots = (snapshot(1, "split", FIRST, (700, 300), colours), snapshot(2, "split", SECOND, (4, 695, 301), colours),
                 snapshot(3, "final", LAST, (690, 310), colours))
    shape = (3 if colours else 1, 4, 4)
    return SimpleNamespace(snapshots=snapshots, groups=("A", "B"), form=Images(shape))


@pytest.fixture
def grown() -> growth.Growth:
    return growth.replay(planted())


def test_every_step_says_what_happens():
    model = planted()
    whole = growth.Whole.of(model.snapshots, model.groups)
    sentences = growth.told(growth.moments(model.snapshots), whole.names)
    assert sentences == [
        "At the start all 1,000 pictures lie on one heap. Nobody has said what is on them.",
        "Step 1: the heap, with 1,000 pictures, is cut in two. 700 go to the left and 300 to the right.",
        "Step 2: the fullest leaf, with 700 pictures, is cut in two. 4 go to the left and 695 to the right.",
        "The last step: no leaf is cut. All parts learn together, and every cut is set straight. A leaf with hardly "
        "any pictures is taken away. Most of all this moves leaf B: from 301 to 310 pictures."]


def test_a_leaf_that_is_not_the_fullest_is_not_called_so():
    tree = FIRST.split(2)
    history = growth.moments([snapshot(1, "split", FIRST, (700, 300)), snapshot(2, "split", tree, (700, 100, 200))])
    assert "a leaf, with 300 pictures" in growth.told(history, {})[-1]


def test_the_cut_leaf_is_marked_and_its_children_are_new(grown):
    order = [0, 1, 2, 3, 4]
    states = [dict(zip(order, step.states, strict=True)) for step in grown.steps]
    assert states == [
        {0: "leaf", 1: "unborn", 2: "unborn", 3: "unborn", 4: "unborn"},
        {0: "fork cut", 1: "leaf new", 2: "leaf new", 3: "unborn", 4: "unborn"},
        {0: "fork", 1: "fork cut", 2: "leaf", 3: "leaf new", 4: "leaf new"},
        {0: "fork", 1: "fork", 2: "leaf", 3: "unborn", 4: "leaf"}]
    assert grown.steps[2].notes == ("", "", "301", "4", "695")


def test_before_and_after_lie_beside_the_tree(grown):
    assert grown.steps[2].heaps == (
        Heap("", "Before: some of the 700 pictures", "1"), Heap("new", "Left: 4 pictures", "3"),
        Heap("new", "Right: 695 pictures, now leaf A", "4"))
    assert [heap.title for heap in grown.steps[3].heaps] == ["A", "B"]
    check(grown.spots, grown.steps, grown.strips, 3)


def test_no_two_nodes_stand_at_one_place_and_children_come_from_their_parents(grown):
    places = [spot.at for spot in grown.spots]
    assert len(set(places)) == len(places) and grown.spots[0].at == (58.333, 0.0)
    assert [spot.origin for spot in grown.spots] == [places[0], places[0], places[0], places[1], places[1]]
    assert sorted(spot.at[0] for spot in grown.spots if spot.at[1] == 100) == pytest.approx([100 / 6, 50], abs=1e-3)
    assert (grown.depth, grown.across) == (2, 3)


def test_lines_are_as_wide_as_their_share(grown):
    root, left, right, *_ = (spot.width - 1 for spot in grown.spots)
    assert left + right == pytest.approx(root) and left == pytest.approx(0.7 * root)


def test_a_heap_shows_pictures_of_all_that_comes_of_it():
    """The root's: of leaves 3, 4 and 2 in turn; each says by its grey value whose it is."""
    model = planted()
    shown = growth.pictures(model.form, model.snapshots, growth.Whole.of(model.snapshots, model.groups))
    levels = (255 * shown[0][:, 0, 0]).round().astype(int).tolist()
    assert levels == [30, 40, 20, 31, 41, 21, 32, 42]
    assert (255 * shown[4][:, 0, 0]).round().astype(int).tolist() == list(range(40, 48))


def test_of_many_heaps_some_are_shown_and_short_ones_end_early():
    heaps = [np.full((1, 2, 2), k) for k in range(20)]
    assert growth.in_turn(heaps, 4)[:, 0, 0].tolist() == [0, 5, 10, 15]
    assert growth.in_turn([np.zeros((1, 2, 2)), np.ones((3, 2, 2))], 8)[:, 0, 0].tolist() == [0, 1, 1, 1]


def test_a_small_heap_has_four_pictures():
    four = np.arange(4)[:, None, None] * np.ones((4, 2, 2))
    assert growth.mosaic(four)[::2, ::2].tolist() == [[0, 1], [3, 2]]


def test_colours_and_a_growth_of_one_snapshot():
    assert len(growth.replay(planted(colours=True)).steps) == 4
    model = planted()
    model.snapshots = model.snapshots[:1]
    assert [step.states for step in growth.replay(model).steps] == [
        ("leaf", "unborn", "unborn"), ("fork cut", "leaf new", "leaf new")]


@pytest.mark.parametrize(("spots", "strips", "start", "said"), [
    (5, True, 4, "no step 4"), (4, True, 0, "each of the 4 spots"), (5, False, 0, "no pictures called 0")])
def test_parts_that_do_not_fit_are_refused(grown, spots, strips, start, said):
    with pytest.raises(ValueError, match=said):
        check(grown.spots[:spots], grown.steps, grown.strips if strips else {}, start)
