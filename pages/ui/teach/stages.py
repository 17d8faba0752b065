"""The three stages of the page "Teach" as they are laid out: what is shown, what goes on, what came of it."""
from collections.abc import Callable

import numpy as np
import streamlit as st

import branched
from branched import BranchedError, BranchedModel

from .. import serve
from ..figures.standing_tree import figure
from ..frame import visitor
from ..frame.controls import chart, draw_number
from ..frame.look import Look
from ..parts import stage
from ..parts.film import film
from ..serve.request import Numbers
from . import controls, forgetting, lessons, shown, told
from .work import COLUMNS, Crossing, Digits, Drawing, Kinship, Progress, Proof


def show(name: str, model: BranchedModel, look: Look, settings: controls.Showing) -> None:
    """What the new class looks like, its name, and the tree that it will join."""
    kind = settings.kind.pills("How to show it")
    giving, seeing, where = stage.columns()
    with giving:
        controls.place_to_show(model, kind, settings)
        controls.notes()
        controls.smaller_model(model)
        controls.replaced(name)
        if visitor.find(name):
            st.button("Back to what it knows", icon=":material/arrow_back:", on_click=controls.another, args=[None])
    with seeing:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if kind != "digit":
                settings.name.text_input("Its name", max_chars=told.LONGEST, width=240,
                                         placeholder="an emoji, or a few letters")
            st.button("Teach it", type="primary", icon=":material/school:", on_click=lessons.begin,
                      args=[name, model], width=150)
        controls.shown_so_far(model, kind)
    with where:
        chart(figure(model.outline(), look=look, height=shown.HEIGHT), "The class tree")
        st.caption("The tree as it is. Where will the new one join?")


# -- the lesson --------------------------------------------------------------------------------------------------------

def watch(begun: lessons.Begun, model: BranchedModel, look: Look) -> None:
    """The lesson, while it goes on."""
    giving, seeing, where = stage.columns()
    with giving:
        st.subheader(f"It learns {begun.label}", anchor=False)
        bar, wait, curve = st.empty(), st.container(), st.empty()
        st.button("Stop here and keep what it knows", icon=":material/stop:", on_click=lessons.stop, width="stretch")
        st.button("Cancel", type="tertiary", on_click=lessons.cancel)
    sheet, tree, drawn = seeing.empty(), where.empty(), None
    chart(figure(model.outline(), look=look, height=shown.HEIGHT), "The class tree", into=tree)

    def draw(progress: Progress) -> None:
        nonlocal drawn
        bar.progress(progress.share, told.progress(progress))
        curve.html(shown.curve(progress, look))
        if progress.latest is drawn and progress.records:
            return
        if progress.latest:
            chart(shown.growing(begun.label, progress, look), "The class tree, with a new leaf",
                  f"tree {len(progress.records)}", into=tree)
        drawn = progress.latest
        sheet.html(shown.previews(progress))

    draw(begun.progress)
    try:
        with wait:
            _teach(begun, draw, lambda share: bar.progress(
                share, f"The model {controls.TEACHER} draws {controls.LESSON} pictures for it …"))
    except BranchedError as error:
        lessons.cancel()
        controls.say(str(error))
    except Exception:
        lessons.cancel()
        raise
    st.rerun()


def _teach(begun: lessons.Begun, draw: Callable[[Progress], None], prepare: Callable[[float], None]) -> None:
    """Teach, when it is this visitor's turn. Raises BranchedError.

    Where another model has to draw the examples first, `prepare` is told how far that is.
    """
    if begun.images is None:
        digits = serve.ask(controls.TEACHER, Digits(begun.label, controls.LESSON), prepare)
        begun = lessons.taught_by_another(begun, digits)
    progress = serve.ask(begun.base, begun.lesson, draw)
    lessons.finish(begun, progress, "early" if progress.latest.step < progress.latest.steps else "")


# -- what came of it ---------------------------------------------------------------------------------------------------

def see(mine: visitor.Own, look: Look, settings: controls.Seeing) -> None:
    """What the model makes of the new class."""
    model = mine.model
    label = settings.label.pills("Which one") if len(mine.added) > 1 else settings.label.value
    taught, sibling = mine.taught[label], model.facts.lesson(label).sibling
    giving, seeing, where = stage.columns()
    with giving:
        st.subheader(f"It knows {label} now", anchor=False)
        st.markdown(told.joined(model, label, taught))
        st.caption(told.learnt(model, mine.before, label, taught))
        controls.actions(mine, label)
        controls.notes()
        st.markdown("**Explore it:**")
        with st.container(key="links", gap="xxsmall"):
            controls.links(mine, label, sibling)
    tree, alt = where.empty(), f"The class tree. {label} joined beside {sibling}."
    if not serve.is_kept(mine.name, Kinship(label, sibling, settings.seed.value)):
        chart(shown.tree_figure(model.tree, label, sibling, None, look), alt, "early", into=tree)
    where.caption(f"In two colours: the ways of {label} and of {sibling}, from where they part.")
    with seeing:
        images = _kin(mine, label, sibling)
    chart(shown.tree_figure(model.tree, label, sibling, images[0], look), alt, into=tree)
    turn(mine, label, settings)
    prove(mine, settings.seed.value)


def _kin(mine: visitor.Own, label: str, sibling: str) -> np.ndarray:
    """Pictures of the new class, which are given back, and what it shares with its sibling."""
    head, draw = st.columns([3, 2], vertical_alignment="bottom")
    head.subheader(f"{label}, drawn by the model", anchor=False)
    kin = serve.ask(mine.name, Kinship(label, sibling, draw_number(into=draw)))
    st.html(shown.samples(label, kin.images))
    if kin.noisy is not None:
        st.subheader(f"Between {sibling} and {label}", anchor=False)
        st.html(shown.between(label, sibling, kin))
    return kin.images


def turn(mine: visitor.Own, label: str, settings: controls.Seeing) -> None:
    """Old into new, new into old; and how it was learnt."""
    left, right = st.columns(2, gap="large")
    taught, olds = mine.taught[label], [other for other in mine.model.labels if other != label]
    if st.session_state.old not in olds:
        st.session_state.old = mine.model.facts.lesson(label).sibling
    with right:
        st.subheader("How it came into focus", anchor=False)
        film("learnt", *shown.film(taught), start=len(taught.steps) - 1, ends=("it begins", "it is done"),
             label="Steps", height=58)
    with left:
        st.subheader("Turn one into another", anchor=False)
        old = settings.old.pills(f"{label} into this one, and this one into {label}", options=olds)
        crossing = Crossing(Numbers(taught.examples[:COLUMNS]), label, old, settings.seed.value)
        st.html(shown.crossed(label, old, serve.ask(mine.name, crossing), taught.drawn))


def prove(mine: visitor.Own, seed: int) -> None:
    """Old classes before and after."""
    head, place, request = st.empty(), st.empty(), Drawing(mine.before.labels, seed)
    with place.container():
        before, after = (serve.ask(name, request) for name in (mine.name_before, mine.name))
    proof = Proof(request.labels, before, after, branched.differing_bits(before, after))
    place.markdown(f"All that it knew, drawn twice just now from the same noise: by the model from before the lesson, "
                   f"and by yours. {told.verdict(proof)}")
    head.subheader(told.heading(proof), anchor=False)
    for column, title, images in zip(st.columns(2, gap="large"), ("Before", "After"), (before, after), strict=True):
        column.markdown(f"**{title}**")
        column.html(shown.kept(proof, images))


def other_way() -> None:
    """What would have become of a network without a tree, where that was measured."""
    measured = forgetting.load()
    if not measured:
        return
    st.subheader("The other way", anchor=False)
    st.markdown(forgetting.story(measured))
    for column, (way, title) in zip(st.columns(2, gap="large"), forgetting.WAYS.items(), strict=True):
        column.markdown(f"**{title}**")
        column.html(forgetting.pictures(measured, way))
    st.html(forgetting.table(measured))
    st.caption(forgetting.MEANING)
