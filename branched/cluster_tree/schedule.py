"""How a tree grows: what is learnt in which order, and how long.

Usually the chain learns first, alone, what stays the same in two views of an object ("contrast"), and every split, the
root's too, begins with a cut of a graph of the leaf's members. As it was published (Manduchi et al., 2023) a root with
two leaves learns first ("root"), all of it together, and nothing learns from anything but the bound: so it is with
contrast, likeness and information 0, decisions 1, and no cut.
"""
from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..learning.loop import LearningConfig, check_positive
from ..noise.seeds import fitting, mix
from .networks import ClusterNetworkConfig
from .tree import ClusterTree

LEAST_MEMBERS = 20   # of a leaf, on average; one with fewer is not split
STAGES = ("contrast", "root", "split", "middle", "final")
LEAST_SHARE = 0.01   # of all objects: a leaf with fewer is taken away before the last phase


@dataclass(frozen=True)
class GrowthConfig:
    """How a tree of clusters is grown. A pass goes over as many objects as there are in the data, or in the leaf."""
    # the command line shows these meanings

    leaves: int = 10             # to grow
    batch: int = 256             # objects of a step
    contrast: float = 4.0        # passes over the data in which the chain alone learns what stays the same in two views
    root: float = 4.0            # if contrast is 0: passes in which a root with two leaves learns, all of it together
    split: float = 2.0           # passes over a leaf's members while its new children learn and all else is frozen
    middle_every: int = 0        # splits after which all learn together; 0 is never
    middle: float = 1.0          # passes of that
    final: float = 4.0           # passes in which all learn together in the end
    cut: bool = True             # whether a split begins with a cut of the graph of members
    learning_rate: float = 2e-3  # at its peak; that of contrast is 0.003
    view: float = 1.0            # how far a view is from its object
    likeness: float = 100.0      # weight of the contrastive term while all learn together
    information: float = 20.0    # weight of sure, equally full leaves there, and of sure decisions in a split
    decisions: float = 5.0       # weight of the divergence of decisions, in the last phases
    seed: int = 0                # the same seed gives the same tree
    precision: str = "auto"      # float32, bfloat16, or auto: bfloat16 where the hardware multiplies it

    def __post_init__(self) -> None:
        if self.leaves not in range(2, 65):
            raise BranchedError(f"A tree is grown to 2 to 64 leaves, not {self.leaves}.")
        if not (isinstance(self.batch, int) and self.batch >= 2):
            raise BranchedError(f"A batch is of 2 objects or more, which are compared; not {self.batch}.")
        for name in ("root", "split", "final", "learning_rate"):
            check_positive(name, getattr(self, name))
        for name in ("contrast", "middle_every", "middle", "view", "likeness", "information", "decisions"):
            if not getattr(self, name) >= 0:
                raise BranchedError(f"{name} is 0 or more, not {getattr(self, name)}.")
        for name, value in vars(self).items():
            if value == math.inf:
                raise BranchedError(f"{name} has an end; it is not infinite.")
        fitting(self.seed)

    @property
    def first(self) -> str:
        """The stage that a growth begins with."""
        return "contrast" if self.contrast else "root"


def check(data: Dataset, network: ClusterNetworkConfig, config: GrowthConfig) -> None:
    """Raises BranchedError with what speaks against growing such a tree on such data."""
    if config.leaves > 2**network.depth:
        raise BranchedError(f"A tree of depth {network.depth} has at most {2**network.depth} leaves, not "
                            f"{config.leaves}; make it deeper, or ask for fewer.")
    if len(data) < LEAST_MEMBERS * config.leaves:
        raise BranchedError(f"A tree of {config.leaves} leaves needs at least {LEAST_MEMBERS * config.leaves} "
                            f"{data.form.many}; there are {len(data)}.")
    if not torch.isfinite(data.x.float().sum()):
        raise BranchedError(f"The data have {data.form.many} with missing values; fill them, or leave those out.")
    if (data.x == data.x[:1]).all():
        raise BranchedError(f"All {data.form.many} of the data are the same; there is nothing to tell apart.")


def following(config: GrowthConfig, stage: str, tree: ClusterTree) -> str:
    """The stage that comes after one at whose end this is the tree."""
    if stage in ("contrast", "middle"):
        return "split"
    if stage not in ("root", "split"):
        return "done"
    if len(tree.leaves) >= config.leaves:
        return "final"
    return "middle" if config.middle_every and len(tree.forks) % config.middle_every == 0 else "split"


def learning(config: GrowthConfig, stage: str, index: int, objects: int) -> LearningConfig:
    """How a stage learns, the `index`-th of the run, from so many objects: rate up, then down to zero."""
    passes, rate = getattr(config, stage), 3e-3 if stage == "contrast" else config.learning_rate
    batch = min(config.batch, objects)
    steps = max(30, round(passes * objects / batch))
    return LearningConfig(steps=steps, batch=batch, learning_rate=rate, warmup=max(1, steps // 6), decay=5 / 6, ema=0.0,
                          clip=200.0, seed=mix(config.seed, index, 20), precision=config.precision)


def fullest(tree: ClusterTree, assigned: Tensor, depth: int) -> int | None:
    """The leaf with the most objects, from each one's place (n,) among the leaves; None if it is not to be split, for
    being at the greatest depth, or for having few. Another one is not split instead: it would be cut where nothing
    parts."""
    counts = torch.bincount(assigned, minlength=len(tree.leaves))
    leaf = tree.leaves[int(counts.argmax())]
    return leaf if tree[leaf].depth < depth and counts.max() >= LEAST_MEMBERS else None


def pruned(tree: ClusterTree, assigned: Tensor) -> ClusterTree:
    """A tree without the leaves that have less than 1% of the objects, from each one's place (n,) among the leaves."""
    counts = torch.bincount(assigned, minlength=len(tree.leaves))
    for leaf, count in sorted(zip(tree.leaves, counts.tolist(), strict=True), key=lambda pair: pair[1]):
        if count < LEAST_SHARE * len(assigned) and len(tree.leaves) > 1:
            tree = tree.prune(leaf)
    return tree

