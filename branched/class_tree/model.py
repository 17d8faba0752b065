"""A trained class tree and all that one can do with it. Takes names, and pictures or rows of a table; gives arrays and
dataclasses."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from os import PathLike
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace

from .. import believed, checkpoint
from ..data import forms
from ..data.form import Form, Formed
from ..data.images import Images
from ..errors import BranchedError
from ..facts import Facts, Lesson, Quality, Training
from ..names import Label
from ..networks.base import BranchedNetwork
from ..noise import schedule
from ..noise.sampling import Sampling, checked_seed, counted
from ..noise.seeds import mix, normal
from ..noise.solvers import ODE_SOLVER, SOLVERS
from ..outline import Outline
from ..version import versions
from . import generate, guided
from .classify import Classes, classify
from .diffusion import BranchedDenoiser, Diffusion
from .extension import Extension
from .hybrid import Hybrid, hybrid
from .rule import Rule
from .transmute import Transmutation, transmute
from .tree import ClassTree

KIND = "model"  # of the files


def load(path: Path, device: torch.device) -> BranchedModel:
    """Load a model from its file. Raises BranchedError if that is missing, cut short, edited or foreign."""
    return checkpoint.assembled(path, KIND, partial(_assembled, device))


def _assembled(device: torch.device, name: str, tensors: dict[str, torch.Tensor],
               header: dict[str, Any]) -> BranchedModel:
    """A model from the contents of its file."""
    tree, form = ClassTree.from_json(header["tree"]), forms.from_header(header)
    config = believed.record(form.config, header["network"])
    if form.shape != config.shape:
        raise BranchedError(f"its network takes objects of shape {config.shape}, its {form.kind} have {form.shape}")
    with torch.random.fork_rng(devices=[]):  # on the "meta" device, initialising imports half of PyTorch's compiler
        network = config.build(header["branches"])
    weights, curves = ({key.removeprefix(part): value for key, value in tensors.items()
                        if key.startswith(part)} for part in ("network.", "curves."))
    network.load_state_dict(weights, assign=True)
    if not all(w.dtype == torch.float32 and w.isfinite().all() for w in weights.values()):
        raise BranchedError("its weights are not finite numbers in single precision")
    if tree.processes > network.processes:
        raise BranchedError("its tree has branches without weights")
    network = network.to(device, memory_format=network.layout)
    curves = {key: value.numpy() for key, value in curves.items()}
    return BranchedModel(network, tree, header["facts"], curves, form, name)


class BranchedModel(Formed):
    """A hierarchically branched diffusion model: a class tree, and a network with one reverse process per branch.

    `facts` tells how it was trained and how well it does (a dictionary, as a header has it, is read into the record);
    `curves` holds the similarities by which its tree was found.
    `form` is what its data look like outside: images, unless told otherwise. Where images are spoken of below, a model
    of a table takes and gives rows (B, F) in the features' own units. `name` is what its file is called. Nothing in it
    changes after loading, so that threads can share it.

    What is asked of a walk is a `Sampling`; its fields may also be given by name: `sample(n=3)` is
    `sample(sampling=Sampling(n=3))`. Where a whole record is given, the names do not count.
    """

    family = "class tree"

    def __init__(self, network: BranchedNetwork, tree: ClassTree, facts: Facts | Mapping[str, Any],
                 curves: dict[str, np.ndarray], form: Form | None = None, name: str = ""):
        form = form or Images(network.config.shape)
        self.tree, self.curves, self.name = tree, curves, name
        self.facts = facts if isinstance(facts, Facts) else Facts.read(facts, form.kind)
        self.form = form.remembering(self.facts.data)
        self.denoise = BranchedDenoiser(network.eval().requires_grad_(False), tree)

    @property
    def diffusion(self) -> Diffusion:
        """What is walked: the tree, the denoiser that answers for all its branches, and the form of the data."""
        return Diffusion(self.denoise, self.tree, self.form)

    @property
    def guides(self) -> tuple[str, ...]:
        """What can guide it: "model", its parents, where they were trained past their ends; "classifier", where there
        is one of noisy objects for its data."""
        return guided.guides(self.denoise, self.name, self.facts.data.name)

    def guided(self, asked: Sampling) -> Diffusion:
        """What is walked when so much guidance is asked for; without any it is `diffusion`. Raises BranchedError where
        there is nothing that could guide it."""
        denoise = guided.guided(self.denoise, asked, self.name, self.facts.data.name)
        return Diffusion(denoise, self.tree, self.form)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.tree.labels

    def outline(self) -> Outline:
        """What is drawn of the tree."""
        return self.tree.outline()

    def rounded(self, rows) -> np.ndarray:
        """Rows (..., F) of a table with every value on its feature's own grid: within the range of the training rows,
        and a whole number where all of these were."""
        return self.form.rounded(rows)

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    @property
    def parameters(self) -> int:
        """How many numbers the network has learnt."""
        return sum(parameter.numel() for parameter in self.denoise.network.parameters())

    def mean_pictures(self) -> dict[str, np.ndarray]:
        """What the pictures of each class look like on average, by its name: (H, W) or (H, W, 3) in [0, 1], stretched
        to all of that; from the mean unit vectors, at the least noise, by which the tree was found. A model that keeps
        none has none, nor has a model of a table."""
        if "means" not in self.curves or self.form.kind != Images.kind:
            return {}
        x = torch.from_numpy(self.curves["means"][0].astype(np.float32))                       # (N, D)
        low, high = x.amin(1, keepdim=True), x.amax(1, keepdim=True)
        pictures = self.form.from_core((2 * (x - low) / (high - low) - 1).view(-1, *self.form.shape))
        return dict(zip(self.labels, pictures, strict=True))

    def save(self, path: str | PathLike) -> None:
        """Write the model to one safetensors file."""
        network = self.denoise.network
        tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
        tensors |= {f"curves.{key}": torch.from_numpy(value) for key, value in self.curves.items()}
        checkpoint.save(path, KIND, tensors, {
            "network": asdict(network.config), "branches": network.processes, "tree": self.tree.to_json(),
            "facts": self.facts.stored, **forms.to_header(self.form)})

    def save_taught(self, path: str | PathLike, base: BranchedModel) -> None:
        """Write what this model was taught beyond `base`, from which it grew by lessons alone: a small file, of which
        `base.with_taught` makes this model again. Raises BranchedError if it did not grow from that."""
        from . import taught

        taught.save(Path(path), self, base)

    def with_taught(self, path: str | PathLike) -> BranchedModel:
        """This model with what a file of `save_taught` says that it was taught; nothing else of it changes. Raises
        BranchedError if the file is damaged, edited, or was of another model."""
        from . import taught

        return taught.load(Path(path), self)

    def with_quality(self, quality: Quality) -> BranchedModel:
        """The same model with measured figures; of what was not measured anew the old ones stay."""
        return BranchedModel(self.denoise.network, self.tree, self.facts.with_quality(quality), self.curves, self.form,
                             self.name)

    def sample(self, labels: Label | Iterable[Label] | None = None, n: int = Sampling.n, steps: int = Sampling.steps,
               seed: int = Sampling.seed, solver: str = Sampling.solver, guidance: float = Sampling.guidance,
               guide: str = Sampling.guide, sampling: Sampling | None = None) -> generate.Samples:
        """Draw n objects of every label (None: of all classes). Shared branches are computed once.

        `guidance` pushes estimates towards what was asked for, by one of `guides`: the w of tree guidance, or with
        `guide="classifier"` the strength s of a classifier's.
        """
        asked = sampling or Sampling(n, steps, solver, seed, guidance, guide)
        return generate.sample(self.guided(asked), self.tree.group(labels), asked)

    def sampling(self, labels: Label | Iterable[Label] | None = None, n: int = Sampling.n,
                 steps: int = Sampling.steps, seed: int = Sampling.seed, solver: str = Sampling.solver,
                 hybrids: bool = False, guidance: float = Sampling.guidance, guide: str = Sampling.guide,
                 sampling: Sampling | None = None) -> Iterator[generate.Frame]:
        """As `sample`, but telling of every step: for animations and progress. The last frame has the result.

        With `hybrids`, the result also has what was shared at every branch point on the way.
        """
        asked = sampling or Sampling(n, steps, solver, seed, guidance, guide)
        return generate.sampling(self.guided(asked), self.tree.group(labels), asked, bool(hybrids))

    def hybrid(self, a: Label | Iterable[Label], b: Label | Iterable[Label], n: int = Sampling.n,
               steps: int = Sampling.steps, seed: int = Sampling.seed, solver: str = Sampling.solver,
               guidance: float = Sampling.guidance, guide: str = Sampling.guide,
               sampling: Sampling | None = None) -> Hybrid:
        """What the classes (or sets of classes) a and b share at their meeting point, and what becomes of it."""
        asked = sampling or Sampling(n, steps, solver, seed, guidance, guide)
        return hybrid(self.guided(asked), self.tree.group(a), self.tree.group(b), asked)

    def transmute(self, images, source: Label, target: Label | Iterable[Label],
                  time: float | Iterable[float] | None = None, steps: int = Sampling.steps, seed: int = Sampling.seed,
                  deterministic: bool = False, solver: str | None = None, guidance: float = Sampling.guidance,
                  guide: str = Sampling.guide, sampling: Sampling | None = None) -> Transmutation:
        """Turn images (B, H, W) of class `source`, floats in [0, 1], or rows (B, F), into the class `target`.

        `time` is the turning time, by default the meeting point of the two classes. Several targets or several times
        add an axis each to the result, targets first, and are walked in one batch. Of `sampling`, n does not count.
        Guided is the way down alone: what is walked up is the object as it is.
        """
        began = perf_counter()
        usual = ODE_SOLVER if deterministic else Sampling.solver
        asked = sampling or Sampling(Sampling.n, steps, solver or usual, seed, guidance, guide)
        if deterministic and SOLVERS[asked.solver].is_stochastic:
            raise BranchedError(f"A deterministic transmutation takes a solver without noise, not {asked.solver}.")
        source, targets, times = self.tree.label(source), self.tree.group(target), _times(time)
        turning = times or [self.tree.meeting_point(source, name) for name in targets]
        turns = ([(name, t) for name in targets for t in times] if times
                 else list(zip(targets, turning, strict=True)))
        x0 = self.form.to_core(images).to(self.device)
        up = self.diffusion if deterministic else None
        *states, evaluations = transmute(self.guided(asked), x0, source, turns, asked, up)
        # From turns in a row to (targets, times, B, ...); axes of which nobody asked for several go.
        made, noisy = (self.form.from_core(x.unflatten(0, (len(targets), -1))) for x in states)
        if not _is_many(time):
            made, noisy = made[:, 0], noisy[:, 0]
        if not _is_many(target):
            made, noisy, targets = made[0], noisy[0], targets[0]
        is_one = not _is_many(time) and (bool(times) or not _is_many(target))
        return Transmutation(made, self.form.kind, noisy, turning[0] if is_one else tuple(turning), source, targets,
                             deterministic, evaluations, perf_counter() - began, asked)

    def noised(self, images, time: float | Iterable[float], seed: int = 0) -> np.ndarray:
        """Images (B, H, W) as they are at a diffusion time, clipped to [0, 1] like all that is shown; or rows (B, F).

        Several times add an axis in front; an image keeps its noise from one time to the next.
        """
        keys, x0 = checked_seed(seed), self.form.to_core(images)
        noise = normal([mix(keys, i) for i in range(len(x0))], self.form.shape)
        times = _times([None] if time is None else time)  # here None is no choice
        noised = np.stack([self.form.from_core(schedule.diffuse(x0, noise, t)) for t in times])
        return noised if _is_many(time) else noised[0]

    def extending(self, images, name: str, sibling: Label | None = None, time: float | None = None,
                  steps: int | None = None, seed: int = 0) -> Iterator[Extension]:
        """Teach a larger model one more class, telling of every step; this model is not modified.

        Images (B, H, W), floats in [0, 1], or rows (B, F) show the new class `name`: thousands for full quality, ten
        for a usable class. Where it joins is found from them by the discovery rule, unless a `sibling` (the class whose
        path it leaves) or a `time` is given. Whoever stops early has the model of the last record that brought one; the
        last record always does. Raises BranchedError before the first step if nothing can be learnt.
        """
        from . import extend  # brings SciPy along, for which loading need not wait

        if self.denoise.network.processes != self.tree.processes:
            raise BranchedError("This model's network has processes that no branch owns, so no class can be grafted "
                                "onto its tree.")
        seed, steps = checked_seed(seed), None if steps is None else counted("steps", steps)
        x = extend.checked(self.form.to_core(images), self.form)
        self.tree.graft(name, self.labels[0], 0.5 if time is None else time)  # or it says what is wrong with the name
        place, curves = self._place(x, sibling, time, seed)
        config = extend.configured(len(x), steps, seed)
        return self._extending(name, place, x, config, curves)

    def _place(self, x: torch.Tensor, sibling: Label | None, time: float | None,
               seed: int) -> tuple[tuple[str, float], dict[str, np.ndarray]]:
        """Where a class of stored objects joins: sibling and time, as given or found; and the curves with the class."""
        from . import discovery

        sibling = None if sibling is None else self.tree.label(sibling)
        if "means" not in self.curves and None not in (sibling, time):
            return (sibling, time), {}
        curves = discovery.with_class(self.curves, self.form.scale(x), seed)
        joint = discovery.joining(self.labels, curves, Rule(**self.facts.discovery.rule), sibling)
        return (joint[0], joint[1] if time is None else float(time)), curves

    def _extending(self, name: str, place: tuple[str, float], x: torch.Tensor, config: Any,
                   curves: dict[str, np.ndarray]) -> Iterator[Extension]:
        """The records of a lesson, with the larger model where there is one."""
        from . import extend

        (sibling, time), network = place, self.denoise.network
        tree = self.tree.graft(name, sibling, time)
        lesson = Lesson(name=name, sibling=sibling, time=time, count=len(x), training=Training.of(asdict(config)))

        def grown(larger: BranchedNetwork, step: int, seconds: float) -> BranchedModel:
            done = replace(lesson, steps=step, seconds=round(seconds, 1), versions=versions())
            return BranchedModel(larger, tree, self.facts.with_lesson(done), curves, self.form, self.name)

        row = self.tree.leaf(sibling).process
        return extend.learning(self.diffusion, network, tree, name, x, row, config, grown)

    def extend(self, images, name: str, sibling: Label | None = None, time: float | None = None,
               steps: int | None = None, seed: int = 0) -> BranchedModel:
        """A larger model, which has learnt one more class from its images or rows; see `extending`."""
        *_, last = self.extending(images, name, sibling, time, steps, seed)
        return last.model

    def without(self, name: Label) -> BranchedModel:
        """The model without a class that was added by `extend`: for the last one, the very model from before."""
        from .discovery import without_class

        name = self.tree.label(name)
        if name not in (lesson.name for lesson in self.facts.extensions):
            raise BranchedError(f"{name} cannot be removed: it was there when the model was trained.")
        tree, gone, network = self.tree.prune(name), self.tree.leaf(name).process, self.denoise.network
        rows = [row for row in range(network.processes) if row != gone]
        return BranchedModel(network.only(rows), tree, self.facts.without_lesson(name),
                             without_class(self.curves, self.labels.index(name)), self.form, self.name)

    def classify(self, images, noises: int = 12, seed: int = 0) -> Classes:
        """Which class is each image (B, H, W) or row (B, F), by the tree: (B,) names, with `.probabilities` (B, N).

        Every one is looked at `noises` times, each time with more of it showing through fresh noise, or until one class
        alone can be meant.
        """
        noises, seed = counted("noises", noises), checked_seed(seed)
        return classify(self.diffusion, self.form.to_core(images).to(self.device), noises, seed)


def _is_many(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str)


def _times(time: float | Iterable[float] | None) -> list[float]:
    """Turning times as a list, empty for None; each checked."""
    times = [] if time is None else list(time) if _is_many(time) else [time]
    if time is not None and not times:
        raise BranchedError("Name at least one turning time, or None for the meeting point.")
    for t in times:
        if isinstance(t, bool) or not isinstance(t, (int, float, np.number)) or not 0 <= t <= 1:
            raise BranchedError(f"A turning time is a number from 0 (data) to 1 (noise), not {t!r}.")
    return [float(t) for t in times]
