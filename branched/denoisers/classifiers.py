"""Trained classifiers of noisy objects: their files, and which one guides a model."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .. import believed, checkpoint
from ..errors import BranchedError
from ..networks.noisy_classifier import NoisyClassifier, NoisyClassifierConfig

KIND = "classifier"  # of the files


def save(classifier: NoisyClassifier, facts: dict[str, Any], path: str | PathLike) -> None:
    """Write a classifier to a file, in half precision."""
    tensors = {name: value.half() for name, value in classifier.state_dict().items()}
    checkpoint.save(path, KIND, tensors, {"network": asdict(classifier.config), "facts": facts})


def load(path: str | PathLike, device: torch.device) -> NoisyClassifier:
    """Read what `save` wrote. Raises BranchedError if the file is missing, cut short or foreign."""
    tensors, header = checkpoint.load(path, KIND)
    try:
        with believed.Within(tensors.values()):
            classifier = believed.record(NoisyClassifierConfig, header["network"]).build()
        classifier.load_state_dict({name: value.float() for name, value in tensors.items()})
    except (LookupError, RuntimeError, TypeError, ValueError) as error:
        raise BranchedError(f"{path} holds no whole classifier ({str(error).splitlines()[0]}); get it anew.") from None
    if not all(value.isfinite().all() for value in tensors.values()):
        raise BranchedError(f"{path} holds weights that are not finite numbers.")
    return classifier.to(device).eval().requires_grad_(False)


def name_for(data: str | None) -> str:
    """What the classifier of noisy objects of a data set is called."""
    return f"classifier-{data}"


def is_there(data: str | None) -> bool:
    """Whether there is one."""
    return checkpoint.has(name_for(data), KIND)


def classifier_for(data: str | None, shape: Sequence[int], device: torch.device) -> NoisyClassifier:
    """The one for a data set, whose objects have a shape; read once as long as its file does not change. Raises
    BranchedError if there is none, or if it looks at objects of another shape."""
    if not is_there(data):
        raise BranchedError(f"There is no classifier of noisy objects for the data {data}; train one by "
                            "`python -m branched train-methods`.")
    path = checkpoint.find(name_for(data))
    classifier = _kept(path, path.stat().st_mtime_ns, device)
    if classifier.config.shape != tuple(shape):
        raise BranchedError(f"The classifier of noisy objects looks at {classifier.config.shape}, and this model draws "
                            f"{tuple(shape)}.")
    return classifier


def facts_for(data: str | None) -> dict[str, Any]:
    """What the file of the one for a data set tells of it: its training, what that took, how often it is right."""
    return checkpoint.load(checkpoint.find(name_for(data)), KIND)[1]["facts"]


@lru_cache(maxsize=4)
def _kept(path: Path, changed: int, device: torch.device) -> NoisyClassifier:
    return load(path, device)


def members(classifier: NoisyClassifier, groups: list[tuple[str, ...]]) -> Tensor:
    """Which of the classifier's classes each group of classes holds, bool (groups, N). Raises BranchedError for a
    class that it does not know."""
    if strangers := {label for group in groups for label in group} - set(classifier.labels):
        raise BranchedError(f"The classifier that is to guide does not know {', '.join(sorted(strangers))}.")
    return torch.tensor([[label in group for label in classifier.labels] for group in groups])
