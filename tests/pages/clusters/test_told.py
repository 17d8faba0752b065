"""The page "Without labels" in words."""
from types import SimpleNamespace

import numpy as np
import pytest
from small_clusters import small_clusters, small_table

from pages.ui.clusters import told

CLASSES = tuple("0123456789")
PURE = 100 * np.eye(10, dtype=int)


@pytest.mark.parametrize("share, text", [(0.5, "50"), (0.98, "98"), (0.9912, "99.1"), (1, "100"), (0.004, "0.4"),
                                         (0, "0"), (0.02, "2"), (0.9999, "99.9"), (0.0001, "<0.1")])
def test_shares_of_a_hundred(share, text):
    assert told.percent(share) == text


def test_the_introduction_tells_what_was_put_in_and_what_came_out(model):
    text = told.introduction(model, PURE, CLASSES)
    for part in ("60,000 pictures", "10 leaves, about equally full", "thicker pen", "every leaf became one digit",
                 "100 of 100"):
        assert part in text
    mixed = PURE.copy()
    mixed[3] = mixed[4]
    assert "the leaves became 0, 1, 2, 4, 5, 6, 7, 8 and 9" in told.introduction(model, mixed, CLASSES)


def test_a_tree_of_ones_own_is_told_what_is_known():
    text = told.introduction(small_clusters(), None, ())
    assert told.OWN in text and "digit" not in text
    rows = told.introduction(small_table(), None, ())
    assert "shown rows" in rows and "3 leaves." in rows and "thicker" not in rows and "full" not in rows


def test_a_leaf_in_plain_words():
    counts = np.array([1, 0, 2, 97])
    text = told.content("members", counts, "0123")
    assert "**97 of 100 are a 3**" in text and "a 2 (2) and a 0 (1)" in text and "real test pictures" in text
    assert "network read them" in told.content("decoder", counts, "0123")
    assert "nothing else" in told.content("members", np.array([0, 8]), "08")
    assert "Nothing" in told.content("members", np.zeros(3, int), "012")
    assert told.a("8") == "an 8" and told.a("star") == "star"


def test_where_the_rest_of_a_class_went():
    counts = np.array([[95, 1, 0], [5, 99, 0], [0, 0, 100]])
    assert told.elsewhere(0, counts, "ABC", "xyz") == \
        "Of 100 pictures of x, 95 came here. Of the others, more went to leaf B (the ys) than to any other."
    assert told.elsewhere(2, counts, "ABC", "xyz") == "Every z came here."
    assert told.elsewhere(0, np.zeros((3, 3), int), "ABC", "xyz") == ""


def test_purity_and_entropy():
    assert told.purity(np.array([50, 50])).startswith("Purity 50.0%, entropy 0.69 (0: all one kind; 0.7: all 2 kinds")
    assert "entropy 0.00" in told.purity(np.array([0, 7]))


def test_what_is_most_alike_and_where_ways_part(model):
    outline = model.outline()
    names = dict(zip(outline.groups, CLASSES, strict=True))
    assert told.neighbours(outline, names).startswith("0 and 1; ")
    assert told.neighbours(outline, {}).startswith("A and B; ")
    top = outline.roots[0]
    mass = {node.id: len(node.groups) / 10 for node in outline.nodes}
    assert told.parting(outline, top, mass, names).endswith("90 go on to 0 1 2 3 4 5 6 7 8 and 10 go on to 9.")
    assert told.headline(outline, top, {}) == "Here part A B C D E F G H I | J"
    assert told.headline(outline, outline.leaf("C"), names) == "Leaf C: the 2s"
    assert told.headline(outline, outline.leaf("C"), {}) == "Leaf C"
    assert "90 of 100 pass" in told.node_says(outline, outline[1], mass, names)


def test_how_it_compares_with_the_class_tree():
    assert "74 of 100 cases (by chance, 33)" in told.beside(SimpleNamespace(agree=0.741, chance=1 / 3))
    assert "chance" not in told.beside(None) and "chance" not in told.beside(SimpleNamespace(agree=None, chance=None))
