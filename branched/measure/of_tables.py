"""Measuring a model of a table: are generated rows distributed like real ones, each feature, each pair, and as a whole?

Distances are those of standardised features, as in the published sizes. No classifier is shipped for tables: a
random forest is trained on the rows for training whenever a model is measured. Each figure has its floor or ceiling.
"""
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from ..facts import GenerationOfRows, TransmutationOfRows
from . import metrics
from .judge import Judge
from .sizes import Sizes, cost, drawn, mean, right_classes, right_pairs

REAL = 700      # real rows of each class, for training or testing, that generated ones are compared with (Tseng et al.)
TURNED = 600    # real rows that are turned into the nearest class, for correlations (Tseng et al.)
CLOSE = 0.1     # correlations that differ by less count as the same
TREES = 500     # of the forest


def classifier(train: Dataset, judge: Callable[[], Judge]) -> Any:
    """Who tells classes apart: a random forest (Breiman, 2001), trained here, on the rows for training alone."""
    from sklearn.ensemble import RandomForestClassifier  # a second, and rarely needed

    forest = RandomForestClassifier(TREES, n_jobs=-1, random_state=0)
    return forest.fit(train.form.shown(train.x), np.array(train.labels)[train.y.numpy()])


class Compared(NamedTuple):
    """Generated rows of one class beside real ones, by `GenerationOfRows`' names."""

    frechet: float
    frechet_gaussian: float
    frechet_halves: float
    close: float
    close_gaussian: float
    copied: metrics.Memorised
    spread: float
    density_coverage: tuple[float, float]
    density_coverage_halves: tuple[float, float]


def generation(model: BranchedModel, forest: Any, train: Dataset, test: Dataset,
               sizes: Sizes) -> GenerationOfRows:
    """Distributions, correlations, memorising and cost of generated rows."""
    samples = model.sample(sampling=sizes.sampling())
    rng = np.random.default_rng(sizes.seed)
    right, compared = {}, {}
    for label, rows in zip(samples.labels, samples.rows, strict=True):
        right[label] = float((forest.predict(model.rounded(rows)) == label).mean())
        compared[label] = _compared(model, rows, *(drawn(data, label, len(data), 0) for data in (train, test)), rng)
    truth = np.array(test.labels)[test.y.numpy()]
    of = {name: {label: getattr(one, name) for label, one in compared.items()} for name in Compared._fields}
    means = ("frechet", "frechet_gaussian", "frechet_halves", "close", "close_gaussian", "spread")
    return GenerationOfRows(
        **cost(samples, sizes), **right_classes(right), **{name: mean(of[name]) for name in means}, real_rows=REAL,
        frechet_of=of["frechet"], close_of=of["close"], close_worst=min(of["close"].values()),
        right_real=float((forest.predict(test.form.shown(test.x)) == truth).mean()),
        density_coverage=_mean_pair(of["density_coverage"]),
        density_coverage_halves=_mean_pair(of["density_coverage_halves"]),
        near=float(np.mean([share.near for share in of["copied"].values()])),
        near_median=float(np.mean([share.below_median for share in of["copied"].values()])))


def _compared(model: BranchedModel, rows: np.ndarray, learnt: np.ndarray, fresh: np.ndarray,
              rng: np.random.Generator) -> Compared:
    """Generated rows (n, F) of a class beside those of it that were `learnt` from, and `fresh` ones for testing.

    Rows of one Gaussian, fitted to the real ones, are what a model without any fault of its own could reach there.
    """
    real = rng.permutation(np.concatenate([learnt, fresh]))
    on_grid = _standard(model, model.rounded(rows))
    n, (rows, learnt, fresh, real) = len(rows), (_standard(model, part) for part in (rows, learnt, fresh, real))
    some, middle = real[:REAL], len(real) // 2
    half, other = real[:middle], real[middle:]
    gaussian = rng.multivariate_normal(some.mean(0), np.cov(some.T), n)
    return Compared(
        *(metrics.frechet_distance(*pair) for pair in ((rows, some), (gaussian, some), (half, other))),
        *(close_correlations(part, some) for part in (rows, gaussian)),
        metrics.memorised_share(on_grid, fresh, learnt),
        float(rows.std(0).sum() / max(real.std(0).sum(), 1e-9)),
        *(metrics.density_coverage(half, part[:middle]) for part in (rows, other)))


def _mean_pair(pairs: dict[str, tuple[float, float]]) -> tuple[float, float]:
    first, second = np.mean(list(pairs.values()), 0).tolist()
    return first, second


def transmutation(model: BranchedModel, forest: Any, train: Dataset, test: Dataset, sizes: Sizes,
                  deterministic: bool) -> TransmutationOfRows:
    """Real test rows into every other class: right class. Real rows into the class that each is nearest to, in the
    tree: Pearson's r of every feature before and after.

    Controls: r with random real rows of the target class; and at the same turning time into a wrong class (the next one
    after the target).
    """
    options = {"sampling": sizes.sampling(deterministic), "deterministic": deterministic}
    right: dict[str, float] = {}
    for source in model.labels:
        targets = [label for label in model.labels if label != source]
        turned = model.transmute(drawn(test, source, sizes.transmuted, sizes.seed), source, targets, **options)
        right |= {f"{source}>{target}": float((forest.predict(model.rounded(rows)) == target).mean())
                  for target, rows in zip(targets, turned.rows, strict=True)}
    rng = np.random.default_rng(sizes.seed)
    kept = {pair: r for source in model.labels for pair, r in [_kept(model, source, train, test, rng, options)]}
    after, by_chance, wrongly = ({pair: float(np.nanmean(r[k])) for pair, r in kept.items()} for k in range(3))
    return TransmutationOfRows(
        **right_pairs(right, sizes, deterministic), kept=mean(after), kept_random=mean(by_chance),
        kept_wrong=mean(wrongly), kept_of=after, kept_random_of=by_chance, kept_wrong_of=wrongly,
        kept_least={pair: float(np.nanmin(r)) for pair, (r, *_) in kept.items()},
        kept_features={pair: tuple(round(float(value), 4) for value in r) for pair, (r, *_) in kept.items()})


def _kept(model: BranchedModel, source: str, train: Dataset, test: Dataset, rng: np.random.Generator,
          options: dict[str, Any]) -> tuple[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """A class and the one nearest to it ("4>9"); and r (F,) of each feature: before and after, and of both controls."""
    tree = model.tree
    targets = sorted((label for label in model.labels if label != source),
                     key=lambda label: tree.meeting_point(source, label))
    target, wrong = targets[0], targets[1 % len(targets)]
    rows, others = (rng.permutation(np.concatenate([drawn(part, label, len(part), 0) for part in (train, test)]))
                    for label in (source, target))
    rows, time = rows[:TURNED], tree.meeting_point(source, target)
    n = min(len(rows), len(others))
    return f"{source}>{target}", (
        metrics.correlations(rows, model.transmute(rows, source, target, **options).rows),
        metrics.correlations(rows[:n], others[:n]),
        metrics.correlations(rows, model.transmute(rows, source, wrong, time=time, **options).rows))


def close_correlations(generated: np.ndarray, real: np.ndarray) -> float:
    """The share of pairs of features whose correlations in two sets of rows, (n, F) and (m, F), differ by at most 0.1.

    Pairs that have none among the real rows, because a feature never varies there, do not count.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        r, wanted = (np.corrcoef(rows.T)[np.triu_indices(rows.shape[1], 1)] for rows in (generated, real))
    defined = np.isfinite(wanted)
    return float((np.abs(r - wanted)[defined] <= CLOSE).mean()) if defined.any() else 1.0


def _standard(model: BranchedModel, rows: np.ndarray) -> np.ndarray:
    return model.form.to_core(rows).numpy()
