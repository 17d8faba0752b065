"""What can be chosen on the page "Hybrids": two sides, of which none is empty and none has a class of the other; and
which of the starts is large."""
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from branched import ClassTree

from ..frame import link
from ..frame.controls import SEED, draw_number
from ..language import _
from ..parts import reels
from ..parts.markup import literal
from ..parts.picker import picker
from . import told
from .work import COLUMNS, Hybrids, Parted


class Settings(NamedTuple):
    """All that the page's link says. `time` None is the branch point, `start` None the hybrid most like both sides."""

    a: link.Options
    b: link.Options
    groups: link.Switch = link.switch("groups", False)
    seed: link.Range = SEED
    view: link.Options = link.choice("seen", reels.VIEWS, "guess")
    time: link.Range = link.number("time", 0, 1, None)
    start: link.Options = link.choice("start", range(1, COLUMNS + 1), None)


def settings(tree: ClassTree, labels: Mapping[str, str]) -> Settings:
    """The settings for a tree of two classes or more, each with what stands on its button; at first with the two that
    part last."""
    a, b = usual(tree)
    return Settings(link.several("a", labels, [a], least=1), link.several("b", labels, [b], least=1))


def usual(tree: ClassTree) -> tuple[str, str]:
    """The two classes that part last."""
    return tree.closest_pairs(1)[0]


# -- the two sides -----------------------------------------------------------------------------------------------------

def order(setting: Settings) -> Hybrids:
    """What is asked for, by its widgets: a click on a class takes it instead of the one before; of groups, too."""
    one, two, more = st.columns([4, 4, 3], gap="medium")
    side = _group if setting.groups.value else _one
    a = side(setting, setting.a, setting.b, _(told.SIDES[0]), one)
    b = side(setting, setting.b, setting.a, _(told.SIDES[1]), two)
    st.session_state._sides = {"a": a, "b": b}
    with more.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        seed = draw_number(width=180, on_change=_anew, args=[setting])
        setting.groups.toggle(_("Groups"), help=_(told.GROUPS), on_change=_regroup, args=[setting])
    if note := st.session_state.pop("_side_note", ""):
        st.caption(literal(note))
    a, b = (tuple(label for label in setting.a.options if label in side) for side in (a, b))
    return Hybrids(a, b, seed)


def _one(setting: Settings, mine: link.Options, other: link.Options, title: str, into: Any) -> list[str]:
    """A side of one class."""
    key = f"one_{mine.name}"
    st.session_state[key] = mine.value[0]

    def choose() -> None:
        new, old = st.session_state[key], mine.value
        if new in other.value:
            other.set(old)  # they change places
        mine.set([new])
        _anew(setting)

    link.Options(key, None, str, options=mine.options).pills(title, into, wrap=True, on_change=choose)
    return mine.value


def _group(setting: Settings, mine: link.Options, other: link.Options, title: str, into: Any) -> list[str]:
    """A side of several classes."""
    return mine.pills(title, into, wrap=True, on_change=_change, args=[setting, mine, other])


def open_sides(setting: Settings) -> None:
    """Where a link has a class on both sides, keep it on the first; the usual sides, if then one is empty. Where it has
    several on a side, sides are groups."""
    a, b = setting.a.value, setting.b.value
    if set(a) & set(b):
        left = [label for label in b if label not in a]
        setting.a.set(a if left else setting.a.default)
        setting.b.set(left or setting.b.default)
        st.warning(_(told.ON_BOTH_SIDES), icon=":material/link_off:")
    if max(len(setting.a.value), len(setting.b.value)) > 1:
        setting.groups.set(True)


def _regroup(setting: Settings) -> None:
    """Without groups, the first of each side stays."""
    if not setting.groups.value:
        for side in (setting.a, setting.b):
            side.set(side.value[:1])
        _anew(setting)


def _anew(setting: Settings) -> None:
    """Other sides part at another time, and other starts are other pictures: the film goes to the branch point."""
    setting.time.set(None)
    setting.start.set(None)


def _change(setting: Settings, changed: link.Options, other: link.Options) -> None:
    """A group was changed."""
    side, rest, note = settled(changed.value, other.value, st.session_state._sides[changed.name])
    changed.set(side)
    other.set(rest)
    _anew(setting)
    st.session_state._side_note = note


def settled(side: Sequence[str], other: Sequence[str], before: Sequence[str]) -> tuple[list[str], list[str], str]:
    """Both sides as they may be after `side` was changed, and a sentence on what was not done as asked ("": all was).

    A class is on one side only, where it was put last; and no side is empty.
    """
    both = [label for label in side if label in other]
    if not side:
        return list(before), list(other), _(told.SIDE_IS_EMPTY)
    if not both:
        return list(side), list(other), ""
    if left := [label for label in other if label not in both]:
        return list(side), left, told.moved(both)
    return [label for label in side if label not in both] or list(before), list(other), told.all_there_is(both)


# -- which is large ----------------------------------------------------------------------------------------------------

def large(setting: Settings, parted: Parted) -> int:
    """Which of the hybrids is the large one."""
    return parted.nearest_to_both if setting.start.value is None else setting.start.value - 1


def starts(setting: Settings, parted: Parted) -> None:
    """The hybrids, small, from those that look like the one side to those that look like the other; a click makes one
    the large one."""
    places = parted.order
    names = [told.start(k, None if parted.seen is None else parted.seen[parted.reel.cells[parted.meeting, 0, k]])
             for k in places]
    picker("starts", parted.guesses[places], names, places.index(large(setting, parted)), COLUMNS, _(told.STARTS),
           _chosen(setting, places), side=52)


def _chosen(setting: Settings, places: Sequence[int]) -> Callable[[int], None]:
    return lambda number: setting.start.set(places[number] + 1)


def nearest(times: Sequence[float], t: float) -> int:
    """The moment nearest to a time."""
    return min(range(len(times)), key=lambda k: abs(times[k] - t))
