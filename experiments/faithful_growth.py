"""What does a tree of clusters owe to the recipe? `python experiments/faithful_growth.py` grows it as published, too.

Manduchi et al. (2023, arXiv 2306.08984) grow a tree from the bound alone: no view of a picture is made, no graph is
cut, and no leaf has to be as full as another. Here is that growth, with a tenth of its passes and on a third of the
digits, and the recipe with as many passes. Figures are of the 10,000 test digits; classes are used for nothing else.

What is not as published: networks and latents are smaller, the learning rate rises and falls evenly, the divergences'
weight stays at 0.15 in joint phases and rises from there in the last, and a split sees the objects that are likeliest
in its leaf, not all that are there with at least a leaf's share.
"""
import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched import load
from branched.cluster_tree.fit import fit, planned
from branched.cluster_tree.model import ClusterModel
from branched.cluster_tree.schedule import GrowthConfig
from branched.data import dataset
from branched.data.dataset import Dataset
from branched.device import pick_device
from branched.measure import report
from branched.measure.clustering import clustering

RESULTS = report.DOCS / "figures" / "results" / "faithful-growth.json"
PASSES = {"split": 8.0, "middle": 5.0, "final": 15.0}
FIRST = 15.0   # passes of the first stage, whichever it is
WAYS = {
    "published": GrowthConfig(contrast=0, root=FIRST, middle_every=3, cut=False, learning_rate=1e-3, likeness=0,
                              information=0, decisions=1, **PASSES),
    "recipe": GrowthConfig(contrast=FIRST, middle_every=3, **PASSES)}


def shortened(config: GrowthConfig, share: float) -> GrowthConfig:
    """The same growth with a share of the passes."""
    names = ("contrast", "root", *PASSES)
    return replace(config, **{name: share * getattr(config, name) for name in names})


def some(data: Dataset, n: int) -> Dataset:
    """The first n objects; their order is that of the source, which is mixed."""
    return replace(data, x=data.x[:n], y=data.y[:n])


def figures(model: ClusterModel, test: Dataset) -> dict[str, float]:
    """How well the leaves are the classes, what they tell, and the terms of the bound."""
    x = test.form.shown(test.x)
    assigned = model.assign(x)
    found = clustering(model.outline(), assigned.indices, test.y)
    return {**found._asdict(), "information": assigned.information, **model.terms(x).means()}


def grown(way: str, seed: int, data: Dataset, test: Dataset, options: argparse.Namespace) -> dict[str, Any]:
    """One tree, and its figures; `seconds` are the processor's, for other programs may run beside it."""
    path, began = options.trees / f"{way}-{seed}.safetensors", time.process_time()
    plan = planned(data, replace(shortened(WAYS[way], options.share), seed=seed))
    for told in fit(plan, path, pick_device(options.device)):
        if told.step == told.steps:
            print(f"  {told.stage}, {told.leaves} leaves: loss {told.loss:.1f}, {time.process_time() - began:.0f} s",
                  flush=True)
    seconds, model = time.process_time() - began, load(path, options.device)
    return {"seed": seed, "leaves": len(model.groups), "objects": len(data), "seconds": round(seconds),
            "training": asdict(plan.config), **figures(model, test)}


def summed_up(seeds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All trees of a way, with mean and spread (standard deviation, of the population) of whatever is a number."""
    names = [name for name, value in seeds[0].items() if name != "seed" and not isinstance(value, dict)]
    values = {name: [one[name] for one in seeds] for name in names}
    return {"seeds": list(seeds), "mean": {name: float(np.mean(value)) for name, value in values.items()},
            "spread": {name: float(np.std(value)) for name, value in values.items()}}


def run(options: argparse.Namespace) -> Iterator[tuple[str, dict[str, Any]]]:
    """All trees, one after another, each with its way; seeds that are in the file already stay beside new ones."""
    data, test = some(dataset.load("mnist"), options.objects), dataset.load("mnist", "test")
    for seed in options.seeds:
        for way in options.ways:
            print(f"{way}, seed {seed}", flush=True)
            one = grown(way, seed, data, test, options)
            stored = options.output.read_text(encoding="utf-8") if options.output.is_file() else '{"figures": {}}'
            before = json.loads(stored)["figures"]
            others = [other for other in before.get(way, {}).get("seeds", ()) if other["seed"] != seed]
            yield way, summed_up(sorted([*others, one], key=lambda other: other["seed"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ways", nargs="+", choices=tuple(WAYS), default=list(WAYS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--objects", type=int, default=20_000, help="training digits")
    parser.add_argument("--share", type=float, default=1.0, help="of the passes")
    parser.add_argument("--trees", type=Path, default=Path("runs"), help="a folder to write them to")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)   # small products: a second one hardly helps
    options.trees.mkdir(parents=True, exist_ok=True)
    for way, found in run(options):
        report.add(options.output, {way: found}, report.machine(pick_device(options.device)))
        print(f"{way}, {len(found['seeds'])} seeds: " + ", ".join(
            f"{name} {value:.4g} ± {found['spread'][name]:.2g}" for name, value in found["mean"].items()), flush=True)


if __name__ == "__main__":
    main()
