"""How the tree is found: what the page's figures and words say, against curves whose meetings are known."""
import json

import numpy as np
import pytest
from apptest import opened
from models import untrained
from streamlit.testing.v1 import AppTest

import branched
from branched import ClassTree, Facts
from pages.ui.discovery import finding, guessing

PAGE = "pages/discovery.py"


@pytest.fixture(scope="module")
def shipped():
    return branched.load("mnist")


def shown(app: AppTest, key: str) -> dict:
    """The figure that a chart shows."""
    assert not app.exception
    return json.loads(next(chart for chart in app.get("plotly_chart") if chart.key == key).proto.spec)


def node_times(app: AppTest) -> list[float]:
    return next(trace for trace in shown(app, "tree")["data"] if "customdata" in trace)["y"]


def sentences(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(text.value for text in app.markdown).replace("\N{NO-BREAK SPACE}", " ")


def planted(meetings: dict[str, float], steps: int = 100) -> finding.Curves:
    """Curves in which similarity is 1 within a class, and between two from the time on at which they meet."""
    labels = tuple(sorted(set("".join(meetings))))
    times = np.arange(1, steps + 1) / steps
    similarity = np.ones((steps, len(labels), len(labels)), np.float32)
    for (a, b), time in meetings.items():
        i, j = labels.index(a), labels.index(b)
        similarity[:, i, j] = similarity[:, j, i] = times >= time
    return finding.Curves(labels, times, similarity)


KNOWN = planted({"ab": 0.3, "ac": 0.7, "bc": 0.5, "ad": 0.9, "bd": 0.95, "cd": 2})


# -- the rule ----------------------------------------------------------------------------------------------------------

def gaps_of(curves: finding.Curves) -> dict:
    return {(a, b): np.subtract(*reversed(curves.pair(a, b, 0)))
            for k, a in enumerate(curves.labels) for b in curves.labels[k + 1:]}


def test_meetings_are_the_first_times_at_which_curves_are_close():
    assert finding.meeting(KNOWN.times, *KNOWN.pair("a", "b", 0), 0.005) == pytest.approx(0.3)
    assert finding.meeting(KNOWN.times, *KNOWN.pair("c", "d", 0), 0.005) is None
    met = finding.meetings(KNOWN.times, gaps_of(KNOWN), 0.005)
    assert met[frozenset("bc")][0] == pytest.approx(0.5) and met[frozenset("cd")][0] == 2


def test_every_branch_point_of_the_shipped_tree_stands_where_its_pair_meets(shipped):
    """And so the chart's dot is the point in the tree; only short branches, left out, make them differ a little."""
    curves, told = finding.curves(shipped), finding.rule(shipped.facts)
    gaps = finding.gaps("shipped, in a test", told["smoothing"], curves)
    met = finding.meetings(curves.times, gaps, told["epsilon"])
    for branch in shipped.tree.branch_points:
        a, b = finding.pair_of(shipped.tree, branch, met)
        assert shipped.tree.meeting_branch(a, b) == branch
        assert branch.t_low - told["minimum_length"] - 1e-6 <= met[frozenset((a, b))][0] <= branch.t_low + 1e-6
    found = branched.tree_from_similarity(curves.labels, curves.times, curves.similarity, branched.Rule(**told))
    assert finding.changes(shipped.tree, found, "4", "9")[1].startswith("All groups are those")


def test_the_pair_of_a_node_is_the_one_that_joins():
    tree = branched.tree_from_similarity(KNOWN.labels, KNOWN.times, KNOWN.similarity, branched.Rule(smoothing=0))
    met = finding.meetings(KNOWN.times, gaps_of(KNOWN), 0.005)
    joins = {branch.classes: finding.pair_of(tree, branch, met) for branch in tree.branches}
    assert joins[("a", "b")] == ("a", "b") and set(joins[("a", "b", "c")]) == {"b", "c"}
    assert set(joins[tuple("abcd")]) == {"a", "d"} and joins[("d",)] == ("d", "a")
    three = ClassTree.from_merges("abcd", [(0.5, "abc"), (0.9, "abcd")])  # a split of three takes the earliest pair
    assert finding.pair_of(three, three.meeting_branch("a", "c"), met) == ("a", "b")


@pytest.mark.parametrize("facts", [{}, {"discovery": None}, {"discovery": "x"},
                                   {"discovery": {"epsilon": "x", "smoothing": -1, "minimum_time": True,
                                                  "minimum_length": float("nan")}}], ids=str)
def test_facts_may_lack_the_rule(facts):
    assert finding.rule(Facts.read(facts, "images")) == finding.USUAL


def test_curves_that_make_no_sense_are_none(model, flat_model, tree):
    assert finding.curves(model) is not None and finding.curves(flat_model) is None
    good = model.curves
    for bad in ({"times": good["times"]}, {**good, "times": good["times"][:3]},
                {**good, "similarity": good["similarity"][:, :4, :4]},
                {**good, "similarity": good["similarity"] * np.nan}):
        assert finding.curves(branched.BranchedModel(model.denoise.network, tree, {}, bad)) is None


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
    told = " ".join(finding.changes(OWN, ClassTree.from_merges("abcd", merges), "a", "b"))
    assert all(part in told.replace("\N{NO-BREAK SPACE}", " ") for part in said)


def test_verdicts():
    assert "by way of others" in finding.verdict("a", "c", 0.7, 0.5)
    assert "too short" in finding.verdict("a", "c", 0.5, 0.55)
    assert "never" in finding.verdict("a", "c", None, 0.99)
    assert finding.verdict("a", "b", 0.3, 0.3).endswith("tells a and b apart.")


def test_equations_carry_the_numbers():
    times, between, within = np.array([0.25, 0.5, 0.75]), np.array([0.1, 0.4, 0.5]), np.array([0.9, 0.402, 0.6])
    told, never = finding.equation(times, between, within, 0.005), finding.equation(times, between, within, 0)
    assert "t = 0.500" in told and "0.4000" in told and "0.4020" in told and "0.0050" in told and r"\geq" in told
    assert "t = 0.750" in never and "<" in never and r"\geq" not in never
    assert f"{float(branched.alpha(0.6)):.3f}" in guessing.noising(0.6)


# -- drawn -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("near", [False, True])
def test_the_chart_marks_the_meeting(near):
    rule = {"epsilon": 0.005, "smoothing": 0.0}
    drawn = finding.chart(KNOWN, "a", "b", rule, gaps_of(KNOWN), near, dark=False)
    dot = next(trace for trace in drawn.data if trace.mode == "markers")
    assert dot.x == pytest.approx((0.3,)) and any("t = 0.30" in note.text for note in drawn.layout.annotations)
    left, right = drawn.layout.xaxis2.range
    assert left < 0.3 < right and ((right - left) < 0.5) == near
    never = finding.chart(KNOWN, "c", "d", rule, gaps_of(KNOWN), near, dark=True)
    assert not any(trace.mode == "markers" for trace in never.data) and never.layout.xaxis2.range == (0, 1)


# -- the guessing game -------------------------------------------------------------------------------------------------

def test_the_secret_is_fair_and_repeatable():
    assert guessing.secret("a", "b", 3) == guessing.secret("a", "b", 3)
    assert all(sorted(guessing.secret("a", "b", seed)) == ["a"] * 4 + ["b"] * 4 for seed in range(20))
    assert len({tuple(guessing.secret("a", "b", seed)) for seed in range(20)}) > 10


def test_revealing_keeps_each_picture_in_its_column(model):
    steps = guessing._game(model, "4", "9", 0)
    shares = []
    try:
        while True:
            shares.append(next(steps))
    except StopIteration as end:
        found = end.value
    assert len(shares) > 5 and shares == sorted(shares) and shares[0] >= 0 and shares[-1] == 1
    assert found.pictures.shape == (len(guessing.MOMENTS), 8, 8, 8) and found.pictures.dtype == np.uint8
    pictures, hidden = guessing.played(found)
    again, told = guessing.played(found, ("4", "9"))
    assert np.array_equal(pictures, again) and len(hidden) == len(told) == len(guessing.MOMENTS)
    for before, after in zip(hidden, told, strict=True):
        [mixed], (fours, nines) = before.cells, after.cells
        assert [max(pair) for pair in zip(fours, nines, strict=True)] == list(mixed)
        assert [("4", "9")[nine >= 0] for nine in nines] == list(found.secret)
        assert all(min(pair) == -1 for pair in zip(fours, nines, strict=True))
    last = hidden[-1].cells[0]  # at t = 0 the pictures are as they were drawn
    drawn = model.sample(["4", "9"], n=8).images
    for place, who in enumerate(found.secret):
        assert np.abs(pictures[last[place]] / 255 - drawn[int(who == "9"), place]).max() < 0.01


def test_frames_by_time():
    assert guessing.frame_at(1) == 0 and guessing.frame_at(0) == len(guessing.MOMENTS) - 1
    assert guessing.MOMENTS[guessing.frame_at(0.339)] == pytest.approx(0.34)


# -- the script --------------------------------------------------------------------------------------------------------

def test_the_page_opens_on_the_closest_pair(shipped):
    app = opened(PAGE)
    a, b = finding.closest(shipped.tree)
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
    assert [box.value for box in app.selectbox] == list(finding.closest(shipped.tree)) and len(app.warning) == 1
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
