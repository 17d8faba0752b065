"""What came of a lesson, as it is laid out: the new drawings first, then that nothing was forgotten, then the rest."""
from collections.abc import Callable

import streamlit as st

import branched

from .. import serve
from ..frame import in_class, visitor
from ..frame.controls import chart, draw_number
from ..frame.look import Look
from ..language import _
from ..parts.film import film
from ..parts.markup import literal
from ..parts.wipe import wipe
from ..serve.request import Numbers
from . import bet, controls, forgetting, kept, shown, to_send, told
from .work import COLUMNS, Crossing, Drawing, Kinship, Proof


def see(mine: visitor.Own, look: Look, settings: controls.Seeing) -> None:
    """All that there is to see once a class is learnt."""
    kept.taught(mine)
    model = mine.model
    label = settings.label.pills(_("Which one")) if len(mine.added) > 1 else settings.label.value
    triumph, where = st.columns([3, 2], gap="large")
    with triumph:
        _triumph(mine, label)
    with where:
        sibling, taught = told.relative(model, label), mine.taught[label]
        chart(shown.tree_figure(model.tree, label, sibling, taught.previews[-1, 0] / 255, look),
              _("The class tree. {label} joined beside {sibling}.").format(label=label, sibling=sibling))
    prove(mine, settings.seed.value)
    _drawers(mine, label, settings)


def _triumph(mine: visitor.Own, label: str) -> None:
    """What it draws, large, as it came into focus; where it joined; and what to do now."""
    taught = mine.taught[label]
    st.header(literal(told.triumph(label, taught)), anchor=False)
    film("learnt", *shown.film(taught), start=len(taught.steps) - 1, autoplay=True, seconds=5.0,
         ends=(_("it begins"), _("it is done")), label=_("Steps of the lesson"), height=shown.LARGE)
    controls.notes()
    if answer := bet.answer(mine.model, label, bet.of(label)):
        st.success(answer, icon=":material/emoji_events:")
    st.markdown(told.joined(mine.model, label, taught))
    with st.container(horizontal=True, key="actions"):
        controls.actions(mine, label)
    in_class.sending(lambda mark: to_send.work_of(mine, label, mark))


def prove(mine: visitor.Own, seed: int) -> None:
    """Old classes before and after, one upon the other."""
    head, place, request = st.empty(), st.empty(), Drawing(mine.before.labels, seed)
    with place.container():
        before, after = (serve.ask(name, request) for name in (mine.name_before, mine.name))
    proof = Proof(request.labels, before, after, branched.differing_bits(before, after))
    head.header(told.heading(proof), anchor=False)
    with place.container():
        st.markdown(told.verdict(proof))
        wipe("forgotten", *(shown.side(images) for images in (before, after)), 
             names=(_("Before the lesson"), _("After it")), alt=told.alt(proof))


def _drawers(mine: visitor.Own, label: str, settings: controls.Seeing) -> None:
    """What else there is, for those who ask; none is worked out before it is opened."""
    sibling = told.relative(mine.model, label)
    _drawer("more", literal(_("More drawings of {label}, and what it shares with {sibling}").format(
        label=label, sibling=sibling)), "gesture",
            lambda: _kin(mine, label, sibling))
    _drawer("turn", literal(_("Turn {label} into another, and back").format(label=label)), "swap_horiz",
            lambda: _turn(mine, label, settings))
    _drawer("took", _("What the lesson took"), "school", lambda: st.markdown(
        told.learnt(mine.model, mine.before, label, mine.taught[label])))
    if measured := forgetting.load():
        _drawer("way", _("What a network without a tree forgets"), "compare", lambda: _other_way(measured))
    with st.container(horizontal=True, key="links"):
        controls.links(mine, label, sibling)


def _drawer(key: str, title: str, icon: str, fill: Callable[[], object]) -> None:
    drawer = st.expander(title, icon=f":material/{icon}:", key=f"drawer {key}", on_change="rerun")
    if drawer.open:
        with drawer:
            fill()


def _kin(mine: visitor.Own, label: str, sibling: str) -> None:
    """Fresh pictures of the new class, and what it shares with its sibling."""
    seed = draw_number(width=220)
    kin = serve.ask(mine.name, Kinship(label, sibling, seed))
    st.html(shown.samples(label, kin.images))
    if kin.noisy is not None:
        st.markdown(told.shared(mine.model, label, sibling))
        st.html(shown.between(label, sibling, kin))


def _turn(mine: visitor.Own, label: str, settings: controls.Seeing) -> None:
    """Old into new, new into old."""
    taught, olds = mine.taught[label], [other for other in mine.model.labels if other != label]
    if settings.old.value not in olds:
        settings.old.set(told.relative(mine.model, label))
    title = _("{label} into this one, and this one into {label}").format(label=label)
    old = settings.old.pills(literal(title), options=olds)
    crossing = Crossing(Numbers(taught.examples[:COLUMNS]), label, old, settings.seed.value)
    st.html(shown.crossed(label, old, serve.ask(mine.name, crossing), taught.drawn))


def _other_way(measured: forgetting.Forgetting) -> None:
    """What became of a network without a tree, where that was measured."""
    st.markdown(forgetting.story(measured))
    for column, (way, title) in zip(st.columns(2, gap="large"), forgetting.WAYS.items(), strict=True):
        column.markdown(f"**{_(title)}**")
        column.html(forgetting.pictures(measured, way))
    st.html(forgetting.table(measured))
    st.caption(_(forgetting.MEANING))
