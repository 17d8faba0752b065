"""What is shipped is shown whole: every method has its words, its model and its pictures."""
import pytest
from apptest import opened

import branched
from branched import MeasuredMethods, measured_methods
from pages.ui.others import abilities, shown, told
from pages.ui.others.measures import MEASURES, comparable


@pytest.fixture(autouse=True)
def shipped(monkeypatch) -> MeasuredMethods:
    monkeypatch.delenv("BRANCHED_MODELS", raising=False)
    return measured_methods()


def test_every_method_has_its_words_its_model_and_its_pictures(shipped):
    for name, row in shipped.record.rows.items():
        assert name in told.METHODS and name in abilities.TABLE and row.model in branched.models()
        assert shipped.of("row", name).shape == (12, 10, 28, 28)
    assert set(shipped.record.curves) <= set(told.CURVES) and set(shipped.record.autoencoders) <= set(told.CODES)
    assert all(shipped.of("curve", name) is not None for name in shipped.record.curves)


def test_every_word_of_a_variant_is_known(shipped):
    for name in shipped.record.variants:
        assert set(told.words(name)) <= set(told.VARIANTS[name.partition("-")[0]])


def test_what_the_page_says_of_the_two_that_failed_is_what_was_measured(shipped):
    """Blind to the time, batch normalisation draws blots; by the statistics of learning it does not. What is marked by
    a classifier that learns along pleases that one more than the judge; mended, both."""
    of = shipped.record.variants
    blind, used = of["cbn-class-batch"], of["cbn-class-running"]
    assert blind.time_counts < 1e-3 < used.time_counts and blind.right < 0.6 < 0.95 < used.right
    assert of["cbn-class-per-time"].right < 0.6 and of["cbn-class-first"].right < 0.2
    assert blind.right < of["cbn-time-batch"].right and of["cbn-time-batch"].coverage < 0.5 < used.coverage
    along, mended = of["ac-1-along"], of["ac-1-frozen-weighted"]
    assert along.own - along.right > 0.03 > mended.own - mended.right and mended.coverage > along.coverage


def test_what_the_page_says_of_guidance_is_what_was_measured(shipped):
    """Surer, and more and more alike; and the score of the strongest is above that of real digits."""
    for name, points in shipped.record.curves.items():
        weakest, strongest = points[0], points[-1]
        assert strongest.right > weakest.right and strongest.coverage < weakest.coverage, name
    assert shipped.record.curves["free"][-1].score > shipped.record.real.score


def test_what_the_page_says_of_learning_is_what_was_measured(shipped):
    """The tree learnt for more steps than the others, and its network is the largest."""
    rows = shipped.record.rows
    steps = {name: row.training_steps for name, row in rows.items()}
    tree = {name for name in rows if name.startswith("tree")}
    [trees], [others] = {steps[name] for name in tree}, {steps[name] for name in rows if name not in tree}
    assert trees > others and "the tree, as it is shipped, has learnt for longer" in told.EXPLANATION
    assert all(row.parameters < rows["tree"].parameters for name, row in rows.items() if row.guide == "model"
               and name not in tree)


def test_every_bar_has_its_figure(shipped):
    html = shown.comparison(shipped, 0)
    rows = shipped.record.rows
    bars = sum(measure.value(row) is not None for measure in MEASURES for row in comparable(rows, measure).values())
    assert html.count("--part") == bars + sum(measure.value(shipped.record.real) is not None for measure in MEASURES)


@pytest.mark.parametrize("part", told.PARTS)
def test_every_part_opens(part):
    app = opened("pages/others.py", part=part)
    assert not app.error and not app.warning and told.NOTHING not in " ".join(text.value for text in app.info)
