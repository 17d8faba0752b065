"""The three stages of the page "Teach" as they are laid out: what is shown, what goes on, what came of it."""
from collections.abc import Sequence

import numpy as np
import streamlit as st

from branched import BranchedError, BranchedModel

from ..figures.standing_tree import CHART, figure
from ..frame import link, shell, visitor
from ..parts import stage
from ..parts.film import film
from ..serve import queue
from . import forgetting, showing, taught, teaching


def begin(name: str, model: BranchedModel) -> None:
    """The lesson begins, if all that it needs is there."""
    state = st.session_state
    digit = state["from"] == "digit"
    label = state.digit if digit else state.name.strip()
    if wrong := (not digit and showing.enough(model)) or showing.wrong_name(label, model.labels):
        showing.say(wrong)
    else:
        teaching.begin(name, model, label, None if digit else np.stack(list(showing.examples(model).values())),
                       state.steps)


def show(name: str, model: BranchedModel, settings: Sequence[link.Setting]) -> None:
    """What the new class looks like, its name, and the tree that it will join."""
    state = st.session_state
    link.hold(settings, "from", "digit" if state["from"] == "digit" else "name")
    st.pills("How to show it", showing.kinds(model), key="from", format_func=showing.NAMES.get, required=True)
    giving, seeing, where = stage.columns()
    with giving:
        showing.given(model)
        showing.notes()
        showing.smaller(model)
        showing.replaced(name)
        if visitor.find(name):
            st.button("Back to what it knows", icon=":material/arrow_back:", on_click=taught.another, args=[None])
    with seeing:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if state["from"] != "digit":
                st.text_input("Its name", key="name", max_chars=showing.LONGEST, width=240,
                              placeholder="an emoji, or a few letters")
            st.button("Teach it", type="primary", icon=":material/school:", on_click=begin, args=[name, model],
                      width=150)
        showing.seen(model)
    with where:
        st.plotly_chart(figure(model.tree, dark=shell.dark(), height=taught.HEIGHT), key="tree",
                        alt="The class tree", **CHART)
        st.caption("The tree as it is. Where will the new one join?")


def watch(lesson: teaching.Lesson, settings: Sequence[link.Setting]) -> None:
    """The lesson, while it goes on."""
    link.hold(settings)
    dark = shell.dark()
    giving, seeing, where = stage.columns()
    with giving:
        st.subheader(f"It learns {lesson.name}", anchor=False)
        bar, wait, curve = st.empty(), st.container(), st.empty()
        st.button("Stop here and keep what it knows", icon=":material/stop:", on_click=teaching.stop, width="stretch")
        st.button("Cancel", type="tertiary", on_click=teaching.cancel)
    sheet, tree, shown = seeing.empty(), where.empty(), None
    tree.plotly_chart(figure(lesson.model.tree, dark=dark, height=taught.HEIGHT), key="tree", alt="The class tree",
                      **CHART)

    def draw(lesson: teaching.Lesson) -> None:
        nonlocal shown
        bar.progress(lesson.share, teaching.progress(lesson))
        curve.html(teaching.curve(lesson, dark))
        if lesson.latest is not shown or not lesson.told:
            if lesson.latest:
                tree.plotly_chart(taught.growing(lesson, dark), key=f"tree {len(lesson.told)}",
                                  alt="The class tree, with a new leaf", **CHART)
            shown = lesson.latest
            sheet.html(teaching.previews(lesson))

    draw(lesson)
    try:
        with wait:
            teaching.run(lesson, queue.seldom(draw), queue.seldom(lambda share: bar.progress(
                share, f"The model {showing.TEACHER} draws {showing.LESSON} pictures for it …")))
    except BranchedError as error:
        teaching.cancel()
        showing.say(str(error))
    except Exception:
        teaching.cancel()
        raise
    st.rerun()


def see(mine: visitor.Own, settings: Sequence[link.Setting]) -> None:
    """What the model makes of the new class."""
    model, state, dark, several = mine.model, st.session_state, shell.dark(), len(mine.added) > 1
    link.hold(settings, "old", "seed", *(["class"] if several else []))
    if several:
        st.pills("Which one", mine.added, key="class", required=True)
    label = state["class"]
    was, sibling = mine.taught[label], model.facts.lesson(label).sibling
    giving, seeing, where = stage.columns()
    with giving:
        st.subheader(f"It knows {label} now", anchor=False)
        st.markdown(taught.joined(model, label, was))
        st.caption(taught.learnt(model, mine.before, label, was))
        taught.actions(mine, label)
        showing.notes()
        st.markdown("**Explore it:**")
        with st.container(key="links", gap="xxsmall"):
            taught.links(mine, label, sibling)
    chart = where.empty()
    alt = f"The class tree. {label} joined beside {sibling}."
    if not taught.is_drawn(mine, label, sibling, state.seed):
        chart.plotly_chart(taught.tree_figure(model.tree, label, sibling, None, dark), key="early", alt=alt, **CHART)
    where.caption(f"In two colours: the ways of {label} and of {sibling}, from where they part.")
    with seeing:
        head, draw = st.columns([3, 2], vertical_alignment="bottom")
        head.subheader(f"{label}, drawn by the model", anchor=False)
        seed = draw.number_input("Draw number", 0, 9999, key="seed",
                                 help="Every number gives other pictures, and the same number the same pictures.")
        drawn = taught.draw(mine, label, sibling, seed)
        st.html(taught.samples(label, drawn.images))
        if drawn.noisy is not None:
            st.subheader(f"Between {sibling} and {label}", anchor=False)
            st.html(taught.between(label, sibling, drawn))
    chart.plotly_chart(taught.tree_figure(model.tree, label, sibling, drawn.images[0], dark), key="tree", alt=alt,
                       **CHART)
    turn(mine, label, was, seed)
    prove(mine, seed)


def turn(mine: visitor.Own, label: str, was: visitor.Taught, seed: int) -> None:
    """Old into new, new into old; and how it was learnt."""
    left, right = st.columns(2, gap="large")
    olds = [other for other in mine.model.labels if other != label]
    if st.session_state.old not in olds:
        st.session_state.old = mine.model.facts.lesson(label).sibling
    with right:
        st.subheader("How it came into focus", anchor=False)
        film("learnt", *taught.film(was), start=len(was.steps) - 1, ends=("it begins", "it is done"), label="Steps",
             height=58)
    with left:
        st.subheader("Turn one into another", anchor=False)
        old = st.pills(f"{label} into this one, and this one into {label}", olds, key="old", required=True)
        crossed = taught.cross(mine, label, old, seed)
        st.html(taught.turned(label, old, crossed, was.drawn))


def prove(mine: visitor.Own, seed: int) -> None:
    """Old classes before and after."""
    head = st.empty()
    place = st.empty()
    with place.container():
        proof = taught.prove(mine, seed)
    place.markdown(f"All that it knew, drawn twice just now from the same noise: by the model from before the lesson, "
                   f"and by yours. {taught.verdict(proof)}")
    head.subheader(taught.heading(proof), anchor=False)
    for column, title, images in zip(st.columns(2, gap="large"), ("Before", "After"), (proof.before, proof.after),
                                     strict=True):
        column.markdown(f"**{title}**")
        column.html(taught.kept(proof, images))


def other_way() -> None:
    """What would have become of a network without a tree, where that was measured."""
    found = forgetting.load()
    if not found:
        return
    st.subheader("The other way", anchor=False)
    st.markdown(forgetting.story(found))
    for column, (way, title) in zip(st.columns(2, gap="large"), forgetting.WAYS.items(), strict=True):
        column.markdown(f"**{title}**")
        column.html(forgetting.pictures(found, way))
    st.html(forgetting.table(found))
    st.caption(forgetting.MEANING)
