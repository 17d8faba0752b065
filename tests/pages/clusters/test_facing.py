"""Two trees facing each other: where bands begin and end, where nodes stand, and what is said of both."""
import base64
import re
from types import SimpleNamespace

import numpy as np
import pytest

from branched import ClassTree
from branched.cluster_tree.tree import ClusterTree
from pages.ui.clusters import facing
from pages.ui.frame.look import DARK, LIGHT

CLASSES = ("0", "4", "7", "9")
CLASS_TREE = ClassTree.from_merges(CLASSES, [(0.3, "49"), (0.4, "479"), (0.6, "0479")]).outline()
LEARNT = ClusterTree().split(0).split(2).split(4).outline("ABCD")  # A (B (C D))
COUNTS = np.array([[90, 0, 0, 10], [0, 5, 95, 0], [0, 80, 0, 0], [10, 15, 5, 90]])  # A: 0, B: 7, C: 4, D: 9


@pytest.fixture
def turned() -> facing.Turned:
    return facing.facing("some tree", "mnist", COUNTS.tobytes(), class_tree=CLASS_TREE, learnt=LEARNT, counts=COUNTS,
                         classes=CLASSES)


def drawn(source: str) -> str:
    return base64.b64decode(source.split(",", 1)[1]).decode()


def test_the_trees_are_turned_until_nothing_crosses(turned):
    """Each class beside the leaf where most of its pictures lie; and the counts go with them."""
    home = facing.homes(turned)
    assert [home[label] for label in turned.left.groups] == list(turned.right.groups)
    for row, leaf in enumerate(turned.right.groups):
        for column, label in enumerate(turned.left.groups):
            assert turned.counts[row, column] == COUNTS["ABCD".index(leaf), CLASSES.index(label)]


def test_classes_may_be_listed_in_another_order_than_the_trees():
    other = ("9", "7", "4", "0")
    same = facing.facing("some tree", "other", b"", class_tree=CLASS_TREE, learnt=LEARNT, counts=COUNTS[:, ::-1],
                         classes=other)
    assert facing.homes(same) == {"0": "A", "4": "C", "7": "B", "9": "D"}


def test_bands_are_as_wide_as_their_share_and_fill_their_ends():
    found = facing.bands(COUNTS, 400)
    assert len(found) == np.count_nonzero(COUNTS)
    for side, axis in (("left", 0), ("right", 1)):
        for end, total in enumerate(COUNTS.sum(axis)):
            parts = sorted(getattr(band, side) for band in found
                           if (band.label if side == "left" else band.leaf) == end)
            assert sum(b - a for a, b in parts) == pytest.approx(total * facing.FULL * 100 / COUNTS.sum(1).max())
            assert all(a == pytest.approx(b) for (_, a), (b, _) in zip(parts, parts[1:], strict=False)), "no gap"
            assert (parts[0][0] + parts[-1][1]) / 2 == pytest.approx(100 * (end + 0.5)), "in the middle of its place"
    for band in found:
        assert band.left[1] - band.left[0] == pytest.approx(band.right[1] - band.right[0])


def test_the_widest_bands_are_drawn_first_and_the_fullest_leaf_has_room():
    found = facing.bands(COUNTS, 400)
    widths = [band.left[1] - band.left[0] for band in found]
    assert widths == sorted(widths, reverse=True)
    assert max(band.right[1] for band in found) < 400 and min(band.left[0] for band in found) > 0


def test_as_many_leaves_as_classes_is_not_needed():
    found = facing.bands(np.array([[10, 0, 20], [5, 30, 0]]), 300)
    assert {band.label for band in found} == {0, 1, 2} and {band.leaf for band in found} == {0, 1}
    assert all(0 <= height <= 300 for band in found for height in (*band.left, *band.right))


def test_a_band_goes_from_its_class_to_its_leaf():
    shape = facing.ribbon(facing.Band(0, 1, (10, 20), (30, 40)), "red")
    assert re.findall(r"[\d.]+", shape.path) == re.findall(r"[\d.]+", (
        "M0 10.00C50 10.00 50 30.00 100 30.00V40.00C50 40.00 50 20.00 0 20.00Z"))
    assert shape.fill == shape.stroke == "red"


def test_leaves_stand_in_order_and_parents_before_their_children():
    at = facing.places(LEARNT, 400)
    assert [at[LEARNT.leaf(group).id] for group in "ABCD"] == [(100, 50), (100, 150), (100, 250), (100, 350)]
    assert min(x for x, _ in at.values()) == at[0][0] == 0
    assert all(at[node.parent][0] < at[node.id][0] for node in LEARNT.nodes if node.parent is not None)
    assert at[LEARNT.leaf("C").parent][1] == 300


def test_a_mirrored_tree_has_its_leaves_on_the_left():
    ends = [{float(x) for x in re.findall(r"H([\d.]+)", drawn(facing.half(LEARNT, 400, LIGHT, mirrored)))}
            for mirrored in (False, True)]
    assert max(ends[0]) == 99 and min(ends[1]) == 1


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_the_figure_names_all_ends(turned, look):
    pictures = {leaf: np.full((4, 4), 0.5) for leaf in "ABC"}
    html = facing.figure(turned, pictures, look, CLASSES)
    assert html.count("data:image/png") == 3 and html.count("data:image/svg") == 3
    assert re.findall(r'class="class"[^>]*>(\w)<', html) == list(turned.left.groups)
    assert re.findall(r"<b>(\w)</b></span>", html) == list(turned.right.groups)
    shades = re.findall(r"--own: (#\w+)", html)
    assert shades == [facing.colour(CLASSES.index(label), look) for label in turned.left.groups]
    assert "0 to A, " in facing.told_lines(turned)


def test_names_cannot_smuggle_markup():
    evil = "<script>"
    classes = ClassTree.from_merges((evil, "b"), [(0.5, (evil, "b"))]).outline()
    turned = facing.Turned(classes, ClusterTree().split(0).outline((evil, "B")), np.eye(2, dtype=int))
    assert evil not in facing.figure(turned, {}, LIGHT, (evil, "b"))


def test_ten_colours_differ_in_both_looks():
    for look in (LIGHT, DARK):
        assert len({facing.colour(k, look) for k in range(10)}) == 10
        assert facing.colour(10, look) == facing.colour(0, look)


# -- in words ----------------------------------------------------------------------------------------------------------

def test_the_agreement_is_told_in_numbers_of_triples():
    told = facing.told_agreement(SimpleNamespace(triples=112, agree=0.75, chance=1 / 3))
    assert "Of the 112 times" in told and "**84 times**" in told and "about 37 times" in told
    assert facing.told_agreement(SimpleNamespace(triples=None, agree=None, chance=None)) == ""
    assert "chance" not in facing.told_agreement(SimpleNamespace(triples=4, agree=1.0, chance=None))


def test_who_parts_last_and_first_in_both(turned):
    assert facing.told_pairs(turned) == "Both find most alike: 4 and 9. Both part 0 from all others first."
    other = facing.Turned(CLASS_TREE, ClusterTree().split(0).split(2).split(4).outline("CABD"), np.roll(COUNTS, 1, 0))
    home = facing.homes(other)
    assert home["9"] == "C" and facing.told_pairs(other) == (
        "The first to part from all others is 0 on the left, and 9 on the right.")


def test_classes_of_one_leaf_are_no_pair():
    """4 and 9 lie in one leaf."""
    together = facing.Turned(CLASS_TREE, LEARNT, np.array([[9, 0, 0, 0], [0, 0, 9, 0], [0, 9, 0, 9], [0, 0, 0, 0]]))
    assert "alike" not in facing.told_pairs(together)
