"""The commands of what is compared at large: train and measure all methods, measure trees without labels."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from .. import checkpoint
from ..class_tree.model import BranchedModel
from ..class_tree.parents import Parents
from ..class_tree.train_parents import configured, make_parents
from ..data.dataset import Dataset
from ..denoisers import classifier_training, classifiers
from ..device import pick_device
from ..errors import BranchedError
from ..files import check_folder
from ..label.fit import fit
from ..label.recipes import CLASSIFIER, EVERY, PARENTS, SHIPPED
from ..label.training import TrainingConfig
from ..learning.loop import LearningConfig
from ..measure.cluster_laboratory import ClusterLaboratory
from ..measure.judge import Judge
from ..measure.laboratory import Laboratory
from ..measure.of_clusters import ClusterProtocol
from ..measure.of_methods import Protocol
from ..measure.tasks import InParts
from . import options as asked
from .commands import data_of, tree_of


def train_methods(options: asked.TrainMethods) -> None:
    data, device = data_of(options.source), pick_device(options.device)
    check_folder(options.output)
    paths = {way: options.output / _file(way, data) for way in options.only or (*SHIPPED, CLASSIFIER, PARENTS)}
    tree = tree_of(asked.Model(data.name, options.device)) if PARENTS in paths else None
    there = [str(path) for path in paths.values() if path.is_file()]
    if there and not (options.resume or options.anew):
        raise BranchedError(f"{', '.join(there)}: there already. --resume goes on with it or leaves it as it is, "
                            "--anew replaces it, --output names another folder.")
    for way, path in paths.items():
        with tqdm(_training(way, data, tree, path, device, options), desc=way, unit=" steps") as bar:
            for progress in bar:
                bar.set_postfix(loss=f"{progress.loss:.4f}", refresh=False)
        print(f"{path} is trained to the end.")


def _file(way: str, data: Dataset) -> str:
    """Models that are shipped are named after their data, as the classifier and the parents are; variants after
    themselves."""
    named = {CLASSIFIER: classifiers.name_for(data.name), PARENTS: f"{PARENTS}-{data.name}"}
    return f"{named.get(way, f'{data.name}-{way}' if way in SHIPPED else way)}.safetensors"


def _training(way: str, data: Dataset, tree: BranchedModel | None, path: Path, device: torch.device,
              options: asked.TrainMethods) -> Iterator[Any]:
    """The steps of one training; none where a finished one goes on."""
    if way in EVERY:
        plan = EVERY[way].plan(data, TrainingConfig(steps=options.steps, seed=options.seed))
        return fit(plan, path, device, options.resume, options.every)
    steps = max(1, options.steps // 2)
    if way == CLASSIFIER:
        config = LearningConfig(steps, learning_rate=2e-3, seed=options.seed)
        test = data_of(options.source, "test")
        return classifier_training.fit(data, test, config, device, path, options.resume, options.every)
    config = configured(tree, steps, 2 * TrainingConfig.batch, options.seed)
    if options.resume and path.is_file() and Parents.load(path).has_learnt(config):
        return iter(())
    return make_parents(path, tree, data, config)


def measure_methods(options: asked.MeasureMethods) -> None:
    protocol = Protocol(options.n, options.seed, options.curve_n, options.curve_seed, models=options.models,
                        device=options.device)
    train, test = (data_of(options.source, split) for split in ("train", "test"))
    judge = Judge.load(checkpoint.find(options.judge))
    check_folder(options.output)
    lab = Laboratory(judge, train, test, protocol, options.output)
    _measured(lab, options)


def measure_clusters(options: asked.MeasureClusters) -> None:
    protocol = ClusterProtocol(
        options.n, options.seed, options.condition_n, model=options.model, bridged=options.bridged, naive=options.naive,
        class_tree=options.class_tree, seeds=options.seeds or (), control=options.control or (),
        conditions=options.conditions or (), device=options.device)
    train, test = (data_of(options.source, split) for split in ("train", "test"))
    judge = Judge.load(checkpoint.find(options.judge))
    check_folder(options.output)
    _measured(ClusterLaboratory(judge, train, test, protocol, options.output), options)


def _measured(lab: InParts, options: asked.MeasureMethods | asked.MeasureClusters) -> None:
    """Measure what is asked for, a line a task."""
    for task in lab.measure(options.parts, options.anew):
        print(task, flush=True)
    print(f"See {options.output}.")
