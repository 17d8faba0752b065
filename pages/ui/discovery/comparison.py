"""The upper half of the page: how far two classes are apart over time, and the tree that follows by the rule."""
from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import branched
from branched import BranchedModel, ClassTree, Form, Rule

from ..figures import lying_tree
from ..frame import controls as frame
from ..frame import words
from ..frame.look import Look
from ..language import _, decimal
from ..parts.faces import faces
from ..parts.markup import literal
from ..parts.touch import touch
from . import controls, shown, told, work


def show(name: str, model: BranchedModel, original: Rule, curves: work.Curves | None, setting: controls.Settings,
         look: Look) -> work.Pair | None:
    """This half of the page. Gives the two classes under the rule as it is now; None for a model without curves."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        a, b = controls.pair(setting, model.labels)
        if model.facts.training.clusters:  # a list that opens shows names alone
            shown_as = faces(model)
            st.container(key="faces").markdown(words.listed([shown_as[a], shown_as[b]]))
    if curves is None:
        left.info(told.without(model.form), icon=":material/info:")
        right.header(_("The model's tree"), anchor=False)
        with right:
            _tree(name, model, model.tree, (a, b), None, look)
        return None
    with right:
        st.header(_("The tree that follows"), anchor=False)
        rule = controls.rule(setting, original)
    pair, gaps = curves.pair(a, b, rule), shown.gaps(name, rule.smoothing, curves=curves)
    tree = _following(curves, rule, right)
    with left:
        _chart(model, pair, gaps, tree, look)
    alike = work.likenesses(curves, gaps, rule)
    with right:
        lit = tree or model.tree
        _tree(name, model, lit, (a, b), lambda node: controls.choose(work.pair_of(lit, lit[node], alike)), look)
        if tree:
            st.markdown("\n".join(f"- {literal(line)}" for line in told.changes(model.tree, tree, a, b)))
    return pair


def likeness(pair: work.Pair, form: Form, look: Look) -> None:
    """For those who ask: the two curves whose difference is the page's."""
    st.markdown(_(told.LIKENESS).format(one=_(form.one)))
    frame.chart(shown.likeness(pair, look, told.thing(form)), told.likeness(pair, form), key="likeness")


def _following(curves: work.Curves, rule: Rule, place: DeltaGenerator) -> ClassTree | None:
    """The tree that follows by a rule; where there is none, it is said why."""
    try:
        return curves.tree(rule)
    except branched.BranchedError as error:
        said = _("{error} You see the model's own tree.").format(error=literal(error))
        place.warning(said, icon=":material/warning:")
        return None


def _chart(model: BranchedModel, pair: work.Pair, gaps: work.Gaps, tree: ClassTree | None, look: Look) -> None:
    """The difference of two classes over time, and in words up to where it counts as none."""
    asks = _("How well can {a} and {b} still be told apart?").format(a=pair.a, b=pair.b)
    st.header(literal(asks), anchor=False)
    figure = shown.chart(pair, gaps, look, told.thing(model.form))
    frame.chart(figure, told.chart(pair, model.form), key="curves")
    st.markdown(told.verdict(pair, tree.meeting(pair.a, pair.b).time if tree else None))


def _tree(name: str, model: BranchedModel, tree: ClassTree, pair: tuple[str, str],
          clicked: Callable[[int], None] | None, look: Look) -> None:
    """A tree, in which the branch point of two classes is lit."""
    meeting, is_lying = tree.meeting(*pair), bool(model.features) or len(model.labels) > lying_tree.MANY
    figure = shown.tree(name, tree.outline(), meeting.id, look, is_lying)
    said = _("The tree; the branch point of {a} and {b} is at t = {time}.").format(
        a=pair[0], b=pair[1], time=decimal(meeting.time, 2))
    frame.chart(figure, said, clicked=clicked)
    touch()
