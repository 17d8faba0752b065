"""The evaluation's own bookkeeping, on a tiny model and judge: shapes, floors, controls, the card."""
import json

import numpy as np
import pytest

from branched.data import dataset
from branched.facts import Facts
from branched.measure.evaluate import as_text, card, evaluate
from branched.measure.judge import Settings, train_judge
from branched.measure.sizes import Protocol, drawn

PARTS = ("generation", "transmutation", "classification")


@pytest.fixture(scope="module")
def found(model, digits):
    judge = None
    test = dataset.load("digits", "test").only(digits.labels)
    for record in train_judge(digits, test, Settings(epochs=1)):
        judge = record.judge
    protocol = Protocol(n=12, steps=4, transmuted=5, classified=20)
    return dict(evaluate(model, judge, digits, test, protocol, PARTS))


def test_every_part_is_there_with_its_protocol(found):
    assert list(found) == ["protocol", "generation", "transmutation, stochastic", "transmutation, deterministic",
                           "classification"]
    assert found["protocol"]["n"] == 12 and found["generation"]["steps"] == 4


def test_generation_is_measured_beside_its_floor(found, model):
    figures = found["generation"]
    assert figures["pixel Frechet"] > figures["pixel Frechet, real against real"] > 0
    assert figures["pixel Frechet"] == pytest.approx(np.mean(list(figures["pixel Frechet per class"].values())))
    made = model.sample(n=12, steps=4)
    assert figures["evaluations, class by class over tree"] == made.evaluations_class_by_class / made.evaluations
    assert figures["right class, worst"] == min(figures["right class per class"].values())


def test_every_pair_is_transmuted_and_compared_with_controls(found, model):
    figures = found["transmutation, stochastic"]
    pairs = figures["right class per pair"]
    assert len(pairs) == 20
    assert figures["right class, worst pair"] == pairs[figures["worst pair"]] == min(pairs.values())
    for name in ("slant", "stroke"):
        for control in ("", ", random target", ", wrong pair"):
            r, low, high = figures[f"{name} kept{control}"]
            assert -1 <= low <= r <= high <= 1 and low < high
        assert figures[f"{name} kept"][0] > figures[f"{name} kept, random target"][0]


def test_figures_survive_json_and_make_a_card(found, model):
    again = json.loads(json.dumps(found))
    text = card("tiny", model.with_quality(Facts.read({"quality": again}, "images").quality))
    assert "## Measured: classification" in text and "right class, worst" in text
    assert "per pair" not in as_text(again["transmutation, stochastic"])


def test_pictures_are_the_classs_own(digits):
    images = drawn(digits, "4", 10, seed=0)
    own = {row.tobytes() for row in (digits.of("4")[:, 0].numpy().astype(np.float32) / 255)}
    assert images.shape == (10, 8, 8) and all(image.tobytes() in own for image in images)
    assert (images == drawn(digits, "4", 10, seed=0)).all()
