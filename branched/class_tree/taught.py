"""What a model was taught beyond the one that it grew from, as a small file: the private parameters of the new classes,
their curves and lessons. With the model that it grew from it is the larger model again, to the last bit."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import checkpoint
from ..errors import BranchedError
from ..facts import Facts
from ..networks.base import BranchedNetwork
from .tree import ClassTree

KIND = "lessons"   # of the files
OTHER = "it was taught to another model"
Curves = dict[str, np.ndarray]
Model = Any      # a BranchedModel, whose module knows this one


def save(path: Path, larger: Model, base: Model) -> None:
    """Write what `larger` knows beyond `base`, from which it grew by lessons alone. Raises BranchedError if it did not.
    """
    _checked(larger.tree, base.tree)
    old, classes = base.denoise.network.processes, len(base.labels)
    tensors = {f"network.{name}": table[old:] for name, table in larger.denoise.network.private().items()}
    if larger.curves:
        tensors |= {"curves.similarity": torch.from_numpy(larger.curves["similarity"][:, classes:]),
                    "curves.means": torch.from_numpy(larger.curves["means"][:, classes:])}
    lessons = larger.facts.stored["extensions"][len(base.facts.stored.get("extensions", [])):]
    checkpoint.save(path, KIND, tensors, {"base": fingerprint(base), "tree": larger.tree.to_json(), "lessons": lessons})


def load(path: Path, base: Model) -> Model:
    """`base` with what a file says that it was taught. Raises BranchedError if the file is missing, cut short or
    edited, was of another model, or does not hold whole lessons."""
    return checkpoint.assembled(path, KIND, lambda _, tensors, header: _grown(base, tensors, header))


def fingerprint(model: Model) -> str:
    """A checksum of the weights of a model and of its tree."""
    weights = {name: value.detach().cpu() for name, value in model.denoise.network.state_dict().items()}
    return checkpoint.digest(weights, str(model.tree.to_json()))


def _grown(base: Model, tensors: dict[str, Tensor], header: dict[str, Any]) -> Model:
    """The larger model from the contents of a file."""
    if header["base"] != fingerprint(base):
        raise BranchedError(OTHER)
    tree = ClassTree.from_json(header["tree"])
    new = _checked(tree, base.tree)
    facts = _facts(base.facts, header["lessons"], new)
    network, curves = _network(base.denoise.network, tensors, len(new)), _curves(base.curves, tensors, len(new))
    return type(base)(network, tree, facts, curves, base.form, base.name)


def _checked(tree: ClassTree, old: ClassTree) -> tuple[str, ...]:
    """The labels that a tree has beyond an old one; without them it must be that. Raises BranchedError."""
    count = len(old.labels)
    new, bare = tree.labels[count:], tree
    for label in reversed(new):
        bare = bare.prune(label)
    if bare != old or not new or tree.processes != old.processes + len(new):
        raise BranchedError(OTHER)
    return new


def _facts(old: Facts, lessons: Any, new: tuple[str, ...]) -> Facts:
    """Facts with the lessons of the new classes, one of each and in their order."""
    stored = old.stored
    facts = Facts.read(stored | {"extensions": [*stored.get("extensions", []), *lessons]}, old.kind)
    if [lesson.name for lesson in facts.extensions[len(old.extensions):]] != list(new):
        raise BranchedError("its lessons are not those of its classes")
    return facts


def _network(old: BranchedNetwork, tensors: dict[str, Tensor], count: int) -> BranchedNetwork:
    """A network with so many processes more, whose private parameters the tensors have."""
    tables = {}
    for name, table in old.private().items():
        rows = tensors[f"network.{name}"]
        if rows.dtype != torch.float32 or rows.shape != (count, *table.shape[1:]) or not rows.isfinite().all():
            raise BranchedError("its weights are not those of such a network")
        tables[name] = torch.cat([table.detach(), rows.to(table.device)])
    return old.with_private(tables)


def _curves(old: Curves, tensors: dict[str, Tensor], count: int) -> Curves:
    """Curves with those of so many new classes; none, where the file has none."""
    if "curves.means" not in tensors:
        return {}
    similarity, means = (tensors[f"curves.{name}"].numpy() for name in ("similarity", "means"))
    grown = np.pad(old["similarity"], ((0, 0), (0, count), (0, count)))
    if (grown[:, -count:].shape, means.shape[1]) != (similarity.shape, count):
        raise BranchedError("its curves are not those of its classes")
    if not np.isfinite(similarity).all() or not np.isfinite(means).all():
        raise BranchedError("its curves are not finite numbers")
    grown[:, -count:] = similarity
    grown[:, :, -count:] = similarity.transpose(0, 2, 1)
    return {**old, "similarity": grown, "means": np.concatenate([old["means"], means.astype(old["means"].dtype)], 1)}
