"""What samples are measured by: distances between sets, diversity, memorising, and the style of a stroke.

Plain numpy, scipy and scikit-learn, which is imported where it is wanted, for that takes a second. Images are
(B, H, W) or (B, H, W, 3), floats in [0, 1] or uint8. No number here is called FID: that name belongs to one network and
one protocol. Every distance has a floor, real against real at the same sizes.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import linalg, ndimage, special

from ..errors import BranchedError

FAINT = 0.1  # levels below this are residue of sampling, not ink
MANIFOLD = 3  # neighbours that a ball reaches to: what Kynkäänniemi et al. (2019) measure with
NEIGHBOURS = 5  # the same of Naeem et al. (2020)
BLOCK = 64  # MiB of distances at a time
RESAMPLES = 1000
FINER = 4  # stroke edges lie between pixels, so thickness is measured on a finer grid


class PrecisionRecall(NamedTuple):
    """Shares from 0 to 1: generated samples that look real, real samples that could have been generated."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """Density is about 1 for fresh real samples (and may exceed it); coverage is a share from 0 to 1."""

    density: float
    coverage: float


class Memorised(NamedTuple):
    """Shares of generated samples nearer to a training image than 5% (than half) of the real test images are.

    Fresh data score 0.05 and 0.5, copies of training images 1 and 1.
    """

    near: float
    below_median: float


class Correlation(NamedTuple):
    """Pearson's r with the ends of a 95% bootstrap interval; nan where it is undefined."""

    r: float
    low: float
    high: float


# -- distances between sets ------------------------------------------------------------------------------------------


def frechet_distance(a: Any, b: Any) -> float:
    """|mean difference|^2 + tr(A + B - 2 (AB)^(1/2)) of Gaussians fitted to rows, (n, D) and (m, D); at least 0.

    Dowson and Landau (1982), eq. 4. With A = P'P and B = Q'Q, the trace of (AB)^(1/2) is the sum of the singular
    values of PQ': no covariance is squared or inverted, so fewer rows than columns do no harm.
    Raises BranchedError for fewer than two rows or different widths.
    """
    a, b = _rows(a), _rows(b)
    if a.shape[1] != b.shape[1]:
        raise BranchedError(f"Only vectors of one length compare; these have {a.shape[1]} and {b.shape[1]} numbers.")
    if min(len(a), len(b)) < 2:
        raise BranchedError(f"A Gaussian is fitted to at least two rows; given {len(a)} and {len(b)}.")
    difference = a.mean(0) - b.mean(0)
    p, q = _root_of_covariance(a), _root_of_covariance(b)
    shared = linalg.svdvals(p @ q.T).sum()
    return max(0.0, float(difference @ difference + (p * p).sum() + (q * q).sum() - 2 * shared))


def pixel_frechet(generated: Any, real: Any) -> float:
    """Fréchet distance of raw pixels, uint8 levels scaled `level / 256 * 2 - 1` (Tseng et al. 2022, published code).

    It depends on the sizes: 1000 MNIST digits of a class against 1000 others give about 8.
    """
    a, b = ((np.rint(_images(images) * 255) / 256 * 2 - 1).reshape(len(images), -1) for images in (generated, real))
    return frechet_distance(a, b)


def precision_recall(real: Any, generated: Any) -> PrecisionRecall:
    """Improved precision and recall of features (n, D) and (m, D): Kynkäänniemi et al. (2019), eqs. 1 and 2.

    Each set's manifold is the union of balls that reach to each point's third neighbour. Raises BranchedError for sets
    of three or fewer points.
    """
    real, generated = _rows(real), _rows(generated)
    real_radii, generated_radii = _neighbour_radii(real, MANIFOLD), _neighbour_radii(generated, MANIFOLD)
    caught, covering = np.zeros(len(generated), bool), np.zeros(len(real), bool)
    for rows, distances in _distance_blocks(generated, real):                                  # (rows, n)
        caught[rows] = (distances <= real_radii).any(1)
        covering |= (distances <= generated_radii[rows, None]).any(0)
    return PrecisionRecall(float(caught.mean()), float(covering.mean()))


def density_coverage(real: Any, generated: Any) -> DensityCoverage:
    """Density and coverage of features (n, D) and (m, D): Naeem et al. (2020), section 3; robust to outliers.

    Raises BranchedError for five or fewer real points.
    """
    real, generated = _rows(real), _rows(generated)
    radii = _neighbour_radii(real, NEIGHBOURS)
    hits, covered = 0, np.zeros(len(real), bool)
    for _, distances in _distance_blocks(generated, real):
        inside = distances <= radii
        hits += int(inside.sum())
        covered |= inside.any(0)
    return DensityCoverage(hits / (NEIGHBOURS * len(generated)), float(covered.mean()))


# -- what a classifier says -------------------------------------------------------------------------------------------


def judge_score(probabilities: Any) -> float:
    """exp(mean KL(p(y|x) || p(y))) of a classifier's probabilities (n, N), from 1 to N: the Inception score's formula
    (Salimans et al. 2016, section 4), by the judge in Inception's place, so comparable with no published value.

    A high one may mean nothing (Barratt and Sharma 2018, arXiv 1801.01973): no real object enters it, so it does not
    see what is wrong with any, and one picture a class that the judge is sure of, drawn again and again, has the most
    there is, N. That is why coverage stands beside it. Raises BranchedError unless rows are distributions.
    """
    p = _rows(probabilities)
    if (p < 0).any() or not np.allclose(p.sum(1), 1, atol=1e-3):
        raise BranchedError("A score is taken of probabilities: rows of numbers of at least 0 that sum up to 1.")
    p /= p.sum(1, keepdims=True)
    return float(np.exp(special.rel_entr(p, p.mean(0)).sum(1).mean()))


# -- memorising ------------------------------------------------------------------------------------------------------


def nearest(queries: Any, references: Any) -> tuple[np.ndarray, np.ndarray]:
    """Euclidean distance to the nearest reference, and which it is: float64 (B,) and int64 (B,). Of images, on pixels
    in [0, 1]; or of rows (B, D).

    The search runs in float32 and decides ties at its rounding; the distance returned is exact, 0 for a copy.
    """
    from sklearn.metrics import pairwise_distances_argmin

    queries, references = (_flat(images, np.float32) for images in (queries, references))
    if queries.shape[1] != references.shape[1] or not len(references):
        raise BranchedError("Nearest images or rows are sought among at least one of the same size.")
    if not len(queries):
        return np.zeros(0), np.zeros(0, np.int64)
    which = pairwise_distances_argmin(queries, references)
    return np.linalg.norm(queries.astype(np.float64) - references[which], axis=1), which


def nearest_distances(queries: Any, references: Any) -> np.ndarray:
    """Euclidean distance (B,) from each query to the nearest reference: images on pixels in [0, 1], or rows (B, D)."""
    return nearest(queries, references)[0]


def memorised_share(generated: Any, test: Any, train: Any) -> Memorised:
    """Share of generated images (or rows) suspiciously near a training one; all three sets are of one class.

    The yardstick is how near real test images of that class lie to training images: the 5% quantile and the median of
    their nearest distances. So 0.05 and 0.5 are expected of fresh data. Raises BranchedError for an empty set.
    """
    if not len(generated) or not len(test):
        raise BranchedError("Memorising is judged from at least one generated and one test object.")
    yardstick = np.quantile(nearest_distances(test, train), [0.05, 0.5])
    distances = nearest_distances(generated, train)
    return Memorised(*(float((distances < limit).mean()) for limit in yardstick))


# -- style -----------------------------------------------------------------------------------------------------------


def slant(images: Any) -> np.ndarray:
    """Slant in degrees, float64 (B,): 0 upright, above 0 leaning to the right as in "/", nan for blank images.

    The arctangent of the shear -mu11 / mu02 of the second moments of the ink, by which MNIST digits are commonly
    deslanted; y runs down the rows, hence the sign.
    """
    ink = _ink(images)                                                                          # (B, H, W)
    y, x = np.mgrid[:ink.shape[1], :ink.shape[2]].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mass = ink.sum((1, 2))
        y = y - (np.einsum("bhw,hw->b", ink, y) / mass)[:, None, None]                          # (B, H, W)
        x = x - (np.einsum("bhw,hw->b", ink, x) / mass)[:, None, None]
        mu11, mu02 = (ink * x * y).sum((1, 2)) / mass, (ink * y * y).sum((1, 2)) / mass
        tangent = np.where(mu02 > 1e-9, -mu11 / mu02, np.nan)  # one row of ink has no direction
    return np.degrees(np.arctan(tangent))


def stroke_thickness(images: Any) -> np.ndarray:
    """Width of the stroke in pixels, float64 (B,): 4 times the mean distance of ink to its edge; nan without ink.

    Across a stroke of width w that distance rises evenly from 0 to w/2, so its mean is w/4; no skeleton is needed. The
    ends of a bar of length L lower it by the share w / 3L. The edge is where the image, interpolated linearly to a
    finer grid, crosses the level 0.5.
    """
    ink = np.pad(_ink(images), ((0, 0), (1, 1), (1, 1)))  # a stroke that touches the border ends there
    return np.array([_thickness(image) for image in ink], np.float64)


def correlation(a: Any, b: Any, seed: int) -> Correlation:
    """Pearson's r of two rows of numbers (n,), with the 2.5% and 97.5% quantiles over resampled pairs (Efron 1979).

    Pairs with a nan are left out; fewer than three pairs, or a constant row, give nan.
    """
    a, b = (np.asarray(values, np.float64).ravel() for values in (a, b))
    if a.shape != b.shape:
        raise BranchedError(f"A correlation needs pairs; given {len(a)} and {len(b)} numbers.")
    whole = np.isfinite(a) & np.isfinite(b)
    a, b = a[whole], b[whole]
    r = _pearson(a, b)
    if np.isnan(r):
        return Correlation(r, r, r)
    # Not by scipy's BootstrapMethod: a resample of one pair alone, among few pairs, makes its whole interval nan, and
    # 9,000 pairs take it four times as long.
    rng = np.random.default_rng(seed)
    draws = (rng.integers(len(a), size=len(a)) for _ in range(RESAMPLES))
    resampled = [_pearson(a[rows], b[rows]) for rows in draws]
    resampled = [value for value in resampled if not np.isnan(value)]
    low, high = np.quantile(resampled, [0.025, 0.975]) if resampled else (np.nan, np.nan)
    return Correlation(r, float(low), float(high))


# -- columns of a table ---------------------------------------------------------------------------------------------


def correlations(a: Any, b: Any) -> np.ndarray:
    """Pearson's r of every feature, (F,), between rows (n, F) and rows (n, F); nan where one never varies."""
    a, b = (np.asarray(rows, np.float64) - np.mean(rows, 0, dtype=np.float64) for rows in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (a * b).sum(0) / np.sqrt((a * a).sum(0) * (b * b).sum(0))


# -- parts -----------------------------------------------------------------------------------------------------------


def differing_bits(a: Any, b: Any) -> int:
    """How many bits of two arrays of the same shape differ, as float32: 0 if and only if they are the same to the last.

    Raises BranchedError if their shapes differ.
    """
    one, other = (np.ascontiguousarray(values, np.float32) for values in (a, b))
    if one.shape != other.shape:
        raise BranchedError(f"Bits are compared in arrays of one shape, not of {one.shape} and {other.shape}.")
    return int(np.bitwise_count(one.view(np.uint32) ^ other.view(np.uint32)).sum())


def _images(images: Any) -> np.ndarray:
    """Float images in [0, 1] of a checked shape, from floats or uint8."""
    images = np.asarray(images)
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[-1] == 3):
        raise BranchedError(f"Images have the shape (B, H, W) or (B, H, W, 3), not {images.shape}.")
    if images.dtype == np.uint8:
        return images / np.float32(255)
    if not np.issubdtype(images.dtype, np.floating):
        raise BranchedError(f"Images are uint8, or floats from 0 to 1, not {images.dtype}.")
    if images.size and not (images.min() >= -1e-4 and images.max() <= 1 + 1e-4):  # nan fails, too
        raise BranchedError("Images have values from 0 to 1; some lie outside.")
    return images


def _flat(images: Any, dtype: type) -> np.ndarray:
    """Images as rows of their pixels; rows as they are."""
    images = _rows(images) if np.ndim(images) == 2 and len(images) else _images(images)
    return np.ascontiguousarray(images.reshape(len(images), int(np.prod(images.shape[1:]))), dtype)


def _ink(images: Any) -> np.ndarray:
    """Grey levels, float64 (B, H, W), faint ones set to 0."""
    images = _images(images).astype(np.float64)
    grey = images.mean(-1) if images.ndim == 4 else images
    return np.where(grey < FAINT, 0.0, grey)


def _thickness(ink: np.ndarray) -> float:
    inside = ndimage.zoom(ink, FINER, order=1, mode="nearest", grid_mode=True) > 0.5
    if not inside.any():
        return float("nan")
    depth = ndimage.distance_transform_edt(inside)[inside] - 0.5  # to the edge, not to the next pixel's centre
    return float(4 * depth.mean() / FINER)


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    a, b = a - a.mean(), b - b.mean()
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


def _rows(values: Any) -> np.ndarray:
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or not len(values) or not np.isfinite(values).all():
        raise BranchedError(f"Sets compare as rows of finite numbers (n, D), not as {values.shape}.")
    return values


def _root_of_covariance(rows: np.ndarray) -> np.ndarray:
    """P of at most D rows with P'P the covariance (divisor n - 1)."""
    centred = (rows - rows.mean(0)) / np.sqrt(len(rows) - 1)
    return linalg.qr(centred, mode="r")[0][:rows.shape[1]] if len(rows) > rows.shape[1] else centred


def _distance_blocks(queries: np.ndarray, references: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Distances of some rows at a time to all references."""
    from sklearn.metrics import pairwise_distances_chunked

    start = 0
    for distances in pairwise_distances_chunked(queries, references, working_memory=BLOCK):
        yield slice(start, start + len(distances)), distances
        start += len(distances)


def _neighbour_radii(points: np.ndarray, k: int) -> np.ndarray:
    """Distance (n,) of each point to its k-th nearest other point."""
    from sklearn.neighbors import NearestNeighbors

    if len(points) <= k:
        raise BranchedError(f"The neighbour number {k} needs more than {k} points; there are {len(points)}.")
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors()[0][:, -1]
