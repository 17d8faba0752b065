"""What was measured of trees that nobody labelled, and of what draws their clusters: the figures in `clusters.json` and
the pictures in `clusters.npz`.

`python -m branched measure-clusters` writes both; this module reads them, for pages and for tables. What a file does
not tell is None or empty, for a measurement may have come to a part of it only. Shares are in [0, 1], entropies and
information in nats. A *way* is how pictures of a leaf come about: its `members` (real test pictures), its own
`decoder`, `diffusion` (told the path, guided as is usual; or `unguided`, as it was published), `naive` (told the
decoder's picture), or `bridged` (a class tree whose classes are the leaves).
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from .methods_data import Figures
from .two_files import TwoFiles, changed

FILES = TwoFiles("clusters", "trees without labels", "measure-clusters")
WAYS = ("members", "decoder", "naive", "unguided", "diffusion", "bridged")  # in the order of a table
CONDITIONS = ("image", "leaf", "latent", "leaf and latent", "path")  # what a diffusion model can be told
TEST, RECONSTRUCTED = "test", "reconstructed"
Counts = tuple[tuple[int, ...], ...]                             # of classes, for each leaf


class Clustering(msgspec.Struct, frozen=True, kw_only=True):
    """How well leaves are the classes of test pictures (`clustering.Clustering`), and `information`, which needs no
    class: what a leaf tells of a picture."""

    accuracy: float | None = None
    nmi: float | None = None
    ari: float | None = None
    leaf_purity: float | None = None
    dendrogram_purity: float | None = None
    information: float | None = None


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of the evidence lower bound of test pictures, means in nats; all but `elbo` are to be small."""

    reconstruction: float | None = None
    kl_root: float | None = None
    kl_nodes: float | None = None
    kl_decisions: float | None = None
    elbo: float | None = None


class SeedTree(Clustering, frozen=True, kw_only=True):
    """A tree that grew from one seed: its figures, with the terms of the bound, its leaves, the seconds of growing, and
    whether it is the one that was `chosen`, without labels."""

    seed: int | None = None
    name: str = ""
    reconstruction: float | None = None
    kl_root: float | None = None
    kl_nodes: float | None = None
    kl_decisions: float | None = None
    elbo: float | None = None
    leaves: int | None = None
    seconds: float | None = None
    chosen: bool = False

    @property
    def mark(self) -> str:
        """The word for a table."""
        return "chosen" if self.chosen else ""


SPREAD = tuple(name for name in SeedTree.__struct_fields__ if name not in ("seed", "name", "chosen"))


class Spread(NamedTuple):
    """Mean and standard deviation (divisor n - 1) of a figure, its least, its greatest, and of how many; nan where they
    are not defined."""

    mean: float
    deviation: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        mean, least, most = (f(values) if values else np.nan for f in (np.mean, np.min, np.max))
        deviation = np.std(values, ddof=1) if len(values) > 1 else np.nan
        return cls(float(mean), float(deviation), float(least), float(most), len(values))


class Row(Figures, frozen=True, kw_only=True):
    """A way to have pictures of a leaf. `purity` is the share of a leaf's pictures that are of its most frequent class,
    `right` of the class of most of its members; both, and `entropy`, are means over leaves, weighted by their members.
    Evaluations are those of one picture, seconds those of eight of every leaf, parameters those of all networks that
    draw. Training is that of the last of these; a decoder's is its tree's."""

    purity: float | None = None
    purity_worst: float | None = None
    entropy: float | None = None
    model: str | None = None
    solver: str | None = None
    guidance: float | None = None
    evaluations: float | None = None
    machine: str | None = None
    seconds: float | None = None
    parameters: int | None = None
    training_steps: int | None = None
    training_minutes: float | None = None
    training_device: str | None = None


class Reconstruction(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of test pictures on the way through the tree: mean absolute `error`, signal to noise in dB,
    `agreement` (the judge names the true class) and the feature Fréchet distance. Of the way `real`, of the pictures as
    they are: ceiling and floor."""

    error: float | None = None
    psnr: float | None = None
    agreement: float | None = None
    feature_frechet: float | None = None


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A diffusion model by what it is told of the way to a leaf, all trained alike; distances, of fewer pictures than
    those of a row, compare with each other alone."""

    purity: float | None = None
    right: float | None = None
    entropy: float | None = None
    feature_frechet: float | None = None
    training_steps: int | None = None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far the class tree and the learnt one agree (`agreement.agreement`): the share `agree` of the `triples` of
    classes that could be compared, the share that is expected by `chance`, and how many random trees agree as often
    (`luck`). Facing each other (`agreement.facing`), their leaves are in the orders `left` and `right`, and so many
    lines cross."""

    triples: int | None = None
    agree: float | None = None
    chance: float | None = None
    luck: float | None = None
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    crossings: int | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The figures. n pictures of every leaf were drawn (`condition_n` by conditions), in so many steps. `reached` is by
    nodes' ids as text; `leaves` has the classes of pictures for every leaf, by way: the true ones of members, else the
    judge's. `control` has trees grown by the published schedule."""

    measured: str = ""
    machine: str = ""
    versions: Mapping[str, Any] = {}
    seed: int = 0
    n: int = 0
    condition_n: int = 0
    steps: int = 20
    solver: str = ""
    seconds_machine: str = ""
    model: str = ""
    bridged: str = ""
    class_tree: str = ""
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    clustering: Clustering = Clustering()
    terms: Terms = Terms()
    seeds: tuple[SeedTree, ...] = ()
    control: tuple[SeedTree, ...] = ()
    reached: Mapping[str, float] = {}
    leaves: Mapping[str, Counts] = {}
    rows: Mapping[str, Row] = {}
    reconstructions: Mapping[str, Reconstruction] = {}
    conditions: Mapping[str, Condition] = {}
    agreement: Agreement = Agreement()

    def spread(self, figure: str, section: str = "seeds") -> Spread:
        """A figure over the trees of several seeds, or of `control`."""
        return Spread.of([value for tree in getattr(self, section) if (value := getattr(tree, figure)) is not None])

    @property
    def chosen(self) -> SeedTree | None:
        """The tree that was chosen."""
        return next((tree for tree in self.seeds if tree.chosen), None)

    @property
    def over_seeds(self) -> dict[str, Spread]:
        """All figures over the trees of several seeds, by name: for tables."""
        return {figure: self.spread(figure) for figure in SPREAD}

    @property
    def over_control(self) -> dict[str, Spread]:
        """The same over the control's trees."""
        return {figure: self.spread(figure, "control") for figure in SPREAD}


@dataclass(frozen=True, eq=False)
class MeasuredClusters:
    """Figures and pictures, uint8: of each way (leaves, n, H, W), by its name; "test" (n, H, W), and what became of
    those, "reconstructed/WAY"."""

    record: Record
    pictures: Mapping[str, np.ndarray]

    def of(self, way: str) -> np.ndarray | None:
        """The pictures of the leaves, (leaves, n, H, W), if there are such of this way."""
        return self.pictures.get(way)

    def counts(self, way: str) -> np.ndarray | None:
        """How many pictures of every class a leaf has by a way, int (leaves, classes)."""
        return np.array(self.record.leaves[way]) if way in self.record.leaves else None

    @property
    def test(self) -> np.ndarray | None:
        """Test pictures (n, H, W)."""
        return self.pictures.get(TEST)

    def reconstructed(self, way: str) -> np.ndarray | None:
        """What became of the test pictures, (n, H, W)."""
        return self.pictures.get(f"{RECONSTRUCTED}/{way}")


def measured_clusters(folder: str | os.PathLike | None = None) -> MeasuredClusters:
    """What was measured, from a folder: else $BRANCHED_MODELS, if that has such files, or `checkpoints/`.

    Kept as long as the files do not change; never change what it returns. Raises BranchedError with the reason if they
    are missing, damaged or do not fit together.
    """
    paths = FILES.find(folder)
    return _kept(*paths, *changed(paths))


@lru_cache(maxsize=4)
def _kept(figures: Path, pictures: Path, *changed: int) -> MeasuredClusters:
    record = _whole(FILES.figures(figures, Record), figures)
    return MeasuredClusters(record, _fitting(FILES.pictures(pictures), record, pictures))


def _whole(record: Record, path: Path) -> Record:
    """The record, checked: every count has its leaf and its class."""
    for way, counts in record.leaves.items():
        if len(counts) != len(record.groups) or {len(row) for row in counts} - {len(record.classes)}:
            raise FILES.broken(path, f"{way} are not {len(record.groups)} leaves of {len(record.classes)} classes")
    return record


def _fitting(arrays: dict[str, np.ndarray], record: Record, path: Path) -> dict[str, np.ndarray]:
    """The arrays, checked: each is what its name says, every leaf has its pictures, and every test picture its
    reconstruction."""
    for name, array in arrays.items():
        way, is_grid = name.removeprefix(f"{RECONSTRUCTED}/"), name in WAYS
        known = is_grid or name == TEST or (way in WAYS and way != name)
        count = len(record.groups) if is_grid else len(arrays.get(TEST, ()))
        if not known or array.ndim != 3 + is_grid or array.dtype != np.uint8 or 0 in array.shape or len(array) != count:
            raise FILES.misfit(name, array, path)
    return arrays
