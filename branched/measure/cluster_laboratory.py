"""Trees without labels and all that draws their clusters, measured a task at a time.

Real pictures that drawn ones are compared with are those that methods are compared with: n training pictures of each
class, from the same seed. So at the same n figures stand beside those of methods. The classes are used here alone.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import checkpoint
from ..device import pick_device
from ..errors import BranchedError
from ..family import load
from . import bench, clusters_store, metrics, of_images
from .agreement import agreement, facing
from .clusters_data import CONDITIONS, RECONSTRUCTED, TEST
from .clusters_store import Piece
from .of_clusters import (
    CLUSTER_TREE,
    ClusterProtocol,
    HeldOut,
    draw,
    learnt,
    of_tree,
    purities,
    reached,
    seen,
    verdicts,
)
from .of_methods import beside, levels
from .of_variants import lost
from .report import machine
from .sizes import drawn
from .tasks import InParts, Part

KEPT = 24           # pictures of a leaf
SHOWN = 40          # test pictures that are shown beside what becomes of them
TIMED = 8           # pictures of each leaf, for the seconds
REPEATS = 5         # timings that a median is of


class Task(NamedTuple):
    """A measurement: its part, the name of its entry, and the model."""

    part: str
    name: str = ""
    model: str | Path = ""

    def __str__(self) -> str:
        return f"{self.part} {self.name}".strip()


@dataclass(frozen=True, eq=False)
class ClusterLaboratory(InParts):
    """Trees, real pictures, and who judges. Raises BranchedError if the judge does not know the classes."""

    files, on_cpu = clusters_store, ("seconds", "agreement")
    protocol: ClusterProtocol = ClusterProtocol()

    def __post_init__(self) -> None:
        if missing := set(self.test.labels) - set(self.judge.labels):
            raise BranchedError(f"The judge does not know {', '.join(sorted(missing))}; `python -m branched judge` "
                                "trains one for other data.")

    @property
    def parts(self) -> Mapping[str, Part]:
        return PARTS

    def has(self, name: str | Path | None) -> bool:
        """Whether a model is there."""
        return bool(name) and (str(name) in self.models or checkpoint.find(name).is_file())

    def model(self, name: str | Path) -> Any:
        """A model, loaded once."""
        if str(name) not in self.models:
            self.models[str(name)] = load(name, self.protocol.device)
        return self.models[str(name)]

    def clusters(self, name: str | Path) -> Any:
        """A tree of clusters. Raises BranchedError for another model, or one of other data."""
        model = self.model(name)
        if model.family != CLUSTER_TREE:
            raise BranchedError(f"This takes a tree of clusters, and {name} is none.")
        if model.form.shape != self.test.shape:
            raise BranchedError(f"The data {self.test.name} have the shape {self.test.shape}, and the model {name} "
                                f"{model.form.shape}.")
        return model

    @property
    def tree(self) -> Any:
        """The model that is measured."""
        return self.clusters(self.protocol.model)

    @cached_property
    def held(self) -> HeldOut:
        """Test pictures in its leaves."""
        return HeldOut.of(self.tree, self.test)

    @cached_property
    def real(self) -> np.ndarray:
        """The judge's features (m, D) of the training pictures that all but conditions are compared with."""
        return self.look(self.protocol.n)

    @cached_property
    def real_few(self) -> np.ndarray:
        """The same for conditions."""
        return self.look(self.protocol.condition_n)

    def look(self, n: int) -> np.ndarray:
        """The judge's features (m, D) of training pictures, n of each class, or all of those with fewer."""
        pictures = {label: drawn(self.train, label, n, self.protocol.seed) for label in self.train.labels}
        return of_images.looked(self.judge, pictures).features

    @cached_property
    def sent(self) -> tuple[np.ndarray, np.ndarray]:
        """Test pictures that are sent through, a class after another, and the places of their classes."""
        parts = [drawn(self.test, label, self.protocol.reconstructed, self.protocol.seed) for label in self.test.labels]
        return np.concatenate(parts), np.repeat(np.arange(len(parts)), [len(part) for part in parts])

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Of classes and leaves, as the record has them."""
        return {"classes": self.test.labels, "groups": self.tree.groups}

    def ways(self) -> dict[str, str]:
        """The models that draw pictures of leaves, by way, as far as they are there."""
        asked, tree = self.protocol, self.tree
        return {"decoder": asked.model,
                **({"naive": asked.naive} if self.has(asked.naive) else {}),
                **({"unguided": asked.model} if tree.guidance else {}),
                **({"diffusion": asked.model} if tree.diffusion is not None else {}),
                **({"bridged": asked.bridged} if self.has(asked.bridged) and self._is_of_leaves(asked.bridged) else {})}

    def _is_of_leaves(self, name: str) -> bool:
        """Whether the classes of a model are the leaves of the tree: by their names, and by that of the tree."""
        model = self.model(name)
        return set(model.labels) == set(self.tree.groups) and model.facts.training.clusters in (None, self.tree.name)


# -- the parts ---------------------------------------------------------------------------------------------------------


def _clustering(lab: ClusterLaboratory, task: Task) -> Piece:
    """The tree itself: its figures and bound, and its members: how pure they are, and what is the least distance."""
    held, model = lab.held, lab.tree
    pictures = held.some(lab.protocol.n, lab.protocol.seed)
    row = {**purities(held.counts, held.counts), **beside(*lab.judge.look(pictures), lab.real)}
    return Piece({**lab.names, "clustering": held.figures, "terms": model.terms(held.images).means(),
                  "reached": reached(model, held.probabilities),
                  "leaves": {"members": held.counts.tolist()}, "rows": {"members": row}},
                 {"members": levels(held.surest(KEPT))})


def _trees(section: str) -> Part:
    def tasks(lab: ClusterLaboratory, stored: Mapping[str, Any]) -> list[Task]:
        return [Task(section, Path(path).stem, path) for path in getattr(lab.protocol, section)]

    def do(lab: ClusterLaboratory, task: Task) -> Piece:
        model = lab.clusters(task.model)
        return Piece({section: [{"name": task.name, **of_tree(model, HeldOut.of(model, lab.test))}]})

    return Part(tasks, do, lambda stored, task: task.name in [tree["name"] for tree in stored.get(section, ())])


def _rows(lab: ClusterLaboratory, stored: Mapping[str, Any]) -> list[Task]:
    return [Task("rows", way, model) for way, model in lab.ways().items()]


def _row(lab: ClusterLaboratory, task: Task) -> Piece:
    """A way: what it draws, as the judge sees it."""
    way, model, sampling = task.name, lab.model(task.model), lab.protocol.sampling(task.name, lab.protocol.n)
    made = draw(way, model, lab.tree.groups, sampling)
    look = seen(lab.judge, made.images, lab.test.labels)
    walked = {} if way == "decoder" else {"solver": sampling.solver, "guidance": made.guidance}
    values = {**purities(look.counts, lab.held.counts), **beside(look.features, look.probabilities, lab.real),
              "model": model.name, **walked, "evaluations": made.evaluations, **learnt(way, model)}
    named = {"bridged": model.name} if way == "bridged" else {}
    return Piece({**lab.names, **named, "rows": {way: values}, "leaves": {way: look.counts.tolist()}},
                 {way: levels(made.images[:, :KEPT])})


def _through(lab: ClusterLaboratory, stored: Mapping[str, Any]) -> list[Task]:
    ways = {way: model for way, model in lab.ways().items() if way not in ("unguided", "bridged")}
    return [Task("reconstructions", "real"), *(Task("reconstructions", way, model) for way, model in ways.items())]


def _reconstruction(lab: ClusterLaboratory, task: Task) -> Piece:
    """Test pictures as they are, or as they come back from their most probable leaf."""
    images, classes = lab.sent
    asked, step = lab.protocol, max(1, round(len(images) / SHOWN))
    if task.name == "real":
        back, figures, pictures = images, {}, {TEST: levels(images[::step][:SHOWN])}
    else:
        by = "decoder" if task.name == "decoder" else "diffusion"
        back = lab.clusters(task.model).reconstruct(images, steps=asked.steps, seed=asked.seed, by=by)
        figures = lost(images, back)
        pictures = {f"{RECONSTRUCTED}/{task.name}": levels(back[::step][:SHOWN])}
    features, probabilities = lab.judge.look(back)
    agree = float((verdicts(lab.judge, probabilities, lab.test.labels) == classes).mean())
    return Piece({"reconstructions": {task.name: {
        **figures, "agreement": agree, "feature_frechet": metrics.frechet_distance(features, lab.real)}}}, pictures)


def _told(lab: ClusterLaboratory, stored: Mapping[str, Any]) -> list[Task]:
    """A task for each file of a diffusion model, named by what that is told."""
    models = {}
    for path in lab.protocol.conditions:
        if (diffusion := lab.clusters(path).diffusion) is None:
            raise BranchedError(f"{path} has no diffusion model, so nothing is told.")
        models[diffusion.config.told] = path
    return [Task("conditions", told, models[told]) for told in CONDITIONS if told in models]


def _condition(lab: ClusterLaboratory, task: Task) -> Piece:
    model, sampling = lab.clusters(task.model), lab.protocol.sampling("diffusion", lab.protocol.condition_n)
    look = seen(lab.judge, draw("unguided", model, lab.tree.groups, sampling).images, lab.test.labels)
    found = purities(look.counts, lab.held.counts)
    return Piece({"conditions": {task.name: {
        **{name: found[name] for name in ("purity", "right", "entropy")},
        "feature_frechet": metrics.frechet_distance(look.features, lab.real_few),
        "training_steps": learnt("diffusion", model).get("training_steps")}}})


def _compared(lab: ClusterLaboratory, stored: Mapping[str, Any]) -> list[Task]:
    return [Task("agreement", model=lab.protocol.class_tree)] if lab.has(lab.protocol.class_tree) else []


def _agreement(lab: ClusterLaboratory, task: Task) -> Piece:
    """The learnt tree beside one that is read off the noise of labelled pictures."""
    ours, learnt_tree, labels = lab.model(task.model).outline(), lab.tree.outline(), lab.test.labels
    if set(ours.groups) != set(labels):
        raise BranchedError(f"The class tree {task.model} is of {', '.join(ours.groups)}, and the data have "
                            f"{', '.join(labels)}.")
    counts = lab.held.counts[:, [labels.index(label) for label in ours.groups]]
    found, turned = agreement(ours, learnt_tree, counts), facing(ours, learnt_tree, counts)
    return Piece({"class_tree": lab.model(task.model).name, "agreement": {
        "triples": found.triples, **({"agree": found.agree, "chance": found.chance, "luck": found.luck}
                                     if found.triples else {}),
        "left": turned.left.groups, "right": turned.right.groups, "crossings": turned.crossings}})


def _timings(lab: ClusterLaboratory, stored: Mapping[str, Any]) -> list[Task]:
    return [Task("seconds")] if set(stored.get("rows", ())) - {"members"} else []


def _timing(lab: ClusterLaboratory, task: Task) -> Piece:
    """Seconds of eight pictures of every leaf, on the CPU: medians of runs in turn."""
    rows = {way: row for way, row in lab.stored()["rows"].items() if way in lab.ways()}
    here = replace(lab, protocol=replace(lab.protocol, device="cpu"),
                   models=lab.models if pick_device(lab.protocol.device).type == "cpu" else {})
    ways = here.ways()

    def drawing(way: str) -> Callable[[], Any]:
        model, sampling = here.model(ways[way]), here.protocol.sampling(way, TIMED)
        return lambda: draw(way, model, lab.tree.groups, sampling)

    seconds = bench.medians([drawing(way) for way in rows], REPEATS)
    timed = {way: row | {"seconds": round(value, 4)}
             for (way, row), value in zip(rows.items(), seconds, strict=True)}
    return Piece({"rows": timed, "seconds_machine": machine(pick_device("cpu"))})


def _is_there(stored: Mapping[str, Any], task: Task) -> bool:
    return task.name in stored.get(task.part, {})


def _is_timed(stored: Mapping[str, Any], task: Task) -> bool:
    return all("seconds" in row for way, row in stored["rows"].items() if way != "members")


PARTS: dict[str, Part] = {
    "clustering": Part(lambda lab, stored: [Task("clustering")], _clustering,
                       lambda stored, task: "clustering" in stored),
    "seeds": _trees("seeds"),
    "control": _trees("control"),
    "rows": Part(_rows, _row, _is_there),
    "reconstructions": Part(_through, _reconstruction, _is_there),
    "conditions": Part(_told, _condition, _is_there),
    "agreement": Part(_compared, _agreement, lambda stored, task: "agreement" in stored),
    "seconds": Part(_timings, _timing, _is_timed),
}
