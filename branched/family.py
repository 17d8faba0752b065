"""Families of models: what can be asked of every one, and which there are.

A family is a folder, and a row in FAMILIES: the kind of file that its models are saved in, and the module whose `load`
reads one.
"""
from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from os import PathLike
from typing import Any, Protocol, runtime_checkable

from . import checkpoint
from .data.form import Form
from .device import pick_device
from .facts import Facts
from .noise.sampling import Sampling
from .outline import Outline

FAMILIES = {"model": "branched.class_tree.model", "label model": "branched.label.model",
            "cluster model": "branched.cluster_tree.model"}


@runtime_checkable
class Explorable(Protocol):
    """What any model can be asked: what its `family` is called, its name, the groups that it draws (classes, or
    clusters), the form of its data, facts about it, how many numbers it has learnt, the outline of its tree, to sample,
    wave by wave, and to be saved.

    A frame of `sampling` has `noisy` and `denoised` (groups, n, ...), each group's time in `times`, and in the last
    frame a `result`, whose `made` are the finished objects (groups, n, ...).
    """

    family: str
    name: str
    labels: tuple[str, ...]
    form: Form
    facts: Facts
    parameters: int

    def outline(self) -> Outline: ...

    def sampling(self, labels: Any = None, *, sampling: Sampling | None = None) -> Iterator[Any]: ...

    def save(self, path: str | PathLike) -> None: ...


def load(name: str | PathLike = "mnist", device: str = "auto") -> Any:
    """Load a model of any family, an `Explorable`: a name in `checkpoints/`, or a path. `device` is "auto", "cpu" or
    "cuda".

    Raises BranchedError if there is no such file, or if it is cut short, edited or foreign.
    """
    where, path = pick_device(device), checkpoint.find(name)
    # A file too damaged to say what it is goes to the first family, whose loader says what is wrong with it.
    kind = checkpoint.kind_of(path)
    module = FAMILIES.get(kind or "", next(iter(FAMILIES.values())))
    return import_module(module).load(path, where)


def models() -> tuple[str, ...]:
    """Names of the models in `checkpoints/` and in the folder $BRANCHED_MODELS, damaged files among them; one there
    that is called like a shipped one has " (own)" behind its name."""
    return checkpoint.names(*FAMILIES)
