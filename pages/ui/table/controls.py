"""What can be chosen on the page of tables, and what asks the model for it."""
from __future__ import annotations

from itertools import combinations
from typing import NamedTuple, TypeVar

import numpy as np
import streamlit as st

import branched
from branched import BranchedModel, ClassTree

from .. import serve
from ..figures import lying_tree
from ..frame import link, shell
from ..frame.controls import SEED, WAY, draw_number
from ..language import N_, _, pgettext
from ..parts.markup import literal
from ..serve.request import Request
from . import letter, told
from .numbers import digits, step, written

USUAL = "letters"
KNOWN = ("V", "Y")    # shown at first where a model has them: the example of Tseng et al.
PARTS = {"tree": N_("Tree and hybrids"), "many": N_("Turn many"), "one": N_("One by hand")}
ROOMY = 40            # features: with more, their numbers scroll

T = TypeVar("T")


def chosen(name: str) -> tuple[str, BranchedModel] | None:
    """The chosen model if it is one of a table, else the shipped one; None if there is none."""
    if _is_table(model := shell.model(name)):
        return name, model
    if USUAL not in branched.models():
        return None
    shipped = shell.model(USUAL)
    return (USUAL, shipped) if _is_table(shipped) else None


def _is_table(model: branched.Explorable) -> bool:
    """Whether it is a model of a table, and of the family that the page knows."""
    return bool(model.form.features) and shell.PAGES["pages/table.py"].fits(model)


def asked(name: str, request: Request[T]) -> T:
    """The result of a request. Its bar has a place of its own, so that what follows on the page keeps its place, too.
    """
    with st.container():
        return serve.ask(name, request)


# -- settings ----------------------------------------------------------------------------------------------------------

class Settings(NamedTuple):
    """All that can be chosen on the page. `target` None is the class that parts last, `sides` "" the largest two."""

    part: link.Options
    seed: link.Range
    zoom: link.Options
    sides: link.Options
    node: link.Options
    source: link.Options
    target: link.Options
    way: link.Options
    edit: link.Setting


def settings(model: BranchedModel) -> Settings:
    """The settings of a model, whose own classes and branch points they name."""
    tree = model.tree
    pair = first(tree)
    points = {branch.id: told.place(tree, branch) for branch in tree.branch_points}
    most = max((len(tree.children(branch)) for branch in tree.branch_points), default=0)
    return Settings(
        part=link.choice("part", PARTS, "tree"), seed=SEED, zoom=link.choice("zoom", lying_tree.ZOOMS, "near"),
        sides=link.choice("sides", [f"{i}-{j}" for i, j in combinations(range(most), 2)], ""),
        node=link.choice("node", points, tree.meeting(*pair).branch.id if points else None),
        source=link.choice("source", model.labels, pair[0]), target=link.choice("target", model.labels, None),
        way=WAY,
        edit=link.Setting("edit", {}, lambda text: read_edit(text, model), write_edit))


def first(tree: ClassTree) -> tuple[str, str]:
    """The two classes shown at first: the known example, or else the two that part last."""
    if set(KNOWN) <= set(tree.labels) and tree.meeting(*KNOWN).branch:
        return KNOWN
    return tree.closest_pairs(1)[0] if len(tree.labels) > 1 else tree.labels * 2


def read_edit(text: str, model: BranchedModel) -> dict[int, float]:
    """Changed values by the place of their features, from "0:5,12:2.5". ValueError for anything else."""
    edit, form = {}, model.form
    for change in text.split(",") if text else []:
        place, value = change.split(":")
        k, value = int(place), float(value)
        if not 0 <= k < len(model.features) or k in edit or not form.low[k] <= value <= form.high[k]:
            raise ValueError
        if form.whole[k] and value != round(value) or form.levels[k] and value not in form.values(k):
            raise ValueError
        edit[k] = value
    return edit


def write_edit(edit: dict[int, float]) -> str:
    return ",".join(f"{k}:{value:.6g}" for k, value in sorted(edit.items()))


def keep_apart() -> None:
    """A class is not turned into itself: where that is asked for, the class most like it comes instead."""
    if st.session_state.target == st.session_state.source:
        st.session_state.target = None


def start_anew() -> None:
    """Another row has nothing changed by hand."""
    st.session_state.edit = {}
    keep_apart()


# -- widgets -----------------------------------------------------------------------------------------------------------

def part(model: BranchedModel, settings: Settings) -> str:
    """Which part of the page is looked at, and the draw number."""
    choice, draw = st.columns([4, 1], vertical_alignment="bottom")
    parts = list(PARTS) if len(model.labels) > 1 else ["tree"]
    if settings.part.value not in parts:
        st.session_state.part = "tree"
    chosen_part = settings.part.segments(_("What to look at"), choice, options=parts, label_visibility="collapsed")
    draw_number("rows", draw, on_change=start_anew)
    return chosen_part


def classes(model: BranchedModel, settings: Settings) -> tuple[str, str, bool]:
    """Which class becomes which, and whether without chance."""
    state = st.session_state
    one, two, three = st.columns([1, 1, 2])
    source = settings.source.selectbox(pgettext("this class", "Turn"), one, on_change=start_anew)
    state["into"] = state.target or model.tree.nearest(source)
    others = [label for label in model.labels if label != source]
    target = two.selectbox(pgettext("another class", "into"), others, key="into", filter_mode=None,
                           on_change=lambda: state.update(target=state["into"]))
    return source, target, settings.way.segments(_("How"), three) == "plain"


def edited(model: BranchedModel, row: np.ndarray) -> np.ndarray:
    """A number to change for each feature of a row (F,), and the row with the visitor's changes (F,)."""
    state = st.session_state
    box = st.container(key="numbers", height=520 if len(row) > ROOMY else "content")
    columns = box.columns(4)
    for k in range(len(row)):
        with columns[k % 4]:
            _number(model, k, float(row[k]))
    st.button(_("Back to the model's own row"), on_click=start_anew, icon=":material/undo:", type="tertiary",
              disabled=not state.edit)
    changed = row.copy()
    for k, value in state.edit.items():
        changed[k] = value
    return changed


def _number(model: BranchedModel, k: int, value: float) -> None:
    """Feature k of a row, to be changed by hand."""
    state, form, spoken = st.session_state, model.form, letter.words(model.features)[k]
    low, high, whole = form.low[k], form.high[k], form.whole[k]
    kind = int if whole else float
    usual = kind(min(max(value, low), high))
    state[f"feature {k}"] = kind(state.edit.get(k, usual))
    if form.levels[k]:
        st.selectbox(literal(spoken.name), [kind(value) for value in form.values(k)], key=f"feature {k}",
                     format_func=lambda value: written(value, k, form), filter_mode=None, on_change=_change,
                     args=[k, usual])
        return
    st.number_input(
        literal(spoken.name), kind(low), kind(high), key=f"feature {k}", on_change=_change, args=[k, usual],
        step=kind(step(low, high, whole)), disabled=low == high,
        format=None if whole else f"%.{digits(low, high, whole)}f",
        help=spoken.meaning or None)


def _change(k: int, usual: float) -> None:
    """One feature by hand; to set it back is to say nothing."""
    state, value = st.session_state, st.session_state[f"feature {k}"]
    others = {place: change for place, change in state.edit.items() if place != k}
    state.edit = others if value == usual else {**others, k: float(value)}
