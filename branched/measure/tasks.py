"""A measurement in parts, and a part in tasks: what is done is kept at once, so that a run that was stopped goes on
where it stopped.

A task needs nothing of another but what is stored, and gives a piece of the record: tasks of one part can be done in
any order and in any process.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, NamedTuple

from .. import checkpoint
from ..data.dataset import Dataset
from ..device import pick_device
from .judge import Judge
from .report import machine


class Part(NamedTuple):
    """What is to be done of it, given what is stored; how a task is done; whether it is done."""

    tasks: Callable[[Any, Mapping[str, Any]], list[Any]]
    do: Callable[[Any, Any], Any]
    is_done: Callable[[Mapping[str, Any], Any], bool]


@dataclass(frozen=True, eq=False)
class InParts:
    """All that measuring needs: who judges, real objects, and what is asked; and the folder that keeps what was found.
    What is measured says which `parts` there are, by name, and which of them run on the CPU; its `files` is the module
    that reads and writes what is stored."""

    files: ClassVar[ModuleType]
    on_cpu: ClassVar[tuple[str, ...]]

    judge: Judge
    train: Dataset
    test: Dataset
    protocol: Any
    folder: Path = checkpoint.SHIPPED
    models: dict[str, Any] = field(default_factory=dict, repr=False)  # those that were loaded

    @property
    def parts(self) -> Mapping[str, Part]:
        raise NotImplementedError

    def stored(self) -> dict[str, Any]:
        """The figures that are there. Raises BranchedError if they were measured otherwise."""
        stored = self.files.stored_figures(self.folder)
        self.files.agreed(stored, self.protocol.stored, self.folder)
        return stored

    def keep(self, pieces: Iterable[Any], where: str) -> None:
        """Store pieces; `where` is the machine that they were measured on, in words."""
        self.files.store(self.folder, self.protocol.stored, pieces, where)

    def tasks(self, part: str, anew: bool = False) -> list[Any]:
        """What is to be done of a part, for models that are there; what was done is left out, unless all is asked for
        `anew`. Raises BranchedError if what is stored was measured otherwise."""
        stored = self.stored()
        return [task for task in self.parts[part].tasks(self, stored)
                if anew or not self.parts[part].is_done(stored, task)]

    def do(self, task: Any) -> Any:
        """Measure it: a piece. Raises BranchedError if a model cannot do what is asked."""
        return self.parts[task.part].do(self, task)

    def measure(self, parts: Iterable[str], anew: bool = False) -> Iterator[Any]:
        """Do all that is to be done, telling of every task before it begins, and keeping what each gives."""
        for part in parts:
            device = pick_device("cpu" if part in self.on_cpu else self.protocol.device)
            for task in self.tasks(part, anew):
                yield task
                self.keep([self.do(task)], machine(device))
