"""From a data set to a checkpoint: discover the tree, train, save at intervals, go on where a run was stopped."""
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..facts import Data, Facts
from ..learning import resume
from ..learning.loop import LearningState, Progress
from ..networks.base import NetworkConfig
from ..version import versions
from .discovery import Discovery
from .model import BranchedModel
from .training import TrainingConfig, begin, train
from .tree import ClassTree


@dataclass(frozen=True)
class Plan:
    """Everything that decides a training run."""

    data: Dataset
    tree: ClassTree
    network: NetworkConfig
    config: TrainingConfig
    discovery: Discovery | None = None  # None if the tree was given

    def __post_init__(self) -> None:
        if set(self.tree.labels) != set(self.data.labels):
            raise BranchedError(f"The tree has the classes {', '.join(self.tree.labels)}, but the data have "
                                f"{', '.join(self.data.labels)}.")

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed, as JSON gives it back."""
        data = {"name": self.data.name, self.data.form.kind: len(self.data), "shape": self.data.shape}
        return json.loads(json.dumps({"data": data, "tree": self.tree.to_json(), "network": asdict(self.network),
                                      "training": asdict(self.config)}))


def fit(plan: Plan, output: Path, device: torch.device, goes_on: bool, every: int) -> Iterator[Progress]:
    """Train to the end of the plan and write the model to `output`.

    It is also written every `every` steps, with all that is needed to go on beside it, in `output` + ".resume"; from
    there a run of the same plan goes on where it was stopped (`goes_on`). Under torchrun only the first process writes.
    """
    if every < 1:
        raise BranchedError(f"A model is written every so many steps, at least 1; not every {every}.")
    state = begin(plan.tree, plan.network, plan.config, device)
    kept = output.with_name(output.name + ".resume")
    if goes_on:
        resume.load_state(kept, state, plan.facts)
    writes = not dist.is_initialized() or dist.get_rank() == 0
    for progress in train(state, plan.tree, plan.data, plan.config):
        if writes and (progress.step % every == 0 or progress.step == plan.config.steps):
            resume.save_state(kept, state, plan.facts)
            as_model(plan, state).save(output)
        yield progress


def as_model(plan: Plan, state: LearningState) -> BranchedModel:
    """The averaged network of a run, with all that is known about it."""
    curves = {} if plan.discovery is None else plan.discovery.curves
    device = torch.cuda.get_device_name() if state.device.type == "cuda" else f"{os.cpu_count()} CPU cores"
    spent = {"steps": state.step, "seconds": round(state.seconds), "device": device}
    facts = Facts.of(
        plan.data.form.kind,
        data=Data(name=plan.data.name, count=len(plan.data), shape=tuple(plan.data.shape),
                  **plan.data.form.facts(plan.data.x)),
        training=asdict(plan.config) | spent,
        discovery=None if plan.discovery is None else plan.discovery.settings,
        versions=versions())
    return BranchedModel(state.average, plan.tree, facts, curves, plan.data.form)
