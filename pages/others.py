"""Other ways to say what to draw, beside the tree: the same noise, the same digits, measured and seen side by side."""
import streamlit as st

import branched
from pages.ui.frame import link, look, shell
from pages.ui.frame.controls import explanation
from pages.ui.others import controls, parts, shown, told

shell.page("pages/others.py")
st.title(told.TITLE, anchor=False)
try:
    methods = branched.measured_methods()
except branched.BranchedError as error:
    st.info(told.NOT_MEASURED.format(error), icon=":material/info:")
    st.stop()
colours, setting = look.current(), controls.settings(methods)
with link.shared("others", *setting):
    st.html(shown.CSS)
    st.html(shown.style(colours))
    st.markdown(told.INTRODUCTION)
    part = setting.part.pills("Part of the page", label_visibility="collapsed", wrap=True)
    parts.PARTS[part](methods, setting, colours)
    with explanation():
        st.markdown(told.EXPLANATION)
        if part == "strength" and setting.curve.value:
            st.latex(told.equation(setting.curve.value))
shell.onward("pages/others.py")
