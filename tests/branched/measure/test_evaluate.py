"""The evaluation's own bookkeeping, on a tiny model and judge: shapes, floors, controls, the card."""
import json

import numpy as np
import pytest

import branched
from branched.data import dataset
from branched.facts import Facts, Quality, to_json
from branched.measure import evaluate as measured
from branched.measure.evaluate import MEASURES, PARTS, evaluate, unmeasured
from branched.measure.judge import Settings, train_judge
from branched.measure.report import as_text, card
from branched.measure.sizes import Sizes


@pytest.fixture(scope="module")
def judge(digits):
    *_, record = train_judge(digits, dataset.load("digits", "test").only(digits.labels), Settings(epochs=1))
    return record.judge


@pytest.fixture(scope="module")
def quality(model, digits, judge) -> Quality:
    test = dataset.load("digits", "test").only(digits.labels)
    sizes = Sizes(n=12, steps=4, transmuted=5, classified=20)
    return Quality(**dict(evaluate(model, lambda: judge, digits, test, sizes, PARTS)))


def test_every_part_is_there_with_its_protocol(quality):
    assert list(quality.parts) == ["protocol", "generation", "transmutation, stochastic",
                                   "transmutation, deterministic", "classification"]
    assert quality.protocol.n == 12 and quality.generation.steps == 4 and quality.classification.count == 20
    assert quality.deterministic.deterministic and not quality.stochastic.deterministic


def test_generation_is_measured_beside_its_floor(quality, model):
    figures = quality.generation
    assert figures.pixel_frechet > figures.pixel_frechet_real > 0
    assert figures.pixel_frechet == pytest.approx(np.mean(list(figures.pixel_frechet_of.values())))
    samples = model.sample(n=12, steps=4)
    assert figures.saved == samples.evaluations_class_by_class / samples.evaluations
    assert figures.evaluations == samples.evaluations / 12
    assert figures.right_worst == min(figures.right_of.values())


def test_every_pair_is_transmuted_and_compared_with_controls(quality):
    figures = quality.stochastic
    pairs = figures.right_of
    assert len(pairs) == 20
    assert figures.right_worst == pairs[figures.worst] == min(pairs.values())
    for name in ("slant", "stroke"):
        for control in ("", "_random", "_wrong"):
            r, low, high = getattr(figures, f"{name}{control}")
            assert -1 <= low <= r <= high <= 1 and low < high
        assert getattr(figures, name)[0] > getattr(figures, f"{name}_random")[0]


def test_figures_survive_json_and_make_a_card(quality, model):
    again = Facts.read({"quality": json.loads(json.dumps(to_json(quality, "images")))}, "images").quality
    assert again == quality
    text = card("tiny", model.with_quality(again))
    assert "## Measured: classification" in text and "right class, worst" in text
    assert "per pair" not in as_text(again.stochastic, "images") and "per pair" not in text


def test_every_field_is_measured(quality):
    """A figure that the record has a place for, and nobody fills, would be missing on the page without a sound."""
    for part in (quality.generation, quality.stochastic, quality.deterministic, quality.classification):
        missing = [name for name in part.__struct_fields__ if getattr(part, name) is None]
        assert not set(missing) - {"guidance", "guide"}  # of which is told where there is some


def test_each_form_has_its_measures():
    assert {branched.load(name).form.kind for name in branched.models()} <= set(MEASURES)


def test_a_form_without_measures_is_classified_and_told_of(model, digits, judge, monkeypatch):
    monkeypatch.setattr(measured, "MEASURES", {})
    test = dataset.load("digits", "test").only(digits.labels)
    found = dict(evaluate(model, lambda: judge, digits, test, Sizes(classified=20), PARTS))
    assert list(found) == ["protocol", "classification"] and found["classification"].count == 20
    assert unmeasured(model, PARTS) == ("There are no measures of images yet: no generation and no transmutation is "
                                        "measured.")
    assert unmeasured(model, ("classification",)) == ""
    monkeypatch.undo()
    assert unmeasured(model, PARTS) == ""


def test_no_judge_is_read_where_none_is_asked_for(model, digits):
    test = dataset.load("digits", "test").only(digits.labels)
    assert len(dict(evaluate(model, lambda: pytest.fail("read"), digits, test, Sizes(classified=5),
                             ("classification",)))) == 2
