"""The page "Hybrids": two sides and their film against the model, the script (AppTest), and a visitor's browser."""
from types import SimpleNamespace

import numpy as np
import pytest
from apptest import opened

import branched
from branched import ClassTree, Sampling
from pages.ui.figures.standing_tree import graph
from pages.ui.figures.ways import two_ways
from pages.ui.frame.look import LIGHT
from pages.ui.hybrids import controls, shown, told, work
from pages.ui.hybrids.work import Hybrids
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
    found = controls.settled(own, other, before)
    assert found[:2] == after and bool(found[2]) == (list(own) != after[0] or list(other) != after[1])


def test_the_two_that_part_last_come_first(tree):
    assert set(controls.usual(tree)) == {"4", "9"} and controls.usual(ClassTree.flat("ab")) == ("a", "b")
    assert set(controls.usual(branched.load("mnist").tree)) == {"4", "9"}


def test_ways_on_the_tree(tree):
    kinds = two_ways(tree, A, B)
    for branch in tree.branches:
        sides = [bool(set(side) & set(branch.classes)) for side in (A, B)]
        assert kinds.get(branch.id) == {(1, 1): "both", (1, 0): "lit", (0, 1): "other"}.get(tuple(sides))
    flat = ClassTree.flat("ab")
    assert two_ways(flat, ("a",), ("b",)) == {flat.leaf("a").id: "lit", flat.leaf("b").id: "other"}
    for shape, a, b in ((tree, A, B), (flat, ("a",), ("b",))):
        assert shown.tree_figure.__wrapped__("", a, b, LIGHT, tree=shape).data


# -- in words ----------------------------------------------------------------------------------------------------------

def test_sentences_about_near_and_far(tree):
    near, far = (("4",), ("9",)), (("0",), ("1",))
    assert plain(told.headline(tree, *near)) == "4 and 9 part at t = 0.35. Until then the model draws them as one."
    assert "No two classes part later." in told.kinship(tree, *near) and "65%" in told.kinship(tree, *near)
    assert "together with 4, 7 and 9" in told.kinship(tree, *far)
    assert "No two classes part earlier." in told.kinship(tree, *far) and "40%" in told.kinship(tree, *far)
    assert plain(told.headline(tree, ("0",), ("4", "9"))) == "0 parts from 4 and 9 at t = 0.60."
    assert plain(told.headline(tree, A, B)) == "0, 4 and 9 begin to part at t = 0.60."
    assert "4 and 9, of both sides, stay together even longer." in told.kinship(tree, A, B)
    flat = ClassTree.flat("ab")
    assert "nothing but the noise" in told.headline(flat, ("a",), ("b",)) and told.kinship(flat, ("a",), ("b",))


def test_how_decided_guesses_are_in_words():
    assert told.tally(["4", "9", "4", "", "7"], ("4", "9")) == (
        "2 look like 4, 1 like 9, 1 like something else, 1 is undecided")
    assert told.tally(["9"], ("4", "9")) == "1 looks like 9" and told.tally(["", ""], "4") == "2 are undecided"
    cells = np.array([[0, 1], [2, 3]])
    assert plain(told.caption(0.2, cells, ("4", "9"), ["4", "9", "9", "9"], False)) == (
        "t = 0.20: of the best guesses 1 of 2 look like 4, 2 of 2 like 9.")
    assert plain(told.caption(0.5, cells[[0, 0]], ("4", "9"), ["4", "9"], True)) == (
        "t = 0.50, where they part: of 2 best guesses, 1 looks like 4, 1 like 9.")
    assert plain(told.caption(0.5, cells, ("4", "9"), None, False)) == "t = 0.50."


# -- the work ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("meeting", [1.0, 0.9999, 0.339, 0.5, 0.0001])
def test_the_meeting_point_is_a_moment_of_the_film(meeting):
    times = work.schedule(meeting)
    assert meeting in times and times == sorted(times, reverse=True) and len(set(times)) == len(times)
    assert times[0] == 1 and times[-1] == 0


def test_a_judge_that_is_not_sure_says_nothing():
    judge = SimpleNamespace(labels=("4", "9"), probabilities=lambda images: np.array([[0.9, 0.1], [0.45, 0.55]]))
    assert work.recognised(judge, np.zeros((2, 8, 8), np.uint8)) == ["4", ""]


@pytest.mark.parametrize("kind", ["model", "colour_model", "flat_model"])
def test_hybrids_and_endings_are_the_models_own(kind, request):
    model = request.getfixturevalue(kind)
    found, own = finished(Hybrids(A, B, 3).work(model)), model.hybrid(
        A, B, sampling=Sampling.quality(n=work.COLUMNS, seed=3))
    assert found.reel.times[found.meeting] == own.time
    np.testing.assert_allclose(found.noisy, own.noisy, atol=1e-4)
    np.testing.assert_allclose(found.guesses, own.denoised, atol=1e-4)
    for label in A + B:
        np.testing.assert_allclose(found.endings[label], own.endings[label], atol=1e-3)
    assert len(shown.rows(found, A, B)) == 4 + len(A + B)


def test_rows_are_one_until_their_ways_part(model):
    found = finished(Hybrids(A, B, 3).work(model))
    reel = found.reel
    for t, (four, nine, zero) in zip(reel.times, reel.cells.tolist(), strict=True):
        assert (four == zero) == (t >= 0.6) and (four == nine) == (t > 0.35)
    np.testing.assert_array_equal(reel.guesses[reel.cells[found.meeting, 0]], levels(found.guesses))
    np.testing.assert_array_equal(reel.noisy[reel.cells[-1, 0]], levels(found.endings["4"]))


def test_dots_are_where_the_classes_are(model):
    tree, found = model.tree, finished(Hybrids(A, B, 3).work(model))
    nodes, film = graph(tree.outline()).nodes, shown.frames(tree, A, B, found)
    meeting = nodes[tree.meeting(A, B).id]
    assert film[found.meeting].dots == ((meeting["x"], meeting["t"]),)
    assert len(film[0].dots) == 1 and "where they part" in film[found.meeting].caption
    assert set(film[-1].dots) == {(nodes[tree.leaf(label).id]["x"], 0.0) for label in A + B}


# -- the script --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def tree_shipped() -> ClassTree:
    return branched.load("mnist").tree


def test_the_page_opens_with_the_two_that_part_last(tree_shipped):
    app = opened(PAGE)
    a, b = controls.usual(tree_shipped)
    assert app.subheader[0].value == told.headline(tree_shipped, (a,), (b,)) and app.session_state.time is None
    assert "picture" in app.latex[0].value and not app.warning


def test_a_link_opens_its_sides_and_moment(tree_shipped):
    app = opened(PAGE, a="4", b="9", time="0.2")
    assert app.subheader[0].value == told.headline(tree_shipped, ("4",), ("9",))
    assert app.session_state.time == pytest.approx(0.2)


@pytest.mark.parametrize("query", [{"a": ""}, {"b": "cat"}, {"time": "7"}, {"time": "nan"}, {"a": "4", "b": "4"}])
def test_a_broken_link_gives_a_notice_and_the_usual(tree_shipped, query):
    app = opened(PAGE, **query)
    assert app.warning and app.subheader[0].value == told.headline(tree_shipped, ("4",), ("9",))


def test_a_class_moves_to_the_side_where_it_was_put_last(tree_shipped):
    app = opened(PAGE, time="0.2")
    app.pills(key="a").set_value(["4", "9"]).run()  # 9 is all that is on the other side
    assert app.session_state.a == ["4"] and app.session_state.b == ["9"] and app.toast
    app.pills(key="b").set_value(["9", "4"]).run()
    assert app.session_state.b == ["9"]
    app.pills(key="a").set_value([]).run()
    assert app.session_state.a == ["4"] and not app.exception
