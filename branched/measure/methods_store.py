"""Writing what was measured of all methods, a piece at a time, into the two files that `methods_data` reads, and a
third that is not shipped: the judge's features of drawn images, of which maps are made.

What lies in one folder was measured alike, so that it compares; what was measured earlier stays.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from ..version import versions
from . import two_files
from .methods_data import FILES
from .two_files import stored_arrays, write_arrays, write_figures

FIGURES, PICTURES, LOOKS = (f"{FILES.stem}{end}" for end in (".json", ".npz", "-features.npz"))
NAMED = ("rows", "curves", "autoencoders", "variants", "tsne")  # sections with an entry for each name
PROTOCOL = ("seed", "n", "curve_seed", "curve_n", "steps", "solver")  # what all figures of a folder have in common
ROWS = ("unconditional", "label", "free", "classifier", "classifier-told", "latent-kl", "latent-vq", "cbn", "ac",
        "tree", "tree-guided", "tree-classifier")
CURVES = ("free", "classifier", "classifier-told", "tree", "tree-classifier", "latent", "latent-vq")


@dataclass(frozen=True)
class Piece:
    """A part of what is measured: values for a section's entry of that `name` ("" where the section is one value);
    pictures by their names in that file, and `looks`, the judge's features of drawn images. A point of a curve has one
    picture of each class, (N, H, W)."""

    section: str
    name: str = ""
    values: Any = None
    pictures: Mapping[str, np.ndarray] = field(default_factory=dict)
    looks: Mapping[str, np.ndarray] = field(default_factory=dict)


def stored_figures(folder: Path) -> dict[str, Any]:
    """The figures as they lie there, {} if there are none. Raises BranchedError if they are cut short or foreign."""
    return two_files.stored_figures(folder / FIGURES)


def store(folder: Path, protocol: Mapping[str, Any], pieces: Iterable[Piece], machine: str) -> None:
    """Put pieces into what lies in a folder; all else stays. Raises BranchedError if that was measured otherwise."""
    figures = stored_figures(folder)
    agreed(figures, protocol, folder)
    pictures, looks = (stored_arrays(folder / name) for name in (PICTURES, LOOKS))
    figures = {"machine": machine, **figures, **protocol, "measured": date.today().isoformat(), "versions": versions()}
    for piece in pieces:
        if piece.section == "seconds":
            figures["seconds_machine"] = machine
        _put(figures, pictures, piece, machine)
        looks |= piece.looks
    for name, arrays in ((PICTURES, pictures), (LOOKS, looks)):
        if arrays:
            write_arrays(folder / name, arrays)
    write_figures(folder / FIGURES, _in_order(figures), NAMED)


def agreed(figures: Mapping[str, Any], protocol: Mapping[str, Any], folder: Path) -> None:
    """Raises BranchedError if stored figures were measured otherwise."""
    two_files.agreed(figures, {key: protocol[key] for key in PROTOCOL}, folder / FIGURES)


def is_as_asked(entry: Mapping[str, Any], setting: Any) -> bool:
    """Whether an entry is of a setting: its model, and how that was guided."""
    return all(entry.get(name) == getattr(setting, name) for name in ("model", "guidance", "guide"))


def _put(figures: dict[str, Any], pictures: dict[str, np.ndarray], piece: Piece, machine: str) -> None:
    """One piece into its place; a row tells the machine that it was measured on."""
    if piece.section == "curves":
        _put_point(figures.setdefault("curves", {}), pictures, piece)
        return
    pictures |= piece.pictures
    if piece.section == "rows":
        _put_row(figures, replace(piece, values=piece.values | {"machine": machine}))
    elif piece.section == "seconds":
        for name, seconds in piece.values.items():
            figures["rows"][name] |= {"seconds": seconds}
    elif piece.section in NAMED:
        figures.setdefault(piece.section, {})[piece.name] = piece.values
    else:
        figures[piece.section] = piece.values


def _put_point(curves: dict[str, Any], pictures: dict[str, np.ndarray], piece: Piece) -> None:
    """A point into its curve, in the place of one with the same guidance; and its picture likewise."""
    [(key, picture)] = piece.pictures.items()
    points = curves.get(piece.name, [])
    both = {point["guidance"]: (point, seen) for point, seen in zip(points, pictures.get(key, ()), strict=True)}
    both[piece.values["guidance"]] = (piece.values, picture)
    curves[piece.name], seen = zip(*(both[guidance] for guidance in sorted(both)), strict=True)
    pictures[key] = np.stack(seen)


def _put_row(figures: dict[str, Any], piece: Piece) -> None:
    """A row in the place of an old one, whose map goes, and whose seconds stay where it is drawn as before."""
    rows = figures.setdefault("rows", {})
    old = rows.get(piece.name, {})
    is_same = all(old.get(key) == piece.values[key] for key in ("model", "guidance", "guide"))
    rows[piece.name] = piece.values | ({"seconds": old["seconds"]} if is_same and "seconds" in old else {})
    figures.get("tsne", {}).pop(piece.name, None)


def _in_order(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The same, rows and curves in their order."""
    order = {"rows": ROWS, "curves": CURVES}
    return {key: {name: value[name] for name in (*order[key], *value) if name in value} if key in order else value
            for key, value in figures.items()}
