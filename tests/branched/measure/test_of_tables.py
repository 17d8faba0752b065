"""Measuring a model of tables: close correlations, and every part of the evaluation."""

import numpy as np
import pytest

import branched
from branched.facts import Quality
from branched.measure.evaluate import PARTS, evaluate
from branched.measure.of_tables import close_correlations
from branched.measure.report import as_text, card
from branched.measure.sizes import Sizes


def test_close_correlations_are_counted():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50_000, 3))
    mixed = x @ np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1]])
    assert close_correlations(x[:25_000], x[25_000:]) == 1
    assert close_correlations(mixed, x) == pytest.approx(2 / 3)
    x[:, 2] = 4
    assert close_correlations(mixed, x) == 0


def test_correlations_are_those_of_numpy():
    a, b = np.random.default_rng(0).normal(size=(2, 30, 4))
    b[:, 3] = 1
    found = branched.correlations(a, b)
    assert np.allclose(found[:3], [np.corrcoef(a[:, k], b[:, k])[0, 1] for k in range(3)]) and np.isnan(found[3])
    assert np.allclose(branched.correlations(a, 3 - 2 * a), -1)


def test_every_part_is_measured(table_model, rows, monkeypatch):
    monkeypatch.setattr("branched.measure.of_tables.TREES", 5)
    sizes = Sizes(n=30, steps=4, transmuted=5, classified=20)
    quality = Quality(**dict(evaluate(table_model, lambda: pytest.fail("a judge"), rows, rows, sizes, PARTS)))
    assert list(quality.parts) == ["protocol", "generation", "transmutation, stochastic",
                                   "transmutation, deterministic", "classification"]
    generation, turned = quality.generation, quality.stochastic
    assert generation.frechet > generation.frechet_gaussian > 0
    assert generation.right_worst == min(generation.right_of.values())
    assert set(turned.kept_of) == {"0>1", "1>0", "4>9", "7>4", "9>4"}
    assert len(turned.right_of) == 20 and quality.classification.count == 20
    for part in (generation, turned, quality.deterministic, quality.classification):
        missing = [name for name in part.__struct_fields__ if getattr(part, name) is None]
        assert not set(missing) - {"guidance", "guide"}  # of which is told where there is some
    measured = table_model.with_quality(quality)
    assert measured.facts.quality == quality and table_model.facts.quality == Quality()
    assert "close correlations" in card("tiny", measured) and "per pair" not in as_text(turned, "rows")
