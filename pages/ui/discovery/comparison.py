"""The upper half of the page: the curves of two classes, where they meet, and the tree that follows by the rule."""
from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import branched
from branched import BranchedModel, ClassTree, Rule

from ..figures import lying_tree
from ..frame import controls as frame
from ..frame.look import Look
from ..parts.faces import faces
from ..parts.touch import touch
from . import controls, shown, told, work


def show(name: str, model: BranchedModel, original: Rule, curves: work.Curves | None, setting: controls.Settings,
         look: Look) -> work.Pair | None:
    """This half of the page. Gives the two classes under the rule as it is now; None for a model without curves."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        a, b = controls.pair(setting, model.labels, curves is not None)
        if model.facts.training.clusters:  # a list that opens shows names alone
            shown_as = faces(model)
            st.container(key="faces").markdown(f"{shown_as[a]} and {shown_as[b]}")
    if curves is None:
        left.info(told.without(model.form), icon=":material/info:")
        right.subheader("The model's tree", anchor=False)
        with right:
            _tree(name, model, model.tree, (a, b), None, look)
        return None
    with right:
        st.subheader("The tree that follows", anchor=False)
        rule = controls.rule(setting, original)
    pair, gaps = curves.pair(a, b, rule), shown.gaps(name, rule.smoothing, curves=curves)
    tree = _following(curves, rule, right)
    _chart(model, pair, gaps, setting.zoom.value == "near", tree or model.tree, look, left)
    alike = work.likenesses(curves, gaps, rule)
    with right:
        lit = tree or model.tree
        _tree(name, model, lit, (a, b), lambda node: controls.choose(work.pair_of(lit, lit[node], alike)), look)
        if tree:
            st.markdown("\n".join(f"- {line}" for line in told.changes(model.tree, tree, a, b)))
    return pair


def _following(curves: work.Curves, rule: Rule, place: DeltaGenerator) -> ClassTree | None:
    """The tree that follows by a rule; where there is none, it is said why."""
    try:
        return curves.tree(rule)
    except branched.BranchedError as error:
        place.warning(f"{error} You see the model's own tree.", icon=":material/warning:")
        return None


def _chart(model: BranchedModel, pair: work.Pair, gaps: work.Gaps, near: bool, tree: ClassTree, look: Look,
           place: DeltaGenerator) -> None:
    """The curves of two classes, and in words where they meet."""
    form = model.form
    figure = shown.chart(pair, gaps, near, look, form.one if told.are_pictures(form) else "data")
    frame.chart(figure, f"Similarity of noisy {form.many} over time, within and between {pair.a} and {pair.b}",
                key="curves", into=place)
    place.markdown(told.verdict(pair, tree.meeting(pair.a, pair.b).time))


def _tree(name: str, model: BranchedModel, tree: ClassTree, pair: tuple[str, str],
          clicked: Callable[[int], None] | None, look: Look) -> None:
    """A tree, in which the point is lit where two classes part."""
    meeting, is_lying = tree.meeting(*pair), bool(model.features) or len(model.labels) > lying_tree.MANY
    figure = shown.tree(name, tree.outline(), meeting.id, look, is_lying)
    frame.chart(figure, f"The tree; {pair[0]} and {pair[1]} part at t = {meeting.time:.2f}.", clicked=clicked)
    touch()
