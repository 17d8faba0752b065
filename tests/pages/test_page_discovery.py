"""How the tree is found: what the page's figures and words say, against curves whose meetings are known."""
import json

import numpy as np
import pytest
from apptest import opened
from models import untrained
from streamlit.testing.v1 import AppTest

import branched
from branched import ClassTree, Facts, Sampling
from pages.ui.discovery import shown, told, work
from pages.ui.frame.look import DARK, LIGHT

PAGE = "pages/discovery.py"


@pytest.fixture(scope="module")
def shipped():
    return branched.load("mnist")


def figure(app: AppTest, key: str) -> dict:
    """The figure that a chart shows."""
    assert not app.exception
    return json.loads(next(chart for chart in app.get("plotly_chart") if chart.key == key).proto.spec)


def node_times(app: AppTest) -> list[float]:
    """The times at which the figure has its nodes, by the map that it carries."""
    shown = figure(app, "tree")
    heights, scale = next(trace for trace in shown["data"] if "customdata" in trace)["y"], shown["layout"]["meta"]
    return np.interp(heights, scale["heights"], scale["times"]).tolist()


def sentences(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(text.value for text in app.markdown).replace("\N{NO-BREAK SPACE}", " ")


def planted(meetings: dict[str, float], steps: int = 100) -> work.Curves:
    """Curves in which similarity is 1 within a class, and between two from the time on at which they meet."""
    labels = tuple(sorted(set("".join(meetings))))
    times = np.arange(1, steps + 1) / steps
    similarity = np.ones((steps, len(labels), len(labels)), np.float32)
    for (a, b), time in meetings.items():
        i, j = labels.index(a), labels.index(b)
        similarity[:, i, j] = similarity[:, j, i] = times >= time
    return work.Curves(labels, times, similarity)


KNOWN = planted({"ab": 0.3, "ac": 0.7, "bc": 0.5, "ad": 0.9, "bd": 0.95, "cd": 2})


# -- the rule ----------------------------------------------------------------------------------------------------------

RULE = branched.Rule(smoothing=0)


def alike(curves: work.Curves, rule: branched.Rule) -> dict:
    return work.likenesses(curves, curves.gaps(rule), rule)


def test_meetings_are_the_first_times_at_which_curves_are_close():
    assert KNOWN.pair("a", "b", RULE).met == pytest.approx(0.3) and KNOWN.pair("c", "d", RULE).met is None
    likenesses = alike(KNOWN, RULE)
    assert likenesses[frozenset("bc")].met == pytest.approx(0.5) and likenesses[frozenset("cd")].met is None
    order = sorted(likenesses, key=lambda pair: likenesses[pair].order)
    assert order == [frozenset(pair) for pair in ("ab", "bc", "ac", "ad", "bd", "cd")], "who never meets comes last"


def test_every_branch_point_of_the_shipped_tree_stands_where_its_pair_meets(shipped):
    """And so the chart's dot is the point in the tree; only short branches, left out, make them differ a little."""
    curves, rule = work.curves(shipped), work.own_rule(shipped.facts)
    likenesses = alike(curves, rule)
    for branch in shipped.tree.branch_points:
        a, b = work.pair_of(shipped.tree, branch, likenesses)
        assert shipped.tree.meeting(a, b).branch == branch
        met = likenesses[frozenset((a, b))].met
        assert met == curves.pair(a, b, rule).met
        assert branch.t_low - rule.minimum_length - 1e-6 <= met <= branch.t_low + 1e-6
    assert told.changes(shipped.tree, curves.tree(rule), "4", "9")[1].startswith("All groups are those")


def test_the_pair_of_a_node_is_the_one_that_joins():
    tree, likenesses = KNOWN.tree(RULE), alike(KNOWN, RULE)
    joins = {branch.classes: work.pair_of(tree, branch, likenesses) for branch in tree.branches}
    assert joins[("a", "b")] == ("a", "b") and set(joins[("a", "b", "c")]) == {"b", "c"}
    assert set(joins[tuple("abcd")]) == {"a", "d"} and joins[("d",)] == ("d", "a")
    three = ClassTree.from_merges("abcd", [(0.5, "abc"), (0.9, "abcd")])  # a split of three takes the earliest pair
    assert work.pair_of(three, three.meeting("a", "c").branch, likenesses) == ("a", "b")


@pytest.mark.parametrize("facts", [{}, {"discovery": None}, {"discovery": "x"},
                                   {"discovery": {"epsilon": "x", "smoothing": -1, "minimum_time": True,
                                                  "minimum_length": float("nan")}}], ids=str)
def test_facts_may_lack_the_rule(facts):
    assert work.own_rule(Facts.read(facts, "images")) == branched.Rule()


def test_curves_that_make_no_sense_are_none(model, flat_model, tree):
    assert work.curves(model) is not None and work.curves(flat_model) is None
    good = model.curves
    for bad in ({"times": good["times"]}, {**good, "times": good["times"][:3]},
                {**good, "similarity": good["similarity"][:, :4, :4]},
                {**good, "similarity": good["similarity"] * np.nan}):
        assert work.curves(branched.BranchedModel(model.denoise.network, tree, {}, bad)) is None


# -- in words ----------------------------------------------------------------------------------------------------------

OWN = ClassTree.from_merges("abcd", [(0.3, "ab"), (0.5, "cd"), (0.8, "abcd")])


@pytest.mark.parametrize("merges, said", [
    ([(0.3, "ab"), (0.5, "cd"), (0.8, "abcd")], ["part at t = 0.30, as in", "All groups are those"]),
    ([(0.36, "ab"), (0.5, "cd"), (0.8, "abcd")], ["a and b part at t = 0.36 instead of t = 0.30", "same order"]),
    ([(0.6, "ab"), (0.5, "cd"), (0.8, "abcd")], ["t = 0.60 instead", "in another order"]),
    ([(0.3, "ab"), (0.5, "abc"), (0.8, "abcd")], ["does not have: a b c.", "gone: c d."]),
    ([(0.8, "abcd")], ["t = 0.80 instead", "gone: a b; c d."]),
])
def test_what_changed_is_told(merges, said):
    text = " ".join(told.changes(OWN, ClassTree.from_merges("abcd", merges), "a", "b"))
    assert all(part in text.replace("\N{NO-BREAK SPACE}", " ") for part in said)


def met_at(time: float | None) -> work.Pair:
    """A pair of classes that meet at a time."""
    times = np.arange(1, 101) / 100
    between = np.zeros(100) if time is None else (times >= time).astype(float)
    return work.Pair("a", "b", RULE, times, between, np.ones(100))


def test_verdicts():
    assert "by way of others" in told.verdict(met_at(0.7), 0.5)
    assert "too short" in told.verdict(met_at(0.5), 0.55)
    assert "never" in told.verdict(met_at(None), 0.99)
    assert told.verdict(met_at(0.3), 0.3).endswith("tells a and b apart.")


def test_equations_carry_the_numbers():
    curves = np.array([0.25, 0.5, 0.75]), np.array([0.1, 0.4, 0.5]), np.array([0.9, 0.402, 0.6])
    meeting, never = (told.equation(work.Pair("a", "b", branched.Rule(epsilon), *curves)) for epsilon in (0.005, 0))
    assert all(part in meeting for part in ("t = 0.500", "0.4000", "0.4020", "0.0050", r"\geq"))
    assert "t = 0.750" in never and "<" in never and r"\geq" not in never
    assert f"{float(branched.alpha(0.6)):.3f}" in told.noising(0.6)


def test_the_rule_is_explained_about_the_models_own_things(shipped, table_model):
    pictures, rows = (told.explanation(form) for form in (shipped.form, table_model.form))
    assert "of their pixels: 1 for the same picture" in pictures and "Try it in the game." in pictures
    assert "of their features, each standardised: 1 for the same row" in rows and "pairs of rows" in rows
    assert "picture" not in rows and "game" not in rows and "{" not in pictures + rows


# -- drawn -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("near", [False, True])
def test_the_chart_marks_the_meeting(near):
    gaps = KNOWN.gaps(RULE)
    drawn = shown.chart(KNOWN.pair("a", "b", RULE), gaps, near, LIGHT)
    dot = next(trace for trace in drawn.data if trace.mode == "markers")
    assert dot.x == pytest.approx((0.3,)) and any("t = 0.30" in note.text for note in drawn.layout.annotations)
    left, right = drawn.layout.xaxis2.range
    assert left < 0.3 < right and ((right - left) < 0.5) == near
    never = shown.chart(KNOWN.pair("c", "d", RULE), gaps, near, DARK)
    assert not any(trace.mode == "markers" for trace in never.data) and never.layout.xaxis2.range == (0, 1)


# -- the guessing game -------------------------------------------------------------------------------------------------

def test_the_secret_is_fair_and_repeatable():
    assert work.secret("a", "b", 3) == work.secret("a", "b", 3)
    assert all(sorted(work.secret("a", "b", seed)) == ["a"] * 4 + ["b"] * 4 for seed in range(20))
    assert len({tuple(work.secret("a", "b", seed)) for seed in range(20)}) > 10


def test_revealing_keeps_each_picture_in_its_column(model):
    steps = work.Guess("4", "9", 0).work(model)
    shares = []
    try:
        while True:
            shares.append(next(steps))
    except StopIteration as end:
        game = end.value
    assert len(shares) > 5 and shares == sorted(shares) and shares[0] >= 0 and shares[-1] == 1
    assert game.pictures.shape == (len(work.MOMENTS), 8, 8, 8) and game.pictures.dtype == np.uint8
    pictures, hidden = shown.film_of(game)
    again, revealed = shown.film_of(game, ("4", "9"))
    assert np.array_equal(pictures, again) and len(hidden) == len(revealed) == len(work.MOMENTS)
    for before, after in zip(hidden, revealed, strict=True):
        [mixed], (fours, nines) = before.cells, after.cells
        assert [max(pair) for pair in zip(fours, nines, strict=True)] == list(mixed)
        assert [("4", "9")[nine >= 0] for nine in nines] == list(game.secret)
        assert all(min(pair) == -1 for pair in zip(fours, nines, strict=True))
    last = hidden[-1].cells[0]  # at t = 0 the pictures are as they were drawn
    drawn = model.sample(["4", "9"], sampling=Sampling.quality(n=8)).images
    for place, who in enumerate(game.secret):
        assert np.abs(pictures[last[place]] / 255 - drawn[int(who == "9"), place]).max() < 0.01


def test_frames_by_time():
    assert work.frame_at(1) == 0 and work.frame_at(0) == len(work.MOMENTS) - 1
    assert work.MOMENTS[work.frame_at(0.339)] == pytest.approx(0.34)


# -- the script --------------------------------------------------------------------------------------------------------

def test_the_page_opens_on_the_closest_pair(shipped):
    app = opened(PAGE)
    a, b = shipped.tree.closest_pairs(1)[0]
    assert [box.value for box in app.selectbox] == [a, b] and not app.warning and not app.error
    assert "as in the model's own tree" in sentences(app) and len(app.latex) == 2
    assert node_times(app) == pytest.approx([branch.t_low for branch in shipped.tree.branches], abs=1e-3)


def test_sliders_move_the_tree_and_the_words():
    app = opened(PAGE, a="4", b="9", eps="0.01")
    before = node_times(app)
    assert "instead of" in sentences(app) and app.slider(key="eps").value == 0.01
    app.slider(key="eps").set_value(0.002).run()
    assert max(node_times(app)) > max(before)
    app.button[0].click().run()
    assert app.slider(key="eps").value == 0.005 and "as in the model's own tree" in sentences(app)
    assert app.button[0].disabled


def test_a_class_is_never_compared_with_itself():
    app = opened(PAGE, a="4", b="9")
    app.selectbox(key="a").select("9").run()
    assert (app.selectbox(key="a").value, app.selectbox(key="b").value) == ("9", "4") and not app.warning
    both = opened(PAGE, a="3", b="3")
    assert "with itself" in both.warning[0].value and both.selectbox(key="b").value != "3" and not both.exception


def test_broken_links_open_the_default(shipped):
    app = opened(PAGE, a="x", b="", eps="-1", smooth="1e9", shortest="much", zoom="far", time="2", seed="-1",
                 reveal="maybe")
    assert [box.value for box in app.selectbox] == list(shipped.tree.closest_pairs(1)[0]) and len(app.warning) == 1
    assert app.slider(key="eps").value == 0.005 and app.number_input[0].value == 0 and not app.exception


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of models of one's own, which the app knows."""
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    return tmp_path


def test_a_model_without_curves_leaves_the_game(own, flat_model, tree, model):
    flat_model.save(own / "flat, tiny.safetensors")
    app = opened(PAGE, model="flat, tiny")
    assert "no curves" in app.info[0].value and not app.exception and not app.slider
    assert "Can you tell them apart?" in [head.value for head in app.subheader] and len(app.latex) == 1


def test_settings_without_a_tree_give_a_sentence(own, model, tree):
    facts = {"discovery": {"minimum_time": 0.9, "minimum_length": 0.4}}
    branched.BranchedModel(model.denoise.network, tree, facts, model.curves).save(own / "no room.safetensors")
    app = opened(PAGE, model="no room")
    assert "leave no room" in app.warning[0].value and not app.exception
    assert node_times(app) == [branch.t_low for branch in tree.branches], "the model's own tree stays"


def test_few_times_and_one_class(own, model, config):
    model.save(own / "five times.safetensors")
    assert not opened(PAGE, model="five times").exception
    one = ClassTree.flat("a")
    branched.BranchedModel(untrained(config, one), one, {}, {}).save(own / "one class.safetensors")
    app = opened(PAGE, model="one class")
    assert "one class only" in app.info[0].value and not app.exception
