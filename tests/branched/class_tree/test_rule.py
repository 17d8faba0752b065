"""The discovery rule: one formula, one answer for those that never meet."""
import dataclasses

import numpy as np
import pytest

from branched import BranchedError, Rule, pair_curves

TIMES = np.arange(1, 11) / 10
WITHIN = np.full(10, 0.5)


def rising(at: float) -> np.ndarray:
    """Similarity between two classes that reaches that within them at a time."""
    return np.where(at - 1e-9 <= TIMES, 0.5, 0.2)


def test_two_classes_meet_at_the_first_time_at_which_they_are_as_alike():
    rule = Rule(epsilon=0.0, smoothing=0.0)
    assert rule.meeting(TIMES, rising(0.4), WITHIN) == pytest.approx(0.4)
    assert Rule(epsilon=0.35, smoothing=0.0).meeting(TIMES, rising(0.4), WITHIN) == pytest.approx(0.1)


def test_never_is_none_for_a_pair_and_infinity_among_many():
    never = np.full(10, 0.1)
    similarity = np.empty((10, 3, 3))
    similarity[:] = np.eye(3) * 0.5
    for (i, j), curve in {(0, 1): rising(0.7), (0, 2): never, (1, 2): rising(1.0)}.items():
        similarity[:, i, j] = similarity[:, j, i] = curve
    rule = Rule(epsilon=0.0, smoothing=0.0)
    assert rule.meeting(TIMES, never, WITHIN) is None
    assert rule.meetings(TIMES, similarity).tolist() == pytest.approx([0.7, np.inf, 1.0])


@pytest.mark.parametrize("seed", range(5))
def test_pairs_and_all_pairs_agree(seed):
    """What a page asks of one pair is what discovery asks of all."""
    rng = np.random.default_rng(seed)
    similarity = rng.random((40, 4, 4)).cumsum(0).astype(np.float32)
    similarity += similarity.swapaxes(1, 2)
    times, rule = np.arange(1, 41) / 40, Rule(epsilon=0.5, smoothing=2.0)
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    one_by_one = [rule.meeting(times, *pair_curves(similarity, i, j, rule)) for i, j in pairs]
    together = rule.meetings(times, similarity)
    assert [np.inf if time is None else time for time in one_by_one] == pytest.approx(together.tolist())


@pytest.mark.parametrize("settings", [
    {"epsilon": -0.1}, {"epsilon": float("nan")}, {"smoothing": -1}, {"smoothing": float("inf")},
    {"minimum_time": 1.0}, {"minimum_time": -0.1}, {"minimum_length": -0.1}, {"minimum_length": 0.6}], ids=str)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(BranchedError, match=r"\.$"):
        Rule(**settings)


def test_room_is_left_for_a_leaf_and_a_root():
    assert Rule().room(100) == (0.01, 0.99)
    assert Rule(minimum_time=0.2, minimum_length=0.1).room(100) == (0.2, 0.9)
    with pytest.raises(BranchedError, match="no room"):
        Rule(minimum_time=0.8, minimum_length=0.4).room(100)
    with pytest.raises(BranchedError, match="Smoothing"):
        Rule(smoothing=50).room(20)


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Rule().epsilon = 1.0
