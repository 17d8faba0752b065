"""Other ways to say what to draw, beside the tree: the same noise, the same digits, measured and seen side by side."""
import streamlit as st

import branched
from pages.ui.frame import link, look, shell
from pages.ui.frame.controls import explanation
from pages.ui.language import _
from pages.ui.others import controls, parts, shown, told

shell.page("pages/others.py")
st.title(_(told.TITLE), anchor=False)
try:
    methods = branched.measured_methods()
except branched.BranchedError as error:
    st.info(_(told.NOT_MEASURED).format(error), icon=":material/info:")
    st.stop()
colours, setting = look.current(), controls.settings(methods)
with link.shared("others", *setting):
    st.html(shown.CSS)
    st.html(shown.style(colours))
    st.markdown(_(told.INTRODUCTION))
    part = setting.part.pills(_("Part of the page"), label_visibility="collapsed", wrap=True)
    parts.PARTS[part](methods, setting, colours)
    with explanation():
        st.markdown(_(told.EXPLANATION))
        if part == "strength" and setting.curve.value:
            st.latex(told.equation(setting.curve.value))
shell.onward("pages/others.py")
