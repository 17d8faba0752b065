"""What a class tree is made of: branches, which own classes and times; and where branches part."""
from __future__ import annotations

from dataclasses import dataclass

from ..outline import owns


@dataclass(frozen=True)
class Branch:
    """These classes, from t_high down to t_low, where the parent hands over at t_high.

    `process` is the reverse process that runs here, as a row of the network's tables of private parameters: the
    branch's own (its id, unless told otherwise), or the one that it shares with the other parts of a branch that was
    cut by a graft.
    """

    id: int
    classes: tuple[str, ...]
    t_low: float
    t_high: float
    parent: int | None
    process: int = -1

    def __post_init__(self) -> None:
        if self.process < 0:
            object.__setattr__(self, "process", self.id)

    @property
    def is_leaf(self) -> bool:
        return self.t_low == 0.0

    @property
    def length(self) -> float:
        return self.t_high - self.t_low

    def owns(self, t: float) -> bool:
        """Whether time t lies on this branch."""
        return owns(self.t_low, self.t_high, self.is_leaf, t)


@dataclass(frozen=True)
class Meeting:
    """Where the paths of classes part: the time, and the branch that ends there, which all of them share. In a flat
    tree they share none, and meet in the noise at t = 1."""

    time: float
    branch: Branch | None

    @property
    def id(self) -> int | None:
        """The branch's id; None where there is none."""
        return None if self.branch is None else self.branch.id

    def holds(self, label: str) -> bool:
        """Whether a class passes here: noise is everybody's."""
        return self.branch is None or label in self.branch.classes
