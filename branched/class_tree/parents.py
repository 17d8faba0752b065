"""Parents: processes of a trained tree that know what lies a little below their own end.

Just below a branch point a child's estimate can be compared with what the parent would go on to say, which knows of all
its classes: tree guidance goes away from that (see `guided`). The tree's own process says nothing there, for it was
never trained beyond its end. So the parents are processes apart, on the same frozen trunk, in a file of their own; the
model that they belong to stays as it is.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from .. import checkpoint
from ..errors import BranchedError
from ..networks.base import BranchedNetwork
from .tree import ClassTree

KIND = "parents"  # of the files


class Span(NamedTuple):
    """Where a branch has the estimate of a parent beside its own: at low < t <= high, in row `row` of the parents."""

    row: int
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Parents:
    """Private parameters of processes, `tables` (P, ...) each by the names of `BranchedNetwork.private`: row k goes on
    where the branch with the id `branches[k]` ends, down to `margin` below.

    `processes` is how many the model had for which they were trained, and `mark` tells that model from all others.
    """

    branches: tuple[int, ...]
    margin: float
    tables: Mapping[str, Tensor]
    processes: int
    mark: str
    facts: Mapping[str, Any]  # how they were trained

    def fits(self, network: BranchedNetwork, tree: ClassTree) -> bool:
        """Whether they belong to a model: the one for which they were trained, or what became of it by extension."""
        return tree.processes >= self.processes and self.mark == mark(network, tree, self.processes)

    def has_learnt(self, config: Any) -> bool:
        """Whether they were trained, to the end, as a training configuration says."""
        told, asked = self.facts.get("training", {}), json.loads(json.dumps(asdict(config)))
        return {name: told.get(name) for name in asked} == asked

    def network(self, network: BranchedNetwork, tree: ClassTree) -> BranchedNetwork:
        """A network of these processes on the trunk of a model. Raises BranchedError if they belong to another."""
        own = network.private()
        if not self.fits(network, tree) or {name: table.shape[1:] for name, table in self.tables.items()} != {
                name: table.shape[1:] for name, table in own.items()}:
            raise BranchedError("These parents were trained for another model: its network or its tree differs. Train "
                                "parents for this one.")
        device = next(network.parameters()).device
        tables = {name: table.to(device) for name, table in self.tables.items()}
        return network.with_private(tables).eval().requires_grad_(False)

    def spans(self, tree: ClassTree) -> dict[int, Span]:
        """The branches of a model's tree that have a parent here, by their ids.

        A branch that a graft has cut is still one process, which has the parent that it had before; a class that was
        learnt later has none.
        """
        rows, found = {branch: row for row, branch in enumerate(self.branches)}, {}
        for branch in tree.branches:
            whole = tree.parts(branch)[0]
            if branch.process < self.processes and whole.parent in rows:
                found[branch.id] = Span(rows[whole.parent], whole.t_high - self.margin, whole.t_high)
        return found

    def save(self, path: str | PathLike) -> None:
        """Write a safetensors file, in half precision."""
        checkpoint.save(path, KIND, {name: table.half() for name, table in self.tables.items()},
                        {"branches": self.branches, "margin": self.margin, "processes": self.processes,
                         "mark": self.mark, "facts": dict(self.facts)})

    @classmethod
    def load(cls, path: str | PathLike) -> Parents:
        """Read what `save` wrote. Raises BranchedError if that is missing, cut short, edited or foreign."""
        tensors, header = checkpoint.load(path, KIND)
        try:
            parents = cls(tuple(header["branches"]), float(header["margin"]),
                          {name: tensor.float() for name, tensor in tensors.items()}, header["processes"],
                          header["mark"], dict(header["facts"]))
        except (KeyError, TypeError, ValueError):
            raise BranchedError(f"The header of {path} describes no parents; get it anew.") from None
        numbers = (*parents.branches, parents.processes)
        if not all(isinstance(number, int) for number in numbers) or not 0 < parents.margin < 1:
            raise BranchedError(f"The header of {path} describes no parents; get it anew.")
        if not all(len(table) == len(parents.branches) and table.isfinite().all() for table in parents.tables.values()):
            raise BranchedError(f"{path} does not hold finite numbers for each of its parents; get it anew.")
        return parents


def mark(network: BranchedNetwork, tree: ClassTree, processes: int) -> str:
    """A checksum of the trunk, of the first `processes` rows of the private tables, and of how these processes follow
    each other. All of it stays when a class is added or removed."""
    digest = hashlib.sha256(json.dumps(_lineage(tree, processes)).encode())
    private = network.private()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update((tensor[:processes] if name in private else tensor).cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _lineage(tree: ClassTree, processes: int) -> list[list[Any]]:
    """Of each of the first processes: its number, when it begins and ends, and the parent's number."""
    found = []
    for branch in tree.branches:
        whole = tree.parts(branch)
        if branch.process < processes and branch == whole[-1]:
            above = tree.parent(whole[0])
            found.append([branch.process, whole[0].t_high, branch.t_low, None if above is None else above.process])
    return sorted(found, key=lambda line: line[0])


def parents_named(model: str) -> Parents | None:
    """The parents that are kept for a model of this name; None if there are none."""
    name = f"parents-{model}"
    if not checkpoint.has(name, KIND):
        return None
    path = checkpoint.find(name)
    return _kept(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _kept(path: Path, changed: int) -> Parents:
    """Parents, read once as long as their file is not `changed`."""
    return Parents.load(path)
