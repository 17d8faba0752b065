"""What was measured of the tree that is shown: pictures and classes of its leaves, and how many objects pass a node.

Of a visitor's own tree nothing was measured; then the tree itself tells what it can.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import branched
from branched import BranchedError, MeasuredClusters


@dataclass(frozen=True, eq=False)
class Measured:
    """The files' contents, if they are of this tree; `why` not, in a sentence, where they are missing or damaged."""

    data: MeasuredClusters | None = None
    why: str = ""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes that were looked up afterwards; none, if nothing was measured."""
        return self.data.record.classes if self.data else ()

    @property
    def seed(self) -> int:
        """The draw number of the kept pictures."""
        return self.data.record.seed if self.data else 0

    @property
    def steps(self) -> int:
        return self.data.record.steps if self.data else 20

    def pictures(self, way: str) -> np.ndarray | None:
        """Kept pictures (leaves, n, H, W), uint8, if there are such."""
        return self.data.of(way) if self.data else None

    def counts(self, way: str) -> np.ndarray | None:
        """How many pictures of every class each leaf has, int (leaves, classes), if that was counted."""
        return self.data.counts(way) if self.data else None


def of(name: str, model: Any) -> Measured:
    """What was measured of a tree with this name and these leaves."""
    try:
        data = branched.measured_clusters()
    except BranchedError as error:
        return Measured(why=str(error))
    is_ours = data.record.model == name and data.record.groups == tuple(model.groups)
    return Measured(data) if is_ours else Measured()


def masses(model: Any, measured: Measured) -> dict[int, float]:
    """The share of objects that pass each node of the outline, by its id: as measured, else as the last snapshot of the
    growth counted, else all leaves alike."""
    outline = model.outline()
    reached = {int(node): share for node, share in measured.data.record.reached.items()} if measured.data else {}
    if all(node.id in reached for node in outline.nodes):
        return {node.id: reached[node.id] for node in outline.nodes}
    counts = model.snapshots[-1].counts if model.snapshots else ()
    if len(counts) != len(model.groups) or not sum(counts):
        counts = (1,) * len(model.groups)
    of_leaf = dict(zip(model.groups, counts, strict=True))
    return {node.id: sum(of_leaf[group] for group in node.groups) / sum(counts) for node in outline.nodes}


def members(model: Any, measured: Measured) -> np.ndarray | None:
    """Real members of every leaf (leaves, n, ...): as measured, else those of the last snapshot, in [0, 1] or in the
    units of a table; None if there are none."""
    if (kept := measured.pictures("members")) is not None:
        return kept
    if not model.snapshots or len(model.snapshots[-1].counts) != len(model.groups):
        return None
    stored = model.snapshots[-1].thumbnails
    outside = model.form.from_core(model.form.scale(stored.flatten(0, 1)))
    return outside.reshape(*stored.shape[:2], *outside.shape[1:])
