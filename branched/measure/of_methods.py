"""How each way to tell a model what to draw is measured: its settings, what is drawn, and its figures."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..class_tree.model import BranchedModel
from ..class_tree.parents import parents_named
from ..denoisers import classifiers
from ..errors import BranchedError
from ..family import load
from ..noise.sampling import Sampling
from . import metrics, of_images
from .methods_data import Point
from .methods_store import CURVES, PROTOCOL, ROWS

UNTOLD, TELLING, TREE = "mnist-unconditional", "mnist-guided", "mnist"
SHIPPED_VARIANTS = {"cbn-class": "mnist-cbn", "ac-1-frozen-weighted": "mnist-ac"}
ENDING = ".safetensors"
FREE = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
TOLD = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0)


@dataclass(frozen=True)
class Setting:
    """A model, and how it is guided."""

    model: str
    guidance: float = 0.0
    guide: str = "model"

    @property
    def is_told(self) -> bool:
        """Whether the class has a say. Where it has none, the same noise becomes the same image for every class."""
        return self.model != UNTOLD or self.guidance > 0


@dataclass(frozen=True)
class Curve:
    """A setting, at several strengths of guidance."""

    setting: Setting
    guidances: tuple[float, ...]

    @property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(replace(self.setting, guidance=guidance) for guidance in self.guidances)


OF_CURVES: dict[str, Curve] = dict(zip(CURVES, (
    Curve(Setting(TELLING), FREE),
    Curve(Setting(UNTOLD, guide="classifier"), (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)),
    Curve(Setting(TELLING, guide="classifier"), TOLD),
    Curve(Setting(TREE), (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)),
    Curve(Setting(TREE, guide="classifier"), TOLD),
    Curve(Setting("mnist-latent-kl"), FREE),
    Curve(Setting("mnist-latent-vq"), FREE),
), strict=True))
# A row is a setting, or a curve at its best.
OF_ROWS: dict[str, Setting | str] = dict(zip(ROWS, (
    Setting(UNTOLD), Setting(TELLING), "free", "classifier", "classifier-told", "latent", "latent-vq",
    Setting("mnist-cbn"), Setting("mnist-ac"), Setting(TREE), "tree",
    "tree-classifier",
), strict=True))


@dataclass(frozen=True)
class Protocol:
    """What is asked of all measurements that compare. `models` is a folder that is looked in first; `variants` are
    sought there alone."""

    n: int = 1000               # images of each class, for a row
    seed: int = 2               # of rows
    curve_n: int = 300          # images of each class, for a point of a curve
    curve_seed: int = 1         # of curves
    steps: int = Sampling.steps
    solver: str = Sampling.solver
    models: Path | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        """Raises BranchedError for the impossible."""
        for n, seed in ((self.n, self.seed), (self.curve_n, self.curve_seed)):
            if Sampling(n, self.steps, self.solver, seed).seed < 0:
                raise BranchedError(f"Real images are chosen by a seed of at least 0, not {seed}.")

    @property
    def stored(self) -> dict[str, Any]:
        """What of it the record tells."""
        return {name: getattr(self, name) for name in PROTOCOL}

    def sampling(self, setting: Setting, n: int, seed: int) -> Sampling:
        """What is asked of a walk."""
        return Sampling(n, self.steps, self.solver, seed, setting.guidance, setting.guide)

    def file(self, name: str) -> str | Path:
        """Where a model lies: in the folder, or where `branched.load` finds it."""
        path = self.models / f"{name}{ENDING}" if self.models else None
        return path if path and path.is_file() else name

    def load(self, name: str | Path) -> Any:
        """The model."""
        return load(self.file(str(name)), self.device)

    def variants(self) -> dict[str, str]:
        """What there is of a method in its forms that fail and that do not, by their names: models that are shipped,
        and the files cbn-* and ac-* of the folder."""
        folder = self.models or Path()
        files = [path.stem for kind in ("cbn", "ac") for path in sorted(folder.glob(f"{kind}-*{ENDING}"))]
        return SHIPPED_VARIANTS | dict(zip(files, files, strict=True))


WORSE = 1.5     # the feature Fréchet distance may be so many times what it is unguided
UNGUIDED_IS_NONE = ("classifier",)  # curves that begin with a model that is told nothing: there the least counts


def best(curve: str, points: Iterable[Point]) -> Point:
    """The guided point that is right most often, among those whose feature Fréchet distance is at most half as large
    again as unguided, or as the least where unguided is told nothing; of equals, and where none is as near, the one
    with the smaller distance."""
    unguided, *guided = sorted(points, key=lambda point: point.guidance)
    least = min(guided, key=lambda point: point.feature_frechet)
    most = WORSE * (least if curve in UNGUIDED_IS_NONE else unguided).feature_frechet
    near = [point for point in guided if point.feature_frechet <= most] or [least]
    return max(near, key=lambda point: (point.right, -point.feature_frechet))


# -- what is drawn -----------------------------------------------------------------------------------------------------


class Pictures(NamedTuple):
    """Images (n, H, W) by the class that they were meant to be, and what each took: evaluations where all classes were
    drawn together and alone, and gradients."""

    images: Mapping[str, np.ndarray]
    evaluations: float
    evaluations_alone: float
    gradients: float


def draw(model: Any, setting: Setting, sampling: Sampling) -> Pictures:
    """Draw n images of each class. Where the class has no say, as many are drawn from fresh noise each, and count for a
    class by their place."""
    if setting.is_told:
        samples = model.sample(sampling=sampling)
        images = dict(zip(samples.labels, samples.images, strict=True))
    else:
        samples = model.sample(model.labels[0], sampling=replace(sampling, n=sampling.n * len(model.labels)))
        parts = samples.images.reshape(len(model.labels), sampling.n, *samples.images.shape[2:])
        images = dict(zip(model.labels, parts, strict=True))
    count = sampling.n * len(model.labels)
    return Pictures(images, *(number / count for number in (
        samples.evaluations, samples.evaluations_class_by_class, samples.gradients)))


def fidelity(look: of_images.Look, real: np.ndarray) -> dict[str, float]:
    """The fields of `methods_data.Figures`, of what the judge saw, beside the features (m, D) of real images."""
    return {"right": float(np.mean(list(look.right.values()))), "right_worst": min(look.right.values()),
            **beside(look.features, look.probabilities, real)}


def beside(features: np.ndarray, probabilities: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Those fields that need not know what images were meant to be, from the judge's features (n, D) and probabilities
    (n, N), beside the features (m, D) of real ones."""
    found = of_images.compared(features, real)
    return {"feature_frechet": found["feature_frechet"],
            **dict(zip(("precision", "recall"), found["precision_recall"], strict=True)),
            **dict(zip(("density", "coverage"), found["density_coverage"], strict=True)),
            "score": metrics.judge_score(probabilities)}


def figures(pictures: Pictures, setting: Setting, look: of_images.Look, real: np.ndarray) -> dict[str, Any]:
    """The fields of a point, of pictures and what the judge saw in them, beside the features (m, D) of real images."""
    return {"model": setting.model, "guidance": setting.guidance, "guide": setting.guide, **fidelity(look, real),
            "evaluations": pictures.evaluations, "evaluations_alone": pictures.evaluations_alone,
            "gradients": pictures.gradients}


def learnt(model: Any, setting: Setting) -> dict[str, Any]:
    """What a model is and what it took to train, with what guides it so, as far as their files tell."""
    training, (more, longer) = model.facts.training, _guiding(model, setting)
    minutes = None if training.seconds is None else round((training.seconds + longer) / 60, 2)
    told = {"parameters": model.parameters + more, "training_steps": training.steps,
            "training_device": training.device, "training_minutes": minutes}
    return {name: value for name, value in told.items() if value is not None}


def _guiding(model: Any, setting: Setting) -> tuple[int, float]:
    """Parameters of what guides a model beside itself, and the seconds that it took to train: a classifier, or the
    parents of a tree."""
    if not setting.guidance:
        return 0, 0.0
    if setting.guide == "classifier":
        data = model.facts.data.name
        classifier = classifiers.classifier_for(data, model.form.shape, model.device)
        return (sum(parameter.numel() for parameter in classifier.parameters()),
                classifiers.facts_for(data)["spent"]["seconds"])
    parents = parents_named(model.name) if isinstance(model, BranchedModel) else None
    return (0, 0.0) if parents is None else (sum(table.numel() for table in parents.tables.values()),
                                             parents.facts["training"]["seconds"])


def sets(model: Any, setting: Setting, protocol: Protocol, draws: int) -> np.ndarray:
    """An image of each class from each of the seeds 0, 1, ..., all from one noise: uint8 (draws, N, H, W)."""
    return np.stack([levels(model.sample(sampling=protocol.sampling(setting, 1, seed)).images[:, 0])
                     for seed in range(draws)])


def levels(images: Any) -> np.ndarray:
    """Images in [0, 1] as uint8."""
    return np.rint(255 * np.asarray(images)).astype(np.uint8)
