"""What every part of the page "Without labels" is handed, and what a part of it is."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..frame import link
from ..frame.look import Look
from .measured import Measured


class Settings(NamedTuple):
    """The settings that all parts share: which part is seen, what is shown in leaves, the node that is looked at (None:
    the usual one), whether more of it is drawn, the draw number, the steps."""

    part: link.Options
    kind: link.Options
    node: link.Options
    more: link.Switch
    seed: link.Range
    steps: link.Range


@dataclass(frozen=True)
class Opened:
    """A tree of clusters by its name, what was measured of it (nothing of a visitor's own), settings, and the look."""

    name: str
    model: Any
    measured: Measured
    setting: Settings
    look: Look


def none(model: Any) -> Sequence[link.Setting]:
    """No settings."""
    return ()


@dataclass(frozen=True)
class Part:
    """A part of the page: what it is called, what shows it, and the settings that it has besides those of all parts."""

    title: str
    show: Callable[[Opened], None]
    settings: Callable[[Any], Sequence[link.Setting]] = none
