"""Transmute: draw, upload or choose a digit, and turn it into another; with the time of the turn on a slider."""
import streamlit as st

import branched
from pages.ui import serve
from pages.ui.frame import link, shell
from pages.ui.frame.controls import chart, explanation
from pages.ui.parts import stage
from pages.ui.transmute import controls, shown, told
from pages.ui.transmute.work import Verdict

name, model, look = shell.opened("pages/transmute.py")
thing, settings = told.thing(model.labels), controls.settings(model)
st.html(stage.CSS)
st.html(shown.CSS)
with link.shared("transmute", *settings):
    st.title(f"Turn one {thing} into another", anchor=False)
    st.markdown(told.INTRODUCTION.format(thing=thing))
    if len(model.labels) < 2:
        st.info("This model knows one class only: there is nothing to turn it into.", icon=":material/info:")
        st.stop()
    giving, turning, where = stage.columns()
    with giving:
        source = controls.source(name, model, settings)
        probabilities = serve.ask(name, Verdict(source.picture, source.private))
        st.html(shown.preview(source, thing))
        st.markdown(told.verdict(model.labels, probabilities))
    with turning:
        controls.aims(model.tree, model.labels[int(probabilities.argmax())], settings)
        request = controls.turning(source, model)
        it_is = st.session_state["it is"]
    with where:
        targets = request.targets if request else (it_is,)
        notes = told.notes(probabilities)
        chart(shown.tree_figure(name, it_is, targets, notes, look, tree=model.tree),
              "The class tree, with the paths of the two classes lit.")
        st.html(shown.colours(it_is, targets, look))
    with turning:
        if request:
            turned, frame = controls.film_of(name, model, request, thing)
        else:
            st.info(f"It is {told.article(it_is)} already. Choose what else it is to become.",
                    icon=":material/done_all:")
    with where:
        if request:
            st.html(shown.remains(thing, request, turned, frame))
    if settings.matrix.toggle(f"Every {thing} into every other"):
        left, right = st.columns([3, 2], gap="large")
        sheet = left.empty()
        right.markdown(told.MATRIX.format(thing=thing))
        right.markdown(told.summary(model.labels, controls.matrix(name, model, sheet)))
with explanation():
    st.markdown(told.EXPLANATION.format(thing=thing))
    if request and (t := turned.times[frame]) is not None:
        st.latex(told.EQUATION.format(branched.alpha(t), f"your {thing}", branched.sigma(t), t))
