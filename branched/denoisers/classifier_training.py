"""Training a classifier of noisy objects: on the same noise as the models that it will guide."""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..learning import resume
from ..learning.loop import LearningConfig, LearningState, Progress, learn, start
from ..networks.noisy_classifier import NoisyClassifier, NoisyClassifierConfig
from ..noise import schedule
from ..noise.seeds import mix
from ..version import versions
from . import classifiers


class Batch(NamedTuple):
    """States xt (B, *shape) at times t (B,), and what they came from, y (B,)."""

    xt: Tensor
    t: Tensor
    y: Tensor


def begin(data: Dataset, config: LearningConfig, device: torch.device) -> LearningState:
    """A run before its first step, initialised from the seed. Raises BranchedError for data other than images."""
    if data.form.kind != "images":
        raise BranchedError(f"The classifier of noisy objects looks at images; {data.name} has {data.form.kind}.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = NoisyClassifierConfig(data.shape, data.labels).build().to(device)
    return start(network, config, weight_decay=1e-2)


def batch(data: Dataset, config: LearningConfig, step: int) -> Batch:
    """The batch of a step: random objects, each at a random time."""
    generator = torch.Generator().manual_seed(mix(config.seed, step, 6))
    rows = torch.randint(len(data), (config.batch,), generator=generator)
    x0, t = data.form.scale(data.x[rows]), torch.rand(config.batch, generator=generator)
    return Batch(schedule.diffuse(x0, torch.randn(x0.shape, generator=generator), t), t, data.y[rows])


def loss_of(network: NoisyClassifier, batch: Batch) -> Tensor:
    """Cross-entropy."""
    return F.cross_entropy(network(batch.xt, batch.t), batch.y)


def fit(data: Dataset, test: Dataset, config: LearningConfig, device: torch.device, output: Path, goes_on: bool,
        every: int) -> Iterator[Progress]:
    """Learn from a data set of images, every time alike, and write the averaged classifier, with its accuracy on test
    images at some times, to `output`; every `every` steps too, with what is needed to go on (`goes_on`) beside it."""
    every, state = resume.checked_every(every), begin(data, config, device)
    facts = json.loads(json.dumps({"data": [data.name, len(data), data.shape], "training": asdict(config)}))
    if goes_on and resume.beside(output).is_file():
        resume.load_state(resume.beside(output), state, facts)
    steps = learn(state, lambda step: batch(data, config, step), loss_of, config)
    yield from resume.keep(steps, state, facts, output, every, config.steps, lambda: _save(state, test, config, output))


def _save(state: LearningState, test: Dataset, config: LearningConfig, output: Path) -> None:
    facts = {"accuracy": accuracies(state.average.eval(), test), "training": config, "spent": state.spent,
             "versions": versions()}
    classifiers.save(state.average, facts, output)


@torch.inference_mode()
def accuracies(classifier: NoisyClassifier, test: Dataset, times: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 0.9),
               n: int = 2000) -> dict[str, float]:
    """The share of n noised test objects that it is right about, at each of some times."""
    device, generator = next(classifier.parameters()).device, torch.Generator().manual_seed(0)
    rows = torch.randperm(len(test), generator=generator)[:n]
    x0 = test.form.scale(test.x[rows])
    noise = torch.randn(x0.shape, generator=generator)
    return {str(t): (classifier(schedule.diffuse(x0, noise, t).to(device), torch.full((len(x0),), t, device=device))
                     .argmax(1).cpu() == test.y[rows]).float().mean().item() for t in times}
