"""Without labels: a tree that was learnt from pictures alone, what is in its leaves, and how it came about."""
import streamlit as st

from pages.ui.clusters import controls, measured, shown, told
from pages.ui.clusters.opened import Opened
from pages.ui.clusters.parts import PARTS
from pages.ui.frame import link, look, shell
from pages.ui.frame.controls import explanation
from pages.ui.language import _

shell.page("pages/clusters.py")
st.title(_(told.TITLE), anchor=False)
found = controls.chosen(shell.chosen_model())
if found is None:
    st.info(_(told.NONE), icon=":material/info:")
    st.stop()
name, model = found
known, colours = measured.of(name, model), look.current()
setting = controls.settings(model, known, PARTS)
with link.shared("clusters", *setting, *(own for part in PARTS.values() for own in part.settings(model))):
    st.html(shown.CSS)
    st.html(shown.style(colours))
    st.markdown(told.introduction(model, known.counts("members"), known.classes))
    part = setting.part.pills(_("Part of the page"), label_visibility="collapsed", wrap=True)
    PARTS[part].show(Opened(name, model, known, setting, colours))
    with explanation():
        st.markdown(_(told.EXPLANATION) + _(told.DIGITS) * bool(known.classes))
shell.onward("pages/clusters.py")
