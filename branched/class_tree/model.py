"""The door: a trained model and all that one can do with it. Takes names, and pictures or rows of a table; gives arrays
and dataclasses."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from time import perf_counter
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace

from .. import checkpoint
from ..data.form import Form
from ..data.images import Images
from ..data.table import Table
from ..errors import BranchedError
from ..facts import Facts, Lesson, Quality, Training
from ..measure.judge import Judge
from ..networks.base import BranchedNetwork
from ..networks.mlp import MLPConfig
from ..networks.unet import UNetConfig
from ..noise import schedule
from ..noise.seeds import mix, normal
from ..noise.solvers import SOLVER, SOLVERS, STOCHASTIC
from ..version import versions
from . import generate
from .classify import Classes, classify
from .hybrid import Hybrid, hybrid
from .transmute import Transmutation, transmute
from .tree import ClassTree, Label
from .walk import Denoiser

ODE_SOLVER = "dpm++2m"  # for deterministic transmutation
MOST = {"n": 10_000, "steps": 1_000, "noises": 1_000}


def load(name: str | PathLike = "mnist", device: str = "auto") -> BranchedModel:
    """Load a model: a name in `checkpoints/`, or a path. `device` is "auto", "cpu" or "cuda".

    Raises BranchedError if there is no such file, or if it is cut short, edited or foreign.
    """
    where = pick_device(device)
    path = checkpoint.find(name)
    tensors, header = checkpoint.load(path, "model")
    try:
        tree = ClassTree.from_json(header["tree"])
        form = Table(**header["table"]) if "table" in header else None
        config = (MLPConfig if form else UNetConfig)(**header["network"])
        if form and form.shape != config.shape:
            raise BranchedError(f"its network takes {config.shape[0]} features, its table has {len(form.features)}")
        with torch.random.fork_rng(devices=[]):  # on the "meta" device, initialising imports half of PyTorch's compiler
            network = config.build(header["branches"])
        # Copied: a file aligns numbers as it likes, and where they lie decides how products are rounded; and what is
        # not copied stays mapped to the file, so that whoever writes over that kills the process, or changes the model.
        weights, curves = ({key.removeprefix(part): value.clone() for key, value in tensors.items()
                            if key.startswith(part)} for part in ("network.", "curves."))
        network.load_state_dict(weights, assign=True)
        if not all(w.dtype == torch.float32 and w.isfinite().all() for w in weights.values()):
            raise BranchedError("its weights are not finite numbers in single precision")
        if tree.processes > network.branches:
            raise BranchedError("its tree has branches without weights")
        network = network.to(where, memory_format=torch.preserve_format if form else torch.channels_last)
        return BranchedModel(network, tree, header["facts"], {key: own.numpy() for key, own in curves.items()}, form)
    except (ArithmeticError, AttributeError, LookupError, TypeError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BranchedError(f"{path} does not hold a whole model ({reason}); get it anew.") from None


def models() -> tuple[str, ...]:
    """Names of the models in `checkpoints/` and in the folder $BRANCHED_MODELS, damaged files among them."""
    return checkpoint.names("model")


def pick_device(device: str) -> torch.device:
    """The device for "auto" (a GPU when there is one), "cpu" or "cuda"."""
    if device not in ("auto", "cpu", "cuda"):
        raise BranchedError(f"The device is auto, cpu or cuda, not {device!r}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise BranchedError("This machine has no GPU that PyTorch can use; choose the device cpu or auto.")
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")


@dataclass(frozen=True)
class Extension:
    """How far the teaching of a class is. At times there are `samples` of it, images (n, H, W) or (n, H, W, 3) in [0,
    1] or rows (n, F), and the larger `model` as it is then; the last record has both."""

    step: int
    steps: int
    loss: float
    seconds: float
    samples: np.ndarray | None = None
    model: BranchedModel | None = None


class BranchedModel:
    """A hierarchically branched diffusion model: a class tree, and a network with one reverse process per branch.

    `facts` tells how it was trained and how well it does (a dictionary, as a header has it, is read into the record);
    `curves` holds the similarities by which its tree was found.
    `form` is what its data look like outside: images, unless told otherwise. Where images are spoken of below, a model
    of a table takes and gives rows (B, F) in the features' own units. Nothing in it changes after loading, so that
    threads can share it.
    """

    def __init__(self, network: BranchedNetwork, tree: ClassTree, facts: Facts | Mapping[str, Any],
                 curves: dict[str, np.ndarray], form: Form | None = None):
        self.tree, self.curves, self.form = tree, curves, form or Images(network.config.shape)
        self.facts = facts if isinstance(facts, Facts) else Facts.read(facts, self.form.kind)
        self.denoise = Denoiser(network.eval().requires_grad_(False), tree, self.form)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.tree.labels

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one object outside: (H, W), (H, W, 3), or (F,)."""
        if self.features:
            return self.form.shape
        channels, height, width = self.form.shape
        return (height, width) if channels == 1 else (height, width, channels)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of a table; none of images."""
        return self.form.features if isinstance(self.form, Table) else ()

    def rounded(self, rows) -> np.ndarray:
        """Rows (..., F) of a table with every value on its feature's own grid: within the range of the training rows,
        and a whole number where all of these were."""
        if not self.features:
            raise BranchedError("This model makes images; only rows of a table are rounded.")
        return self.form.rounded(rows)

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    @property
    def parameters(self) -> int:
        """How many numbers the network has learnt."""
        return sum(parameter.numel() for parameter in self.denoise.network.parameters())

    def save(self, path: str | PathLike) -> None:
        """Write the model to one safetensors file."""
        network = self.denoise.network
        tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
        tensors |= {f"curves.{key}": torch.from_numpy(value) for key, value in self.curves.items()}
        table = {"table": asdict(self.form)} if isinstance(self.form, Table) else {}
        checkpoint.save(path, "model", tensors, {"network": asdict(network.config), "branches": network.branches,
                                                 "tree": self.tree.to_json(), "facts": self.facts.stored, **table})

    def with_quality(self, quality: Quality) -> BranchedModel:
        """The same model with measured figures; of what was not measured anew the old ones stay."""
        return self._with(self.facts.with_quality(quality))

    def _with(self, facts: Facts) -> BranchedModel:
        return BranchedModel(self.denoise.network, self.tree, facts, self.curves, self.form)

    def sample(self, labels: Label | Iterable[Label] | None = None, n: int = 8, steps: int = 20, seed: int = 0,
               solver: str = SOLVER) -> generate.Samples:
        """Draw n objects of every label (None: of all classes). Shared branches are computed once."""
        names = self.tree.group(labels)
        return generate.sample(self.denoise, names, **_checked(n=n, steps=steps, seed=seed, solver=solver))

    def sampling(self, labels: Label | Iterable[Label] | None = None, n: int = 8, steps: int = 20, seed: int = 0,
                 solver: str = SOLVER, hybrids: bool = False) -> Iterator[generate.Frame]:
        """As `sample`, but telling of every step: for animations and progress. The last frame has the result.

        With `hybrids`, the result also has what was shared at every branch point on the way.
        """
        names = self.tree.group(labels)
        options = _checked(n=n, steps=steps, seed=seed, solver=solver)
        return generate.sampling(self.denoise, names, hybrids=bool(hybrids), **options)

    def hybrid(self, a: Label | Iterable[Label], b: Label | Iterable[Label], n: int = 8, steps: int = 20,
               seed: int = 0, solver: str = SOLVER) -> Hybrid:
        """What the classes (or sets of classes) a and b share at their meeting point, and what becomes of it."""
        options = _checked(n=n, steps=steps, seed=seed, solver=solver)
        return hybrid(self.denoise, self.tree.group(a), self.tree.group(b), **options)

    def prepare(self, picture) -> np.ndarray:
        """A picture file (bytes or a path), an image or an array, as this model sees it: float32 (H, W) or (H, W, 3).

        A character is found in a photo, scan or drawing, scaled and centred. Raises BranchedError if there is none.
        """
        if self.features:
            raise BranchedError(f"This model takes rows of a table ({', '.join(self.features)}), not pictures.")
        from ..photos.photo import prepare  # brings SciPy along, for which loading need not wait

        return prepare(picture, self.shape, self.facts.data.background)

    def transmute(self, images, source: Label, target: Label | Iterable[Label],
                  time: float | Iterable[float] | None = None, steps: int = 20, seed: int = 0,
                  deterministic: bool = False, solver: str | None = None) -> Transmutation:
        """Turn images (B, H, W) of class `source`, floats in [0, 1], or rows (B, F), into the class `target`.

        `time` is the turning time, by default the meeting point of the two classes. Several targets or several times
        add an axis each to the result, targets first, and are walked in one batch.
        """
        began = perf_counter()
        if deterministic and solver in STOCHASTIC:
            raise BranchedError(f"A deterministic transmutation takes a solver without noise, not {solver}.")
        options = _checked(steps=steps, seed=seed, solver=solver or (ODE_SOLVER if deterministic else SOLVER))
        source, targets, times = self.tree.label(source), self.tree.group(target), _times(time)
        meeting = [self.tree.meeting_point(source, name) for name in targets]
        turns = [(name, t) for name, own in zip(targets, meeting, strict=True) for t in (times or [own])]
        x0 = self.form.to_core(images).to(self.device)
        *found, evaluations = transmute(self.denoise, x0, source, turns, deterministic=deterministic, **options)
        by_target = (x.unflatten(0, (len(targets), -1)) for x in found)                    # (targets, times, B, ...)
        made, noisy = map(self.form.from_core, by_target)
        turning = tuple(times) or tuple(meeting)
        if not _is_many(time):
            made, noisy = made[:, 0], noisy[:, 0]
        if not _is_many(target):
            made, noisy, targets = made[0], noisy[0], targets[0]
        if len(turning) == 1 and not _is_many(time) and (times or not _is_many(target)):
            turning = turning[0]
        return Transmutation(made, self.form.kind, noisy, turning, source, targets, deterministic, evaluations,
                             perf_counter() - began, seed, steps, options["solver"])

    def noised(self, images, time: float | Iterable[float], seed: int = 0) -> np.ndarray:
        """Images (B, H, W) as they are at a diffusion time, clipped to [0, 1] like all that is shown; or rows (B, F).

        Several times add an axis in front; an image keeps its noise from one time to the next.
        """
        _checked(seed=seed)
        x0 = self.form.to_core(images)
        noise = normal([mix(seed, i) for i in range(len(x0))], self.denoise.shape)
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
        from . import discovery, extend  # bring SciPy along, for which loading need not wait

        _checked(seed=seed, **({} if steps is None else {"steps": steps}))
        x = extend.checked(self.form.to_core(images), self.form)
        self.tree.graft(name, self.labels[0], 0.5 if time is None else time)  # or it says what is wrong with the name
        sibling, curves = None if sibling is None else self.tree.label(sibling), {}
        if "means" in self.curves or None in (sibling, time):
            curves = discovery.with_class(self.curves, self.form.scale(x), seed)
            found = discovery.joining(self.labels, curves, self.facts.discovery.rule, sibling)
            sibling, time = found[0], found[1] if time is None else float(time)
        tree = self.tree.graft(name, sibling, time)
        config = extend.plan(len(x), steps, seed)
        row = self.tree.leaf(sibling).process
        return self._extending(extend.learning(self.denoise, tree, name, x, row, config), tree, curves, Lesson(
            name=name, sibling=sibling, time=time, count=len(x), training=Training(**asdict(config))))

    def _extending(self, steps: Iterator, tree: ClassTree, curves: dict, lesson: Lesson) -> Iterator[Extension]:
        for learnt in steps:
            model = None
            if learnt.network is not None:
                lesson = replace(lesson, steps=learnt.step, seconds=round(learnt.seconds, 1), versions=versions())
                model = BranchedModel(learnt.network, tree, self.facts.with_lesson(lesson), curves, self.form)
            yield Extension(learnt.step, learnt.steps, learnt.loss, learnt.seconds, learnt.samples, model)

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
        rows = [row for row in range(network.branches) if row != gone]
        return BranchedModel(network.only(rows), tree, self.facts.without_lesson(name),
                             without_class(self.curves, self.labels.index(name)), self.form)

    def judge(self) -> Judge | None:
        """The independent classifier shipped for the data that this model was trained on; None if there is none."""
        name = f"judge-{self.facts.data.name}"
        if name not in checkpoint.names("judge"):
            return None
        judge = Judge.load(checkpoint.find(name))
        fits = judge.shape == self.shape and set(self.labels) <= set(judge.labels)
        return judge if fits else None

    def classify(self, images, noises: int = 12, seed: int = 0) -> Classes:
        """Which class is each image (B, H, W) or row (B, F), by the tree: (B,) names, with `.probabilities` (B, N).

        Every one is looked at `noises` times, each time with more of it showing through fresh noise.
        """
        _checked(noises=noises, seed=seed)
        return classify(self.denoise, self.form.to_core(images).to(self.device), noises, seed)


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


def _checked(seed: int, solver: str = SOLVER, **counts: int) -> dict[str, Any]:
    """The given options as they are, or a sentence about the one that is impossible."""
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 1 <= value <= MOST[name]:
            raise BranchedError(f"{name} is a whole number from 1 to {MOST[name]}, not {value!r}.")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise BranchedError(f"The seed is a whole number, not {seed!r}.")
    if not isinstance(solver, str) or solver not in SOLVERS:
        raise BranchedError(f"There is no solver {solver!r}; choose one of {', '.join(SOLVERS)}.")
    return {"seed": int(seed), "solver": solver, **{name: int(value) for name, value in counts.items()}}
