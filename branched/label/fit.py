"""From a data set to a file: train a model that is told the label, save at intervals, go on where a run was stopped."""
from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import checkpoint
from ..data.dataset import Dataset
from ..errors import BranchedError
from ..facts import Data, Facts
from ..learning import resume
from ..learning.loop import LearningConfig, LearningState, Progress, learn, start
from ..networks.base import NetworkConfig
from ..version import versions
from . import autoencoder_training
from .autoencoder import Autoencoder, AutoencoderConfig
from .auxiliary import AuxiliaryLoss
from .methods import METHODS
from .model import LabelModel
from .training import Batches, TrainingConfig, loss_of

AUTOENCODER = "autoencoder"  # the kind of file in which one waits for its diffusion model


@dataclass(frozen=True)
class Compression:
    """The autoencoder of a latent diffusion model, and how it learns."""

    autoencoder: AutoencoderConfig
    learning: LearningConfig


@dataclass(frozen=True)
class Plan:
    """Everything that decides a training run."""

    data: Dataset
    method: str                              # a row of METHODS
    network: NetworkConfig
    config: TrainingConfig
    auxiliary: AuxiliaryLoss | None = None   # of the method "auxiliary"
    compression: Compression | None = None   # of the method "latent"

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed, as JSON gives it back."""
        return json.loads(json.dumps({"data": self.data.identity, "method": self.method,
                                      "network": asdict(self.network), "training": self.training}))

    @property
    def training(self) -> dict[str, Any]:
        """How the model learns, for its facts."""
        more = {"auxiliary": self.auxiliary, "compression": self.compression}
        return asdict(self.config) | {name: asdict(part) for name, part in more.items() if part is not None}


def planned(method: str, data: Dataset, config: TrainingConfig, network: Mapping[str, Any],
            auxiliary: AuxiliaryLoss | None = None, compression: Compression | None = None) -> Plan:
    """A plan with the network that a method has for some data, in its usual size but for the given fields."""
    shape = data.shape if compression is None else compression.autoencoder.latent
    return Plan(data, method, METHODS[method](shape, **network), config, auxiliary, compression)


def fit(plan: Plan, output: Path, device: torch.device, goes_on: bool, every: int) -> Iterator[Progress]:
    """Train to the end of the plan and write the model to `output`.

    It is also written every `every` steps, with all that is needed to go on beside it, in `output` + ".resume"; from
    there a run of the same plan goes on where it was stopped (`goes_on`). An autoencoder is trained first.
    """
    every = resume.checked_every(every)
    state, classes = begin(plan, device), len(plan.data.labels)
    if goes_on and resume.beside(output).is_file():
        resume.load_state(resume.beside(output), state, plan.facts)
    autoencoder, spent = None, 0.0
    if plan.compression is not None:
        autoencoder, spent = yield from _compressing(plan, output, device, goes_on)
    batches = Batches(material(plan, autoencoder), plan.data.y, classes, plan.config)
    steps = learn(state, batches, plan.auxiliary or loss_of, plan.config)
    yield from resume.keep(steps, state, plan.facts, output, every, plan.config.steps,
                           lambda: as_model(plan, state, autoencoder, spent).save(output))


def begin(plan: Plan, device: torch.device) -> LearningState:
    """A run before its first step, its network initialised from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.config.seed)
        network = plan.network.build(len(plan.data.labels)).to(device)
        if plan.auxiliary is not None:
            plan.auxiliary.prepare(network, plan.data, LearningConfig(max(1, plan.config.steps // 5)))
        return start(network, plan.config)


def material(plan: Plan, autoencoder: Autoencoder | None) -> Tensor:
    """What diffuses, (n, *shape): the objects, or their latents."""
    data = plan.data
    return data.form.scale(data.x) if autoencoder is None else autoencoder_training.latents_of(autoencoder, data)


def _compressing(plan: Plan, output: Path, device: torch.device,
                 goes_on: bool) -> Generator[Progress, None, tuple[Autoencoder, float]]:
    """Train the autoencoder of a plan, telling of every step, and return it with the seconds that it took; or read the
    one of a run that was stopped later."""
    path, compression = output.with_name(output.name + ".autoencoder"), plan.compression
    state = autoencoder_training.begin(compression.autoencoder, compression.learning, device)
    if goes_on and path.is_file():
        return _compressed(path, state.average, plan.facts)
    yield from autoencoder_training.train(state, plan.data, compression.learning)
    autoencoder = autoencoder_training.finished(state, plan.data)
    checkpoint.save(path, AUTOENCODER, autoencoder.state_dict(),
                    {"seconds": state.seconds, "facts": plan.facts})
    return autoencoder, state.seconds


def _compressed(path: Path, autoencoder: Autoencoder, facts: dict[str, Any]) -> tuple[Autoencoder, float]:
    """An autoencoder with the weights of a file, and the seconds that it took. Refused if it is of another run."""
    weights, header = checkpoint.load(path, AUTOENCODER)
    if header.get("facts") != facts:
        raise BranchedError(f"{path} is from another run; train anew, without going on.")
    try:
        autoencoder.load_state_dict(weights)
        return autoencoder.eval(), header["seconds"]
    except (KeyError, RuntimeError) as error:
        raise BranchedError(f"{path} does not hold a whole autoencoder ({str(error).splitlines()[0]}); train anew, "
                            "without going on.") from None


def as_model(plan: Plan, state: LearningState, autoencoder: Autoencoder | None, before: float = 0.0) -> LabelModel:
    """The averaged network of a run, with all that is known about it; `before` are the seconds that its autoencoder
    took."""
    spent = state.spent | {"seconds": round(before + state.seconds)}
    facts = Facts.of(
        plan.data.form.kind,
        data=Data(**plan.data.facts),
        training=plan.training | spent,
        versions=versions())
    return LabelModel(plan.method, state.average, plan.data.labels, facts, plan.data.form, autoencoder=autoencoder)
