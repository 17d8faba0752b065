"""How the tree is found: what the page's figures and words say, against curves whose meetings are known."""
import json
import re
from dataclasses import replace
from itertools import combinations

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
    return plain("\n".join(text.value for text in app.markdown))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


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
    ([(0.3, "ab"), (0.5, "cd"), (0.8, "abcd")], ["is at t = 0.30, as in", "All groups are those"]),
    ([(0.36, "ab"), (0.5, "cd"), (0.8, "abcd")],
     ["The branch point of a and b is at t = 0.36 instead of t = 0.30", "same order"]),
    ([(0.6, "ab"), (0.5, "cd"), (0.8, "abcd")], ["t = 0.60 instead", "in another order"]),
    ([(0.3, "ab"), (0.5, "abc"), (0.8, "abcd")], ["does not have: a b c.", "gone: c d."]),
    ([(0.8, "abcd")], ["t = 0.80 instead", "gone: a b; c d."]),
])
def test_what_changed_is_told(merges, said):
    text = " ".join(told.changes(OWN, ClassTree.from_merges("abcd", merges), "a", "b"))
    assert all(part in text.replace("\N{NO-BREAK SPACE}", " ") for part in said)


def pair_of(gap, epsilon: float = 0.005, times: np.ndarray | None = None) -> work.Pair:
    """A pair with a known difference at each of some times."""
    gap = np.asarray(gap, float)
    times = np.arange(1, len(gap) + 1) / len(gap) if times is None else times
    return work.Pair("a", "b", branched.Rule(epsilon, smoothing=0), times, 1 - gap, np.ones(len(gap)))


def met_at(time: float | None) -> work.Pair:
    """A pair of classes whose difference is none from a time on."""
    times = np.arange(1, 101) / 100
    return pair_of(np.ones(100) if time is None else (times < time).astype(float), times=times)


def test_verdicts():
    assert "hold them together" in told.verdict(met_at(0.7), 0.5)
    assert "too short" in told.verdict(met_at(0.5), 0.55)
    never = told.verdict(met_at(None), 0.99)
    assert "larger than epsilon at every" in never and "no room" in never
    assert told.verdict(met_at(0.3), 0.3).endswith("this is their **branch point** in the tree.")
    assert told.verdict(met_at(0.3), None) == told.counts(met_at(0.3)), "where there is no tree, none is spoken of"
    assert "even with next to no noise" in told.counts(pair_of(np.zeros(100)))
    again = told.counts(pair_of([0.5, 0.2, 0.001, 0.001, 0.02, 0.1, 0.001, 0.001, 0.001, 0.001]))
    assert "With less noise than at **t = 0.30**" in plain(again) and "most of all at t = 0.60" in plain(again)


MODELS = ["mnist", "mnist-049", "letters", "mnist-unlabelled"]


@pytest.mark.parametrize("epsilon", [None, 0.001, 0.015, 0.05])
@pytest.mark.parametrize("name", MODELS)
def test_what_is_said_of_every_pair_holds_on_its_curve(name, epsilon):
    """The sentence's numbers are the curve's, as raw data have it, and the claim holds at every time beside them (up to
    the rounding of a time that is told to a hundredth)."""
    model = branched.load(name)
    curves, own = work.curves(model), work.own_rule(model.facts)
    rule = own if epsilon is None else replace(own, epsilon=epsilon)
    similarity = rule.smoothed(curves.similarity)
    for a, b in combinations(model.labels, 2):
        i, j = model.labels.index(a), model.labels.index(b)
        gap = (similarity[:, i, i] + similarity[:, j, j]) / 2 - similarity[:, i, j]
        holds_of(plain(told.counts(curves.pair(a, b, rule))), curves.times, gap, rule.epsilon)


def holds_of(said: str, times: np.ndarray, gap: np.ndarray, epsilon: float) -> None:
    """Whether a sentence about a difference is true of it."""
    less, surely = gap <= epsilon + 1e-6, gap <= epsilon - 1e-6
    told_at = [float(time) for time in re.findall(r"t = (\d\.\d\d)", said)]
    if "at every noise level" in said:
        assert not surely.any()
    elif "even with next to no noise" in said:
        assert less[0] and ("larger once more" in said) != less.all()
    elif "From noise down to" in said:
        assert less[times >= told_at[0] + 0.0051].all() and not surely[times < told_at[0] - 0.0051].any()
    else:
        assert "With less noise than at" in said and not surely[times < told_at[0] - 0.0051].any()
        near = np.abs(times - told_at[0]) <= 0.0051
        after = times > times[less][0]
        assert less[near].any() and not surely[after].all() and "larger once more" in said
        assert gap[np.abs(times - told_at[1]) <= 0.0051].max() > gap[after].max() - 1e-5


def test_a_false_sentence_would_be_found():
    pair = met_at(0.3)
    said = plain(told.counts(pair))
    holds_of(said, pair.times, pair.gap, 0.005)
    for false in (said.replace("0.30", "0.25"), said.replace("0.30", "0.40"),
                  plain(told.counts(met_at(None))), plain(told.counts(pair_of(np.zeros(100))))):
        with pytest.raises(AssertionError):
            holds_of(false, pair.times, pair.gap, 0.005)


@pytest.mark.parametrize("name", MODELS)
def test_what_is_said_of_every_branch_point_is_the_trees(name):
    """Its time; and, where it is not where the curves say, the reason: classes in between that are more alike."""
    model = branched.load(name)
    curves, own = work.curves(model), work.own_rule(model.facts)
    for rule in (own, replace(own, epsilon=0.02), replace(own, minimum_length=0.05)):
        tree, likenesses = curves.tree(rule), alike(curves, rule)
        for a, b in combinations(model.labels, 2):
            pair, meeting = curves.pair(a, b, rule), tree.meeting(a, b)
            said, met = plain(told.branch_point(pair, meeting.time)), np.inf if pair.met is None else pair.met
            assert (f"t = {meeting.time:.2f}" in said) != said.startswith("So this is")
            if said.startswith("So this is"):
                assert abs(meeting.time - met) <= 0.0101
            elif "hold them together" in said:
                assert met > meeting.time and b in linked(a, model.labels, likenesses, meeting.time + 1e-6)
            elif "too short" in said:
                assert rule.minimum_length > 0 and meeting.time > met
            else:
                assert min(abs(meeting.time - end) for end in rule.room(len(curves.times))) <= 0.005


def linked(a: str, labels: tuple[str, ...], likenesses: dict, time: float) -> set[str]:
    """The classes to which a chain leads from one, of which each two neighbours differ by epsilon or less at a time."""
    found, new = {a}, {a}
    while new:
        new = {b for b in labels if any(likenesses[frozenset((a, b))].order[0] <= time for a in new if a != b)} - found
        found |= new
    return found


def test_charts_are_told_to_those_who_cannot_see_them(shipped, table_model):
    pair = pair_of([0.5, 0.2, 0.004, 0.001])
    said = plain(told.chart(pair, shipped.form))
    assert "to picture on the right, where it is 0.500" in said and "epsilon, 0.005, at t = 0.75" in said
    assert "never falls to epsilon" in told.chart(met_at(None), table_model.form)
    assert "rows" in told.chart(pair, table_model.form) and "to data" in told.likeness(pair, table_model.form)
    assert "have 1.00, and one of each 0.50; in pure noise 1.00 and 1.00." in told.likeness(pair, shipped.form)


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

def test_the_chart_marks_where_the_difference_is_epsilon_and_runs_from_noise_to_data():
    gaps = KNOWN.gaps(RULE)
    drawn = shown.chart(KNOWN.pair("a", "b", RULE), gaps, LIGHT)
    dot = next(trace for trace in drawn.data if trace.mode == "markers")
    assert dot.x == pytest.approx((0.3,)) and any("t = 0.30" in note.text for note in drawn.layout.annotations)
    assert drawn.layout.xaxis.range == (1, 0) and not any("meet" in note.text for note in drawn.layout.annotations)
    never = shown.chart(KNOWN.pair("c", "d", RULE), gaps, DARK)
    assert not any(trace.mode == "markers" for trace in never.data) and never.layout.xaxis.range == (1, 0)
    assert shown.likeness(KNOWN.pair("a", "b", RULE), LIGHT).layout.xaxis.range == (1, 0)


@pytest.mark.parametrize("epsilon", [0, 0.001, 0.05])
def test_where_the_difference_is_epsilon_can_be_seen(epsilon):
    pair = pair_of([0.5, 0.2, 0.04, 0.001, 0], epsilon)
    bottom, top = shown.chart(pair, {("a", "b"): pair.gap}, LIGHT).layout.yaxis.range
    assert bottom < 0 < top and top >= 3 * epsilon and (epsilon == 0 or epsilon / (top - bottom) > 0.1)


# -- the guessing game -------------------------------------------------------------------------------------------------

def test_the_secret_is_fair_and_repeatable():
    assert work.secret("a", "b", 3) == work.secret("a", "b", 3)
    upper = [work.secret("a", "b", seed)[0] for seed in range(200)]
    assert all(sorted(work.secret("a", "b", seed)) == ["a", "b"] for seed in range(20))
    assert 80 < upper.count("a") < 120 and max(len(run) for run in re.findall("a+|b+", "".join(upper))) < 12


def test_each_row_of_the_game_is_one_class(model):
    steps = work.Guess("4", "9", 0).work(model)
    shares = []
    try:
        while True:
            shares.append(next(steps))
    except StopIteration as end:
        game = end.value
    assert len(shares) > 5 and shares == sorted(shares) and shares[0] >= 0 and shares[-1] == 1
    assert game.pictures.shape == (len(work.MOMENTS), 2, 4, 8, 8) and game.pictures.dtype == np.uint8
    assert {game.upper, game.lower} == {"4", "9"}
    pictures, frames = shown.film_of(game)
    assert len(frames) == len(work.MOMENTS) and frames[0].caption == told.moment(1)
    drawn = model.sample([game.upper, game.lower], sampling=Sampling.quality(n=4)).images
    for row, made in zip(frames[-1].cells, drawn, strict=True):  # at t = 0 they are as they were drawn
        assert np.abs(pictures[list(row)] / 255 - made).max() < 0.01
    shown_once = [k for frame in frames for row in frame.cells for k in row]
    assert shown_once == list(range(len(pictures)))


@pytest.mark.parametrize("guess, right, time, rule, said", [
    ("4", True, 0.52, 0.343, "earlier than the rule!** You knew at t = 0.52; the rule needs less noise, t = 0.34"),
    ("4", True, 0.34, 0.343, "as early as the rule"),
    ("4", True, 0.30, 0.343, "You knew at t = 0.30; the rule begins to tell them apart with more noise, at t = 0.34"),
    ("9", False, 0.52, 0.343, "Not this time:** the upper row is 4"),
    ("", False, 0.52, 0.343, "does not count")])
def test_a_round_is_told_as_it_went(guess, right, time, rule, said):
    assert said in plain(told.answer(work.Round(guess, right, time, rule), "4"))


def test_the_score_counts():
    rounds = [work.Round("4", True, 0.5, 0.34), work.Round("4", True, 0.3, 0.34), work.Round("9", False, 0.9, 0.34)]
    assert "right in 2 of 3, earlier than the rule in 1." in told.score(rounds) and told.score([]) == ""


def press(app: AppTest, start: str) -> AppTest:
    next(button for button in app.button if button.label.startswith(start)).click().run()
    assert not app.exception
    return app


def test_the_answer_comes_after_the_guess_and_the_score_stays():
    app = opened(PAGE, a="4", b="9", time="0.5")
    assert not any(word in sentences(app) for word in ("Your score", "Right", "Not this time"))
    upper = work.secret("4", "9", 0)[0]
    press(app, f"The upper row is {upper}")
    said = sentences(app)
    assert "You knew at t = 0.50" in said and "right in 1 of 1" in said
    assert not any(button.label.startswith("The upper row") for button in app.button)
    press(app, "Another round")
    assert app.session_state.seed == 1 and app.session_state.time == 1 and "right in 1 of 1" in sentences(app)
    wrong = {"4": "9", "9": "4"}[work.secret("4", "9", 1)[0]]
    press(app, f"The upper row is {wrong}")
    assert "Not this time" in sentences(app) and "right in 1 of 2" in sentences(app)
    press(press(app, "Another round"), "Just show me")
    assert "does not count" in sentences(app) and "right in 1 of 2" in sentences(app)


def test_what_counts_is_the_least_noise_that_was_looked_at():
    """Back to more noise, after a look at less, is of no help."""
    app = opened(PAGE, a="4", b="9", time="0.2")
    app.session_state.time = 0.9
    app.run()
    press(app, f"The upper row is {work.secret('4', '9', 0)[0]}")
    assert "You knew at t = 0.20" in sentences(app)


def test_frames_by_time():
    assert work.frame_at(1) == 0 and work.frame_at(0) == len(work.MOMENTS) - 1
    assert work.MOMENTS[work.frame_at(0.339)] == pytest.approx(0.34)


# -- the script --------------------------------------------------------------------------------------------------------

def test_the_page_opens_on_the_closest_pair(shipped):
    app = opened(PAGE)
    a, b = shipped.tree.closest_pairs(1)[0]
    assert [app.selectbox(key=side).value for side in "ab"] == [a, b] and not app.warning and not app.error
    assert "as in the model's own tree" in sentences(app) and len(app.latex) == 2
    assert node_times(app) == pytest.approx([branch.t_low for branch in shipped.tree.branches], abs=1e-3)


def test_the_page_in_german():
    app = opened(PAGE, lang="de")
    curves = figure(app, "curves")["layout"]
    assert curves["separators"] == ",." and {"0,2", "0<br>Bild"} <= set(curves["xaxis"]["ticktext"])
    assert any("t = 0,3" in note["text"] for note in curves["annotations"])
    assert "wie im eigenen Baum des Modells" in sentences(app) and r"\text{Rauschen}" in app.latex[1].value


def test_sliders_move_the_tree_and_the_words():
    app = opened(PAGE, a="4", b="9", eps="0.01")
    before = node_times(app)
    assert "instead of" in sentences(app) and app.slider(key="eps").value == 0.01
    app.slider(key="eps").set_value(0.002).run()
    assert max(node_times(app)) > max(before)
    press(app, "Back to the model's own")
    assert app.slider(key="eps").value == 0.005 and "as in the model's own tree" in sentences(app)
    assert next(button for button in app.button if button.label.startswith("Back")).disabled


def test_a_class_is_never_compared_with_itself():
    app = opened(PAGE, a="4", b="9")
    app.selectbox(key="a").select("9").run()
    assert (app.selectbox(key="a").value, app.selectbox(key="b").value) == ("9", "4") and not app.warning
    both = opened(PAGE, a="3", b="3")
    assert "with itself" in both.warning[0].value and both.selectbox(key="b").value != "3" and not both.exception


def test_broken_links_open_the_default(shipped):
    app = opened(PAGE, a="x", b="", eps="-1", smooth="1e9", shortest="much", time="2", seed="-1")
    assert [app.selectbox(key=side).value for side in "ab"] == list(shipped.tree.closest_pairs(1)[0])
    assert len(app.warning) == 1
    assert app.slider(key="eps").value == 0.005 and app.session_state.seed == 0 and not app.exception


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder of models of one's own, which the app knows."""
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    return tmp_path


def test_a_model_without_curves_leaves_the_game(own, flat_model, tree, model):
    flat_model.save(own / "flat, tiny.safetensors")
    app = opened(PAGE, model="flat, tiny")
    assert "no curves" in app.info[0].value and not app.exception and not app.slider
    assert any("Can you tell" in head.value for head in app.header) and len(app.latex) == 1


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
