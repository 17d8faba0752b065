"""What the commands of the command line do, one function each."""
from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGTERM, default_int_handler, signal
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from tqdm import tqdm

from .. import checkpoint
from ..class_tree import discovery, suited
from ..class_tree.extension import Extension
from ..class_tree.fit import Plan, expected_seconds, fit
from ..class_tree.model import BranchedModel
from ..class_tree.train_parents import configured, make_parents
from ..class_tree.tree import ClassTree
from ..cluster_tree import diffusion_fit
from ..cluster_tree import fit as clusters
from ..cluster_tree.model import ClusterModel
from ..data import dataset
from ..data.form import Blocks, Form
from ..device import pick_device
from ..engine import cluster
from ..errors import BranchedError
from ..facts import Quality, titles
from ..family import load
from ..files import visible, write_atomically
from ..learning.loop import Progress
from ..learning.resume import check_output, checked_every
from ..measure.bench import lines as bench_lines
from ..measure.clustering import clustering
from ..measure.evaluate import MEASURES, unmeasured
from ..measure.evaluate import evaluate as measure
from ..measure.frontier import Search
from ..measure.judge import Judge, make_judge
from ..measure.report import as_text, card, cards, machine, pages
from ..measure.report import record as write_results
from ..names import listed
from ..networks.base import NetworkConfig
from ..networks.trunk import Trunk
from ..one_page.export import export_page as write_page
from . import options as asked
from . import told

BAR = "{percentage:3.0f}%|{bar:20}| step {n_fmt} of {total_fmt}, {remaining} left{postfix}"
Written = asked.Sample | asked.Hybrid | asked.Transmute


def info(options: asked.Info) -> None:
    model = model_of(options.model)
    print(f"{model.parameters:,} parameters, {model.form.kind} {' x '.join(map(str, model.shape))}, on {model.device}")
    if model.features:
        print(f"features: {', '.join(model.features)}")
    if isinstance(model, BranchedModel):
        print_tree(model.tree)
    elif isinstance(model, ClusterModel):
        print_clusters(model)
    else:
        print(f"draws {', '.join(model.labels)}; told by: {model.method}; guided by: "
              f"{', '.join(model.guides) or 'nothing'}")
    for key, value in model.facts.stored.items():
        if key != "quality":
            print(f"{key}: {json.dumps(value)}")
    for title, part in model.facts.quality.parts.items():
        print(f"\n{title}\n{as_text(part, model.form.kind)}")


def discover(options: asked.Discover) -> None:
    tree = _discovery(options, data_of(options.source), options.seed).tree
    print_tree(tree)
    if options.output:
        _write_text(options.output, json.dumps(tree.to_json(), indent=1))


def train(options: asked.Train) -> None:
    check_output(options.output)
    checked_every(options.every)
    plan = _plan(options)
    print_tree(plan.tree)
    device = _join_processes(pick_device(options.device))
    if not dist.is_initialized():
        print(told.plan_line(plan, expected_seconds(plan, device)))
    if options.dry_run:
        print(f"{options.output} would be written; nothing was done. For less time: fewer --steps, to which --resume "
              "can add more later.")
        return
    steps = fit(plan, options.output, device, options.resume, options.every)
    _watch(steps, plan.config.steps)
    print(f"{options.output} is trained to the end.")


def _watch(steps: Iterator[Progress], total: int) -> None:
    """Go through a training, telling of its steps and of the smoothed loss."""
    smooth = None
    with tqdm(total=total, bar_format=BAR, disable=dist.is_initialized() and dist.get_rank() > 0) as bar:
        for progress in steps:
            smooth = progress.loss if smooth is None else 0.98 * smooth + 0.02 * progress.loss
            bar.update(progress.step - bar.n)
            bar.set_postfix(loss=f"{smooth:.4f}", refresh=False)


def grow(options: asked.Grow) -> None:
    data = data_of(options.source, classed=False)
    plan = clusters.planned(data, options.growth, depth=options.depth)
    print(f"{len(data):,} {data.form.kind}, their classes not looked at; {plan.config}")
    with tqdm(clusters.fit(plan, options.output, pick_device(options.device), options.resume, options.every),
              unit=" steps") as bar:
        for told in bar:
            bar.set_description(f"{told.stage}, {told.leaves} leaves, step {told.step} of {told.steps}", refresh=False)
            bar.set_postfix(loss=f"{told.loss:.2f}", refresh=False)
    model = load(options.output, options.device)
    print_clusters(model)
    if len(model.groups) < options.growth.leaves:
        print(f"It has {len(model.groups)} leaves, not {options.growth.leaves}: the fullest could not be split, or a "
              "leaf held less than 1%. Another --seed, more --contrast, more --depth or more data may help.")
    if empty := [name for name, count in zip(model.groups, model.snapshots[-1].counts, strict=True) if not count]:
        print(f"Nothing is left in {', '.join(empty)}: there may be fewer clusters than leaves.")
    print(f"{options.output} is grown to the end.")


def tree_diffusion(options: asked.TreeDiffusion) -> None:
    model = load(options.tree, options.device)
    if not isinstance(model, ClusterModel):
        raise BranchedError(f"This takes a tree of clusters, and {options.tree} is none.")
    data = data_of(_as_then(options.source, model), classed=False)
    trunk = options.trunk and Trunk.read(options.trunk)
    plan = diffusion_fit.planned(data, model, options.training, options.told, trunk)
    print(f"{len(data):,} {data.form.kind}, {len(model.groups)} leaves, told: {options.told}; {plan.config}")
    steps = diffusion_fit.fit(plan, options.output, pick_device(options.device), options.resume, options.every)
    _watch(steps, plan.config.steps)
    print(f"{options.output} is trained to the end.")


def parents(options: asked.Parents) -> None:
    model = tree_of(options.model)
    data = _models_data(options.source, model).only(model.labels)
    config = configured(model, options.steps, options.batch, options.seed)
    with tqdm(total=config.steps, unit=" steps") as bar:
        for record in make_parents(options.output, model, data, config, options.margin):
            bar.update(record.step - bar.n)
            bar.set_postfix(loss=f"{record.loss:.4f}", refresh=False)
    print(f"{options.output} has the parents of {len(record.parents.branches)} branch points, trained to "
          f"{options.margin:g} below them.")


def sample(options: asked.Sample) -> None:
    model, sampling = model_of(options.model), options.sampling
    frames = model.sampling(options.labels, sampling=sampling)
    for frame in tqdm(frames, desc="Sampling", unit=" waves", leave=False):
        result = frame.result
    kind = model.form.kind
    blocks = [({"class": label}, objects) for label, objects in zip(result.labels, result.made, strict=True)]
    output = _write(options, "samples", model, blocks)
    _save_arrays(options, **{kind: result.made}, labels=result.labels)
    gradients = f" and {result.gradients} gradients of a classifier" if result.gradients else ""
    print(f"{len(result.labels)} classes x {sampling.n} {kind}: {result.evaluations} evaluations "
          f"(class by class: {result.evaluations_class_by_class}){gradients}, {result.seconds:.2f} s. See {output}.")


def hybrid(options: asked.Hybrid) -> None:
    model = tree_of(options.model)
    hybrids = model.hybrid(listed(options.a, model.labels), listed(options.b, model.labels),
                           sampling=options.sampling)
    output = _write(options, "hybrids", model, [
        ({"what": "noisy", "class": ""}, hybrids.noisy), ({"what": "denoised", "class": ""}, hybrids.denoised),
        *(({"what": "ending", "class": label}, objects) for label, objects in hybrids.endings.items())])
    _save_arrays(options, noisy=hybrids.noisy, denoised=hybrids.denoised, time=hybrids.time,
                 **{f"ending_{label}": objects for label, objects in hybrids.endings.items()})
    print(f"{options.a} and {options.b} part at t = {hybrids.time:.3f}. In {output}, from above: the state there, the "
          f"model's estimate, and what it becomes: {', '.join(hybrids.endings)}.")


def transmute(options: asked.Transmute) -> None:
    model, sampling = tree_of(options.model), options.sampling
    objects = (model.form.read(options.images, options.source) if options.images
               else model.sample(options.source, sampling.n, seed=sampling.seed).made[0])
    result = model.transmute(objects, options.source, options.targets, options.time,
                             deterministic=options.deterministic,
                             sampling=sampling.without_noise() if options.deterministic else sampling)
    output = _write(options, "transmuted", model, [
        ({"what": "given", "class": result.source}, objects),
        *(({"what": "transmuted", "class": label}, block)
          for label, block in zip(result.target, result.made, strict=True))])
    _save_arrays(options, source=objects, **{result.kind: result.made}, time=result.time)
    print(f"{len(objects)} {result.kind} of {result.source} into {', '.join(result.target)}: {result.evaluations} "
          f"evaluations, {result.seconds:.2f} s. In {output}, from above: as given, then each target.")


def classify(options: asked.Classify) -> None:
    model = tree_of(options.model)
    for path in options.files:
        labels = model.classify(model.form.read([path]), seed=options.seed)
        for k, (label, probabilities) in enumerate(zip(labels, labels.probabilities, strict=True)):
            where = f"{path}, row {k + 1}" if model.features else path
            print(f"{where}: {label} ({100 * probabilities.max():.0f}%)")


def extend(options: asked.Extend) -> None:
    model = tree_of(options.model)
    objects = model.form.read(_files(options.images), options.name)
    steps = model.extending(objects, options.name, options.sibling, options.time, options.steps, options.seed)
    larger = _taught(options, model, steps)
    larger.save(options.output)
    lesson = larger.facts.extensions[-1]
    print_tree(larger.tree)
    print(f"{options.name} was learnt from {len(objects)} {model.form.kind} in {lesson.seconds:.0f} s; it leaves "
          f"the path of {lesson.sibling} at t = {lesson.time:.3f}. See {options.output}.")


def remove(options: asked.Remove) -> None:
    tree_of(options.model).without(options.name).save(options.output)
    print(f"{options.output} is {options.model.model} without {options.name}.")


def export_page(options: asked.ExportPage) -> None:
    size = write_page(tree_of(options.model), options.output)
    print(f"{options.output} has {size / 1e6:.1f} MB. Open it in a browser: it needs no server, and asks none.")


def evaluate(options: asked.Evaluate) -> None:
    model = model_of(options.model)
    if isinstance(model, ClusterModel):
        _evaluate_clusters(model, _models_data(options.source, model, "test", classed=False), options.store)
        return
    train, test = (_models_data(options.source, model, split).only(model.labels) for split in ("train", "test"))
    if train.shape != model.form.shape:
        raise BranchedError(f"The data {train.name} have the shape {train.shape}, and the model {model.form.shape}.")
    if sentence := unmeasured(model, options.parts):
        print(f"{sentence}\n")
    judge, measured = partial(_judge_of, options, model, train, test), {}
    for name, part in measure(model, judge, train, test, options.sizes, options.parts):
        print(f"{titles(Quality)[name]}\n{as_text(part, model.form.kind)}\n", flush=True)
        measured[name] = part
    if options.store:
        model = model.with_quality(Quality(**measured))
        path = checkpoint.find(options.model.model)
        model.save(path)
        _write_text(path.with_suffix(".md"), card(path.stem, model))


def _judge_of(options: asked.Evaluate, model: Any, train: dataset.Dataset, test: dataset.Dataset) -> Judge:
    """The judge that is named, or else the one of the model's data, which is trained where there is none."""
    if options.judge:
        return _judge(checkpoint.find(options.judge), model, train)
    name = f"judge-{model.facts.data.name}".replace("./", "own-")  # a folder that is called like a known data set
    path = checkpoint.find(options.model.model).with_name(f"{name}.safetensors")
    if not path.is_file() and checkpoint.has(name, "judge"):
        path = checkpoint.find(name)
    if not path.is_file():
        print(f"No judge knows {train.name}: one is trained now, and kept beside the model.", flush=True)
        _train_judge(path, train, test)
    return _judge(path, model, train)


def _train_judge(path: Path, train: dataset.Dataset, test: dataset.Dataset, seed: int = 0) -> None:
    for record in (bar := tqdm(make_judge(path, train, test, seed=seed), leave=False)):
        bar.total = record.steps
        bar.set_postfix(loss=f"{record.loss:.3f}")
    facts = record.judge.facts
    print(f"{path}: it reads {facts['test_accuracy']:.1%} of {facts['test_images']} test images.\n", flush=True)


def _judge(path: Path, model: Any, train: dataset.Dataset) -> Judge:
    """The judge of a file; of a model whose classes are clusters, asked of those by the names of its own."""
    found = Judge.load(path)
    if model.facts.training.clusters is None:
        return found
    found = found.matched(train)
    print("Its classes are leaves of a tree of clusters. In real pictures of a leaf the judge sees most often: "
          f"{', '.join(f'{label}: {meant}' for label, meant in found.meant.items())}.\n")
    return found


def _evaluate_clusters(model: ClusterModel, test: dataset.Dataset, store: bool) -> None:
    """How well the leaves of a tree are the classes of test data, if these have any, and the bound's terms there."""
    if store:
        raise BranchedError("Figures of a tree of clusters are only shown; leave out --store. `python -m branched "
                            "measure-clusters` measures it and keeps them.")
    objects = test.form.shown(test.x)
    assigned = model.assign(objects)
    classed = len(test.labels) > 1
    found = clustering(model.outline(), assigned.indices, test.y.numpy())._asdict() if classed else {}
    for name, value in (found | {"information": assigned.information} | model.terms(objects).means()).items():
        print(f"  {name.replace('_', ' '):<55} {value:.4f}")


def bench(options: asked.Bench) -> None:
    model = tree_of(options.model)
    print(f"{'machine':<70} {machine(model.device)}", flush=True)
    figures: dict[str, float] = {}
    for line in bench_lines(options.model.model, options.model.device, options.repeats):
        print(f"{line.what:<70} {line.text}", flush=True)
        figures |= line.figures
    if options.output:
        write_results(options.output, figures, machine(model.device), model=options.model.model)


def pool(options: asked.Pool) -> None:
    threads = options.threads or cluster.usual_threads(options.replicas)
    with cluster.pool(load, options.replicas, threads, options.address or "") as address, suppress(KeyboardInterrupt):
        for number in (SIGINT, SIGTERM):  # Ray has put a handler of its own there
            signal(number, default_int_handler)
        print(f"{options.replicas} replicas, each with {threads} thread{'s' if threads > 1 else ''}, are there until "
              f"this is stopped. The app asks them if it is started by\n"
              f"    BRANCHED_ENGINE={address} streamlit run app.py", flush=True)
        cluster.wait()


def measure_steps(options: asked.MeasureSteps) -> None:
    model = tree_of(options.model)
    train, test = (_models_data(options.source, model, split).only(model.labels)
                   for split in ("train", "test"))
    judge = partial(_judge, checkpoint.find(options.judge), model, train)
    classifier = MEASURES[model.form.kind].classifier(train, judge)
    for task, found in Search(model, classifier, train, test, options, options.output).run():
        figures = "".join(f"  {name} {value:.4g}" for name, value in found.items() if isinstance(value, float))
        print(f"{task}{figures}", flush=True)
    print(f"See {options.output}.")


def report(options: asked.Report) -> None:
    documents = pages(options.docs)
    if not documents:
        raise BranchedError(f"There are no documents with tables in {options.docs}; --docs names their folder.")
    for path, text in (documents | cards()).items():
        _write_text(path, text)
    print(f"{', '.join(map(str, documents))} and the cards of the shipped models tell what is stored now.")


def judge(options: asked.Judge) -> None:
    train, test = (data_of(options.source, split) for split in ("train", "test"))
    _train_judge(options.output, train, test, options.seed)


# -- what they need --------------------------------------------------------------------------------------


def print_tree(tree) -> None:
    """The tree as indented text, noise first."""
    for line in told.tree_lines(tree):
        print(line)


def print_clusters(model: ClusterModel) -> None:
    """A tree of clusters, a node a line: the leaves below it, and of a leaf how many objects it had in the end."""
    outline, counts = model.outline(), model.snapshots[-1].counts if model.snapshots else ()
    for node in outline.nodes:
        first = node.groups[0]
        of = f": {counts[outline.groups.index(first)]:,} {model.form.many}" if node.is_leaf and counts else ""
        print(f"{'  ' * outline.path(first).index(node)}{node.name}{of}")


def model_of(asked_for: asked.Model) -> Any:
    """A model of any family."""
    return load(asked_for.model, asked_for.device)


def tree_of(asked_for: asked.Model) -> BranchedModel:
    """A class tree. Raises BranchedError for a model of another family."""
    model = model_of(asked_for)
    if not isinstance(model, BranchedModel):
        other = "a tree of clusters" if isinstance(model, ClusterModel) else "a model that is told the label"
        raise BranchedError(f"This takes a class tree, and {asked_for.model} is {other}; it can only draw (sample).")
    return model


def data_of(source: asked.Source, split: str = "train", classed: bool = True, form: Form | None = None,
            ) -> dataset.Dataset:
    """The data that are asked for, if need be as a model of a form knows them. They need no classes where those are
    leaves of a tree, or not looked at."""
    clusters = source.clusters if isinstance(source, asked.ClassedSource) else None
    data = dataset.load(source.data, split, source.folder, source.size, source.colour, source.label,
                        classed and not clusters, source.drop or (), source.skip_gaps,
                        () if clusters else source.classes or (), source.shows, source.crop, form)
    if split == "train":
        print(*data.told, sep="\n", end="\n" * bool(data.told))
    if not clusters:
        return data
    data = grouped(data, clusters)
    return data.only(source.classes) if source.classes else data


def grouped(data: dataset.Dataset, clusters: str) -> dataset.Dataset:
    """The data, each object in the leaf of a tree of clusters that is the most probable; their own classes are not
    looked at. Raises BranchedError for a model of another family, or of other data."""
    model = load(clusters, "cpu")  # so that the leaves are the same on a machine with a GPU
    if not isinstance(model, ClusterModel):
        raise BranchedError(f"Leaves of a tree of clusters can be classes, and {clusters} is no such tree.")
    if (model.form.shape, model.features) != (data.form.shape, data.form.features):
        raise BranchedError(f"The tree {clusters} is of other data: its {model.form.kind} have the shape "
                            f"{model.form.shape}, and the {data.form.kind} of {data.name} {data.form.shape}.")
    if model.facts.data.name not in (None, data.name):
        raise BranchedError(f"The tree {clusters} was grown on {model.facts.data.name}, not on {data.name}.")
    return data.grouped(model.groups, torch.from_numpy(model.assign(data.form.shown(data.x)).indices))


def _models_data(source: asked.ModelsSource, model: BranchedModel, split: str = "train",
                classed: bool = True) -> dataset.Dataset:
    """The data that are named, or else those on which a model was trained, in the classes that it learnt."""
    facts, clusters = model.facts, source.clusters or model.facts.training.clusters
    named = not clusters and not isinstance(model, ClusterModel)  # then what is amiss with other classes is no matter
    source = replace(_as_then(source, model), clusters=clusters,
                     classes=source.classes or (model.labels if named else None))
    try:
        return data_of(source, split, classed, model.form)
    except BranchedError as error:
        if source.data == facts.data.source:
            raise BranchedError(f"{error} The model was trained on {source.data}; where that is now, --data says.",
                                ) from None
        raise


def _as_then(source: asked.ModelsSource | asked.TreesSource, model: Any) -> asked.ModelsSource | asked.TreesSource:
    """A source, or where it names no data, the one on which a model was trained, read as it was then."""
    if source.data:
        return source
    data, form = model.facts.data, model.form
    then: dict[str, Any] = {"data": data.source or data.name or "mnist"}
    if data.source and form.kind == "images":
        then |= {"size": form.shape[-1], "colour": form.shape[0] == 3, "crop": bool(data.crop), "shows": data.shows}
    return replace(source, **then)


def _discovery(options: asked.Discover | asked.Train, data: dataset.Dataset, seed: int) -> discovery.Discovery:
    rule = suited.rule(data, options.evidence.samples, **asdict(options.rule))
    return discovery.discover(data, rule, seed=seed, **asdict(options.evidence))


def _taught(options: asked.Extend, model: BranchedModel, steps: Iterator[Extension]) -> BranchedModel:
    """The model that has learnt a class, to the end or until Ctrl-C; samples on the way are written to the preview."""
    larger = None
    try:
        with tqdm(unit=" steps") as bar:
            for learnt in steps:
                larger, bar.total = learnt.model or larger, learnt.steps
                bar.update(max(0, learnt.step - bar.n))
                bar.set_postfix(loss=f"{learnt.loss:.4f}", refresh=False)
                if learnt.samples is not None and options.preview:
                    halves = np.split(learnt.samples, [len(learnt.samples) // 2])
                    model.form.write(options.preview, [({"class": options.name}, half) for half in halves])
    except KeyboardInterrupt:
        if larger is None:
            raise
        print("Stopped early; what was learnt so far is kept.")
    return larger


def _files(paths: Sequence[Path]) -> list[Path]:
    """The given files, and those in the given folders."""
    files = []
    for path in paths:
        inside = visible(path) if path.is_dir() else [path]
        if not inside:
            raise BranchedError(f"There are no files in the folder {path}.")
        files += inside
    return files


def _write(options: Written, stem: str, model: BranchedModel, blocks: Blocks) -> Path:
    """Write what was made where it was asked for, or to a file named `stem`, and say where that is."""
    output = options.writing.output or Path(stem + model.form.suffix)
    if options.writing.round:
        blocks = [(what, objects if what.get("what") == "noisy" else model.rounded(objects))
                  for what, objects in blocks]
    model.form.write(output, blocks)
    return output


def _write_text(path: Path, text: str) -> None:
    write_atomically(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))


def _save_arrays(options: Written, **arrays: Any) -> None:
    if options.writing.npz:
        facts = asdict(options.sampling) | {"model": options.model.model}

        def write(temporary: str) -> None:
            with open(temporary, "wb") as file:
                np.savez_compressed(file, **arrays, **facts)

        write_atomically(options.writing.npz, write)


def _plan(options: asked.Train) -> Plan:
    """What a `train` command asks for."""
    data = data_of(options.source)
    print(*filter(None, (told.data_line(data), told.shown_line(data))), sep="\n")
    network, trunk = _network(options, data)
    tree, evidence = _tree(options, data)
    if options.raise_branch_points:
        tree = ClassTree.from_merges(tree.labels, [(branch.t_low + options.raise_branch_points, branch.classes)
                                                   for branch in tree.branch_points])
    clusters = options.source.clusters and checkpoint.find(options.source.clusters).stem
    config = options.training.suited(suited.training(data, tree))
    return Plan(data, tree, network, config, evidence, trunk, clusters)


def _network(options: asked.Train, data: dataset.Dataset) -> tuple[NetworkConfig, Trunk | None]:
    """The network in the sizes that are asked for, or else in those of its trunk, if it has one. Raises BranchedError
    where that does not fit, before anything else is done."""
    sizes = {name: value for name, value in asdict(options.network).items() if value is not None}
    if options.trunk is None:
        return data.form.network(**(suited.network(data) | sizes)), None
    config = data.form.network(**sizes)
    trunk = Trunk.read(options.trunk)
    config = replace(trunk.sized(config), **sizes)
    with torch.random.fork_rng(devices=[]):
        trunk.begin(config.build(1))
    return config, trunk


def _tree(options: asked.Train, data: dataset.Dataset) -> tuple[ClassTree, discovery.Discovery | None]:
    """The tree to train, and the evidence for it where it is discovered."""
    if options.tree == "flat":
        return ClassTree.flat(data.labels), None
    if options.tree:
        try:
            return ClassTree.from_json(Path(options.tree).read_text(encoding="utf-8")), None
        except (OSError, UnicodeDecodeError) as error:
            raise BranchedError(f"The tree {options.tree} cannot be read ({error}).") from None
    evidence = _discovery(options, data, options.training.seed)
    return evidence.tree, evidence


def _join_processes(device: torch.device) -> torch.device:
    """Under torchrun: join the other processes, and take one GPU each."""
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) == 1:
        return device
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    return device
