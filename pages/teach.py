"""Teach: show the model a class of your own, watch it learn, and see that it forgets nothing."""
import streamlit as st

from pages.ui.frame import link, shell, visitor
from pages.ui.frame.controls import explanation
from pages.ui.parts import stage
from pages.ui.teach import controls, lessons, shown, stages

INTRODUCTION = "Show it something that it has never seen. It learns that in about a minute, and forgets nothing for it."
EXPLANATION = """
**Where does it join?** Your examples are covered with noise, more and more of it, until one of the old classes looks
like them: from there up, the new class shares that one's way. This is the rule by which the whole tree was found.

**What learns?** The tree gets one new branch, from that point down to the picture. It begins as a copy of its
neighbour, and then learns to take the noise off *your* symbol. What it begins with it draws by itself, so that no old
picture is needed. From few drawings many are made, a little turned, bent or thickened; and it stops before it only
repeats them.

**Why is nothing forgotten?** All other numbers of the network stay as they are. Old classes walk old branches only: the
same numbers, the same calculation, the same pictures.

As an equation: of the two groups of numbers θ in the network only those of the new branch are changed, so that the
picture which it guesses behind the noise comes close to the real one:
"""
EQUATION = (r"\min_{\theta_{\text{new}}} \; \big\| \, \text{guess}(x_t, t;\, \theta_{\text{old}}, \theta_{\text{new}})"
            r" - x_0 \big\|^2 \qquad \theta_{\text{old}} \text{ fixed}")

name, model, look = shell.opened("pages/teach.py")
mine, lesson = visitor.find(name), lessons.running(name)
showing, seeing = controls.showing(model), controls.seeing(mine)
st.html(stage.CSS)
st.html(shown.CSS)
st.html(shown.FACTS_CSS)
with link.shared("teach", *showing, *seeing):
    st.title("Teach it something new", anchor=False)
    st.markdown(INTRODUCTION)
    body, foot = st.empty(), st.container()
    with foot, explanation():
        st.markdown(EXPLANATION)
        st.latex(EQUATION)
    with body.container():
        if lesson:
            stages.watch(lesson, model, look)
        elif mine and st.session_state.get("_another") != name:
            stages.see(mine, look, seeing)
            stages.other_way()
        else:
            stages.show(name, model, look, showing)
