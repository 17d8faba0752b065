"""What can be chosen on the page How the tree is found."""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from branched import BranchedModel, Rule

from ..frame import link
from ..frame.controls import SEED
from ..language import _
from ..parts.markup import literal
from . import told
from .work import Curves

EPSILON, SMOOTHING, SHORTEST = 0.05, 30.0, 0.1  # how far the sliders go, at least


class Settings(NamedTuple):
    """All that can be chosen on the page. The last three are the rule's, as far as it can be changed here."""

    a: link.Options
    b: link.Options
    seed: link.Range
    time: link.Range
    epsilon: link.Range
    smoothing: link.Range
    shortest: link.Range


def settings(model: BranchedModel, rule: Rule, curves: Curves | None) -> Settings:
    """The settings of a model; its own rule is what the sliders begin with, and they reach it at least."""
    [(a, b)] = model.tree.closest_pairs(1)
    smooth = float(min(len(curves.times) if curves else SMOOTHING, max(SMOOTHING, rule.smoothing)))
    return Settings(
        a=link.choice("a", model.labels, a), b=link.choice("b", model.labels, b),
        seed=SEED, time=link.number("time", 0, 1, 1.0, digits=2),
        epsilon=link.number("eps", 0, max(EPSILON, rule.epsilon), rule.epsilon, digits=4),
        smoothing=link.number("smooth", 0, smooth, min(rule.smoothing, smooth), digits=1),
        shortest=link.number("shortest", 0, max(SHORTEST, rule.minimum_length), rule.minimum_length, digits=4))


def keep_apart(labels: Sequence[str]) -> None:
    """A class is not compared with itself: choosing the other one of a pair swaps them."""
    state = st.session_state
    if state.a == state.b:
        before = state.get("_pair", ())
        if not before:
            said = _("A class cannot be compared with itself; you see {label} with another.").format(label=state.a)
            st.warning(literal(said), icon=":material/link_off:")
        state.b = next(label for label in (*before, *labels) if label != state.a and label in labels)
    state._pair = (state.a, state.b)


def choose(pair: tuple[str, str]) -> None:
    """Compare these two classes."""
    st.session_state.a, st.session_state.b = pair


def pair(setting: Settings, labels: Sequence[str]) -> tuple[str, str]:
    """Two classes to compare."""
    first, second = st.columns([1, 1, 2])[:2]
    a = setting.a.selectbox(_("Compare"), first)
    b = setting.b.selectbox(_("with"), second, options=[label for label in labels if label != a])
    return a, b


def rule(setting: Settings, original: Rule) -> Rule:
    """The rule as the visitor has it; what no slider sets is as in the `original`. One slider is seen, the rest is for
    those who ask."""
    sliders = setting.epsilon, setting.smoothing, setting.shortest
    setting.epsilon.slider(_("Epsilon: a difference up to this counts as none"), step=0.001, format="%.3f")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.popover(_("More of the rule"), icon=":material/tune:"):
            setting.smoothing.slider(_("Smoothing"), step=0.5, format="%.1f", help=_(told.SMOOTHING))
            setting.shortest.slider(_("Shortest branch"), step=0.005, format="%.3f", help=_(told.SHORTEST))
        usual = {slider.name: slider.default for slider in sliders}
        st.button(_("Back to the model's own"), on_click=st.session_state.update, kwargs=usual, type="tertiary",
                  icon=":material/undo:", disabled=all(slider.value == slider.default for slider in sliders))
    return Rule(*(slider.value for slider in sliders[:2]), original.minimum_time, setting.shortest.value)
