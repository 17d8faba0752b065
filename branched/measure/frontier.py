"""How few steps suffice: what each solver draws in so many steps, how good that is, and what it costs.

Every solver is tried in many numbers of steps, on one seed and in few objects of each class. Told of are those that
are on the frontier there, drawn from another seed and in many objects. By the library's own settings real objects are
turned.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product, starmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..class_tree.model import BranchedModel
from ..data.dataset import Dataset
from ..noise.sampling import Sampling
from ..noise.solvers import SOLVERS
from . import metrics, of_images, of_tables
from .evaluate import MEASURES
from .report import add, machine
from .sizes import Sizes, cost, drawn, right_classes
from .two_files import stored_figures

STEPS = (2, 4, 5, 6, 8, 10, 12)
PARTS = ("tried", "told", "turned", "deterministic")
KEPT = ("slant", "stroke", "kept", "slant_random", "stroke_random", "kept_random")  # of what is turned, where measured


class Setting(NamedTuple):
    """A solver and its steps."""

    solver: str
    steps: int

    def __str__(self) -> str:
        return f"{self.solver} {self.steps}"

    def without_noise(self) -> Setting:
        """The same by a solver that adds none."""
        return self._replace(solver=Sampling(steps=self.steps, solver=self.solver).without_noise().solver)

    @classmethod
    def read(cls, name: str) -> Setting:
        """The setting of a name, such as "ddim 10"."""
        solver, steps = name.split()
        return cls(solver, int(steps))


OWN = {Setting(asked.solver, asked.steps) for asked in (Sampling(), Sampling.quality(), Sampling.quick())}


@dataclass(frozen=True)
class Sought:
    """What is asked: objects of each class to choose by, to be told of, and real ones that are turned; and seeds."""

    parts: tuple[str, ...] = PARTS
    solvers: tuple[str, ...] = tuple(SOLVERS)
    steps: tuple[int, ...] = STEPS
    try_n: int = 60
    try_seed: int = 1
    n: int = 1000
    seed: int = 2
    transmuted: int = 30
    least: float = 0.99         # settings that are right less often, when tried, are not followed up

    def sizes(self, task: Task) -> Sizes:
        """What is asked of one task."""
        asked = {"solver": task.setting.solver, "steps": task.setting.steps, "transmuted": self.transmuted}
        return (Sizes(self.try_n, seed=self.try_seed, **asked) if task.part == "tried" else
                Sizes(self.n, seed=self.seed, **asked))


class Task(NamedTuple):
    """One setting in one of the parts."""

    part: str
    setting: Setting

    def __str__(self) -> str:
        return f"{self.part}: {self.setting}"


# -- the frontier ------------------------------------------------------------------------------------------------------

Points = Mapping[str, Mapping[str, float]]


def is_better(a: Mapping[str, float], b: Mapping[str, float]) -> bool:
    """Whether a costs no more evaluations than b, is right no less often, is no farther from real objects, and is
    better in one of these."""
    pairs = ((a["evaluations"], b["evaluations"]), (b["right"], a["right"]), (a["frechet"], b["frechet"]))
    return all(x <= y for x, y in pairs) and any(x < y for x, y in pairs)


def frontier(points: Points, least: float = 0.0) -> list[str]:
    """The names of those points than which none is better, cheapest first; of those that are right often enough."""
    on_it = [name for name, point in points.items()
             if point["right"] >= least and not any(is_better(other, point) for other in points.values())]
    return sorted(on_it, key=lambda name: points[name]["evaluations"])


# -- measuring ---------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Search:
    """All that measuring needs: a model, who tells its classes apart, real objects, what is asked, and the file that
    keeps what was found."""

    model: BranchedModel
    classifier: Any
    train: Dataset
    test: Dataset
    sought: Sought
    path: Path

    def run(self) -> Iterator[tuple[Task, dict[str, Any]]]:
        """Do what is not done yet, a setting at a time, telling of each; what was found is kept at once."""
        while task := next((task for task in self.tasks() if not self._is_done(task)), None):
            found = self._found(task) | self._asked(task)
            self._keep(task, found)
            yield task, found

    def tasks(self) -> Iterator[Task]:
        """All that is to be done, as far as is known: what to tell of is known when all were tried."""
        tried = self._stored().get("tried", {})
        told = {*map(Setting.read, frontier(tried, self.sought.least)), *OWN}
        settings = {"tried": list(starmap(Setting, product(self.sought.solvers, self.sought.steps))),
                    "told": sorted(told), "turned": sorted(OWN),
                    "deterministic": sorted({setting.without_noise() for setting in OWN})}
        return iter([Task(part, setting) for part in self.sought.parts for setting in settings[part]])

    def _found(self, task: Task) -> dict[str, Any]:
        sizes = self.sought.sizes(task)
        if task.part in ("tried", "told"):
            return OF[self.model.form.kind](self, sizes)
        deterministic = task.part == "deterministic"
        turned = MEASURES[self.model.form.kind].transmutation(
            self.model, self.classifier, self.train, self.test, sizes, deterministic)
        kept = {name: getattr(turned, name) for name in KEPT if hasattr(turned, name)}
        return {"right": turned.right, "right_worst": turned.right_worst, "worst": turned.worst, **kept}

    def _asked(self, task: Task) -> dict[str, Any]:
        """What the figures of a task depend on beside its setting."""
        sizes = self.sought.sizes(task)
        return {"n": sizes.n if task.part in ("tried", "told") else sizes.transmuted, "seed": sizes.seed}

    def _stored(self) -> dict[str, Any]:
        return stored_figures(self.path).get("figures", {})

    def _is_done(self, task: Task) -> bool:
        stored = self._stored().get(task.part, {}).get(str(task.setting), {})
        return all(stored.get(name) == value for name, value in self._asked(task).items())

    def _keep(self, task: Task, found: dict[str, Any]) -> None:
        part = self._stored().get(task.part, {})
        add(self.path, {task.part: part | {str(task.setting): found}}, machine(self.model.device))

    @cached_property
    def _real(self) -> dict[tuple[int, int], tuple[np.ndarray, float]]:
        """What `real` has found, by how many of each class and the seed."""
        return {}

    def real(self, sizes: Sizes) -> tuple[np.ndarray, float]:
        """The judge's features of as many training images as are drawn, and how far test images are from these."""
        key = sizes.n, sizes.seed
        if key not in self._real:
            features, other = (self._look(data, *key).features for data in (self.train, self.test))
            self._real[key] = features, metrics.frechet_distance(other, features)
        return self._real[key]

    def _look(self, data: Dataset, n: int, seed: int) -> of_images.Look:
        return of_images.looked(self.classifier, {label: drawn(data, label, n, seed) for label in self.model.labels})


def _of_images(search: Search, sizes: Sizes) -> dict[str, Any]:
    """Right class, distance, and variety (recall, coverage) of images."""
    samples, (real, floor) = search.model.sample(sampling=sizes.sampling()), search.real(sizes)
    look = of_images.looked(search.classifier, dict(zip(samples.labels, samples.images, strict=True)))
    return {**_figures({**right_classes(look.right), **cost(samples, sizes),
                        **of_images.compared(look.features, real)}, "feature_frechet"), "frechet_real": floor}


def _of_rows(search: Search, sizes: Sizes) -> dict[str, Any]:
    """The same of rows, and how much of real rows' spread they have."""
    measured = of_tables.generation(search.model, search.classifier, search.train, search.test, sizes)
    return _figures({name: getattr(measured, name) for name in measured.__struct_fields__}, "frechet")


def _figures(measured: Mapping[str, Any], frechet: str) -> dict[str, Any]:
    """The figures that are kept, by one name for images and rows."""
    more = {name: measured[name] for name in ("spread", "close") if name in measured}
    recall = {"recall": measured["precision_recall"][1]} if "precision_recall" in measured else {}
    return {"evaluations": measured["evaluations"], "right": measured["right"], "right_worst": measured["right_worst"],
            "frechet": measured[frechet], "density": measured["density_coverage"][0],
            "coverage": measured["density_coverage"][1], **recall, **more}


OF = {"images": _of_images, "rows": _of_rows}
