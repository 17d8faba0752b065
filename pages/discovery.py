"""How the tree is found: how far noise leaves two classes apart, and the tree that follows; with a guessing game."""
import streamlit as st

from pages.ui.discovery import comparison, controls, game, told, work
from pages.ui.frame import link, shell
from pages.ui.frame.controls import explanation
from pages.ui.language import _

name, model, look = shell.opened("pages/discovery.py")
st.title(_("How the tree is found"), anchor=False)
if len(model.labels) < 2:
    st.info(_(told.ALONE), icon=":material/info:")
    st.stop()
original, curves = work.own_rule(model.facts), work.curves(model)
setting = controls.settings(model, original, curves)
with link.shared("discovery", *setting):
    controls.keep_apart(model.labels)
    st.markdown(told.introduction(model))
    pair = comparison.show(name, model, original, curves, setting, look)
    a, b = setting.a.value, setting.b.value
    if told.are_pictures(model.form):
        met = pair.met if pair else None
        game.show(name, setting, a, b, model.tree.meeting(a, b).time if met is None else met)
    with explanation():
        st.markdown(told.explanation(model.form))
        if pair:
            comparison.likeness(pair, model.form, look)
            st.latex(told.equation(pair))
        if told.are_pictures(model.form):
            st.latex(told.noising(setting.time.value))
shell.onward("pages/discovery.py")
