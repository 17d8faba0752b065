import time

import numpy as np
import pytest
from scipy import linalg

from branched.errors import BranchedError
from branched.measure import metrics
from branched.measure.metrics import (
    correlation,
    density_coverage,
    frechet_distance,
    judge_score,
    memorised_share,
    nearest,
    nearest_distances,
    pixel_frechet,
    precision_recall,
    slant,
    stroke_thickness,
)

# -- Fréchet distance ------------------------------------------------------------------------------------------------


def with_moments(rng, n: int, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Rows whose sample mean and covariance are exactly these."""
    rows = rng.standard_normal((n, len(mean)))
    rows -= rows.mean(0)
    rows = rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T))).T
    return rows @ np.linalg.cholesky(covariance).T + mean


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("n", [5, 50, 400])  # fewer rows than columns, and more
def test_frechet_of_a_set_and_itself_is_zero_and_of_a_shifted_one_the_squared_shift(rng, n):
    a, d = rng.standard_normal((n, 20)), rng.standard_normal(20)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, a[::-1] + d) == pytest.approx(d @ d)


def test_frechet_of_commuting_gaussians(rng):
    p, q = np.array([1.0, 4, 9]), np.array([4.0, 1, 0.25])
    a, b = with_moments(rng, 50, np.zeros(3), np.diag(p)), with_moments(rng, 80, np.array([1.0, 2, 0]), np.diag(q))
    assert frechet_distance(a, b) == pytest.approx(5 + ((np.sqrt(p) - np.sqrt(q)) ** 2).sum())


def test_frechet_of_general_gaussians_against_the_textbook_formula(rng):
    p, q = (m @ m.T + np.eye(6) for m in rng.standard_normal((2, 6, 6)))
    expected = np.trace(p + q - 2 * linalg.sqrtm(p @ q).real)
    a, b = with_moments(rng, 40, np.zeros(6), p), with_moments(rng, 70, np.zeros(6), q)
    assert frechet_distance(a, b) == pytest.approx(expected)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a))


def test_frechet_does_not_mind_constant_columns_or_a_turned_space(rng):
    a, b = rng.standard_normal((300, 8)), 2 * rng.standard_normal((200, 8))
    turn = linalg.qr(rng.standard_normal((8, 8)))[0]
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(frechet_distance(a, b))
    wide_a, wide_b = (np.pad(rows, ((0, 0), (0, 5)), constant_values=3) for rows in (a, b))
    assert frechet_distance(wide_a, wide_b) == pytest.approx(frechet_distance(a, b))


def test_frechet_is_quick_at_the_size_of_mnist(rng):
    a, b = rng.random((2, 1000, 784))
    start = time.perf_counter()
    assert frechet_distance(a, b) > 0
    assert time.perf_counter() - start < 10  # about a second, with room for a busy machine


def test_pixel_frechet_uses_the_published_scale(rng):
    black, grey = np.zeros((3, 4, 4)), np.full((3, 4, 4), 128 / 255)
    assert pixel_frechet(grey, black) == pytest.approx(16 * (128 / 256 * 2) ** 2)
    images = rng.random((50, 5, 5, 3))
    levels = np.rint(images * 255).astype(np.uint8)
    assert pixel_frechet(images, levels) == pytest.approx(0, abs=1e-9)


def test_pixel_frechet_of_real_digits_by_the_textbook_formula(digits):
    """Scikit-learn's, whose corners are black in every picture: the covariances are singular."""
    fours, nines = (digits.of(label)[:, 0].numpy() for label in "49")
    a, b = (images.reshape(-1, 64) / 256 * 2 - 1 for images in (fours, nines))
    p, q = np.cov(a.T), np.cov(b.T)
    roots = np.sqrt(np.linalg.eigvals(p @ q).real.clip(0))
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(p + q) - 2 * roots.sum()
    assert pixel_frechet(fours, nines) == pytest.approx(expected, rel=1e-4)
    assert pixel_frechet(fours[::2], fours[1::2]) < expected / 4


def test_pixel_frechet_of_real_digits_as_measured_elsewhere(at_hand):
    mnist = at_hand("mnist", "train")
    fours, nines = (mnist.of(label)[:2000, 0].numpy() for label in "49")
    assert pixel_frechet(fours[:1000], nines[:1000]) == pytest.approx(76.7, abs=2)
    assert pixel_frechet(fours[:1000], fours[1000:]) == pytest.approx(8, abs=2)


# -- diversity -------------------------------------------------------------------------------------------------------


def test_precision_and_recall_by_hand():
    real = np.array([[0.0], [1], [2], [3], [20], [21], [22], [23]])  # radii, to the third neighbour: 3, 2, 2, 3 twice
    half = np.array([[-3.5], [-2.5], [0.5], [1.5]])  # 3.5 and 2.5 from the nearest; radii 5, 4, 4, 5
    assert precision_recall(real, half) == (0.75, 0.5)
    assert precision_recall(half, real) == (0.5, 0.75)
    assert precision_recall(real, real + 100) == (0.0, 0.0)


def test_precision_and_recall_of_one_distribution(rng, monkeypatch):
    a, b = rng.standard_normal((2, 1500, 2))
    result = precision_recall(a, b)
    assert min(result) > 0.95
    monkeypatch.setattr(metrics, "BLOCK", 1)  # MiB: now distances come in 18 blocks
    assert precision_recall(a, b) == result
    inner = precision_recall(a, 0.2 * b)
    assert inner.precision > 0.95 and inner.recall < 0.3


def test_density_and_coverage_by_hand():
    real = np.array([[0.0], [1], [2], [3], [4], [5]])  # radii, to the fifth neighbour: 5, 4, 3, 3, 4, 5
    assert density_coverage(real, np.array([[-4.5], [2.5]])) == ((1 + 6) / (5 * 2), 1.0)
    assert density_coverage(real, np.array([[-4.5], [-5.5]])) == (1 / (5 * 2), 1 / 6)
    assert density_coverage(real, np.array([[50.0]])) == (0.0, 0.0)


def test_density_and_coverage_of_one_distribution(rng):
    real, fresh = rng.standard_normal((2, 2000, 4))
    density, coverage = density_coverage(real, fresh)
    assert density == pytest.approx(1, abs=0.1) and coverage == pytest.approx(1 - 1 / 2 ** 5, abs=0.03)
    assert density_coverage(real, np.repeat(fresh[:20], 100, 0)).coverage < 0.5


@pytest.mark.parametrize("measure", [precision_recall, density_coverage])
def test_too_few_points_are_refused(measure):
    with pytest.raises(BranchedError, match="needs more than"):
        measure(np.zeros((3, 2)), np.zeros((9, 2)))


# -- memorising ------------------------------------------------------------------------------------------------------


def test_nearest_against_all_pairs(rng):
    queries, references = rng.random((30, 4, 4)), rng.random((250, 4, 4))
    distances = np.linalg.norm((queries[:, None] - references[None]).reshape(30, 250, 16), axis=-1)
    distance, which = nearest(queries, references)
    assert np.array_equal(which, distances.argmin(1))
    assert np.allclose(distance, distances.min(1), atol=1e-6)
    assert (nearest_distances(references[5:9], references) == 0).all()
    assert nearest_distances(queries[:0], references).shape == (0,)


def test_copies_are_found_out_and_fresh_draws_are_not(rng):
    train, test, fresh = rng.random((3, 4000, 3, 3))
    assert memorised_share(train[:100], test, train) == (1.0, 1.0)
    near, below_median = memorised_share(fresh, test, train)
    assert near == pytest.approx(0.05, abs=0.015) and below_median == pytest.approx(0.5, abs=0.04)
    half = np.concatenate([train[:500] + 0.001 * (0.5 - train[:500]), fresh[:500]])
    assert memorised_share(half, test, train).near == pytest.approx(0.525, abs=0.02)


def test_nothing_to_judge_is_refused():
    with pytest.raises(BranchedError, match="at least one"):
        memorised_share(np.zeros((0, 3, 3)), np.zeros((2, 3, 3)), np.zeros((2, 3, 3)))
    with pytest.raises(BranchedError, match="same size"):
        nearest_distances(np.zeros((1, 3, 3)), np.zeros((2, 4, 4)))


# -- style -----------------------------------------------------------------------------------------------------------


def bar(width: float, degrees: float = 0.0, length: float = 20.0, side: int = 32, shift: float = 0.0) -> np.ndarray:
    """A bar leaning to the right, `width` across, anti-aliased by eight samples a pixel and direction."""
    at = (np.arange(side * 8) + 0.5) / 8 - side / 2
    y, x = np.meshgrid(at, at - shift, indexing="ij")
    angle = np.radians(degrees)
    along, across = -y * np.cos(angle) + x * np.sin(angle), x * np.cos(angle) + y * np.sin(angle)
    inside = (abs(along) <= length / 2) & (abs(across) <= width / 2)
    return inside.reshape(side, 8, side, 8).mean((1, 3))


def sheared(degrees: float) -> np.ndarray:
    """An upright bar whose rows are moved sideways."""
    at = np.arange(32) - 15.5
    y, x = np.meshgrid(at, at, indexing="ij")
    return np.clip(2.5 - abs(x + y * np.tan(np.radians(degrees))), 0, 1) * (abs(y) < 10)


@pytest.mark.parametrize("degrees", [-30, -10, 0, 5, 20, 40])
def test_slant_of_sheared_bars(degrees):
    assert slant(sheared(degrees)[None])[0] == pytest.approx(degrees, abs=0.5)


def test_slant_leans_right_as_a_slash_and_ignores_place_colour_and_faint_residue(rng):
    slash = np.eye(9)[::-1]
    assert slant(slash[None])[0] == pytest.approx(45)
    assert slant(np.eye(9)[None])[0] == pytest.approx(-45)
    image = sheared(20)
    variants = np.stack([image, np.roll(image, (3, -2), (0, 1)), image + 0.05 * rng.random(image.shape) * (image == 0)])
    assert np.ptp(slant(variants)) < 1e-6
    assert slant(np.repeat(image[None, ..., None], 3, -1)) == pytest.approx(slant(image[None]))
    assert slant(np.rint(image[None] * 255).astype(np.uint8)) == pytest.approx(slant(image[None]), abs=0.2)


@pytest.mark.parametrize("degrees", [0, 20, 45])
@pytest.mark.parametrize("width", [1.5, 2, 2.5, 3, 4, 5])
def test_thickness_of_bars(width, degrees):
    ends = 1 - width / (3 * 24)
    measured = [stroke_thickness(bar(width, degrees, length=24, side=40, shift=shift)[None])[0]
                for shift in (0, 0.2, 0.5)]
    assert np.allclose(measured, width * ends, rtol=0.12, atol=0.1)


def test_thickness_follows_width_and_hardly_length():
    widths = np.linspace(1.5, 5, 15)
    bars = np.stack([bar(width, 12) for width in widths])
    assert correlation(stroke_thickness(bars), widths, seed=0).r > 0.995
    short, long = stroke_thickness(np.stack([bar(3, length=14), bar(3, length=28)]))
    assert short == pytest.approx(long, rel=0.06)


def test_blank_images_have_no_style():
    images = np.stack([np.zeros((8, 8)), np.full((8, 8), 0.05), np.eye(8)])
    for measure in (slant, stroke_thickness):
        assert np.isnan(measure(images)).tolist() == [True, True, False]
        assert measure(images[:0]).shape == (0,)
    row = np.zeros((1, 8, 8))
    row[0, 4] = 1
    assert np.isnan(slant(row)).all() and stroke_thickness(row)[0] == pytest.approx(1, abs=0.15)
    assert np.isfinite(stroke_thickness(np.ones((1, 8, 8)))).all()


@pytest.mark.parametrize("images", [np.zeros((4, 4)), np.zeros((2, 1, 4, 4)), np.full((2, 4, 4), 2.0),
                                    np.zeros((2, 4, 4), int), np.full((2, 4, 4), np.nan)])
def test_what_is_no_image_is_refused(images):
    with pytest.raises(BranchedError, match="Images"):
        slant(images)


# -- correlation -----------------------------------------------------------------------------------------------------


def test_correlation_against_numpy_and_its_interval(rng):
    a = rng.standard_normal(400)
    b = 0.6 * a + 0.8 * rng.standard_normal(400)
    r, low, high = correlation(a, b, seed=1)
    assert r == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert low < r < high and high - low == pytest.approx(2 * 1.96 * (1 - r * r) / 20, rel=0.25)
    assert correlation(a, b, seed=1) == (r, low, high) != correlation(a, b, seed=2)
    assert correlation(a, -2 * a + 1, seed=0) == pytest.approx((-1, -1, -1))


def test_correlation_leaves_nan_out_and_gives_nan_where_undefined(rng):
    a, b = rng.standard_normal((2, 50))
    with_gaps = np.concatenate([a, [np.nan, 1]]), np.concatenate([b, [1, np.nan]])
    assert correlation(*with_gaps, seed=3) == correlation(a, b, seed=3)
    for few in ([], [1, 2], [4, 4, 4, 4]):
        assert np.isnan(correlation(few, np.arange(len(few)), seed=0)).all()
    with pytest.raises(BranchedError, match="pairs"):
        correlation([1, 2, 3], [1, 2], seed=0)


# -- the judge's score -------------------------------------------------------------------------------------------------

def test_a_score_is_the_number_of_classes_at_best_and_one_at_worst():
    assert judge_score(np.eye(7)[np.arange(70) % 7]) == pytest.approx(7)
    assert judge_score(np.full((9, 7), 1 / 7)) == pytest.approx(1)
    assert judge_score(np.eye(7)[[3] * 20]) == pytest.approx(1)  # sure, but always of the same


def test_a_score_in_closed_form():
    p = np.array([[0.9, 0.1], [0.1, 0.9]])
    assert judge_score(p) == pytest.approx(np.exp(0.9 * np.log(1.8) + 0.1 * np.log(0.2)))
    unbalanced = np.eye(2)[[0, 0, 0, 1]]
    assert judge_score(unbalanced) == pytest.approx(np.exp(-(0.75 * np.log(0.75) + 0.25 * np.log(0.25))))


@pytest.mark.parametrize("p", [[[0.5, 0.6]], [[1.5, -0.5]], [[np.nan, 1]], [0.5, 0.5]])
def test_a_score_is_taken_of_distributions_alone(p):
    with pytest.raises(BranchedError):
        judge_score(p)
