"""Medians and 95ths against ranks counted by hand, and slopes against lines."""
import math

import pytest
from spread import Spread, slope, told


@pytest.mark.parametrize(("count", "median", "high"), [(1, 1, 1), (2, 1, 2), (10, 5, 10), (19, 10, 19), (20, 10, 19),
                                                       (30, 15, 29), (100, 50, 95), (101, 51, 96)])
def test_the_nearest_rank(count, median, high):
    """Of 1, 2, …, n seconds the k-th is k: in whatever order they come."""
    spread = Spread.of(float(k) for k in range(count, 0, -1))
    assert (spread.median, spread.high, spread.within(1.0)) == (median, high, count)


def test_who_has_no_answer_waited_longest():
    spread = Spread.of([1.0, None, 2.0, 3.0, None])
    assert len(spread) == 5 and spread.missing == 2
    assert spread.median == 3.0 and math.isinf(spread.high)
    assert spread.figures == {"median": 3.0, "95th": None, "longest": None, "times": 5, "no answer": 2}
    assert "2 without an answer" in str(spread) and "95th of 100 no answer" in str(spread)
    assert Spread.of([1.0] * 19 + [None]).high == 1.0, "one of twenty may miss it"


def test_nobody():
    assert math.isnan(Spread.of([]).median) and str(Spread.of([])) == "nobody asked"


def test_words():
    assert [told(own) for own in (0.456, 9.99, 12.6, math.inf)] == ["0.46 s", "9.99 s", "13 s", "no answer"]
    assert str(Spread.of([0.5])) == "0.50 s (once)"
    assert str(Spread.of([1.0, 2.0])) == "median 1.00 s, 95th of 100 2.00 s (2 times)"


def test_the_slope_of_a_line_and_of_noise_around_one():
    assert slope([0, 1, 2, 5], [7, 10, 13, 22]) == pytest.approx(3)
    assert slope([0, 1, 2, 3], [1, -1, -1, 1]) == pytest.approx(0)
    assert slope([4], [4]) == 0
