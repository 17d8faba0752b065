"""How near can one come to the B of an unseen typeface, from its A alone? `python experiments/typefaces_marks.py`

The marks for transmutation, by rivals that know no diffusion: every ordered pair of letters, each face held out once
(five folds, by design). The look-up is tried on the noised A, too, at the time at which the pair's paths part in the
tree of the training part: as much as a walk gets to see that turns there.
"""
import argparse
import sys
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched.class_tree import suited
from branched.class_tree.discovery import discover
from branched.class_tree.rule import Rule
from branched.class_tree.tree import ClassTree
from branched.data import faces
from branched.data.dataset import load
from branched.measure import report
from branched.measure.of_faces import Scores, against_truth, nearest, ridge, weighed
from branched.noise import schedule

RESULTS = report.DOCS / "figures" / "results" / "typefaces-marks.json"    # of which docs/measured.md tells
STRENGTH = 10.0  # of the ridge: the best of 1, 10, 30, 100 and 300 by rank, on 60 pairs of fold 0
BANDS = {"below .45": (0.0, 0.45), ".45 to .5": (0.45, 0.5), "above .5": (0.5, 1.0)}  # where a pair meets
SAMPLES = 1000   # for discovery, as on the command line
WAYS = ("another font", "mean", "look-up", "look-up, noised", "ridge", "oracle")

Found = dict[tuple[str, str, str], list[Scores]]  # by way, source and target, of every fold


def measured(folds: list[int], tree: ClassTree, seed: int) -> Found:
    """All ways on all pairs."""
    rng, found = np.random.default_rng(seed), {}
    for fold in folds:
        for way, a, b, scores in of_fold(fold, tree, rng):
            found.setdefault((way, a, b), []).append(scores)
        print(f"up to fold {fold}: {means(found, WAYS)}", flush=True)
    return found


def of_fold(fold: int, tree: ClassTree, rng: np.random.Generator) -> Iterator[tuple[str, str, str, Scores]]:
    """Way, source, target, and the scores of the faces of a fold, answered from all others."""
    known = faces.read()
    seen, given = (dict(zip(faces.LETTERS, known.x[part].swapaxes(0, 1) / np.float32(255), strict=True))
                   for part in (known.fold != fold, known.fold == fold))
    alike = {b: alike_for_all(seen[b], given[b], rng) for b in faces.LETTERS}
    choice = {a: nearest(seen[a], given[a]) for a in faces.LETTERS}
    weights = {a: ridge(seen[a], given[a], STRENGTH) for a in faces.LETTERS}
    for a, b in permutations(faces.LETTERS, 2):
        blurred = nearest_noised(seen[a], given[a], tree.meeting_point(a, b), rng)
        answers = {"look-up": seen[b][choice[a]], "look-up, noised": seen[b][blurred],
                   "ridge": weighed(weights[a], seen[b])}
        scores = alike[b] | {way: against_truth(answer, given[b]) for way, answer in answers.items()}
        yield from ((way, a, b, scores[way]) for way in WAYS)


def alike_for_all(seen: np.ndarray, given: np.ndarray, rng: np.random.Generator) -> dict[str, Scores]:
    """The ways that do not look at A."""
    answers = {"another font": seen[rng.integers(len(seen), size=len(given))],
               "mean": np.broadcast_to(seen.mean(0), given.shape), "oracle": seen[nearest(seen, given)]}
    return {way: against_truth(answer, given) for way, answer in answers.items()}


def nearest_noised(seen: np.ndarray, given: np.ndarray, time: float, rng: np.random.Generator) -> np.ndarray:
    """The place of the face that most probably is the one of each given letter, seen with the noise of a time."""
    alpha, sigma = (float(of(torch.tensor(time))) for of in (schedule.alpha, schedule.sigma))
    noise = rng.standard_normal(given.shape, np.float32)
    return nearest(alpha * (2 * seen - 1), alpha * (2 * given - 1) + sigma * noise)


def means(found: Found, ways: tuple[str, ...], pairs: set[tuple[str, str]] | None = None) -> dict[str, dict]:
    """Of each way the mean scores of all faces and pairs (or some)."""
    chosen = {way: [scores for (name, *pair), parts in found.items() if name == way
                    and (pairs is None or tuple(pair) in pairs) for scores in parts] for way in ways}
    return {way: {name: round(value, 4) for name, value in Scores(*map(np.concatenate, zip(*parts, strict=True)),
                                                                  ).means().items()}
            for way, parts in chosen.items()}


def figures(found: Found, tree: ClassTree) -> dict:
    """All that is kept: the marks of every way, and those that look at A by where the pair meets."""
    bands = {}
    for band, (low, high) in BANDS.items():
        pairs = {(a, b) for a, b in permutations(faces.LETTERS, 2) if low <= tree.meeting_point(a, b) < high}
        bands[band] = {"pairs": len(pairs), **means(found, ("look-up", "look-up, noised", "ridge"), pairs)}
    return {"marks": means(found, WAYS), "bands": bands, "length": round(sum(
        branch.t_high - branch.t_low for branch in tree.branches), 3)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, nargs="+", default=range(5), help="which are held out (default: each)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    data = load("typefaces")
    tree = discover(data, suited.rule(data, SAMPLES, Rule.epsilon, Rule.smoothing, None, None), samples=SAMPLES).tree
    found = measured(list(options.folds), tree, options.seed)
    report.record(options.output, figures(found, tree), report.machine(torch.device("cpu")))
    print(f"See {options.output}.")


if __name__ == "__main__":
    main()
