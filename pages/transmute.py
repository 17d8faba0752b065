"""Transmute: draw, upload or choose a digit, and turn it into another; with the time of the turn on a slider."""
import numpy as np
import streamlit as st

import branched
from pages.ui.figures.standing_tree import CHART
from pages.ui.frame import link, shell
from pages.ui.parts import stage
from pages.ui.parts.film import film
from pages.ui.parts.pictures import digest
from pages.ui.transmute import source, transmuted, transmuting

INTRODUCTION = """Noise covers your {thing}, until it could as well be another; then the model takes the noise away,
as if it had been that other all along."""
EXPLANATION = """
**Up, then down.** Your {thing} is covered with noise, up to the *turning time* t. From there the model cleans it again,
but now on the path of another class. What the noise left of yours, its slant and its stroke, is still there at the end.

**When to turn?** At the *meeting point*, where the paths of the two classes part on the tree, so much noise is on them
that they look alike to the model. Turn much earlier, and your {thing} shows through; much later, and little of yours is
left. Pull the slider, and see.

**Variants** differ by the noise, which is drawn by chance. *Without chance* the model walks up its own path backwards
instead, which keeps more of yours, but fails more often.
"""
COLUMNS = "One column for each class: above, your {thing} at the turn; below, what becomes of it."
MATRIX = """Every row begins with the {thing} in the grey frame, and every column is what became of it: each turned
where the two paths part."""
EQUATION = r"\text{{at the turn}} = {:.2f} \cdot \text{{{}}} + {:.2f} \cdot \text{{noise}} \qquad (t = {:.2f})"

shell.page("pages/transmute.py")
name = shell.chosen_model()
model = shell.image_model(name)
tree, state, dark, thing = model.tree, st.session_state, shell.dark(), transmuted.thing(model.labels)
settings = source.settings(model) + transmuting.settings(model.labels)
link.open_link("transmute", *settings)
st.html(stage.CSS)
st.html(transmuted.CSS)
st.title(f"Turn one {thing} into another", anchor=False)
st.markdown(INTRODUCTION.format(thing=thing))
if len(model.labels) < 2:
    st.info("This model knows one class only: there is nothing to turn it into.", icon=":material/info:")
    st.stop()


def forget_time() -> None:
    """Another film begins at its own meeting point."""
    state.time = None


def correct() -> None:
    """The visitor says what the picture is; to agree with the model is to say nothing."""
    state.source = None if state["it is"] == taken_for else state["it is"]
    forget_time()


def aim() -> None:
    state.target = state["into"]
    forget_time()


giving, turning, where = stage.columns()
with giving:
    chosen = source.choose(name, model, state.seed)
    probabilities = transmuting.verdict(name, model, chosen)
    taken_for = model.labels[int(np.argmax(probabilities))]
    st.html(transmuted.preview(chosen, thing))
    st.markdown(transmuted.told(model.labels, probabilities))
with turning:
    state["it is"] = state.source or taken_for
    state["into"] = state.target or transmuting.nearest(tree, state["it is"])
    st.pills("It is", model.labels, key="it is", required=True, on_change=correct)
    st.pills("Turn it into", [*model.labels, transmuting.ALL], key="into", required=True, on_change=aim)
    transmuting.more(forget_time)
    link.write_link("transmute", *settings)
    order = transmuting.order(chosen.picture, model.labels, state)
with where:
    targets = order.targets if order else (state["it is"],)
    st.plotly_chart(transmuting.tree_figure(name, state["it is"], targets, transmuted.notes(probabilities), dark, tree),
                    key="tree", **CHART, alt="The class tree, with the paths of the two classes lit.")
    st.html(transmuted.colours(state["it is"], targets, dark))
with turning:
    if order is None:
        st.info(f"It is {transmuted.article(state['it is'])} already. Choose what else it is to become.",
                icon=":material/done_all:")
        turned = frame = None
    else:
        times, usual = transmuting.turning_times(order, tree)
        start, look = transmuting.place(times, usual, state.time), transmuted.look(order, model, thing)
        if len(order.targets) > 1:
            st.markdown(COLUMNS.format(thing=thing))
            st.html(transmuted.heads(model.labels, model.shape, look["height"]))
        screen, result, bar = st.empty(), st.empty(), st.empty()

        def show(step: transmuting.Turned | float) -> None:
            """First the picture at the start, then how far the others are."""
            if isinstance(step, transmuting.Turned):
                with screen:
                    film("still", *transmuting.frames(tree, order, step), **look)
            else:
                bar.progress(step, "Now for all other turning times …")

        turned = transmuting.turn(name, model, chosen, order, start, show)
        bar.empty()
        with screen:
            frame = film("film", *transmuting.frames(tree, order, turned), start=start,
                         marks={usual: transmuted.mark(order, times[usual])},
                         ends=("little noise", "much noise"), **look)
        if (said := (digest(turned.images), frame)) != state.get("_rested"):
            state.time, state["_rested"] = None if frame == usual else times[frame], said
        result.markdown(transmuted.success(order, turned, frame))
    link.write_link("transmute", *settings)
with where:
    if turned:
        st.html(transmuted.kept(thing, order, turned, frame))
if st.toggle(f"Every {thing} into every other", key="matrix"):
    left, right = st.columns([3, 2], gap="large")
    sheet = left.empty()
    right.markdown(MATRIX.format(thing=thing))
    firsts, key = source.one_of_each(name, model, state["from"], state.seed)
    options = {"steps": state.steps, "seed": state.seed, "deterministic": state.way == "plain"}
    crossed = transmuting.matrix(name, model, firsts, key, options,
                                 lambda grown: sheet.html(transmuted.grid(model.labels, grown)))
    sheet.html(transmuted.grid(model.labels, crossed))
    right.markdown(transmuted.summary(model.labels, crossed))
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(EXPLANATION.format(thing=thing))
    if turned and (t := turned.times[frame]) is not None:
        st.latex(EQUATION.format(branched.alpha(t), f"your {thing}", branched.sigma(t), t))
