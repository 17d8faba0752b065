"""What was measured of all methods, side by side: the figures in `methods.json` and the pictures in `methods.npz`.

`python -m branched measure-methods` writes both; this module reads them, for pages and for tables. What a file does not
tell is None or empty. Shares are in [0, 1]; `score` is the judge's score, an Inception score (Salimans et al.,
arXiv 1606.03498) whose classifier is the project's own judge, from 1 to the number of classes.
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from .two_files import TwoFiles, changed

FILES = TwoFiles("methods", "all methods", "measure-methods")
KINDS = {"row": 4, "curve": 4, "variant": 4, "reconstruction": 4, "artefact": 3}  # dimensions of each kind of picture


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How good pictures are: as the judge sees them, and beside real ones, in the judge's features."""

    right: float | None = None
    right_worst: float | None = None
    feature_frechet: float | None = None
    precision: float | None = None
    recall: float | None = None
    density: float | None = None
    coverage: float | None = None
    score: float | None = None
    fine_share: float | None = None  # of real pictures and of variants: spectral energy in fine detail


class Row(Figures, frozen=True, kw_only=True):
    """A method: its model, how that is guided, and what it costs. Evaluations and gradients are those of one picture
    where all classes are drawn together (`evaluations_alone`: where it alone is), `seconds` those of one set of
    pictures, one of each class."""

    model: str
    guidance: float = 0.0
    guide: str = "model"
    evaluations: float | None = None
    evaluations_alone: float | None = None
    machine: str | None = None
    gradients: float | None = None
    seconds: float | None = None
    parameters: int | None = None
    training_steps: int | None = None
    training_minutes: float | None = None
    training_device: str | None = None


class Point(Figures, frozen=True, kw_only=True):
    """A method at one strength of its guidance."""

    guidance: float


class Variant(Figures, frozen=True, kw_only=True):
    """A model that is measured, not shipped. `own` is the share that its own auxiliary classifier takes for right,
    `fooled` the share that it alone does, and the judge does not. Of batch normalisation, `statistics_gap` is how far
    statistics of one time are from those of training, in standard deviations, and `time_counts` how much the network's
    answer changes if it is told another time."""

    own: float | None = None
    fooled: float | None = None
    statistics_gap: float | None = None
    time_counts: float | None = None
    parameters: int | None = None
    training_steps: int | None = None
    training_minutes: float | None = None
    training_device: str | None = None


class Autoencoder(msgspec.Struct, frozen=True, kw_only=True):
    """What is lost on the way through one: mean absolute `error` in [0, 1], and the judge's accuracy on what comes out
    (`right`) and went in (`right_real`)."""

    error: float | None = None
    psnr: float | None = None
    right: float | None = None
    right_real: float | None = None
    codes_used: int | None = None


class Map(msgspec.Struct, frozen=True, kw_only=True):
    """Places of real and drawn pictures in the plane (t-SNE), and the class that each drawn one was `meant` to be."""

    real: tuple[tuple[float, float], ...]
    drawn: tuple[tuple[float, float], ...]
    meant: tuple[int, ...]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The figures: of real test pictures, of the methods by row, along the curves of guidance, and of variants; n
    pictures of each class from one seed, `curve_n` from another along the curves. `machine` is where figures were first
    computed, as rows each tell, `seconds_machine` where seconds were taken."""

    measured: str = ""
    machine: str = ""
    versions: Mapping[str, Any] = {}
    seed: int = 0
    n: int = 0
    curve_seed: int = 0
    curve_n: int = 0
    seconds_machine: str = ""
    steps: int = 20
    solver: str = ""
    real: Figures = Figures()
    rows: Mapping[str, Row] = {}
    curves: Mapping[str, tuple[Point, ...]] = {}
    autoencoders: Mapping[str, Autoencoder] = {}
    variants: Mapping[str, Variant] = {}
    tsne: Mapping[str, Map] = {}


@dataclass(frozen=True, eq=False)
class MeasuredMethods:
    """Figures and pictures, uint8. "row/NAME" and "variant/NAME" (draws, classes, H, W), "curve/NAME" (points, classes,
    H, W), "reconstruction/NAME" (real, decoded and difference; classes, H, W); "artefact/NAME" (classes, H, W) is
    int16, a difference of pictures."""

    record: Record
    pictures: Mapping[str, np.ndarray]

    def of(self, kind: str, name: str) -> np.ndarray | None:
        """The pictures of a kind and name, if there are such."""
        return self.pictures.get(f"{kind}/{name}")


def measured_methods(folder: str | os.PathLike | None = None) -> MeasuredMethods:
    """What was measured, from a folder: else $BRANCHED_MODELS, if that has such files, or `checkpoints/`.

    Kept as long as the files do not change; never change what it returns. Raises BranchedError with the reason if they
    are missing, damaged or do not fit together.
    """
    paths = FILES.find(folder)
    return _kept(*paths, *changed(paths))


@lru_cache(maxsize=4)
def _kept(figures: Path, pictures: Path, *changed: int) -> MeasuredMethods:
    record = FILES.figures(figures, Record)
    return MeasuredMethods(record, _fitting(FILES.pictures(pictures), record, pictures))


def _fitting(arrays: dict[str, np.ndarray], record: Record, path: Path) -> dict[str, np.ndarray]:
    """The arrays, checked: each is what its name says, and a curve has as many pictures as points, a
    reconstruction three."""
    for name, array in arrays.items():
        kind, _, rest = name.partition("/")
        wanted = np.int16 if kind == "artefact" else np.uint8
        points = {"curve": len(record.curves.get(rest, ())), "reconstruction": 3}.get(kind, len(array))
        if array.ndim != KINDS.get(kind) or array.dtype != wanted or 0 in array.shape or len(array) != points:
            raise FILES.misfit(name, array, path)
    return arrays
