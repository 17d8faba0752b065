"""One root through all leaves, and a path of which one level is exchanged: what each level of the tree decides."""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from .. import serve
from ..frame import link
from ..language import N_, _, decimal
from ..parts.markup import filled
from . import controls, shown
from .opened import Opened
from .work import Rooted, Roots, Swapped, Swaps

HERE = Path(__file__).parent
ROOTS, OTHERS = 3, 8  # roots that are shown; pictures in a row of exchanged levels
READING = N_("**One start, all leaves.** Each picture begins with a draw at the root: a few numbers, of which all "
             "that follows is made. Here one and the same draw, with the same noise, is sent into every leaf in turn, "
             "also where it would hardly have gone by itself. Look along a row: what do its pictures share?")
FAINT = N_("Faint: from this root the tree would rather have gone elsewhere. The number: how probable this leaf was.")
SWAP = N_("**Exchange one level.** A picture of a leaf comes of a draw at the root, one at every level below, and "
          "noise. In each row one of these draws is exchanged for others; all the rest stays, also the noise. So you "
          "see what that level decides. The first picture of each row is the same.")
UNTOLD = N_("This file holds a tree without a diffusion model; so the levels of a path cannot be exchanged here.")


def settings(model: Any) -> Sequence[link.Setting]:
    """What the link says of this part: the leaf whose path is changed."""
    return (leaf_setting(model),)


def leaf_setting(model: Any) -> link.Options:
    """The leaf whose path is changed; at first the deepest."""
    deepest = max(model.groups, key=lambda group: len(path(model, group)))
    return link.choice("leaf", model.groups, deepest)


def path(model: Any, group: str) -> tuple[int, ...]:
    """The nodes from the root to a leaf, by their ids; those that all pass are among them."""
    return model.tree.path(model.tree.leaves[model.groups.index(group)])


def show(page: Opened) -> None:
    """The part of the page."""
    if page.model.form.kind != "images":
        st.info(_("This part of the page needs a tree of pictures."), icon=":material/info:")
        return
    st.markdown(_(READING))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        controls.drawing(page.setting, steps=controls.has_diffusion(page.model))
    roots(page)
    st.markdown(_(SWAP))
    if controls.has_diffusion(page.model):
        swaps(page)
    else:
        st.caption(_(UNTOLD))


def roots(page: Opened) -> None:
    """A few roots, each through all leaves: by the decoders, and by diffusion."""
    asked = Rooted(ROOTS, page.setting.steps.value, page.setting.seed.value, controls.has_diffusion(page.model))
    place = st.empty()

    def show(found: Roots) -> None:
        place.html(through(page.model.groups, root_rows(found)))

    show(rooted := serve.ask(page.name, asked, show))
    if (rooted.probabilities < shown.IMPROBABLE).any():
        st.caption(_(FAINT))


def root_rows(rooted: Roots) -> list[dict[str, Any]]:
    """For each root a row by each of the ways, with how probable each leaf was from there."""
    rows = []
    for k in range(rooted.decoded.shape[1]):
        for name, images in ((_("by the decoders"), rooted.decoded), (_("by diffusion"), rooted.drawn)):
            if images is not None:
                first = not rows or rows[-1]["root"] != k
                rows.append({"root": k, "name": _("Root {number}").format(number=k + 1), "note": name,
                             "kind": "first" if first else "", "part": None,
                             "cells": shown.cells(images[:, k], rooted.probabilities[:, k])})
    return rows


def swaps(page: Opened) -> None:
    """The path of a leaf, each level of it exchanged in a row of its own."""
    setting = leaf_setting(page.model)
    group = setting.pills(_("Leaf"), wrap=True)
    levels = len(path(page.model, group))
    asked = Swapped(group, levels, OTHERS, page.setting.steps.value, page.setting.seed.value)
    place = st.empty()

    def show(found: Swaps) -> None:
        place.html(through((), swap_rows(found, changed(found.images)), across=OTHERS))

    show(swapped := serve.ask(page.name, asked, show))
    st.markdown(told(changed(swapped.images)))


def swap_rows(swapped: Swaps, changes: np.ndarray) -> list[dict[str, Any]]:
    """A row for each level, with a bar of how much its exchange changes (levels,)."""
    most = max(float(changes.max(initial=0)), 1e-9)
    return [{"name": level(k, len(changes)), "note": "", "kind": "", "part": round(100 * float(changes[k]) / most),
             "cells": shown.cells(swapped.images[k])} for k in range(len(changes))]


def changed(images: np.ndarray) -> np.ndarray:
    """How much pictures (levels, n, H, W[, 3]) in [0, 1] differ from the first of their row: (levels,), mean absolute
    difference."""
    others = np.abs(images[:, 1:] - images[:, :1])
    return others.reshape(len(images), -1).mean(1) if others.size else np.zeros(len(images))


def level(k: int, levels: int) -> str:
    """What a level is called."""
    if k in (0, levels - 1):
        return _("The root") if k == 0 else _("The leaf itself")
    return _("Level {number}").format(number=k)


def told(changes: np.ndarray) -> str:
    """Which level changes most, and which least."""
    if len(changes) < 2 or not changes.max():
        return ""
    most, least = (_within(int(k), len(changes)) for k in (changes.argmax(), changes.argmin()))
    times = changes.max() / max(changes.min(), 1e-9)
    text = (_("Here **{most}** changes the picture most, {times} times as much as {least}.") if times < 1000 else
            _("Here **{most}** changes the picture most."))
    return text.format(most=most, times=decimal(times, 1), least=least)


def _within(k: int, levels: int) -> str:
    """What a level is called within a sentence."""
    if k in (0, levels - 1):
        return _("the root") if k == 0 else _("the leaf itself")
    return _("level {number}").format(number=k)


def through(heads: Sequence[str], rows: Sequence[dict[str, Any]], across: int = 0) -> str:
    """Rows of pictures with names beside them, and the leaves' names above, as HTML."""
    return filled(HERE / "through.html", heads=heads, rows=rows, across=across or len(heads))
