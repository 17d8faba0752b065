"""The same idea without pictures: a model of a table. Its tree, what is between its classes, and rows
that become another class."""
import streamlit as st

from pages.ui.frame import link, look, shell
from pages.ui.frame.controls import explanation
from pages.ui.language import _
from pages.ui.table import controls, letter, shown, told, tree_part, turned_parts

SHOW = {"tree": tree_part.show, "many": turned_parts.show_many, "one": turned_parts.show_one}

shell.page("pages/table.py")
st.html(shown.CSS)
table = controls.chosen(shell.chosen_model())
st.title(_(told.TITLE), anchor=False)
if table is None:
    st.info(_(told.NONE), icon=":material/info:")
    st.stop()
name, model = table
settings, is_letters = controls.settings(model), letter.is_letters(model.features)
with link.shared("table", *settings):
    controls.keep_apart()
    st.markdown(told.introduction(model, is_letters))
    part = controls.part(model, settings)
    SHOW[part](name, model, settings, look.current())
    with explanation():
        st.markdown(_(told.EXPLANATION))
        if is_letters:
            st.markdown(letter.meanings())
shell.onward("pages/table.py")
