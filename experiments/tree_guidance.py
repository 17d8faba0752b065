"""Does tree guidance sharpen a few-step walk, or a plain tree? `python experiments/tree_guidance.py --models FOLDER`

FOLDER has the parents of the shipped tree (unless these lie in checkpoints/) and a plain tree with its own:

    python -m branched train --samples 6000 --minimum-length 0.005 --bridge 0 --output FOLDER/plain.safetensors
    python -m branched parents --model FOLDER/plain.safetensors --output FOLDER/parents-plain.safetensors

For each tree and each number of steps w and the margin are chosen by images of one draw number: the largest share in
the right class, where the feature Frechet distance is not more than half as much again as without guidance. Told are
images of another draw number: unguided, guided, and unguided with as many steps more as guidance costs evaluations. All
distances are to random training images.
"""
import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched import BranchedModel, Judge, Sampling, load
from branched.checkpoint import find
from branched.class_tree.diffusion import Diffusion
from branched.class_tree.generate import sample
from branched.class_tree.guided import parent_guided
from branched.class_tree.parents import Parents
from branched.data import dataset
from branched.device import pick_device
from branched.measure import metrics, report
from branched.measure.sizes import drawn

RESULTS = report.DOCS / "figures" / "results" / "tree-guidance.json"    # of which docs/experiments.md tells
TREES = {"bridged": "mnist", "plain": "plain"}
STEPS, STRENGTHS, MARGINS = (5, 10, 20), (0.25, 0.5, 1.0, 2.0, 4.0, 8.0), (0.05, 0.15)
CHOSEN_ON, TOLD_OF = 1, 2   # draw numbers
WORSE = 1.5                 # the feature Frechet distance may be so many times as large as without guidance


@dataclass(frozen=True)
class Bench:
    """What images are measured by: the judge, and features (n, D) of real images."""

    judge: Judge
    real: np.ndarray

    @classmethod
    def of_digits(cls, n: int) -> "Bench":
        judge, train = Judge.load(find("judge-mnist")), dataset.load("mnist")
        return cls(judge, np.concatenate([judge.features(drawn(train, label, n, 0)) for label in train.labels]))

    def figures(self, images: dict[str, np.ndarray]) -> dict[str, float]:
        """Right class (mean and worst), feature Frechet, density and coverage of images by their class."""
        looks = {label: self.judge.look(x) for label, x in images.items()}
        right = [float((p.argmax(1) == self.judge.labels.index(label)).mean()) for label, (_, p) in looks.items()]
        features = np.concatenate([features for features, _ in looks.values()])
        density, coverage = metrics.density_coverage(self.real, features)
        return {"right": float(np.mean(right)), "worst": min(right), "density": density, "coverage": coverage,
                "frechet": metrics.frechet_distance(features, self.real)}


@dataclass(frozen=True)
class Guidance:
    """How strongly, and how far below a branch point."""

    w: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True)
class Tree:
    """A model with its parents."""

    model: BranchedModel
    parents: Parents

    def drawn(self, guidance: Guidance, asked: Sampling) -> tuple[dict[str, np.ndarray], float]:
        """Images by class, and the evaluations of one set of ten."""
        denoise, model = self.model.denoise, self.model
        if guidance.w:
            denoise = parent_guided(denoise, replace(self.parents, margin=guidance.margin), guidance.w)
        samples = sample(Diffusion(denoise, model.tree, model.form), model.labels, asked)
        return dict(zip(samples.labels, samples.images, strict=True)), samples.evaluations / asked.n

    def measured(self, guidance: Guidance, asked: Sampling, bench: Bench) -> dict[str, float]:
        """Figures of what is drawn, and what it cost."""
        images, evaluations = self.drawn(guidance, asked)
        return {"w": guidance.w, "margin": guidance.margin, "steps": asked.steps, "evaluations": evaluations,
                **bench.figures(images)}

    def steps_of(self, evaluations: float, asked: Sampling) -> int:
        """In how many steps an unguided walk takes at least so many evaluations."""
        steps = asked.steps
        while self.drawn(Guidance(), replace(asked, n=1, steps=steps))[1] < evaluations:
            steps += 1
        return steps


def chosen(curve: Sequence[dict[str, float]]) -> Guidance:
    """The guidance of the largest share in the right class, where the distance is not much worse; the first point is
    that without guidance."""
    fair = [point for point in curve[1:] if point["frechet"] <= WORSE * curve[0]["frechet"]]
    best = max(fair, key=lambda point: (point["right"], -point["frechet"]), default=curve[0])
    return Guidance(best["w"], best["margin"])


def compared(tree: Tree, bench: Bench, asked: Sampling, choices: Sequence[Guidance]) -> dict[str, Any]:
    """One tree in one number of steps: the curve by which guidance is chosen, and what the other draw number shows."""
    curve = [tree.measured(guidance, replace(asked, seed=CHOSEN_ON), bench) for guidance in (Guidance(), *choices)]
    best, told = chosen(curve), replace(asked, seed=TOLD_OF)
    guided = tree.measured(best, told, bench)
    longer = replace(told, steps=tree.steps_of(guided["evaluations"], told))
    return {"curve": curve, "unguided": tree.measured(Guidance(), told, bench), "guided": guided,
            "as costly": tree.measured(Guidance(), longer, bench)}


def run(trees: dict[str, Tree], n: int, solver: str = Sampling.solver, steps: Sequence[int] = STEPS,
        strengths: Sequence[float] = STRENGTHS, margins: Sequence[float] = MARGINS) -> Iterator[tuple[str, dict]]:
    """All comparisons, one after another, each with its name."""
    choices = [Guidance(w, margin) for margin in margins for w in strengths]
    bench = Bench.of_digits(n)
    yield "real", bench.figures({label: drawn(dataset.load("mnist", "test"), label, n, 0)
                                 for label in bench.judge.labels})
    for name, tree in trees.items():
        for count in steps:
            yield f"{name}, {count} steps", compared(tree, bench, Sampling(n, count, solver), choices)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, help="a folder with what is not in checkpoints/")
    parser.add_argument("--trees", nargs="+", choices=tuple(TREES), default=list(TREES))
    parser.add_argument("--n", type=int, default=250, help="images of each digit")
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS))
    parser.add_argument("--strengths", type=float, nargs="+", default=list(STRENGTHS))
    parser.add_argument("--margins", type=float, nargs="+", default=list(MARGINS))
    parser.add_argument("--solver", default=Sampling.solver)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    if options.models:
        os.environ["BRANCHED_MODELS"] = str(options.models)
    trees = {name: Tree(load(TREES[name], options.device), Parents.load(find(f"parents-{TREES[name]}")))
             for name in options.trees}
    began = time.perf_counter()
    for name, figures in run(trees, options.n, options.solver, options.steps, options.strengths, options.margins):
        report.add(options.output, {"n": options.n, "solver": options.solver, name: figures},
                   report.machine(pick_device(options.device)))
        print(f"{name} ({time.perf_counter() - began:.0f} s)")
        for row in ("unguided", "guided", "as costly"):
            print(f"  {row:<10}" + "".join(f" {key} {value:.4g}" for key, value in figures.get(row, {}).items()),
                  flush=True)


if __name__ == "__main__":
    main()
