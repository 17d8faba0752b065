"""How well a new class is learnt, and what is forgotten: `python experiments/extension.py few|seven|row|forgetting`

few         the model of 0, 4 and 9 learns each other digit from ten held-out test digits, as if they were drawings
seven       the model of 0, 4 and 9 learns 7 from the training 7s alone
row         then 1, then 2, from what `seven` has written
forgetting  the same for a label-conditioned model, fine-tuned on 7s alone; writes what the page "Teach" shows. It wants

    python -m branched train --classes 0 4 9 --tree flat --bridge 0 --steps 3000 --rank 64 \\
        --output runs/flat-049.safetensors

Pixel Frechet distances are of 1000 images against 1000 random training images of the class, seed 0, as in `evaluate`.
"""
import argparse
import base64
import copy
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched import BranchedModel, load
from branched.checkpoint import find
from branched.class_tree.extend import VARIED
from branched.class_tree.training import Batches, TrainingConfig, loss_of
from branched.data import dataset
from branched.files import write_atomically
from branched.learning.loop import learn, start
from branched.measure import metrics, report
from branched.measure.judge import Judge
from branched.measure.sizes import drawn

BASE, OLD, N, RUNS = "mnist-049", ("0", "4", "9"), 1000, Path("runs")
LEARNT = "1235678"  # from few examples each
SHOWN = 8  # pictures of each class that the page shows
PAGE = Path("checkpoints/forgetting.json")
RESULTS = report.DOCS / "figures" / "results" / "extension.json"    # of which docs/measured.md tells


def figures(model: BranchedModel, labels: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Pixel Frechet distance, share in the right class, and some pictures of each class."""
    train, judge = dataset.load("mnist"), Judge.load(find("judge-mnist"))
    found: dict[str, dict[str, Any]] = {"frechet": {}, "right": {}, "pictures": {}}
    for label in labels:
        images = model.sample(label, n=N).images[0]
        found["frechet"][label] = metrics.pixel_frechet(images, drawn(train, label, N, 0))
        found["right"][label] = float((judge.probabilities(images).argmax(1) == judge.labels.index(label)).mean())
        found["pictures"][label] = pixels(images[:SHOWN])
        print(f"  {label}: pixel Frechet {found['frechet'][label]:.1f}, right class {found['right'][label]:.1%}",
              flush=True)
    return found


def record(part: str, **figures: Any) -> None:
    """Keep the figures of a part of this experiment for docs/measured.md. (A digit alone would be read as an index.)"""
    def keys(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {f"digit {key}" if key.isdecimal() else key: keys(item) for key, item in value.items()
                if key != "pictures"}

    report.add(RESULTS, {part: keys(figures)}, f"{os.cpu_count()} CPU cores")


def differing_bits(a: BranchedModel, b: BranchedModel, labels: tuple[str, ...]) -> int:
    """Between 1000 samples of each of the classes by either model."""
    return metrics.differing_bits(*(model.sample(labels, n=N).images for model in (a, b)))


def pixels(images: np.ndarray) -> str:
    """Images in [0, 1] as bytes, one after the other, in base64."""
    return base64.b64encode((images * 255 + 0.5).astype(np.uint8).tobytes()).decode()


def taught(model: BranchedModel, label: str) -> BranchedModel:
    """The model with one digit more, from all its training images."""
    began, digits = time.perf_counter(), dataset.load("mnist")
    larger = model.extend(digits.form.shown(digits.of(label)), label)
    lesson = larger.facts.extensions[-1]
    print(f"{label} joins {lesson.sibling} at {lesson.time:.3f}; {lesson.training.steps} steps in "
          f"{time.perf_counter() - began:.0f} s", flush=True)
    return larger


def seven() -> None:
    base = load(BASE)
    print("before")
    record("before", **figures(base, OLD))
    larger = taught(base, "7")
    larger.save(RUNS / "049-7.safetensors")
    measured, bits = figures(larger, ("7",)), differing_bits(base, larger, OLD)
    record("seven", images=larger.facts.lesson("7").count, bits=bits, **measured)
    print(f"bits that differ in 1000 samples of each old class: {bits}")


def row() -> None:
    base, larger = load(BASE), load(RUNS / "049-7.safetensors")
    frechet, right = {}, {}
    for label in ("1", "2"):
        larger = taught(larger, label)
        measured = figures(larger, (label,))
        frechet |= measured["frechet"]
        right |= measured["right"]
    larger.save(RUNS / "049-712.safetensors")
    blocks = [({"class": label}, larger.sample(label, n=16).images[0]) for label in larger.labels]
    larger.form.write(RUNS / "049-712.png", blocks)
    bits = differing_bits(base, larger, OLD)
    record("row", frechet=frechet, right=right, bits=bits)
    print(f"bits that differ in 1000 samples of each old class: {bits}")


def few(labels: list[str], count: int = 10, samples: int = 100) -> None:
    test, train, judge = dataset.load("mnist", "test"), dataset.load("mnist"), Judge.load(find("judge-mnist"))
    base, shares, nearest, seconds = load(BASE), [], [], []
    for label in labels:
        given = drawn(test, label, count, 0)
        *_, last = base.extending(given, label)
        images = last.model.sample(label, n=samples, seed=1).images[0]
        shares.append((judge.probabilities(images).argmax(1) == judge.labels.index(label)).mean())
        lesson = last.model.facts.extensions[-1]
        form = last.model.form
        warped = form.varied(form.store(form.to_core(given))[torch.arange(VARIED) % count], 1.0,
                             torch.Generator().manual_seed(9))
        distances = [np.median(metrics.nearest_distances(x, given))
                     for x in (images, form.shown(warped), drawn(train, label, samples, 1))]
        nearest.append(distances)
        seconds.append(lesson.seconds)
        print(f"{label}: right class {shares[-1]:.0%}, {lesson.steps} steps in {lesson.seconds:.0f} s; joins "
              f"{lesson.sibling} at {lesson.time:.3f}; median distance to the nearest drawing: samples "
              f"{distances[0]:.2f}, distorted drawings {distances[1]:.2f}, other real digits {distances[2]:.2f}",
              flush=True)
        rows = [given[:10], *images[:40].reshape(4, 10, *images.shape[1:])]
        base.form.write(RUNS / f"few-{label}.png", [({}, row) for row in rows])
    if set(labels) == set(LEARNT):
        record("few", right=float(np.mean(shares)), worst=float(min(shares)), hardest=labels[int(np.argmin(shares))],
               distances=np.mean(nearest, 0).tolist(), seconds=[min(seconds), max(seconds)])
    print(f"right class, mean of {len(shares)} digits: {np.mean(shares):.1%}, worst {min(shares):.0%}")


def forgetting(flat: Path) -> None:
    base, larger = load(BASE), load(RUNS / "049-7.safetensors")
    control = load(flat)
    lesson = larger.facts.extensions[0]
    config = TrainingConfig(steps=lesson.steps, bridge=0.0, warmup=20)
    print("label-conditioned, before")
    ways = {"label-conditioned": (figures(control, OLD), None)}
    tuned = fine_tuned(control, "7", config)
    print("label-conditioned, after")
    ways["label-conditioned"] = (ways["label-conditioned"][0], figures(tuned, (*OLD, "7")))
    before, after = ways["label-conditioned"]
    record("forgetting", before=before, after=after)
    print("tree")
    ways["tree"] = (figures(base, OLD), figures(larger, (*OLD, "7")))
    models = {}
    for way, (before, after) in ways.items():
        models[way] = {part: {label: ({"before": before[part][label]} if label in OLD else {}) |
                              {"after": after[part][label]} for label in (*OLD, "7")} for part in before}
    protocol = {"training steps": control.facts.training.steps, "fine-tuning steps": config.steps,
                "images": lesson.count, "learning rate": config.learning_rate, "measured on": N, "seed": 0}
    text = json.dumps({"protocol": protocol, "new": "7", "old": OLD, "shape": (SHOWN, *base.shape),
                       "models": models}, indent=1)
    write_atomically(PAGE, lambda temporary: Path(temporary).write_text(text + "\n", encoding="utf-8"))


def fine_tuned(model: BranchedModel, label: str, config: TrainingConfig) -> BranchedModel:
    """A label-conditioned model that goes on learning, with all that it has, from the images of a new class alone."""
    network = model.denoise.network
    tree = model.tree.graft(label, model.labels[-1], 1.0)
    grown = copy.deepcopy(network.joined(network.only([network.processes - 1]))).requires_grad_(True)
    images, state = dataset.load("mnist").only([label]), start(grown, config)
    batches = Batches([tree.leaf(label)], lambda turn: (images, {}), config)
    for _ in learn(state, batches, loss_of, config):
        pass
    return BranchedModel(state.average, tree, {}, {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("few", "seven", "row", "forgetting"))
    parser.add_argument("--digits", nargs="+", default=[*LEARNT], help="that are learnt from few examples")
    parser.add_argument("--flat", type=Path, default=RUNS / "flat-049.safetensors", help="the label-conditioned model")
    options = parser.parse_args()
    RUNS.mkdir(exist_ok=True)
    {"few": lambda: few(options.digits), "seven": seven, "row": row,
     "forgetting": lambda: forgetting(options.flat)}[options.part]()


if __name__ == "__main__":
    main()
