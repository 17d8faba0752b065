"""The page of tables: its numbers and sentences against planted rows, its script, and what a visitor sees and does."""
import json
import pickle
import re
from collections.abc import Generator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from apptest import opened
from streamlit.testing.v1 import AppTest

import branched
from branched import ClassTree
from pages.ui.figures import lying_tree
from pages.ui.frame import shell
from pages.ui.frame.look import DARK, LIGHT
from pages.ui.parts.markup import literal
from pages.ui.serve.request import Numbers
from pages.ui.table import controls, letter, numbers, shown, told, work
from pages.ui.table.sides import pairs_of_sides, point_of, sides, ways

PAGE = "pages/table.py"
TREE = ClassTree.from_merges("abcdef", [(0.3, "ab"), (0.5, "abc"), (0.7, "abcdef")])


@pytest.fixture(scope="module")
def shipped():
    return branched.load("letters")


def html(app: AppTest) -> str:
    """All HTML of a page but the style sheets, without the pictures' contents."""
    assert not app.exception
    found = "\n".join(part.proto.body for part in app.get("html"))
    return re.sub(r"base64,[^\"]*", "", re.sub(r"<style>.*?</style>", "", found, flags=re.S))


def said(app: AppTest) -> str:
    return re.search(r'<p class="said">(.*?)</p>', html(app))[1]


# -- the numbers -------------------------------------------------------------------------------------------------------

def test_planted_distributions_are_told_apart():
    """The second feature differs in shape alone, the third not at all; the fourth has no value in common."""
    rng = np.random.default_rng(0)
    one = np.stack([rng.integers(0, 5, 4000), rng.choice([0, 9], 4000), rng.integers(0, 10, 4000), np.zeros(4000)], 1)
    other = np.stack([rng.integers(0, 10, 4000), np.full(4000, 4), rng.integers(0, 10, 4000), np.full(4000, 9)], 1)
    distance = numbers.apart(one, other, [numbers.edges(0, 9, True)] * 4)
    assert distance == pytest.approx([0.5, 1, 0, 1], abs=0.05)


@pytest.mark.parametrize(("low", "high", "whole", "bins"), [
    (0, 15, True, 16), (1, 15, True, 15), (0, 1000, True, 30), (-2.5, 2.5, False, 24), (2.5, 2.5, False, 1),
    (7, 7, True, 1)])
def test_bins_hold_every_value_once(low, high, whole, bins):
    limits = numbers.edges(low, high, whole)
    assert len(limits) - 1 == bins and limits[0] <= low and limits[-1] >= high
    values = np.arange(low, high + 1) if whole else np.linspace(low, high, 999)
    assert numbers.shares(values, limits).sum() == pytest.approx(1)
    assert numbers.shares(np.array([low - 5.0, high + 5.0]), limits).sum() == pytest.approx(1)
    if bins == 16:
        assert numbers.shares(values, limits) == pytest.approx(np.full(16, 1 / 16)), "a bin for each whole number"


def test_the_sentence_counts_means_between():
    one, other = np.zeros((3, 4)), np.array([[10.0, 10, -10, 0]] * 3)
    inside = numbers.between(one, np.array([[5.0, 12, -1, 0]]), other)
    assert inside.tolist() == [True, False, True, True]
    sentence = told.interpolation(["p", "q", "r", "s"], np.array([0.4, 0.9, 0.5, 0.1]), inside)
    assert sentence == "The hybrid is in between, in 3 of 4 numbers. What tells the two sides apart most: q; r; p."
    assert "No number by itself" in told.interpolation("pq", np.zeros(2), np.ones(2, bool))
    assert "in between, in all 2 numbers." in told.interpolation("pq", np.array([0.9, 0]), np.ones(2, bool))


def test_sides_and_pairs_of_a_branch_point():
    root = TREE.branch_points[0]
    groups = [child.classes for child in TREE.children(root)]
    assert len(groups) == 4 and ("a", "b", "c") in sides(TREE, root)
    assert sides(TREE, root, "0-3") == (groups[0], groups[3])
    assert sides(TREE, TREE.branch_points[-1], "2-3") == (("a",), ("b",)), "there are not so many sides"
    assert len(pairs_of_sides(TREE, root)) == 6
    assert TREE.closest_pairs(3) == [("a", "b"), ("a", "c"), ("b", "c")] and controls.first(TREE) == ("a", "b")
    assert point_of(TREE, TREE.leaf("c").id) == TREE.meeting("a", "c").id
    assert told.brief(tuple("abcdefgh")) == "a, b, c and 5 more" and told.brief(("cat", "dog")) == "cat, dog"


def test_edits_in_a_link(shipped):
    assert controls.read_edit("0:5,12:3", shipped) == {0: 5, 12: 3} and controls.read_edit("", shipped) == {}
    assert controls.write_edit({12: 3.0, 0: 5.0}) == "0:5,12:3"
    for bad in ("16:1", "-1:1", "0:16", "0:2.5", "0:nan", "0", "0:1,0:2", "a:b", "0:1,"):
        with pytest.raises(ValueError):
            controls.read_edit(bad, shipped)


@pytest.mark.parametrize(("low", "high", "whole", "step", "digits"), [
    (0, 15, True, 1, 0), (0, 5, False, 0.1, 1), (4.997, 5.003, False, 0.0001, 4), (-1e5, 1e5, False, 1000, 0),
    (2.5, 2.5, False, 0.01, 2), (0, 0, False, 0.01, 2)])
def test_steps_fit_the_range(low, high, whole, step, digits):
    assert numbers.step(low, high, whole) == pytest.approx(step) and numbers.digits(low, high, whole) == digits


@pytest.fixture
def mixed() -> SimpleNamespace:
    """A model's form with a number, two categories, and a feature of two numbers."""
    x = torch.tensor([[1.5, 0, 0, 0], [2, 1, 1, 1], [3, 2, 0, 1], [9, 1, 0, 0]])
    form = branched.Table.of(("length", "sea", "sex", "flag"), x, ((), ("Baltic", "North", "Red"), ("f", "m"), (0, 1)))
    return SimpleNamespace(form=form, features=form.features)


def test_categories_are_told_in_words(mixed):
    before = np.array([[1.5, 0, 0, 0]])
    turned = work.Turned(before, before + [[5, 1, 1, 1]], *[np.full(4, np.nan)] * 2, ("A",))
    sentence = told.moves(mixed, mixed.features, turned, "A")
    assert "sex (to m)" in sentence and "length (up)" in sentence
    assert [numbers.written(2, 1, mixed.form), numbers.written(1, 3, mixed.form)] == ["Red", "1"]
    assert numbers.has_order(mixed.form).tolist() == [True, False, True, True]
    move = shown.moves(letter.words(mixed.features), before[0], turned.after, np.array([0, 3, 0, 0]), mixed.form)[0]
    assert move.values == "Baltic → North"
    assert told.interpolation(["sea"], np.array([0.9]), np.ones(0, bool)).strip().startswith("What tells")


def test_edits_of_categories_in_a_link(mixed):
    assert controls.read_edit("1:2,3:1", mixed) == {1: 2, 3: 1}
    for bad in ("1:3", "1:0.5", "3:0.5"):
        with pytest.raises(ValueError):
            controls.read_edit(bad, mixed)


def test_what_became_is_told(shipped):
    nan = np.array([np.nan, 0.5, 0.7])
    turned = work.Turned(np.zeros((3, 3)), np.ones((3, 3)), nan, np.array([np.nan, 0.01, -0.01]), ("B", "B", "A"))
    sentence = told.success(turned, "B")
    assert all(part in sentence for part in ("2 of 3", "r is 0.60", "it is 0.00", "its own work"))
    before, after = np.full((2, 16), 5.0), np.full((2, 16), 5.0)
    after[0, [3, 7]] = 15, 0
    sentence = told.moves(shipped, shipped.features, work.Turned(before, after, nan, nan, ("B", "A")), "B")
    assert "for B (and 1 of 2 tries for B)" in sentence and sentence.endswith("high (up) and x2bar (down).")


def finished(steps: Generator) -> Any:
    """The result of work that tells how far it is, from 0 to 1."""
    while True:
        try:
            assert 0 <= next(steps) <= 1
        except StopIteration as end:
            return end.value


def test_the_work_is_the_models_own(shipped):
    turned = finished(work.TurnMany("H", "N", 3, False).work(shipped))
    again = shipped.transmute(turned.before, "H", "N", seed=3)
    np.testing.assert_array_equal(turned.before, np.rint(turned.before))
    np.testing.assert_allclose(turned.after, again.rows, atol=1e-3)
    np.testing.assert_allclose(turned.r, branched.correlations(turned.before, again.rows), atol=1e-3)
    assert np.nanmean(turned.r) > np.nanmean(turned.chance) + 0.1, "what is kept is more than chance"
    rows = finished(work.Descent(0).work(shipped))
    assert set(rows.finished) == set(shipped.labels) and set(rows.guesses) == {b.id for b in shipped.tree.branch_points}


def test_one_row_is_turned_many_times_or_once_without_chance(shipped):
    row = finished(work.OneRow("H", 2).work(shipped))
    request = work.TurnOne(Numbers(row), "H", "N", 2, False)
    turned, plain = (finished(each.work(shipped)) for each in (request, replace(request, plain=True)))
    assert (turned.before == row).all() and len(turned.after) == len(turned.taken) == work.TRIES
    assert len(np.unique(turned.after, axis=0)) > 1 and turned.right("N") > work.TRIES / 2
    assert len(plain.after) == len(plain.taken) == 1 and (plain.before == row).all()


def test_requests_are_data():
    requests = [work.Descent(3), work.TurnMany("a", "b", 3, True), work.OneRow("a", 3),
                work.TurnOne(Numbers(np.zeros(3)), "a", "b", 3, True)]
    for request in requests:
        again = pickle.loads(pickle.dumps(request))
        assert again == request and hash(again) == hash(request)
        assert request != replace(request, seed=4)
    assert [request.private for request in requests] == [False, False, False, True]


# -- drawn -------------------------------------------------------------------------------------------------------------

def test_means_lie_where_the_numbers_say():
    form = branched.Table.of("ab", torch.tensor([[0.0, 10], [15, 20], [7, 12]]))
    rows = [np.array([[3.0, 10], [6, 10]]), np.array([[7.5, 15]]), np.array([[15.0, 30]])]
    first, second = shown.contrasts(letter.words("ab"), [1, 0], rows, form)
    assert second.places == {"lit": 30, "both": 50, "other": 100} and (second.low, second.high) == ("0", "15")
    assert first.places == {"lit": 0, "both": 50, "other": 100} and "mean 4.5 on one side" in second.alt


def test_letters_have_words_that_one_can_say(shipped):
    spoken = letter.words(shipped.features)
    assert len({told.name for told in spoken}) == 16 and all(told.low and told.high for told in spoken)
    assert not {told.name for told in spoken} & {"x-ege", "xegvy", "yegvx"} and "x-ege" in letter.meanings()
    assert [told.name for told in letter.words(("size", "age"))] == ["size", "age"]


def test_the_tree_lies_without_overlap(shipped):
    for tree in (TREE, shipped.tree, ClassTree.flat("ab"), ClassTree.flat("a")):
        lines = lying_tree.places(tree.outline())
        assert sorted(lines[tree.leaf(label).id] for label in tree.labels) == list(range(len(tree.labels)))
        inner = [lines[branch.id] for branch in tree.branch_points]
        assert len(set(inner)) == len(inner), "however close in time, branch points differ in place"
        for zoom in lying_tree.ZOOMS:
            left, right = lying_tree.span(tree.outline(), zoom)
            assert 1 >= left > right >= 0 and all(left > branch.t_low > right for branch in tree.branch_points)
            assert len(lying_tree.figure(tree.outline(), None, {}, zoom).layout.yaxis.ticktext) == len(tree.labels)


def test_ways_on_the_tree():
    root, kinds = TREE.branch_points[0], {}
    one, other = sides(TREE, root)
    kinds = ways(TREE, root.id, one, other)
    assert kinds[root.id] == "both" and kinds[TREE.leaf(other[0]).id] in ("lit", "other")
    low = TREE.meeting("a", "b").branch
    kinds = ways(TREE, low.id, ("a",), ("b",))
    assert kinds == {TREE.leaf("a").id: "lit", TREE.leaf("b").id: "other",
                     **dict.fromkeys([b.id for b in TREE.path("a") if not b.is_leaf], "both")}


def test_names_are_text_and_never_markup():
    rows = np.array([[0, 0], [1, 0], [2, 0]])
    form = branched.Table.of("ab", torch.tensor(rows), ((), ("<b>word</b>", "<img src=x>")))
    names = letter.words(("<i>", '"><img src=x>'))
    limits = [numbers.edges(0, 2, True), numbers.edges(0, 0, True)]
    panels = [*shown.distributions(names, [0, 1], limits, (rows, rows, rows), form, LIGHT),
              *shown.scatters(names, rows, rows, np.array([np.nan, 1]), form, DARK)]
    moves = shown.moves(names, rows[0], rows, np.array([1.0, 0]), form)
    html = shown.part("<u>", LIGHT, [shown.Entry("<s>", "lit")],
                      shown.contrasts(names, [0, 1], (rows, rows, rows), form), panels, "square", moves)
    assert not any(tag in html for tag in ("<i>", "<u>", "<s>", "<img src=x", "<b>word"))
    assert "never varies" in html and "r = 1.00" in html and literal("a*b") == r"a\*b"
    assert html.count('class="track"') == 4 and html.count('class="foot"') == 6 and "&lt;u&gt;" in html


# -- the script --------------------------------------------------------------------------------------------------------

def test_the_page_shows_letters_beside_any_model_of_pictures(shipped):
    app = opened(PAGE)
    assert said(app).startswith("The hybrid is in between, in ") and not app.warning
    assert html(app).count('class="dot both"') == shown.FEW
    assert app.selectbox(key="node").value == shipped.tree.meeting("V", "Y").id
    assert "model" not in app.query_params, "other pages keep their model"
    first = said(app)
    app.selectbox(key="node").set_value(shipped.tree.branch_points[0].id).run()
    assert said(app) != first and not app.exception


def test_a_letter_becomes_another():
    app = opened(PAGE, part="many", source="H", target="N")
    assert re.match(r"The tree itself takes \d+ of 400 of the new rows for N;", said(app))
    assert len(re.findall(r"<span>r = ", html(app))) == shown.FEW + 16
    app.selectbox(key="source").set_value("N").run()
    assert app.selectbox(key="into").value != "N" and not app.exception


def test_one_is_changed_by_hand():
    app = opened(PAGE, part="one", source="H", target="N", seed="3")
    before, number = html(app), app.number_input(key="feature 2")
    number.set_value(15 - number.value if number.value != 7 else 15).run()
    assert app.session_state.edit == {2: app.number_input(key="feature 2").value} and html(app) != before
    app.button[0].click().run()
    assert app.session_state.edit == {} and html(app) == before
    linked = opened(PAGE, part="one", edit="2:13")
    assert linked.number_input(key="feature 2").value == 13


@pytest.mark.parametrize("query", [
    {"part": "all"}, {"node": "999"}, {"sides": "0-9"}, {"source": "ä"}, {"target": "HH"}, {"seed": "-1"},
    {"part": "one", "edit": "0:99"}, {"zoom": "far"}, {"way": "magic"}])
def test_a_broken_link_gives_a_notice_and_the_usual(query):
    app = opened(PAGE, **query)
    assert not app.exception and len(app.warning) == 1 and said(app)


def test_a_letter_is_never_turned_into_itself():
    app = opened(PAGE, part="many", source="A", target="A")
    assert app.selectbox(key="into").value != "A" and not app.exception


@pytest.mark.parametrize("name", ["planted", "wide", "alone"])
@pytest.mark.parametrize("part", controls.PARTS)
def test_any_table_can_be_shown(odd_models, name, part):
    app = opened(PAGE, model=name, part=part)
    markup = html(app)
    assert not app.warning and not app.error and "<b>p</b>" not in markup
    if name == "planted":
        many = {"one": 5, "many": shown.FEW + 5, "tree": 1 + 5}  # in the drawer all, before it a few
        assert markup.count('class="track"' if part == "one" else 'class="foot"') == many[part]
    if name == "wide" and part != "tree":
        assert f"{shown.MOST} of the 200" in " ".join(text.value for text in app.caption)


@pytest.mark.parametrize("page", ["app.py", "pages/generate.py", "pages/hybrids.py", "pages/transmute.py",
                                  "pages/teach.py"])
def test_pages_of_pictures_say_where_a_table_is_shown(page):
    app = opened(page, model="letters")
    assert not app.exception and "works with tables" in app.info[0].value
    assert len(app.get("page_link")) == len(shell.PAGES) + 2


def test_without_a_table_there_is_a_sentence(monkeypatch):
    monkeypatch.setattr(branched, "models", lambda: ("mnist",))
    app = opened(PAGE)
    assert not app.exception and "no model of a table" in app.info[0].value


def test_how_the_tree_of_a_table_is_found():
    app = opened("pages/discovery.py", model="letters")
    assert not app.exception and not app.warning and not app.subheader[1:], "no game without pictures"
    words = "\n".join(text.value for text in app.markdown)
    assert "picture" not in words and "pixel" not in words and "real rows" in words
    spec = json.loads(next(chart for chart in app.get("plotly_chart") if chart.key == "tree").proto.spec)
    assert len(spec["layout"]["yaxis"]["ticktext"]) == 26
