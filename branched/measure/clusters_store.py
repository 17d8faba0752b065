"""Writing what was measured of trees without labels, a piece at a time, into the files that `clusters_data` reads."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..version import versions
from . import two_files
from .clusters_data import CONDITIONS, FILES, WAYS
from .two_files import stored_arrays, write_arrays, write_figures

FIGURES, PICTURES = (f"{FILES.stem}{end}" for end in (".json", ".npz"))
NAMED = {"leaves": WAYS, "rows": WAYS, "reconstructions": ("real", *WAYS), "conditions": CONDITIONS}  # and their order
TREES = ("seeds", "control")


@dataclass(frozen=True)
class Piece:
    """A part of what is measured: figures as the file has them, of sections with names and of trees only the entries
    that are new; and pictures by their names in the other file."""

    figures: Mapping[str, Any]
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)


def stored_figures(folder: Path) -> dict[str, Any]:
    """The figures as they lie there, {} if there are none. Raises BranchedError if they are cut short or foreign."""
    return two_files.stored_figures(folder / FIGURES)


def agreed(figures: Mapping[str, Any], protocol: Mapping[str, Any], folder: Path) -> None:
    """Raises BranchedError if stored figures were measured otherwise, or of another model."""
    two_files.agreed(figures, protocol, folder / FIGURES)


def store(folder: Path, protocol: Mapping[str, Any], pieces: Iterable[Piece], machine: str) -> None:
    """Put pieces into what lies in a folder; all else stays. Raises BranchedError if that was measured otherwise."""
    figures = stored_figures(folder)
    agreed(figures, protocol, folder)
    pictures = stored_arrays(folder / PICTURES)
    figures = {"machine": machine, **figures, **protocol, "measured": date.today().isoformat(), "versions": versions()}
    for piece in pieces:
        rows = {way: {"machine": machine, **row} for way, row in piece.figures.get("rows", {}).items()}
        for section, values in {**piece.figures, **({"rows": rows} if rows else {})}.items():
            figures[section] = _joined(section, figures.get(section), values)
        pictures |= piece.pictures
    write_arrays(folder / PICTURES, pictures)
    write_figures(folder / FIGURES, figures, (*NAMED, *TREES))


def _joined(section: str, old: Any, new: Any) -> Any:
    """A section with new entries in the place of old ones of that name, in their order; a tree's name is its own."""
    if section in TREES:
        trees = {tree["name"]: tree for tree in [*(old or ()), *new]}
        return chosen(sorted(trees.values(), key=lambda tree: (tree["seed"] is None, tree["seed"], tree["name"])))
    if section in NAMED:
        both = {**(old or {}), **new}
        return {name: both[name] for name in (*NAMED[section], *both) if name in both}
    return new


def chosen(trees: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same trees, the one chosen without labels: where a leaf tells most of a held-out picture; of equals, the one
    whose bound is higher."""
    best = max(trees, key=lambda tree: (tree["information"], tree["elbo"]))
    return [{**tree, "chosen": tree is best} for tree in trees]
