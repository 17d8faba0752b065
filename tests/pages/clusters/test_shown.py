"""The tree as knots and leaves; pictures and means as HTML."""
import numpy as np
import pytest
from small_clusters import small_table

from pages.ui.clusters import shown
from pages.ui.clusters.measured import Measured, masses

CLASSES = tuple("0123456789")


@pytest.fixture
def outline(model):
    return model.outline()


@pytest.fixture
def mass(model):
    return masses(model, Measured())


def test_knots_stand_over_their_leaves_and_tell_shares(outline, mass):
    knots = {knot.id: knot for knot in shown.knots(outline, mass, shown.says(outline, mass, None, ()))}
    assert [knots[outline.leaf(group).id].x for group in outline.groups] == list(range(10))
    assert knots[0].y == 1 and all(knots[outline.leaf(group).id].y == 0 for group in outline.groups)
    for node in outline.points:
        below = [knots[child.id] for child in outline.children(node)]
        assert knots[node.id].x == pytest.approx(np.mean([knot.x for knot in below]))
        assert sum(knot.share for knot in below) == pytest.approx(1)
        assert all(knot.y < knots[node.id].y for knot in below)
    assert knots[0].share == 1 and "pass here" in knots[0].says


def test_a_leaf_has_its_share_or_its_most_frequent_class(outline, mass):
    bare = shown.leaves(outline, mass, None, ())
    assert [leaf.note for leaf in bare][:2] == ["10%", "10%"] and not bare[0].bars
    counts = np.diag(np.arange(1, 11))
    counts[9] = 0
    known = shown.leaves(outline, mass, counts, CLASSES)
    assert shown.leaves(outline, mass, None, CLASSES, names={"B": "4"})[1].note == "the 4s"
    assert known[3].note == "3: 100%" and known[3].bars[3] == 1 and not known[9].bars and known[9].note == "10%"


def test_pictures_whose_leaf_was_improbable_are_marked(outline, mass):
    p = np.full((10, 3), 0.9)
    p[2] = [0.199, 0.001, 0.2]
    leaves = shown.leaves(outline, mass, None, (), p)
    assert leaves[2].corners == ["20%", "<1%", ""] and leaves[1].corners == ["", "", ""]
    cells = shown.cells(np.zeros((3, 4, 4)), p[2])
    html = shown.sheet([shown.Row("C<b>", cells)])
    assert html.count("faint") == 2 and "&lt;1%" in html and "C&lt;b&gt;" in html


def test_the_class_of_each_leaf(outline):
    counts = np.eye(10, dtype=int)[::-1].copy()
    counts[4] = 0
    names = shown.digits(outline, counts, CLASSES)
    assert names["A"] == "9" and "E" not in names and shown.digits(outline, None, ()) == {}


def test_means_of_a_table_mark_what_is_far():
    outline = small_table().outline()
    rows = np.zeros((3, 50, 2))
    rows[0, :, 0] = 100 + np.random.default_rng(0).normal(size=50)
    html = shown.means(outline, ("a", "b<i>"), rows)
    assert html.count("<b>") == 1 and "b&lt;i&gt;" in html and html.count("<td>") == 1 + 6  # the corner
