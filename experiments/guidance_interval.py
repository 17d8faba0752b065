"""Does classifier-free guidance between two times alone spare variety? `python experiments/guidance_interval.py`

After Kynkäänniemi et al. (2024, arXiv 2404.07724): at much noise guidance makes pictures alike, at little it changes
nothing that matters. Settings are tried on one draw number; told are the images of another, unguided and at the best
setting: right most often, where the feature Fréchet distance is at most a quarter larger than unguided. (Few images add
the same to both distances, so a bound of half as much again, of many images, is a tighter one of few.)
"""
import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched import Sampling, judge_for, load
from branched.data import dataset
from branched.denoisers.drawing import Drawing
from branched.denoisers.extrapolated import Extrapolated
from branched.device import pick_device
from branched.measure import of_images, report
from branched.measure.sizes import drawn

RESULTS = report.DOCS / "figures" / "results" / "guidance-interval.json"  # of which docs/experiments.md tells
CHOSEN_ON, TOLD_OF = 1, 2   # draw numbers
NEAR = 1.25


class Setting(NamedTuple):
    """How strongly, and at which times low < t <= high."""

    w: float
    low: float = 0.0
    high: float = 1.0


UNGUIDED = Setting(0.0)
TRIED = (Setting(0.2), Setting(0.5, 0.1, 0.35), Setting(1.0, 0.1, 0.3), Setting(0.5, 0.2, 0.5), Setting(1.0, 0.3, 0.5),
         Setting(0.5, 0.3, 0.6))


def measured(model: Any, setting: Setting, n: int, seed: int) -> dict[str, float]:
    """Figures of n images of each class, beside as many training images."""
    denoise = Extrapolated(model.denoise, len(model.labels), *setting) if setting.w else model.denoise
    places = torch.arange(len(model.labels)).repeat_interleave(n)
    samples = Drawing(denoise, model.space, model.labels, places, Sampling(n, seed=seed)).run()
    judge, train = judge_for(model), dataset.load(model.facts.data.name)
    look = of_images.looked(judge, dict(zip(samples.labels, samples.images, strict=True)))
    real = of_images.looked(judge, {label: drawn(train, label, n, seed) for label in model.labels}).features
    found = of_images.compared(look.features, real)
    return {**setting._asdict(), "n": n, "seed": seed, "right": float(np.mean(list(look.right.values()))),
            "worst": min(look.right.values()), "frechet": found["feature_frechet"],
            "coverage": found["density_coverage"][1], "evaluations": samples.evaluations / n / len(model.labels)}


def best(unguided: dict[str, float], tried: list[dict[str, float]]) -> Setting:
    """The setting that is right most often among those that are near enough."""
    near = [point for point in tried if point["frechet"] <= NEAR * unguided["frechet"]]
    chosen = max(near, key=lambda point: point["right"])
    return Setting(*(chosen[name] for name in Setting._fields))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="mnist-guided")
    parser.add_argument("--try-n", type=int, default=200, help="images of each digit, for choosing")
    parser.add_argument("--n", type=int, default=1000, help="images of each digit, told of")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    model = load(options.model, options.device)
    points = []
    for setting in (UNGUIDED, *TRIED):
        points.append(measured(model, setting, options.try_n, CHOSEN_ON))
        print(points[-1], flush=True)
    chosen = best(points[0], points[1:])
    told = {name: measured(model, setting, options.n, TOLD_OF)
            for name, setting in (("unguided", UNGUIDED), ("guided", chosen))}
    print(told)
    report.record(options.output, {"tried": points, **told}, report.machine(pick_device(options.device)))


if __name__ == "__main__":
    main()
