"""The page "Hybrids": two sides and their film against the model, the script (AppTest), and a visitor's browser."""
from types import SimpleNamespace

import numpy as np
import pytest
from apptest import opened

import branched
from branched import ClassTree, Sampling, graph
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
    assert plain(told.headline(tree, *near)) == "Up to t = 0.35, one picture serves both 4 and 9."
    assert "No two classes part later." in told.kinship(tree, *near) and "65%" in told.kinship(tree, *near)
    assert "together with 4, 7 and 9" in told.kinship(tree, *far)
    assert "No two classes part earlier." in told.kinship(tree, *far) and "40%" in told.kinship(tree, *far)
    assert plain(told.headline(tree, ("0",), ("4", "9"))) == "0 leaves 4 and 9 at t = 0.60."
    assert plain(told.headline(tree, A, B)) == (
        "0 leaves first, at t = 0.60. 4 and 9 stay together until t = 0.35.")
    flat = ClassTree.flat("ab")
    assert "nothing but the noise" in told.headline(flat, ("a",), ("b",)) and told.kinship(flat, ("a",), ("b",))


def test_how_decided_guesses_are_in_words():
    assert told.tally(["4", "9", "4", "", "7"], ("4", "9")) == (
        "2 look like 4, 1 like 9, 1 like something else, 1 is undecided")
    assert told.tally(["9"], ("4", "9")) == "1 looks like 9" and told.tally(["", ""], "4") == "2 are undecided"
    assert told.tally(["7", ""], ("4", "9")) == "1 looks like something else, 1 is undecided"
    assert plain(told.caption(0.2, 2, ("4", "9"), False)) == "t = 0.20: each on its own path."
    assert plain(told.caption(0.2, 2, ("4", "9", "0"), False)) == "t = 0.20: 2 pictures for 4, 9 and 0."
    assert plain(told.caption(0.5, 1, ("4", "9"), True)) == "t = 0.50, the branch point: the last moment as one."
    assert plain(told.caption(0.9, 1, ("4", "9"), False)) == "t = 0.90: one picture for 4 and 9."


def test_that_hybrids_lean_is_said_only_where_most_do():
    reel = SimpleNamespace(cells=np.array([[[1, 2, 3]] * 2]))

    def said(*seen):
        return told.balance(SimpleNamespace(guesses=range(3), meeting=0, reel=reel, seen=["-", *seen]), ("4", "9"))

    assert "most lean" in said("4", "9", "") and "1 looks like 4, 1 like 9, 1 is undecided" in said("4", "9", "")
    assert "lean" not in said("4", "", "") and "lean" not in said("4", "7", "7")


def test_hybrids_come_in_the_order_of_what_they_look_like():
    sides = np.array([[0.1, 0.9], [0.9, 0.0], [0.45, 0.5], [0.0, 0.1]])
    parted = work.Parted(0, None, np.zeros((4, 2, 2)), {}, None, None, sides)
    assert parted.order == [1, 2, 3, 0] and parted.nearest_to_both == 2
    judge = SimpleNamespace(labels=("4", "9", "0"), probabilities=lambda images: np.array([[0.5, 0.2, 0.3]]))
    np.testing.assert_allclose(work.leaning(judge, np.zeros((1, 2, 2)), ("0", "4"), ("9",)), [[0.8, 0.2]])


def test_those_that_share_a_path_are_neighbours(tree):
    assert shown.beside(tree, ("9",), ("4",)) == ["9", "4"] and shown.beside(tree, ("4",), ("9",)) == ["4", "9"]
    many = shown.beside(tree, A, B)
    assert abs(many.index("4") - many.index("9")) == 1


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
    assert len(film[0].dots) == 1 and "branch point" in film[found.meeting].caption
    assert set(film[-1].dots) == {(nodes[tree.leaf(label).id]["x"], 0.0) for label in A + B}


# -- the script --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def tree_shipped() -> ClassTree:
    return branched.load("mnist").tree


def test_the_page_opens_with_the_two_that_part_last(tree_shipped):
    app = opened(PAGE)
    a, b = controls.usual(tree_shipped)
    assert app.header[0].value == told.headline(tree_shipped, (a,), (b,)) and app.session_state.time is None
    assert "picture" in app.latex[0].value and not app.warning


def test_the_page_in_german():
    app = opened(PAGE, lang="de")
    said = "\n".join(text.value for text in app.markdown)
    assert app.title[0].value == "Zwischen zwei Ziffern" and app.header[0].value.startswith("Bis t")
    assert "Von diesen 8 am Verzweigungspunkt: " in said and "look" not in said and "Rauschen" in app.latex[0].value


def test_a_link_opens_its_sides_and_moment(tree_shipped):
    app = opened(PAGE, a="4", b="9", time="0.2")
    assert app.header[0].value == told.headline(tree_shipped, ("4",), ("9",))
    assert app.session_state.time == pytest.approx(0.2)


@pytest.mark.parametrize("query", [{"a": ""}, {"b": "cat"}, {"time": "7"}, {"time": "nan"}, {"a": "4", "b": "4"}])
def test_a_broken_link_gives_a_notice_and_the_usual(tree_shipped, query):
    app = opened(PAGE, **query)
    assert app.warning and app.header[0].value == told.headline(tree_shipped, ("4",), ("9",))


def test_a_click_takes_another_class_in_place_of_the_one_before(tree_shipped):
    """From 4 and 9 to 3 and 8 in two clicks; a class of the other side changes places."""
    app = opened(PAGE, a="4", b="9", time="0.2", start="3")
    app.pills(key="one_a").set_value("3").run()
    assert (app.session_state.a, app.session_state.b) == (["3"], ["9"])
    assert app.session_state.time is None and app.session_state.start is None
    app.pills(key="one_b").set_value("8").run()
    assert app.header[0].value == told.headline(tree_shipped, ("3",), ("8",))
    app.pills(key="one_a").set_value("8").run()
    assert (app.session_state.a, app.session_state.b) == (["8"], ["3"]) and not app.toast and not app.exception


def test_a_class_moves_to_the_group_where_it_was_put_last(tree_shipped):
    app = opened(PAGE, time="0.2", a="4", b="9", groups="on")
    app.pills(key="a").set_value(["4", "9"]).run()  # 9 is all that is on the other side
    assert app.session_state.a == ["4"] and app.session_state.b == ["9"] and "all there is" in app.caption[0].value
    app.pills(key="b").set_value(["9", "4"]).run()
    assert app.session_state.b == ["9"]
    app.pills(key="a").set_value([]).run()
    assert app.session_state.a == ["4"] and not app.exception


def test_an_old_link_of_sets_has_groups(tree_shipped):
    app = opened(PAGE, a="4,7", b="9")
    assert app.toggle(key="groups").value and app.session_state.a == ["4", "7"]
    app.toggle(key="groups").set_value(False).run()
    assert app.session_state.a == ["4"] and app.session_state.b == ["9"] and not app.exception
