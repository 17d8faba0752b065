"""The figure of a tree with pictures: what it accepts."""
import numpy as np
import pytest

from pages.ui.parts.picture_tree import Knot, Leaf, _sheet, check, places

KNOTS = [Knot(0, None, 0.5, 1, 1, 1, "all"), Knot(1, 0, 0, 0, 0.4, 0.4, "left"), Knot(2, 0, 1, 0, 0.6, 0.6, "right")]
LEAVES = [Leaf(1, "A", bars=(1, 0)), Leaf(2, "B")]
PICTURES = np.zeros((2, 3, 4, 5))


def test_what_fits_is_accepted():
    check(KNOTS, LEAVES, PICTURES, "xy")
    check(KNOTS, LEAVES, None, "xy")
    check(KNOTS, LEAVES, np.zeros((2, 1, 4, 5, 3), np.uint8), "xy")


@pytest.mark.parametrize("knots, leaves, pictures, classes", [
    (KNOTS[1:], LEAVES, None, "xy"), ([*KNOTS, KNOTS[0]], LEAVES, None, "xy"), (KNOTS, [Leaf(7, "A")], None, "xy"),
    (KNOTS, LEAVES, PICTURES[0], "xy"), (KNOTS, LEAVES, PICTURES[:1], "xy"), (KNOTS, LEAVES, None, "xyz"),
    ([Knot(0, None, 0, 1, 1, 1, "", kind="bright")], [], None, "")])
def test_what_does_not_fit_is_refused(knots, leaves, pictures, classes):
    with pytest.raises(ValueError):
        check(knots, leaves, pictures, classes)


def test_a_node_stands_in_the_middle_of_its_children_whatever_their_order():
    parents = {5: 4, 4: None, 7: 4, 1: 5, 2: 5, 3: 7}  # 7 has one child alone
    assert places(parents, [1, 2, 3]) == {1: 0, 2: 1, 3: 2, 5: 0.5, 7: 2, 4: 1.25}


def test_the_sheet_has_all_pictures_one_below_the_other():
    sheet = _sheet(PICTURES)
    assert sheet["count"] == 3 and sheet["ratio"] == 0.8 and sheet["sheet"].startswith("data:image/png")
    assert _sheet(None)["count"] == _sheet(np.zeros((2, 0, 4, 4)))["count"] == 0
