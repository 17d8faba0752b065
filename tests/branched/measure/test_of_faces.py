"""Measures against truth: closed forms, planted look-ups, an authority's number."""
import numpy as np
import pytest

from branched.data import faces
from branched.errors import BranchedError
from branched.measure.of_faces import against_truth, nearest, ridge, squared_distances, ssim, weighed

RNG = np.random.default_rng(0)
TRUTHS = RNG.random((6, 28, 28)).astype(np.float32)


def test_the_truth_itself_is_the_best_answer():
    scores = against_truth(TRUTHS, TRUTHS)
    assert (scores.rank == 0).all() and scores.first.all() and (scores.rmse == 0).all()
    assert np.abs(scores.unlike).max() < 1e-6


def test_rank_is_the_share_of_the_others_that_are_nearer():
    """Flat pictures on a line: an answer at 0 has those nearer that lie nearer to 0."""
    truths = np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float32)[:, None, None] * np.ones((1, 28, 28), np.float32)
    scores = against_truth(np.zeros_like(truths), truths)
    assert scores.rank.tolist() == [0, 0.25, 0.5, 0.75, 1] and scores.first.tolist() == [True] + 4 * [False]
    assert scores.rmse == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])


def test_the_wrong_face_is_told():
    scores = against_truth(TRUTHS[[1, 0, 2, 3, 4, 5]], TRUTHS)
    assert scores.first.tolist() == [False, False, True, True, True, True]
    assert (scores.rank[:2] >= 0.2).all() and (scores.rank[2:] == 0).all()
    assert scores.means()["first"] == pytest.approx(4 / 6)


def test_any_answer_of_unrelated_faces_has_rank_one_half():
    truths, answers = RNG.random((2, 400, 12, 12))
    assert np.mean(against_truth(answers, truths).rank) == pytest.approx(0.5, abs=0.04)


def test_one_that_is_as_near_is_not_nearer():
    """Two faces with the same letter: neither stands before the other."""
    assert against_truth(TRUTHS[[0, 0, 1]], TRUTHS[[0, 0, 1]]).rank.tolist() == [0, 0, 0]


def test_similarity_of_flat_pictures_is_that_of_their_light():
    """Without contrast eq. 13 is (2 ab + C1) / (a^2 + b^2 + C1)."""
    a, b = (np.full((1, 28, 28), level, np.float32) for level in (0.2, 0.6))
    assert ssim(a, b) == pytest.approx([(2 * 0.12 + 1e-4) / (0.04 + 0.36 + 1e-4)], rel=1e-3)


def test_similarity_of_a_picture_of_a_single_window():
    """An 11 x 11 picture has one window: weighted moments, written out."""
    a, b = RNG.random((2, 11, 11))
    one = np.exp(-np.arange(-5, 6)**2 / 4.5)
    w = np.outer(one, one) / one.sum()**2
    ma, mb = (w * a).sum(), (w * b).sum()
    va, vb, vab = (w * (a - ma)**2).sum(), (w * (b - mb)**2).sum(), (w * (a - ma) * (b - mb)).sum()
    expected = (2 * ma * mb + 1e-4) * (2 * vab + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))
    assert ssim(a[None], b[None]) == pytest.approx([expected], abs=1e-5)


def test_similarity_is_that_of_an_authority():
    """The mean of 40 pairs of real Bs, by scikit-image 0.26 as the docstring says; each agreed to 6e-8."""
    real = faces.read().x[:80, faces.LETTERS.index("B")] / np.float32(255)
    assert ssim(real[:40], real[40:]).mean() == pytest.approx(0.4191728185, abs=1e-6)


def test_similarity_is_symmetric_and_falls_with_noise():
    noisy = [np.clip(TRUTHS + s * RNG.standard_normal(TRUTHS.shape), 0, 1).astype(np.float32) for s in (0.1, 0.3)]
    near, far = (ssim(TRUTHS, other).mean() for other in noisy)
    assert 1 > near > far and ssim(noisy[0], TRUTHS) == pytest.approx(ssim(TRUTHS, noisy[0]), abs=1e-6)


def test_distances_are_euclidean():
    expected = ((TRUTHS[:, None] - TRUTHS[None, :4])**2).sum((2, 3))
    assert squared_distances(TRUTHS, TRUTHS[:4]) == pytest.approx(expected, abs=1e-4)


def test_the_look_up_finds_the_face_that_was_planted():
    planted = np.array([3, 0, 5])
    given = TRUTHS[planted] + 0.01 * RNG.standard_normal((3, 28, 28))
    assert nearest(TRUTHS, given).tolist() == planted.tolist()


def test_ridge_finds_a_linear_law():
    """B is 0.3 of A upside down, and 0.2: with hardly any penalty, and more faces than pixels, the weights say so."""
    known, given = RNG.random((60, 4, 4)), RNG.random((5, 4, 4))
    answer = weighed(ridge(known, given, 1e-6), 0.2 + 0.3 * known[:, ::-1])
    assert answer == pytest.approx(0.2 + 0.3 * given[:, ::-1], abs=1e-3)


def test_ridge_with_all_penalty_is_the_mean():
    known, given = RNG.random((20, 4, 4)), RNG.random((3, 4, 4))
    weights = ridge(known, given, 1e9)
    assert weights == pytest.approx(np.full((3, 20), 0.05), abs=1e-6)
    assert ridge(known, given, 2.0).sum(1) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("answers, truths", [(TRUTHS[:3], TRUTHS), (TRUTHS[:1], TRUTHS[:1]), (TRUTHS[0], TRUTHS[0])])
def test_answers_without_their_truths_are_refused(answers, truths):
    with pytest.raises(BranchedError, match="as many truths"):
        against_truth(answers, truths)


def test_pictures_that_are_too_small_are_refused():
    with pytest.raises(BranchedError, match="at least 11 pixels"):
        ssim(np.zeros((1, 8, 28)), np.zeros((1, 8, 28)))
