"""A lesson that runs itself: predict, try, look, explain, in 20 minutes or in 45, with the model that is loaded."""
import streamlit as st

from pages.ui import questions
from pages.ui.frame import link, shell
from pages.ui.frame.controls import explanation
from pages.ui.language import _
from pages.ui.lesson import controls, own_words, shown, stations, steps, told
from pages.ui.parts.in_view import in_view

name, model, look = shell.opened("pages/lesson.py")
asked = questions.of(model)
setting = controls.settings(asked)
st.html(shown.CSS)
with link.shared("lesson", *setting.all()):
    st.title(_(told.TITLE), anchor=False)
    controls.way(setting)
    own_words.arrived(steps.STATIONS)
    in_view(setting.step.value)
    stations.show(stations.Class(name, model, look, asked, setting))
    own_words.kept()
    with explanation():
        st.markdown(_(told.EXPLANATION))
        for sentence in questions.unasked(model):
            st.markdown(sentence)
shell.onward("pages/lesson.py")
