"""From a tree of clusters to one with a diffusion model: train it, save at intervals, go on where a run was stopped."""
from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from ..data.dataset import Dataset
from ..data.images import Images
from ..errors import BranchedError
from ..facts import Facts
from ..learning import resume
from ..learning.loop import LearningState, Progress, learn, start
from ..networks.trunk import Trunk, begun
from .diffusion_training import Batches, DiffusionConfig, loss_of
from .lessons import look
from .model import ClusterModel
from .path_unet import PathUNetConfig


@dataclass(frozen=True)
class Plan:
    """Everything that decides a training run: the data, a model with the tree, the network, how it learns, and the
    trunk that it begins from."""

    data: Dataset
    model: ClusterModel
    network: PathUNetConfig
    config: DiffusionConfig = field(default_factory=DiffusionConfig)
    trunk: Trunk | None = None

    @property
    def training(self) -> dict[str, Any]:
        """How the diffusion model learns, for its facts."""
        return asdict(self.config) | {"told": self.network.told, "trunk": self.trunk and self.trunk.name}

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed, as JSON gives it back."""
        tree = {"nodes": self.model.tree.to_json(), "training": _training(self.model.facts)}
        return json.loads(json.dumps({"data": self.data.identity, "tree": tree, "network": asdict(self.network),
                                      "training": self.training}))


def planned(data: Dataset, model: ClusterModel, config: DiffusionConfig | None = None, told: str = "path",
            trunk: Trunk | None = None) -> Plan:
    """A plan with the network that suits a tree, in the sizes of its trunk, if it has one, else in its usual ones.
    Raises BranchedError for a tree of something else than pictures, and for data that it does not take."""
    if not isinstance(model.form, Images):
        raise BranchedError(f"Only pictures are drawn by diffusion along a tree of clusters; this one is of "
                            f"{model.form.kind}, which its leaves' decoders draw.")
    if data.shape != model.form.shape:
        raise BranchedError(f"The tree is of {model.form.kind} of shape {model.form.shape}; {data.name} has "
                            f"{data.form.kind} of {data.shape}.")
    network = PathUNetConfig(model.form.shape, latent=model.network.config.latent, nodes=len(model.tree.nodes),
                             told=told)
    return Plan(data, model, network if trunk is None else trunk.sized(network), config or DiffusionConfig(), trunk)


def fit(plan: Plan, output: Path, device: torch.device, goes_on: bool = False, every: int = 1000) -> Iterator[Progress]:
    """Train to the end of the plan and write tree and diffusion model to `output`, also every `every` steps, with all
    that is needed to go on beside it, in `output` + ".resume"; from there a run of the same plan goes on where it was
    stopped (`goes_on`)."""
    resume.check_output(output)
    every, state = resume.checked_every(every), begin(plan, device)
    if goes_on:
        resume.load_state(resume.beside(output), state, plan.facts)
    steps = learn(state, batches(plan), loss_of, plan.config)
    yield from resume.keep(steps, state, plan.facts, output, every, plan.config.steps,
                           lambda: as_model(plan, state).save(output))


def begin(plan: Plan, device: torch.device) -> LearningState:
    """A run before its first step, its network initialised from the seed, or else from the trunk."""
    return start(begun(plan.network, 1, plan.config.seed, plan.trunk).to(device), plan.config)


def batches(plan: Plan) -> Batches:
    """What the run learns from. The chain does not change, so it is counted once."""
    network, x0 = plan.model.network, plan.data.form.scale(plan.data.x)
    return Batches(copy.deepcopy(network).cpu(), plan.model.tree, x0, look(network, x0), plan.config,
                   plan.network.parts.decoded)


def as_model(plan: Plan, state: LearningState) -> ClusterModel:
    """The tree with the averaged network of a run, and all that is known about both."""
    model, stored = plan.model, plan.model.facts.stored
    stored["training"] = _training(model.facts) | {"diffusion": plan.training | state.spent}
    return ClusterModel(model.network, model.tree, stored, model.form, model.snapshots, model.groups,
                        diffusion=state.average)


def _training(facts: Facts) -> dict[str, Any]:
    """How a tree was grown, without how its diffusion model was trained."""
    stored = facts.stored.get("training")
    return {key: value for key, value in stored.items() if key != "diffusion"} if isinstance(stored, dict) else {}
