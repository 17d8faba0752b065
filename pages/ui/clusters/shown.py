"""What the page "Without labels" shows: the tree as knots and leaves, and pictures as HTML."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from branched import Outline

from ..frame.look import Look
from ..language import localised
from ..language import percent as per_cent
from ..parts.markup import filled
from ..parts.picture_tree import Knot, Leaf, places
from ..parts.pictures import levels, picture, png
from . import told

HERE = Path(__file__).parent
CSS = HERE / "clusters.css"
MOST = 40         # features in the table
IMPROBABLE = 0.2  # of a leaf: below it, from the same root most ways lead to others


class Cell(NamedTuple):
    """A picture, and the probability of its leaf, where that is small ("": it is not)."""

    source: str
    note: str


class Row(NamedTuple):
    """Pictures and what they are."""

    name: str
    cells: list[Cell]


def knots(outline: Outline, mass: Mapping[int, float], says: Mapping[int, str],
          kinds: Mapping[int, str] = {}) -> list[Knot]:
    """The nodes of a tree, with the share of objects that passes each, and what is said of them."""
    leaves = [outline.leaf(group).id for group in outline.groups]
    xs = places({node.id: node.parent for node in outline.nodes}, leaves)
    top = max((node.low for node in outline.nodes if node.parent is None), default=0.0) or 1.0
    return [Knot(node.id, node.parent, xs[node.id], node.low / top, mass[node.id],
                 1.0 if node.parent is None else mass[node.id] / max(mass[node.parent], 1e-9), says[node.id],
                 kind=kinds.get(node.id, "")) for node in outline.nodes]


def leaves(outline: Outline, mass: Mapping[int, float], counts: np.ndarray | None, classes: Sequence[str],
           probabilities: np.ndarray | None = None, names: Mapping[str, str] = {}) -> list[Leaf]:
    """What stands below each leaf: its name and share; from counts (leaves, classes) its histogram, else the class that
    it has in `names`; and corners, where its probabilities (leaves, n) are small."""
    result = []
    for k, group in enumerate(outline.groups):
        known = counts is not None and counts[k].sum() > 0
        note = f"{classes[counts[k].argmax()]}: {per_cent(counts[k].max() / counts[k].sum())}" if known else \
            told.few_words(names.get(group, ""), mass[outline.leaf(group).id])
        result.append(Leaf(outline.leaf(group).id, group, note,
                           (counts[k] / counts[k].sum()).tolist() if known else (),
                           () if probabilities is None else corners(probabilities[k])))
    return result


def corners(probabilities: np.ndarray) -> list[str]:
    """What is written in the corners of pictures whose leaf was improbable, from probabilities (n,)."""
    return [percent(p) if p < IMPROBABLE else "" for p in probabilities.tolist()]


def percent(p: float) -> str:
    """A probability in percent."""
    return per_cent(p) if p >= 0.005 else f"<{per_cent(0.01)}"


def says(outline: Outline, mass: Mapping[int, float], counts: np.ndarray | None,
         classes: Sequence[str]) -> dict[int, str]:
    """What is said of every node, by its id."""
    names = digits(outline, counts, classes)
    return {node.id: told.leaf_says(node.name, mass[node.id],
                                    None if counts is None else counts[outline.groups.index(node.name)], classes)
            if node.is_leaf else told.node_says(outline, node, mass, names) for node in outline.nodes}


def digits(outline: Outline, counts: np.ndarray | None, classes: Sequence[str]) -> dict[str, str]:
    """The most frequent class of each leaf, by its name; nothing where that is not known."""
    if counts is None:
        return {}
    return {group: classes[row.argmax()] for group, row in zip(outline.groups, counts, strict=True) if row.sum()}


def cells(images: np.ndarray, probabilities: np.ndarray | None = None) -> list[Cell]:
    """Pictures (n, H, W[, 3]) with the probabilities (n,) of their leaf."""
    notes = [""] * len(images) if probabilities is None else corners(probabilities)
    return [Cell(png(picture(image / 255)), note) for image, note in zip(levels(images), notes, strict=True)]


def sheet(rows: Sequence[Row], across: int = 8) -> str:
    """Rows of pictures as HTML, so many beside each other."""
    return filled(HERE / "cells.html", rows=rows, across=across)


def means(outline: Outline, features: Sequence[str], rows: np.ndarray) -> str:
    """A table of leaves by features, from rows (leaves, n, F) of each leaf: means, marked where they are far from that
    of all leaves."""
    mean, spread = rows.mean(1), rows.reshape(-1, rows.shape[-1]).std(0) + 1e-9
    far = np.abs(mean - mean.mean(0)) > spread
    lines = [(features[k], [(localised(f"{mean[leaf, k]:.4g}"), bool(far[leaf, k])) for leaf in range(len(mean))])
             for k in range(min(len(features), MOST))]
    return filled(HERE / "means.html", groups=outline.groups, lines=lines)


def details(title: str, text: str) -> str:
    """A text that is seen once its title is clicked."""
    return filled(HERE / "details.html", title=title, text=text)


def style(look: Look) -> str:
    """The colours of a theme, for the page's style sheet."""
    return f"<style>.stMain {{--lit: {look.lit}; --other: {look.other}}}</style>"
