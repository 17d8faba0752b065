"""From a data set to a checkpoint: discover the tree, train, save at intervals, go on where a run was stopped."""
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..facts import Data, Facts
from ..learning import resume
from ..learning.loop import LearningState, Progress
from ..networks.base import NetworkConfig
from ..networks.trunk import Trunk
from ..version import versions
from .bridge import transport
from .discovery import Discovery
from .model import BranchedModel
from .training import TrainingConfig, begin, train
from .tree import ClassTree

TRIED = 4  # steps that tell how long one takes


@dataclass(frozen=True)
class Plan:
    """Everything that decides a training run. Where the classes of the data are the leaves of a tree of clusters,
    `clusters` is its name."""

    data: Dataset
    tree: ClassTree
    network: NetworkConfig
    config: TrainingConfig
    discovery: Discovery | None = None  # None if the tree was given
    trunk: Trunk | None = None          # from whose weights the network begins
    clusters: str | None = None

    def __post_init__(self) -> None:
        if set(self.tree.labels) != set(self.data.labels):
            raise BranchedError(f"The tree has the classes {', '.join(self.tree.labels)}, but the data have "
                                f"{', '.join(self.data.labels)}.")

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed, as JSON gives it back."""
        data = self.data.identity
        if self.clusters is not None:  # its file may have been grown anew
            data["members"] = self.data.y.bincount(minlength=len(self.data.labels)).tolist()
        return json.loads(json.dumps({"data": data, "tree": self.tree.to_json(), "network": asdict(self.network),
                                      "training": self.training}))

    @property
    def training(self) -> dict[str, Any]:
        """How the model learns, for its facts."""
        names = {"trunk": self.trunk and self.trunk.name, "clusters": self.clusters}
        return asdict(self.config) | {key: name for key, name in names.items() if name is not None}


def expected_seconds(plan: Plan, device: torch.device) -> float:
    """About how long a plan takes on this machine, by a few steps of it that are thrown away."""
    trial = replace(plan.config, steps=TRIED, bridge=0.0)
    state = begin(plan.tree, plan.network, trial, device, plan.trunk)
    ends = [progress.seconds for progress in train(state, plan.tree, plan.data, trial)]
    each = (ends[-1] - ends[0]) / (TRIED - 1)  # the first also wakes everything up
    return plan.config.steps * (each + _seconds_of_pairs(plan) / plan.config.refresh)


def _seconds_of_pairs(plan: Plan) -> float:
    """About how long it takes to draw pairs for all branches once."""
    if not plan.config.bridge:
        return 0.0
    generator = torch.Generator().manual_seed(0)
    x0 = plan.data.draw(plan.data.labels, plan.config.pairs, generator)
    began = perf_counter()
    transport(torch.randn(x0.shape, generator=generator), x0)
    return len(plan.tree.branches) * (perf_counter() - began)


def fit(plan: Plan, output: Path, device: torch.device, goes_on: bool, every: int) -> Iterator[Progress]:
    """Train to the end of the plan and write the model to `output`.

    It is also written every `every` steps, with all that is needed to go on beside it, in `output` + ".resume"; from
    there a run of the same plan goes on where it was stopped (`goes_on`).
    """
    resume.check_output(output)
    every = resume.checked_every(every)
    state = begin(plan.tree, plan.network, plan.config, device, plan.trunk)
    if goes_on:
        resume.load_state(resume.beside(output), state, plan.facts)
    resume.try_writing(output, lambda path: as_model(plan, state).save(path))
    steps = train(state, plan.tree, plan.data, plan.config)
    yield from resume.keep(steps, state, plan.facts, output, every, plan.config.steps,
                           lambda: as_model(plan, state).save(output))


def as_model(plan: Plan, state: LearningState) -> BranchedModel:
    """The averaged network of a run, with all that is known about it."""
    curves = {} if plan.discovery is None else plan.discovery.curves
    facts = Facts.of(
        plan.data.form.kind,
        data=Data(**plan.data.facts),
        training=plan.training | state.spent,
        discovery=None if plan.discovery is None else plan.discovery.settings,
        versions=versions())
    return BranchedModel(state.average, plan.tree, facts, curves, plan.data.form)
