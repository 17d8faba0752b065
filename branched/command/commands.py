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

from .. import checkpoint
from ..class_tree import discovery
from ..class_tree.fit import Plan, fit
from ..class_tree.model import BranchedModel, load, pick_device
from ..class_tree.tree import ClassTree
from ..data import dataset, images, table
from ..data.table import Table
from ..errors import BranchedError
from ..learning.loop import TrainingConfig
from ..measure.bench import figures as bench_figures
from ..measure.evaluate import as_text, card
from ..measure.evaluate import evaluate as measure
from ..measure.judge import Judge, make_judge
from ..measure.sizes import Protocol
from ..networks.mlp import MLPConfig
from ..networks.unet import UNetConfig


def info(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    print(f"{model.parameters:,} parameters, {model.form.kind} {' x '.join(map(str, model.shape))}, on {model.device}")
    if model.features:
        print(f"features: {', '.join(model.features)}")
    print_tree(model.tree)
    for key, value in model.facts.items():
        if key != "quality":
            print(f"{key}: {json.dumps(value)}")
    for part, figures in model.facts.get("quality", {}).items():
        print(f"\n{part}\n{as_text(figures)}")


def discover(options: argparse.Namespace) -> None:
    found = discovery.discover(_data(options), **_rule(options))
    print_tree(found.tree)
    if options.output:
        text = json.dumps(found.tree.to_json(), indent=1)
        checkpoint.write_atomically(options.output, lambda temporary: Path(temporary).write_text(text))


def train(options: argparse.Namespace) -> None:
    plan = _plan(options)
    print_tree(plan.tree)
    print(f"{len(plan.data):,} {plan.data.form.kind}; {plan.config}")
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
    kind = model.form.kind
    blocks = [({"class": label}, own) for label, own in zip(result.labels, result.made, strict=True)]
    output = _write(options, model, blocks)
    _save_arrays(options, **{kind: result.made}, labels=result.labels)
    print(f"{len(result.labels)} classes x {options.n} {kind}: {result.evaluations} evaluations "
          f"(class by class: {result.evaluations_class_by_class}), {result.seconds:.2f} s. See {output}.")


def hybrid(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    sets = (options.a.split(","), options.b.split(","))
    made = model.hybrid(*sets, options.n, options.steps, options.seed, options.solver)
    output = _write(options, model, [
        ({"what": "noisy", "class": ""}, made.noisy), ({"what": "denoised", "class": ""}, made.denoised),
        *(({"what": "ending", "class": label}, own) for label, own in made.endings.items())])
    _save_arrays(options, noisy=made.noisy, denoised=made.denoised, time=made.time,
                 **{f"ending_{label}": own for label, own in made.endings.items()})
    print(f"{options.a} and {options.b} part at t = {made.time:.3f}. In {output}, from above: the state there, the "
          f"model's estimate, and what it becomes: {', '.join(made.endings)}.")


def transmute(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    given = (_read(model, options.given, options.source) if options.given
             else model.sample(options.source, options.n, seed=options.seed).made[0])
    made = model.transmute(given, options.source, options.targets, options.time, options.steps, options.seed,
                           options.deterministic, None if options.deterministic else options.solver)
    output = _write(options, model, [
        ({"what": "given", "class": made.source}, given),
        *(({"what": "transmuted", "class": label}, own) for label, own in zip(made.target, made.made, strict=True))])
    _save_arrays(options, source=given, **{made.kind: made.made}, time=made.time)
    print(f"{len(given)} {made.kind} of {made.source} into {', '.join(made.target)}: {made.evaluations} evaluations, "
          f"{made.seconds:.2f} s. In {output}, from above: as given, then each target.")


def classify(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    for path in options.given:
        given = _read(model, [path])
        found = model.classify(given, seed=options.seed)
        for k, (label, probabilities) in enumerate(zip(found, found.probabilities, strict=True)):
            where = f"{path}, row {k + 1}" if model.features else path
            print(f"{where}: {label} ({100 * probabilities.max():.0f}%)")


def extend(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    given = _read(model, _files(options.given), options.name)
    steps = model.extending(given, options.name, options.sibling, options.time, options.steps, options.seed)
    larger = None
    try:
        with tqdm(unit=" steps") as bar:
            for learnt in steps:
                larger, bar.total = learnt.model or larger, learnt.steps
                bar.update(max(0, learnt.step - bar.n))
                bar.set_postfix(loss=f"{learnt.loss:.4f}", refresh=False)
                if learnt.samples is not None and options.preview:
                    half = len(learnt.samples) // 2
                    blocks = [({"class": options.name}, own) for own in (learnt.samples[:half], learnt.samples[half:])]
                    _put(options.preview, model, blocks)
    except KeyboardInterrupt:
        if larger is None:
            raise
        print("Stopped early; what was learnt so far is kept.")
    larger.save(options.output)
    told = larger.facts["extensions"][-1]
    print_tree(larger.tree)
    print(f"{options.name} was learnt from {len(given)} {model.form.kind} in {told['seconds']:.0f} s; it leaves "
          f"the path of {told['sibling']} at t = {told['time']:.3f}. See {options.output}.")


def remove(options: argparse.Namespace) -> None:
    load(options.model, options.device).without(options.name).save(options.output)
    print(f"{options.output} is {options.model} without {options.name}.")


def evaluate(options: argparse.Namespace) -> None:
    model = load(options.model, options.device)
    options.data = options.data or (model.facts.get("data") or {}).get("name")  # what it was trained on
    protocol = Protocol(options.n, options.steps, options.solver, options.seed, options.transmuted, options.classified)
    judge = None if model.features else Judge.load(checkpoint.find(options.judge))
    train, test = (_data(options, split).only(model.labels) for split in ("train", "test"))
    if train.shape != model.form.shape:
        raise BranchedError(f"The data {train.name} have the shape {train.shape}, and the model {model.form.shape}.")
    quality: dict[str, Any] = {}
    for part, figures in measure(model, judge, train, test, protocol, options.parts):
        print(f"{part}\n{as_text(figures)}\n", flush=True)
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


def _data(options: argparse.Namespace, split: str = "train") -> dataset.Dataset:
    found = dataset.load(options.data or "mnist", split, options.folder, options.size, options.colour, options.label)
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
            raise BranchedError(f"There are no files in the folder {path}.")
        found += inside
    return found


def _read(model: BranchedModel, paths: Sequence[Path], label: str = "") -> np.ndarray:
    """Picture files as (B, H, W) or (B, H, W, 3), or the rows of CSV files, (B, F): those of a class, where the files
    name classes. Of several files, the one that will not do is named."""
    if isinstance(model.form, Table):
        return np.concatenate([table.read_rows(path, model.form, label) for path in paths])
    pictures = []
    for path in paths:
        try:
            pictures.append(model.prepare(path))
        except BranchedError as error:
            raise BranchedError(str(error) if str(path) in str(error) else f"{path}: {error}") from None
    return np.stack(pictures)


def _write(options: argparse.Namespace, model: BranchedModel, blocks: list[tuple[dict[str, str], np.ndarray]]) -> Path:
    """Write what was made where it was asked for, and say where that is."""
    output = options.output or Path(options.stem + (".csv" if model.features else ".png"))
    if options.round:
        blocks = [(said, own if said.get("what") == "noisy" else model.rounded(own)) for said, own in blocks]
    _put(output, model, blocks)
    return output


def _put(path: Path, model: BranchedModel, blocks: list[tuple[dict[str, str], np.ndarray]]) -> None:
    """Blocks of objects (n, ...), with what they are: as the rows of a picture, or as a table."""
    if isinstance(model.form, Table):
        table.write(path, model.form, blocks)
    else:
        images.save_grid(path, [own for _, own in blocks])


def _save_arrays(options: argparse.Namespace, **arrays: Any) -> None:
    if options.npz:
        facts = {"seed": options.seed, "steps": options.steps, "solver": options.solver, "model": str(options.model)}

        def write(temporary: str) -> None:
            with open(temporary, "wb") as file:
                np.savez_compressed(file, **arrays, **facts)

        checkpoint.write_atomically(options.npz, write)


def _plan(options: argparse.Namespace) -> Plan:
    """What a `train` command asks for."""
    given = _data(options)
    config = TrainingConfig(**{f.name: getattr(options, f.name) for f in fields(TrainingConfig)})
    kind = MLPConfig if isinstance(given.form, Table) else UNetConfig
    sizes = {name: getattr(options, name) for name in ("channels", "width", "blocks", "rank")}
    sizes = {name: value for name, value in sizes.items() if value is not None}
    foreign = {"width", "blocks"} if kind is UNetConfig else {"channels"}
    if foreign & sizes.keys():
        raise BranchedError(f"--{min(foreign & sizes.keys())} is not an option of the network for {given.form.kind}.")
    network = kind(given.shape, **sizes)
    found = None
    if options.tree == "flat":
        tree = ClassTree.flat(given.labels)
    elif options.tree:
        try:
            tree = ClassTree.from_json(Path(options.tree).read_text())
        except (OSError, UnicodeDecodeError) as error:
            raise BranchedError(f"The tree {options.tree} cannot be read ({error}).") from None
    else:
        found = discovery.discover(given, **_rule(options))
        tree = found.tree
    if options.raise_branch_points:
        tree = ClassTree.from_merges(tree.labels, [(branch.t_low + options.raise_branch_points, branch.classes)
                                                   for branch in tree.branch_points])
    return Plan(given, tree, network, config, found)


def _join_processes(device: torch.device) -> torch.device:
    """Under torchrun: join the other processes, and take one GPU each."""
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        return device
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    return device
