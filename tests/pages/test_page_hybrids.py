"""The page "Hybrids": two sides and their film against the model, the script (AppTest), and a visitor's browser."""
from types import SimpleNamespace

import numpy as np
import pytest
from apptest import opened

import branched
from branched import ClassTree
from pages.ui.figures.standing_tree import graph
from pages.ui.hybrids import parting
from pages.ui.parts.film import levels

PAGE = "pages/hybrids.py"
A, B = ("4",), ("9", "0")  # on the tests' tree they meet at 0.6, and 4 and 9 stay together until 0.35


def finished(job):
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


# -- the two sides -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("own", "other", "before", "after"), [
    (["4"], ["9"], ["4"], (["4"], ["9"])),
    (["4", "9"], ["9", "7"], ["4"], (["4", "9"], ["7"])),  # the last wish counts
    (["4", "9"], ["9"], ["4"], (["4"], ["9"])),            # but not if nothing is left
    ([], ["9"], ["4"], (["4"], ["9"])),
    (["9"], ["9"], ["4"], (["4"], ["9"])),
])
def test_no_class_is_on_both_sides_and_no_side_is_empty(own, other, before, after):
    found = parting.settled(own, other, before)
    assert found[:2] == after and bool(found[2]) == (list(own) != after[0] or list(other) != after[1])


def test_the_two_that_part_last_come_first(tree):
    assert set(parting.default(tree)) == {"4", "9"} and parting.default(ClassTree.flat("ab")) == ("a", "b")
    assert set(parting.default(branched.load("mnist").tree)) == {"4", "9"}


def test_ways_on_the_tree(tree):
    kinds = parting.paths(tree, A, B)
    for branch in tree.branches:
        sides = [bool(set(side) & set(branch.classes)) for side in (A, B)]
        assert kinds.get(branch.id) == {(1, 1): "both", (1, 0): "lit", (0, 1): "other"}.get(tuple(sides))
    flat = ClassTree.flat("ab")
    assert parting.paths(flat, ("a",), ("b",)) == {flat.leaf("a").id: "lit", flat.leaf("b").id: "other"}
    for shape, a, b in ((tree, A, B), (flat, ("a",), ("b",))):
        assert parting.tree_figure.__wrapped__("", a, b, False, shape).data


# -- in words ----------------------------------------------------------------------------------------------------------

def test_sentences_about_near_and_far(tree):
    near, far = (("4",), ("9",)), (("0",), ("1",))
    assert plain(parting.headline(tree, *near)) == "4 and 9 part at t = 0.35. Until then the model draws them as one."
    assert "No two classes part later." in parting.kinship(tree, *near) and "65%" in parting.kinship(tree, *near)
    assert "together with 4, 7 and 9" in parting.kinship(tree, *far)
    assert "No two classes part earlier." in parting.kinship(tree, *far) and "40%" in parting.kinship(tree, *far)
    assert plain(parting.headline(tree, ("0",), ("4", "9"))) == "0 parts from 4 and 9 at t = 0.60."
    assert plain(parting.headline(tree, A, B)) == "0, 4 and 9 begin to part at t = 0.60."
    assert "4 and 9, of both sides, stay together even longer." in parting.kinship(tree, A, B)
    flat = ClassTree.flat("ab")
    assert "nothing but the noise" in parting.headline(flat, ("a",), ("b",)) and parting.kinship(flat, ("a",), ("b",))


def test_how_decided_guesses_are_in_words():
    assert parting.tally(["4", "9", "4", "", "7"], ("4", "9")) == (
        "2 look like 4, 1 like 9, 1 like something else, 1 is undecided")
    assert parting.tally(["9"], ("4", "9")) == "1 looks like 9" and parting.tally(["", ""], "4") == "2 are undecided"
    cells = np.array([[0, 1], [2, 3]])
    assert plain(parting.caption(0.2, cells, ("4", "9"), ["4", "9", "9", "9"], False)) == (
        "t = 0.20: of the best guesses 1 of 2 look like 4, 2 of 2 like 9.")
    assert plain(parting.caption(0.5, cells[[0, 0]], ("4", "9"), ["4", "9"], True)) == (
        "t = 0.50, where they part: of 2 best guesses, 1 looks like 4, 1 like 9.")
    assert plain(parting.caption(0.5, cells, ("4", "9"), None, False)) == "t = 0.50."


# -- the work ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("meeting", [1.0, 0.9999, 0.339, 0.5, 0.0001])
def test_the_meeting_point_is_a_moment_of_the_film(meeting):
    times = parting.schedule(meeting)
    assert meeting in times and times == sorted(times, reverse=True) and len(set(times)) == len(times)
    assert times[0] == 1 and times[-1] == 0


def test_a_judge_that_is_not_sure_says_nothing():
    judge = SimpleNamespace(labels=("4", "9"), probabilities=lambda images: np.array([[0.9, 0.1], [0.45, 0.55]]))
    assert parting.recognised(judge, np.zeros((2, 8, 8), np.uint8)) == ["4", ""]


@pytest.mark.parametrize("kind", ["model", "colour_model", "flat_model"])
def test_hybrids_and_endings_are_the_models_own(kind, request):
    model = request.getfixturevalue(kind)
    found, own = finished(parting.part(model, A, B, 3)), model.hybrid(A, B, n=parting.COLUMNS, seed=3)
    assert found.reel.times[found.meeting] == own.time
    np.testing.assert_allclose(found.noisy, own.noisy, atol=1e-4)
    np.testing.assert_allclose(found.guesses, own.denoised, atol=1e-4)
    for label in A + B:
        np.testing.assert_allclose(found.endings[label], own.endings[label], atol=1e-3)
    assert len(parting.rows(found, A, B)) == 4 + len(A + B)


def test_rows_are_one_until_their_ways_part(model):
    found = finished(parting.part(model, A, B, 3))
    reel = found.reel
    for t, (four, nine, zero) in zip(reel.times, reel.cells.tolist(), strict=True):
        assert (four == zero) == (t >= 0.6) and (four == nine) == (t > 0.35)
    np.testing.assert_array_equal(reel.guesses[reel.cells[found.meeting, 0]], levels(found.guesses))
    np.testing.assert_array_equal(reel.noisy[reel.cells[-1, 0]], levels(found.endings["4"]))


def test_dots_are_where_the_classes_are(model):
    tree, found = model.tree, finished(parting.part(model, A, B, 3))
    nodes, film = graph(tree).nodes, parting.frames(tree, A, B, found)
    meeting = nodes[tree.meeting_branch(A, B).id]
    assert film[found.meeting].dots == ((meeting["x"], meeting["t"]),)
    assert len(film[0].dots) == 1 and "where they part" in film[found.meeting].caption
    assert set(film[-1].dots) == {(nodes[tree.leaf(label).id]["x"], 0.0) for label in A + B}


# -- the script --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def tree_shipped() -> ClassTree:
    return branched.load("mnist").tree


def test_the_page_opens_with_the_two_that_part_last(tree_shipped):
    app = opened(PAGE)
    a, b = parting.default(tree_shipped)
    assert app.subheader[0].value == parting.headline(tree_shipped, (a,), (b,)) and app.session_state.time is None
    assert "picture" in app.latex[0].value and not app.warning


def test_a_link_opens_its_sides_and_moment(tree_shipped):
    app = opened(PAGE, a="4", b="9", time="0.2")
    assert app.subheader[0].value == parting.headline(tree_shipped, ("4",), ("9",))
    assert app.session_state.time == pytest.approx(0.2)


@pytest.mark.parametrize("query", [{"a": ""}, {"b": "cat"}, {"time": "7"}, {"time": "nan"}, {"a": "4", "b": "4"}])
def test_a_broken_link_gives_a_notice_and_the_usual(tree_shipped, query):
    app = opened(PAGE, **query)
    assert app.warning and app.subheader[0].value == parting.headline(tree_shipped, ("4",), ("9",))


def test_a_class_moves_to_the_side_where_it_was_put_last(tree_shipped):
    app = opened(PAGE, time="0.2")
    app.pills(key="a").set_value(["4", "9"]).run()  # 9 is all that is on the other side
    assert app.session_state.a == ["4"] and app.session_state.b == ["9"] and app.toast
    app.pills(key="b").set_value(["9", "4"]).run()
    assert app.session_state.b == ["9"]
    app.pills(key="a").set_value([]).run()
    assert app.session_state.a == ["4"] and not app.exception
