"""What the commands of the command line do, one function each."""
import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from tqdm import tqdm

from . import checkpoint, data, discovery, images
from .bench import figures as bench_figures
from .errors import BranchedError
from .evaluate import Protocol, card, table
from .evaluate import evaluate as measure
from .fit import Plan, fit
from .judge import Judge, make_judge
from .model import BranchedModel, load, pick_device
from .network import NetworkConfig
from .training import TrainingConfig
from .tree import ClassTree


def info(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    print(f"{model.parameters:,} parameters, images {' x '.join(map(str, model.shape))}, on {model.device}")
    print_tree(model.tree)
    for key, value in model.facts.items():
        if key != "quality":
            print(f"{key}: {json.dumps(value)}")
    for part, figures in model.facts.get("quality", {}).items():
        print(f"\n{part}\n{table(figures)}")


def discover(options: argparse.Namespace) -> None:
    found = discovery.discover(_data(options), **_rule(options))
    print_tree(found.tree)
    if options.output:
        text = json.dumps(found.tree.to_json(), indent=1)
        checkpoint.write_atomically(options.output, lambda temporary: Path(temporary).write_text(text))


def train(options: argparse.Namespace) -> None:
    plan = _plan(options)
    print_tree(plan.tree)
    print(f"{len(plan.data):,} images; {plan.config}")
    if options.dry_run:
        print(f"Would train {plan.config.steps} steps and write {options.output}. Nothing was done.")
        return
    device = _join_processes(pick_device(options.device))
    steps = fit(plan, options.output, device, options.resume, options.every)
    smooth = None
    with tqdm(total=plan.config.steps, unit=" steps", disable=dist.is_initialized() and dist.get_rank() > 0) as bar:
        for progress in steps:
            smooth = progress.loss if smooth is None else 0.98 * smooth + 0.02 * progress.loss
            bar.update(progress.step - bar.n)
            bar.set_postfix(loss=f"{smooth:.4f}", refresh=False)
    print(f"{options.output} is trained to the end.")


def sample(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    frames = model.sampling(options.labels, options.n, options.steps, options.seed, options.solver)
    for frame in tqdm(frames, desc="Sampling", unit=" waves", leave=False):
        result = frame.result
    images.save_grid(options.output, result.images)
    _save_arrays(options, images=result.images, labels=result.labels)
    print(f"{len(result.labels)} classes x {options.n} images: {result.evaluations} evaluations "
          f"(class by class: {result.evaluations_class_by_class}), {result.seconds:.2f} s. See {options.output}.")


def hybrid(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    sets = (options.a.split(","), options.b.split(","))
    made = model.hybrid(*sets, options.n, options.steps, options.seed, options.solver)
    images.save_grid(options.output, [made.noisy, made.denoised, *made.endings.values()])
    _save_arrays(options, noisy=made.noisy, denoised=made.denoised, time=made.time,
                 **{f"ending_{label}": pictures for label, pictures in made.endings.items()})
    print(f"{options.a} and {options.b} part at t = {made.time:.3f}. Rows of {options.output}: the state there, the "
          f"model's estimate, and what it becomes: {', '.join(made.endings)}.")


def transmute(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    given = (_read(model, options.images) if options.images
             else model.sample(options.source, options.n, seed=options.seed).images[0])
    made = model.transmute(given, options.source, options.targets, options.time, options.steps, options.seed,
                           options.deterministic, None if options.deterministic else options.solver)
    images.save_grid(options.output, [given, *made.images])
    _save_arrays(options, source=given, images=made.images, time=made.time)
    print(f"{len(given)} images of {made.source} into {', '.join(made.target)}: {made.evaluations} evaluations, "
          f"{made.seconds:.2f} s. Rows of {options.output}: as given, then each target.")


def classify(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    found = model.classify(_read(model, options.images), seed=options.seed)
    for path, label, probabilities in zip(options.images, found, found.probabilities, strict=True):
        print(f"{path}: {label} ({100 * probabilities.max():.0f}%)")


def extend(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    given = _read(model, _files(options.images))
    steps = model.extending(given, options.name, options.sibling, options.time, options.steps, options.seed)
    larger = None
    try:
        with tqdm(unit=" steps") as bar:
            for learnt in steps:
                larger, bar.total = learnt.model or larger, learnt.steps
                bar.update(max(0, learnt.step - bar.n))
                bar.set_postfix(loss=f"{learnt.loss:.4f}", refresh=False)
                if learnt.samples is not None and options.preview:
                    images.save_grid(options.preview, [learnt.samples[:8], learnt.samples[8:]])
    except KeyboardInterrupt:
        if larger is None:
            raise
        print("Stopped early; what was learnt so far is kept.")
    larger.save(options.output)
    told = larger.facts["extensions"][-1]
    print_tree(larger.tree)
    print(f"{options.name} was learnt from {len(given)} images in {told['seconds']:.0f} s; it leaves the path of "
          f"{told['sibling']} at t = {told['time']:.3f}. See {options.output}.")


def remove(options: argparse.Namespace) -> None:
    load(options.model, options.device).without(options.name).save(options.output)
    print(f"{options.output} is {options.model} without {options.name}.")


def evaluate(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    protocol = Protocol(options.n, options.steps, options.solver, options.seed, options.transmuted, options.classified)
    quality: dict[str, Any] = {}
    for part, figures in measure(model, Judge.load(checkpoint.find(options.judge)), _data(options, "train"),
                                 _data(options, "test"), protocol, options.parts):
        print(f"{part}\n{table(figures)}\n", flush=True)
        quality[part] = figures
    if options.store:
        model.facts["quality"] = model.facts.get("quality", {}) | quality
        path = checkpoint.find(options.model)
        model.save(path)
        text = card(path.stem, model)
        checkpoint.write_atomically(path.with_suffix(".md"), lambda temporary: Path(temporary).write_text(text))


def bench(options: argparse.Namespace) -> None:
    for name, value in bench_figures(options.model, options.device, options.repeats):
        print(f"{name:<70} {value}", flush=True)


def judge(options: argparse.Namespace) -> None:
    for record in (bar := tqdm(make_judge(options.output, _data(options), _data(options, "test"), seed=options.seed))):
        bar.total = record.steps
        bar.set_postfix(loss=f"{record.loss:.3f}")
    print(f"{options.output}: {record.judge.facts}")


# -- what they need --------------------------------------------------------------------------------------


def print_tree(tree) -> None:
    """The tree as indented text, noise first."""
    def show(branch, depth: int) -> None:
        until = "data" if branch.is_leaf else f"{branch.t_low:.3f}"
        print(f"{'  ' * depth}{' '.join(branch.classes)}   {branch.t_high:.3f} to {until}")
        for child in tree.children(branch):
            show(child, depth + 1)

    for root in tree.roots:
        show(root, 0)
    print(f"{len(tree.labels)} classes, {len(tree.branches)} branches of total length {tree.total_length:.2f} "
          f"(class by class: {len(tree.labels)})")


def _data(options: argparse.Namespace, split: str = "train") -> data.Dataset:
    found = data.load(options.data, split, options.folder, options.size, options.colour)
    return found.only(options.classes) if options.classes else found


def _rule(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in
            ("seed", "samples", "times", "epsilon", "smoothing", "minimum_time", "minimum_length")}


def _files(paths: Sequence[Path]) -> list[Path]:
    """The given files, and those in the given folders."""
    found = []
    for path in paths:
        inside = sorted(own for own in path.iterdir() if not own.name.startswith(".")) if path.is_dir() else [path]
        if not inside:
            raise BranchedError(f"There are no images in the folder {path}.")
        found += inside
    return found


def _read(model: BranchedModel, paths: Sequence[Path]) -> np.ndarray:
    """Picture files as (B, H, W) or (B, H, W, 3). Of several, the one that will not do is named."""
    pictures = []
    for path in paths:
        try:
            pictures.append(model.prepare(path))
        except BranchedError as error:
            raise BranchedError(str(error) if str(path) in str(error) else f"{path}: {error}") from None
    return np.stack(pictures)


def _save_arrays(options: argparse.Namespace, **arrays: Any) -> None:
    if options.npz:
        facts = {"seed": options.seed, "steps": options.steps, "solver": options.solver, "model": str(options.model)}

        def write(temporary: str) -> None:
            with open(temporary, "wb") as file:
                np.savez_compressed(file, **arrays, **facts)

        checkpoint.write_atomically(options.npz, write)


def _plan(options: argparse.Namespace) -> Plan:
    """What a `train` command asks for."""
    images = _data(options)
    config = TrainingConfig(**{f.name: getattr(options, f.name) for f in fields(TrainingConfig)})
    sizes = {"channels": options.channels, "rank": options.rank}
    network = NetworkConfig(images.shape, **{name: value for name, value in sizes.items() if value is not None})
    found = None
    if options.tree == "flat":
        tree = ClassTree.flat(images.labels)
    elif options.tree:
        try:
            tree = ClassTree.from_json(Path(options.tree).read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise BranchedError(f"The tree {options.tree} cannot be read ({error}).") from None
    else:
        found = discovery.discover(images, **_rule(options))
        tree = found.tree
    if options.raise_branch_points:
        tree = ClassTree.from_merges(tree.labels, [(branch.t_low + options.raise_branch_points, branch.classes)
                                                   for branch in tree.branch_points])
    return Plan(images, tree, network, config, found)


def _join_processes(device: torch.device) -> torch.device:
    """Under torchrun: join the other processes, and take one GPU each."""
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        return device
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    return device
