"""Teach: show the model a class of your own, watch it learn, and see that it forgets nothing."""
import streamlit as st

from pages.ui.frame import link, shell, visitor
from pages.ui.frame.controls import explanation
from pages.ui.language import _
from pages.ui.parts import stage
from pages.ui.parts.in_view import in_view
from pages.ui.parts.spoken import spoken
from pages.ui.teach import controls, lessons, result, shown, stages, told

name, model, look = shell.opened("pages/teach.py")
mine, lesson = visitor.find(name), lessons.running(name)
taught = None if st.session_state.get("_another") == name else mine
showing, seeing = controls.showing(model), controls.seeing(mine)
st.html(stage.CSS)
st.html(shown.CSS)
st.html(shown.FACTS_CSS)
with link.shared("teach", *showing, *seeing):
    st.title(_("Teach it something new"), anchor=False)
    st.markdown(_(told.INTRODUCTION))
    body, foot = st.container(key="teaching").empty(), st.container()
    with foot, explanation():
        st.markdown(_(told.EXPLANATION))
        st.latex(told.EQUATION)
    spoken(stages.aloud(model, lesson, taught, showing))
    with body.container():
        in_view("lesson" if lesson else name if taught else "drawing")
        if lesson:
            stages.watch(lesson, model, look)
        elif taught:
            result.see(taught, look, seeing)
        else:
            stages.show(name, model, look, showing)
shell.onward("pages/teach.py")
