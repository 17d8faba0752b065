"""What a page is told of its model, as JSON: `window.explorer.facts`."""
from __future__ import annotations

from itertools import combinations
from typing import Any

from ..class_tree.model import BranchedModel
from ..class_tree.tree import ClassTree
from ..noise.sampling import Sampling
from .stored import stored


def told(model: BranchedModel) -> dict[str, Any]:
    """Names, shapes and tree of a model, and how a page asks it if nobody says otherwise."""
    form, usual = model.form, Sampling.quality()
    takes = "character" if form.of_characters and form.placed else "drawing" if form.of_characters else "whole"
    return {"name": model.name, "labels": list(model.labels), "shape": list(model.shape), "inside": list(form.shape),
            "tree": branches(model.tree), "meeting": _meeting(model.tree),
            "background": form.background or 0.0, "takes": takes, "crop": form.crop,
            "defaults": {"steps": usual.steps, "quickSteps": Sampling.quick().steps, "solver": usual.solver},
            "stored": stored(model)}


def branches(tree: ClassTree) -> dict[str, Any]:
    """The branches of a tree in the order in which they are drawn."""
    each = [{"id": b.id, "parent": b.parent, "children": [child.id for child in tree.children(b)],
             "classes": list(b.classes), "low": b.t_low, "high": b.t_high, "process": b.process,
             "is_leaf": b.is_leaf} for b in sorted(tree.branches, key=lambda branch: branch.process)]
    return {"roots": [root.id for root in tree.roots], "branches": each}


def _meeting(tree: ClassTree) -> dict[str, float]:
    """When the paths of each two classes part."""
    return {f"{a}|{b}": tree.meeting_point(a, b) for a, b in combinations(tree.labels, 2)}
