"""What can be chosen on the page How the tree is found, and the film of its game."""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from branched import BranchedModel, Rule

from .. import serve
from ..frame import link, words
from ..frame.controls import SEED, draw_number
from ..parts.film import film
from . import shown, told
from .work import MOMENTS, Curves, Guess, frame_at

EPSILON, SMOOTHING, SHORTEST = 0.05, 30.0, 0.1  # how far the sliders go, at least
ZOOMS = {"whole": "All of time", "near": "Where they meet"}


class Settings(NamedTuple):
    """All that can be chosen on the page. The last three are the rule's, as far as it can be changed here."""

    a: link.Options
    b: link.Options
    zoom: link.Options
    seed: link.Range
    time: link.Range
    reveal: link.Switch
    epsilon: link.Range
    smoothing: link.Range
    shortest: link.Range


def settings(model: BranchedModel, rule: Rule, curves: Curves | None) -> Settings:
    """The settings of a model; its own rule is what the sliders begin with, and they reach it at least."""
    [(a, b)] = model.tree.closest_pairs(1)
    smooth = float(min(len(curves.times) if curves else SMOOTHING, max(SMOOTHING, rule.smoothing)))
    return Settings(
        a=link.choice("a", model.labels, a), b=link.choice("b", model.labels, b),
        zoom=link.choice("zoom", ZOOMS, "whole"), seed=SEED, time=link.number("time", 0, 1, 0.6, digits=2),
        reveal=link.switch("reveal", False),
        epsilon=link.number("eps", 0, max(EPSILON, rule.epsilon), rule.epsilon, digits=4),
        smoothing=link.number("smooth", 0, smooth, min(rule.smoothing, smooth), digits=1),
        shortest=link.number("shortest", 0, max(SHORTEST, rule.minimum_length), rule.minimum_length, digits=4))


def keep_apart(labels: Sequence[str]) -> None:
    """A class is not compared with itself: choosing the other one of a pair swaps them."""
    state = st.session_state
    if state.a == state.b:
        before = state.get("_pair", ())
        if not before:
            st.warning(f"A class cannot be compared with itself; you see {state.a} with another.",
                       icon=":material/link_off:")
        state.b = next(label for label in (*before, *labels) if label != state.a and label in labels)
    state._pair = (state.a, state.b)


def choose(pair: tuple[str, str]) -> None:
    """Compare these two classes."""
    st.session_state.a, st.session_state.b = pair


def pair(setting: Settings, labels: Sequence[str], has_curves: bool) -> tuple[str, str]:
    """Two classes to compare, and how closely their curves are looked at."""
    first, second, third = st.columns([1, 1, 2], vertical_alignment="bottom")
    a = setting.a.selectbox("Compare", first)
    b = setting.b.selectbox("with", second, options=[label for label in labels if label != a])
    if has_curves:
        setting.zoom.segments("Show", third)
    return a, b


def rule(setting: Settings, original: Rule) -> Rule:
    """The rule as the visitor has it; what no slider sets is as in the `original`."""
    sliders = setting.epsilon, setting.smoothing, setting.shortest
    first, second, third = st.columns(3, gap="medium")
    setting.epsilon.slider("Epsilon", first, step=0.001, format="%.3f")
    setting.smoothing.slider("Smoothing", second, step=0.5, format="%.1f")
    setting.shortest.slider("Shortest branch", third, step=0.005, format="%.3f")
    usual = {slider.name: slider.default for slider in sliders}
    st.button("Back to the model's own settings", on_click=st.session_state.update, kwargs=usual, type="tertiary",
              icon=":material/undo:", disabled=all(slider.value == slider.default for slider in sliders))
    return Rule(*(slider.value for slider in sliders[:2]), original.minimum_time, setting.shortest.value)


# -- the game ----------------------------------------------------------------------------------------------------------

def game(name: str, setting: Settings, a: str, b: str, meets: float) -> None:
    """Noisy pictures of two classes in secret order, to tell apart with one's own eyes."""
    st.subheader("Can you tell them apart?", anchor=False)
    st.markdown(told.GAME.format(a=a, b=b))
    draw, show, _ = st.columns([1, 2, 3], vertical_alignment="bottom")
    seed = draw_number(into=draw, help="Every number gives other pictures, in another order.")
    revealed = (a, b) if setting.reveal.toggle("Show which is which", show) else ()
    pictures, frames = shown.film_of(serve.ask(name, Guess(a, b, seed)), revealed)
    mark = {frame_at(meets): f"{a} and {b} meet, {words.at(meets)}"}
    state = st.session_state
    if state.get("_looked") != state.time:  # a film stays where it is: a time from elsewhere takes a new one
        state._films = state.get("_films", 0) + 1
    place = film(f"game{state._films}", pictures, frames, rows=revealed, start=frame_at(state.time), height=124,
                 marks=mark, ends=("noise", "picture"), seconds=8)
    state.time = state._looked = float(MOMENTS[place])
