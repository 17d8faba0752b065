"""Measuring a model of a table: are generated rows distributed like real ones, each feature, each pair, and as a whole?

Distances are those of standardised features, as in the published protocol. No classifier is shipped for tables: a
random forest is trained on the rows for training whenever a model is measured. Each figure has its floor or ceiling.
"""
from typing import Any

import numpy as np

from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from . import metrics
from .sizes import CLASS, Protocol, drawn, mean

REAL = 700      # real rows of each class, for training or testing, that generated ones are compared with (Tseng et al.)
TURNED = 600    # real rows that are turned into the nearest class, for correlations (Tseng et al.)
CLOSE = 0.1     # correlations that differ by less count as the same
TREES = 500     # of the forest


def forest(train: Dataset) -> Any:
    """A classifier of rows, trained on real ones: a random forest (Breiman, 2001)."""
    from sklearn.ensemble import RandomForestClassifier  # a second, and rarely needed

    model = RandomForestClassifier(TREES, n_jobs=-1, random_state=0)
    return model.fit(train.form.shown(train.x), np.array(train.labels)[train.y.numpy()])


def generation(model: BranchedModel, judge: Any, train: Dataset, test: Dataset, protocol: Protocol) -> dict[str, Any]:
    """Distributions, correlations, memorising and cost of generated rows."""
    made = model.sample(n=protocol.n, **protocol.walk())
    rng = np.random.default_rng(protocol.seed)
    distance, floor, halves, close, ceiling, right, copied, spread, covered, covered_real = ({} for _ in range(10))
    for label, rows in zip(made.labels, made.rows, strict=True):
        own, fresh = drawn(train, label, len(train), 0), drawn(test, label, len(test), 0)
        real = rng.permutation(np.concatenate([own, fresh]))
        right[label] = float((judge.predict(model.rounded(rows)) == label).mean())
        x, own, fresh, real = (_standard(model, part) for part in (rows, own, fresh, real))
        some, middle = real[:REAL], len(real) // 2
        ideal = rng.multivariate_normal(some.mean(0), np.cov(some.T), protocol.n)
        distance[label] = metrics.frechet_distance(x, some)
        floor[label] = metrics.frechet_distance(ideal, some)
        halves[label] = metrics.frechet_distance(real[:middle], real[middle:])
        close[label], ceiling[label] = (close_correlations(part, some) for part in (x, ideal))
        copied[label] = metrics.memorised_share(_standard(model, model.rounded(rows)), fresh, own)
        spread[label] = float(x.std(0).sum() / max(real.std(0).sum(), 1e-9))
        covered[label], covered_real[label] = (
            metrics.density_coverage(real[:middle], part[:middle]) for part in (x, real[middle:]))
    truth = np.array(test.labels)[test.y.numpy()]
    return {
        "n": protocol.n, "steps": protocol.steps, "solver": made.solver, "seed": protocol.seed, "real rows": REAL,
        "Frechet": mean(distance), f"Frechet {CLASS}": distance,
        "Frechet, as many rows of one Gaussian": mean(floor), "Frechet, real halves": mean(halves),
        "right class": mean(right), "right class, worst": min(right.values()), f"right class {CLASS}": right,
        "right class, real test rows": float((judge.predict(test.form.shown(test.x)) == truth).mean()),
        "close correlations": mean(close), "close correlations, worst": min(close.values()),
        f"close correlations {CLASS}": close, "close correlations, as many rows of one Gaussian": mean(ceiling),
        "spread, over that of real rows": mean(spread),
        "density, coverage": tuple(np.mean(list(covered.values()), 0).tolist()),
        "density, coverage, real halves": tuple(np.mean(list(covered_real.values()), 0).tolist()),
        "nearer to a training row than 5% of test rows": float(np.mean([c.near for c in copied.values()])),
        "nearer to a training row than 50% of test rows": float(np.mean([c.below_median for c in copied.values()])),
        "evaluations of each set": made.evaluations / protocol.n,
        "evaluations, class by class": made.evaluations_class_by_class / protocol.n,
        "evaluations, class by class over tree": made.evaluations_class_by_class / made.evaluations,
        "seconds": made.seconds,
    }


def transmutation(model: BranchedModel, judge: Any, train: Dataset, test: Dataset, protocol: Protocol,
                  deterministic: bool) -> dict[str, Any]:
    """Real test rows into every other class: right class. Real rows into the class that each is nearest to, in the
    tree: Pearson's r of every feature before and after.

    Controls: r with random real rows of the target class; and at the same turning time into a wrong class (the next one
    after the target).
    """
    options = protocol.walk(deterministic) | {"deterministic": deterministic}
    labels, tree = model.labels, model.tree
    right, kept, random_target, wrong_pair = {}, {}, {}, {}
    rng = np.random.default_rng(protocol.seed)
    for source in labels:
        targets = [label for label in labels if label != source]
        turned = model.transmute(drawn(test, source, protocol.transmuted, protocol.seed), source, targets, **options)
        for target, rows in zip(targets, turned.rows, strict=True):
            right[f"{source}>{target}"] = float((judge.predict(model.rounded(rows)) == target).mean())
    for source in labels:
        targets = sorted((label for label in labels if label != source), key=lambda to: tree.meeting_point(source, to))
        target, wrong = targets[0], targets[1 % len(targets)]
        pair, time = f"{source}>{target}", tree.meeting_point(source, target)
        rows, others = (rng.permutation(np.concatenate([drawn(part, label, len(part), 0) for part in (train, test)]))
                        for label in (source, target))
        rows = rows[:TURNED]
        n = min(len(rows), len(others))
        kept[pair] = metrics.correlations(rows, model.transmute(rows, source, target, **options).rows)
        random_target[pair] = metrics.correlations(rows[:n], others[:n])
        wrong_pair[pair] = metrics.correlations(rows, model.transmute(rows, source, wrong, time=time, **options).rows)
    means = {what: {pair: float(np.nanmean(r)) for pair, r in own.items()} for what, own in
             (("kept", kept), ("random", random_target), ("wrong", wrong_pair))}
    return {
        "rows of each class": protocol.transmuted, "steps": protocol.steps, "deterministic": deterministic,
        "right class": mean(right), "right class, worst pair": min(right.values()),
        "worst pair": min(right, key=right.get), "right class per pair": right,
        "kept, nearest class": mean(means["kept"]), "kept, random target": mean(means["random"]),
        "kept, wrong target": mean(means["wrong"]), "kept, of each pair": means["kept"],
        "kept, least feature of each pair": {pair: float(np.nanmin(r)) for pair, r in kept.items()},
        "kept, random target, of each pair": means["random"], "kept, wrong target, of each pair": means["wrong"],
        "kept per pair and feature": {pair: [round(float(value), 4) for value in r] for pair, r in kept.items()},
    }


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
