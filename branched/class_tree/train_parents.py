"""Training parents: each inner branch of a trained tree learns, as a process apart, what lies just below its end.

It begins as a copy of the branch's own process and sees what that would have seen, had the branch been longer: the
branch's own classes, by plain diffusion and on its bridges, which lead on to clean objects anyway. Only the copies'
private parameters learn; nothing of the model changes.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..learning.loop import LearningState, Progress, learn, start
from ..networks.base import BranchedNetwork
from ..noise.seeds import mix
from ..version import versions
from .branch import Branch
from .bridge import chained_pairs
from .diffusion import BranchedDenoiser
from .model import BranchedModel
from .parents import Parents, mark
from .training import Batches, Material, TrainingConfig, loss_of
from .tree import ClassTree

MARGIN = 0.15  # of time below a branch point: there lambda, the log of the signal to noise, rises by 0.8 on digits
STEPS, BATCH = 6000, 128


@dataclass(frozen=True)
class ParentsStep:
    """How far the training is; the last record has the parents."""

    step: int
    steps: int
    loss: float
    seconds: float
    parents: Parents | None = None


def configured(model: BranchedModel, steps: int = STEPS, batch: int = BATCH, seed: int = 0) -> TrainingConfig:
    """How to train the parents of a model: with the share of bridges with which it was trained itself."""
    usual, bridge = TrainingConfig(steps, batch, 2e-3, warmup=50, decay=0.7, seed=seed), model.facts.training.bridge
    return usual if bridge is None else replace(usual, bridge=bridge)


def train_parents(model: BranchedModel, data: Dataset, config: TrainingConfig | None = None,
                  margin: float = MARGIN) -> Iterator[ParentsStep]:
    """Train parents for a model, from the data on which it was trained itself.

    They learn at times from `margin` below each branch point up to it. Raises BranchedError before the first step where
    there is nothing to learn, or from nothing.
    """
    branches = _lowered(model.tree, data, margin)
    if model.form.shape != data.shape:
        raise BranchedError(f"The model takes {model.form.kind} of shape {model.form.shape}; {data.name} has "
                            f"{data.form.kind} of {data.shape}.")
    return _training(model.denoise, replace(data, form=model.form), config or configured(model), margin, branches)


def make_parents(path: Path, model: BranchedModel, data: Dataset, config: TrainingConfig | None = None,
                 margin: float = MARGIN) -> Iterator[ParentsStep]:
    """`train_parents`, and save them before their record is handed over: the body of a command."""
    for record in train_parents(model, data, config, margin):
        if record.parents is not None:
            record.parents.save(path)
        yield record


def _lowered(tree: ClassTree, data: Dataset, margin: float) -> list[Branch]:
    """What is trained: for each inner branch one of a process of its own, from its end down to `margin` below."""
    if not 0 < margin < 1:
        raise BranchedError(f"The margin below a branch point is a time between 0 and 1, not {margin!r}.")
    if not tree.branch_points:
        raise BranchedError("This tree is flat: no branch has a parent by which it could be guided.")
    if len(tree.branches) != tree.processes:
        raise BranchedError("A class was grafted into a branch of this model. Train parents for the model as it was "
                            "before; they serve this one as well.")
    if missing := set(tree.labels) - set(data.labels):
        raise BranchedError(f"{data.name} has no objects of {', '.join(sorted(missing))}, which the model draws.")
    inner = sorted(tree.branch_points, key=lambda branch: branch.id)
    return [Branch(branch.id, branch.classes, max(branch.t_low - margin, 0.0), branch.t_low, None, row)
            for row, branch in enumerate(inner)]


def _training(denoise: BranchedDenoiser, data: Dataset, config: TrainingConfig, margin: float,
              branches: list[Branch]) -> Iterator[ParentsStep]:
    network, tree = denoise.network, denoise.tree
    state = start(network.only([tree[branch.id].process for branch in branches]), config)

    def supply(turn: int) -> Material:
        generator = torch.Generator().manual_seed(mix(config.seed, turn, 6))
        return data, chained_pairs(tree, data, config.pairs, generator, leaves=False) if config.bridge > 0 else {}

    def parents() -> Parents:
        return Parents(tuple(branch.id for branch in branches), margin, _tables(state.average), tree.processes,
                       mark(network, tree, tree.processes), _facts(state, config))

    for progress in learn(state, Batches(branches, supply, config), loss_of, config):
        yield _record(progress, config, parents() if progress.step == config.steps else None)


def _record(progress: Progress, config: TrainingConfig, parents: Parents | None) -> ParentsStep:
    return ParentsStep(progress.step, config.steps, progress.loss, progress.seconds, parents)


def _tables(network: BranchedNetwork) -> dict[str, torch.Tensor]:
    return {name: table.detach().cpu().clone() for name, table in network.private().items()}


def _facts(state: LearningState, config: TrainingConfig) -> dict:
    return {"training": asdict(config) | state.spent, "versions": versions()}
