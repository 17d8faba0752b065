"""What can be chosen on the page "Without labels"."""
from __future__ import annotations

from typing import Any

import streamlit as st

import branched

from ..frame import link, shell
from ..language import _
from . import told
from .measured import Measured
from .opened import Opened, Part, Settings

USUAL = "mnist-clusters"
STEPS = (5, 10, 20, 40)
FILE = "pages/clusters.py"


def chosen(name: str) -> tuple[str, Any] | None:
    """The chosen model if it is a tree of clusters, else the shipped one; None if there is none."""
    if shell.PAGES[FILE].fits(model := shell.model(name)):
        return name, model
    if USUAL not in branched.models():
        return None
    shipped = shell.model(USUAL)
    return (USUAL, shipped) if shell.PAGES[FILE].fits(shipped) else None


def settings(model: Any, measured: Measured, parts: dict[str, Part]) -> Settings:
    """The settings that all parts share."""
    ways = kinds(model, measured)
    steps = measured.steps if measured.steps in STEPS else 20
    return Settings(
        part=link.choice("part", {key: part.title for key, part in parts.items()}, next(iter(parts))),
        kind=link.choice("kind", ways, next(iter(ways))),
        node=link.choice("node", [node.id for node in model.outline().nodes], None),
        more=link.switch("more", False), seed=link.whole("seed", 0, 9999, measured.seed),
        steps=link.choice("steps", STEPS, steps))


def kinds(model: Any, measured: Measured) -> dict[str, str]:
    """What can be shown in the leaves of this tree, by its name."""
    has = {"members": measured.pictures("members") is not None or bool(model.snapshots), "decoder": True,
           "naive": measured.pictures("naive") is not None,
           "diffusion": has_diffusion(model) or measured.pictures("diffusion") is not None,
           "bridged": measured.pictures("bridged") is not None or bool(bridged(measured))}
    return {kind: text for kind, text in told.KINDS.items() if has[kind]}


def has_diffusion(model: Any) -> bool:
    """Whether a tree's file holds a diffusion model, too."""
    return getattr(model, "diffusion", None) is not None


def bridged(measured: Measured) -> str:
    """The name of the class tree whose classes are the leaves, if it is here; else ""."""
    name = measured.data.record.bridged if measured.data else ""
    return name if name in branched.models() else ""


def drawer(page: Opened, kind: str) -> str:
    """The name of the model that draws what is of this kind; "" if there is none here."""
    if kind == "bridged":
        return bridged(page.measured)
    return page.name if kind == "decoder" or (kind == "diffusion" and has_diffusion(page.model)) else ""


def drawing(setting: Settings, into: Any = st, steps: bool = True) -> None:
    """The draw number, and in how many steps is drawn."""
    setting.seed.number_input(_("Dice roll"), into, width=150,
                              help=_("Every number gives other pictures, and the same number the same pictures."))
    if steps:
        setting.steps.selectbox(_("Steps"), into, width=110, help=_(told.HELP_STEPS))
