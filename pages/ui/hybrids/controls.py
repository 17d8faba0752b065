"""What can be chosen on the page "Hybrids": two sides, of which none is empty and none has a class of the other."""
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from branched import ClassTree

from ..frame import link
from ..frame.controls import SEED, draw_number
from ..parts import reels
from . import told
from .work import Hybrids


class Settings(NamedTuple):
    """All that the page's link says. `time` None is the meeting point."""

    a: link.Options
    b: link.Options
    seed: link.Range = SEED
    view: link.Options = link.choice("view", reels.VIEWS, "guess")
    time: link.Range = link.number("time", 0, 1, None)


def settings(tree: ClassTree, labels: Mapping[str, str]) -> Settings:
    """The settings for a tree of two classes or more, each with what stands on its button; at first with the two that
    part last."""
    a, b = usual(tree)
    return Settings(link.several("a", labels, [a], least=1), link.several("b", labels, [b], least=1))


def usual(tree: ClassTree) -> tuple[str, str]:
    """The two classes that part last."""
    return tree.closest_pairs(1)[0]


def order(setting: Settings) -> Hybrids:
    """What is asked for, by its widgets."""
    one, two, draw = st.columns([5, 5, 2], gap="medium")
    a = setting.a.pills("One side", one, wrap=True, on_change=_change, args=[setting, setting.a, setting.b])
    b = setting.b.pills("The other side", two, wrap=True, on_change=_change, args=[setting, setting.b, setting.a])
    st.session_state._sides = {"a": a, "b": b}
    seed = draw_number(into=draw)
    a, b = (tuple(label for label in setting.a.options if label in side) for side in (a, b))
    return Hybrids(a, b, seed)


def open_sides(setting: Settings) -> None:
    """Where a link has a class on both sides, keep it on the first; the usual sides, if then one is empty."""
    a, b = setting.a.value, setting.b.value
    if set(a) & set(b):
        left = [label for label in b if label not in a]
        setting.a.set(a if left else setting.a.default)
        setting.b.set(left or setting.b.default)
        st.warning(told.ON_BOTH_SIDES, icon=":material/link_off:")


def _change(setting: Settings, changed: link.Options, other: link.Options) -> None:
    """A class is on one side only; other sides meet at another time, so the film goes to where they part."""
    side, rest, note = settled(changed.value, other.value, st.session_state._sides[changed.name])
    changed.set(side)
    other.set(rest)
    setting.time.set(None)
    if note:
        st.toast(note, icon=":material/info:")


def settled(side: Sequence[str], other: Sequence[str], before: Sequence[str]) -> tuple[list[str], list[str], str]:
    """Both sides as they may be after `side` was changed, and a sentence on what was not done as asked ("": all was).

    A class is on one side only, where it was put last; and no side is empty.
    """
    both = [label for label in side if label in other]
    if not side:
        return list(before), list(other), told.SIDE_IS_EMPTY
    if not both:
        return list(side), list(other), ""
    if left := [label for label in other if label not in both]:
        return list(side), left, told.moved(both)
    return [label for label in side if label not in both] or list(before), list(other), told.all_there_is(both)


def nearest(times: Sequence[float], t: float) -> int:
    """The moment nearest to a time."""
    return min(range(len(times)), key=lambda k: abs(times[k] - t))
