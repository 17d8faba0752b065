"""Sentences about methods are there for each, and say what the figures say."""
from types import SimpleNamespace

import pytest
from planted_methods import ROWS, plant

from branched import measured_methods
from pages.ui.others import abilities, told


def test_every_method_is_told_and_none_is_told_twice():
    assert list(told.METHODS) == list(ROWS) == list(abilities.TABLE)
    for method in told.METHODS.values():
        assert all((method.name, method.how, method.needs, method.can, method.cannot))
    assert len(set(told.names(ROWS).values())) == len(ROWS)


def test_a_method_that_is_new_has_its_own_name():
    assert told.method("another").name == "another" and told.names(["another"]) == {"another": "another"}


def test_every_method_has_every_ability_told(methods):
    table = abilities.table(methods.record.rows, methods.record.steps)
    assert list(table) == list(ROWS)
    for cells in table.values():
        assert len(cells) == len(abilities.ABILITIES)
        assert all(cell.word in ("yes", "no", "not tried here") for cell in cells)


def test_what_only_the_tree_can(methods):
    """As the library has it: sharing, hybrids, and a class more; and what costs a second network."""
    can = {name: dict(zip(abilities.ABILITIES, (cell.kind for cell in cells), strict=True))
           for name, cells in abilities.table(methods.record.rows, methods.record.steps).items()}
    for ability in ("Shares work between classes", "Hybrids of classes"):
        assert {name for name, row in can.items() if row[ability] == "yes"} == {
            "tree", "tree-guided", "tree-classifier"}
    assert [name for name, row in can.items() if row["A class more, nothing forgotten"] == "yes"] == [
        "tree", "tree-guided"]
    assert {name for name, row in can.items() if row["One network is enough"] == "no"} == {
        "classifier", "classifier-told", "latent-kl", "latent-vq", "tree-classifier"}


@pytest.mark.parametrize("evaluations, alone, gradients, kind, note", [
    (20, 20, 0, "yes", ""), (10.1, 22.2, 0, "yes", "fewer"), (40, 40, 0, "no", "two"),
    (14.7, 29.9, 0, "no", "two at times"), (20, 20, 20, "no", "and a gradient"),
    (20, None, 0, "yes", ""), (None, None, None, "unknown", "")])
def test_looks_are_counted(evaluations, alone, gradients, kind, note):
    row = SimpleNamespace(evaluations=evaluations, evaluations_alone=alone, gradients=gradients)
    cell = abilities.looks(row, 20)
    assert (cell.kind, cell.note) == (kind, note)


def test_the_summary_says_who_is_best_and_where_the_tree_stands(methods):
    """Planted: the right class rises from row to row, coverage falls, and distance grows."""
    text = told.summary(methods)
    assert "Right most often: **The tree, led by a classifier** (95.5%)" in text
    assert "nearest to real digits: **Not told** (2.00)" in text and "most varied: **Not told** (95%)" in text
    assert "places among 12: right class 3, distance 10, coverage 10" in text


def test_without_figures_there_is_no_summary():
    assert told.summary(SimpleNamespace(record=SimpleNamespace(rows={}, real=None))) == ""


def test_a_strength_in_a_line(methods):
    [first, *_, last] = methods.record.curves["free"]
    assert told.strength("free", first) == "w = 0 · right class 90.0% · coverage 95% · distance 2.00"
    assert told.strength("classifier", last).startswith("s = 4 · ")


def test_the_curve_that_loses_most_variety_is_named(methods):
    assert "*Guided by itself*: from w = 0 to w = 4" in told.inflated(methods)
    assert "score goes from 9.00 to 9.25, and coverage from 95% to 85%" in told.inflated(methods)


@pytest.mark.parametrize("curve, inside", [("free", "no label"), ("classifier", "log p"), ("tree", "parent")])
def test_each_guidance_has_its_equation(curve, inside):
    assert inside in told.equation(curve)


@pytest.mark.parametrize("name, text", [
    ("ac-0", "λ = 0: no classifier"), ("ac-1-frozen", "λ = 1, trained before, frozen"),
    ("ac-1-frozen-weighted", "λ = 1, trained before, frozen, less where there is noise"),
    ("cbn-class-running", "Told the class, statistics of learning"),
    ("cbn-time-per-time", "Told class and time, statistics of each time"), ("ac-0.3-new", "0.3, new"), ("odd", "odd")])
def test_variants_are_named_by_their_words(name, text):
    assert told.variant(name) == text


def test_variants_come_in_the_order_of_the_story():
    story = ["ac-0", "ac-0.01-along", "ac-1-along", "ac-1-frozen", "ac-1-frozen-weighted", "ac-7"]
    assert told.in_order([*reversed(story), "cbn-class-running"], "ac") == story


def test_how_strongly_a_method_is_guided_is_told(methods):
    assert told.how("free", methods.record.rows["free"]).endswith("(w = 0.5)")
    assert told.how("classifier", methods.record.rows["classifier"]).endswith("(s = 8)")
    assert told.how("label", methods.record.rows["label"]) == told.METHODS["label"].how


def test_what_an_autoencoder_loses(methods):
    text = told.lost(methods.record.autoencoders["vq"])
    assert text == ("The mean error of a pixel is 2.0 of 100 grey levels, PSNR 24.0 dB, the judge reads 99.1% of the "
                    "decoded digits rightly, of the real ones 99.6%, 200 codes of the list are in use.")


def test_what_was_measured_alone_is_told(tmp_path):
    methods = measured_methods(plant(tmp_path, {"autoencoders": {"kl": {}}, "curves": {"free": [{"guidance": 1}]}}, {}))
    assert told.lost(methods.record.autoencoders["kl"]) == "" and told.inflated(methods) == ""
    assert told.strength("free", methods.record.curves["free"][0]) == "w = 1"


def test_what_drawing_has_cost():
    drawn = SimpleNamespace(labels=("4", "9"), evaluations=40, gradients=40, seconds=0.51, seen=("4", "4"))
    assert told.outcome(drawn) == (
        "20 looks and 20 gradients a picture; 0.5 s for all; the judge reads 1 of 2 as what was asked for")
    drawn.gradients, drawn.seen, drawn.evaluations = 0, None, 21
    assert told.outcome(drawn) == "10.5 looks a picture; 0.5 s for all"


def test_how_long_each_has_learnt_is_told_where_the_tree_learnt_longer():
    def record(**steps: int):
        return SimpleNamespace(rows={name: SimpleNamespace(training_steps=count) for name, count in steps.items()})

    assert told._lessons(record(tree=14000, free=8000, ac=8000)) == (
        " The tree has learnt for 14,000 steps, the others for 8,000.")
    assert told._lessons(record(tree=8000, free=8000)) == told._lessons(record(free=8000)) == ""
    assert told.taught(SimpleNamespace(training_steps=3000)) == "learnt for 3,000 steps"
