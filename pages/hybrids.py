"""Hybrids of two classes, or of two sets: what they share until their ways part, and how the choice comes about."""
import streamlit as st

from pages.ui import serve
from pages.ui.frame import link, shell, words
from pages.ui.frame.controls import chart, explanation
from pages.ui.hybrids import controls, shown, told
from pages.ui.parts import pictures
from pages.ui.parts.faces import faces
from pages.ui.parts.film import film

name, model, look = shell.opened("pages/hybrids.py")
tree = model.tree
if len(model.labels) < 2:
    st.info("This model has one class alone: there is nothing to mix.", icon=":material/info:")
    st.stop()
setting = controls.settings(tree, faces(model))
with link.shared("hybrids", *setting):
    controls.open_sides(setting)
    st.html(shown.CSS)
    st.html(shown.style(look))
    st.title("Between two classes", anchor=False)
    st.markdown(told.INTRODUCTION)
    order = controls.order(setting)
    a, b = order.a, order.b
    st.subheader(told.headline(tree, a, b), anchor=False)
    st.markdown(told.kinship(tree, a, b))
    left, right = st.columns(2, gap="large")
    with left:
        chart(shown.tree_figure(name, a, b, look, tree=tree), f"The class tree: {told.headline(tree, a, b)}")
        st.caption(told.LINES)
    with right:
        view = setting.view.segments("What to look at", label_visibility="collapsed")
        scrubber, sheet = st.container(), st.empty()
        parted = serve.ask(name, order, lambda frame: sheet.html(
            pictures.sheet(pictures.growing(a + b, frame.denoised))))
        sheet.html(pictures.sheet(shown.rows(parted, a, b)))
    with scrubber:
        times, asked = parted.reel.times, setting.time.value
        start = parted.meeting if asked is None else controls.nearest(times, asked)
        rest = film("parting", parted.reel.shown(view), shown.frames(tree, a, b, parted), rows=a + b, start=start,
                    marks={parted.meeting: "they part"}, ends=("noise", "picture"), over="tree", height=56, seconds=6)
        setting.time.set(None if rest == parted.meeting else times[rest])
    with explanation():
        st.markdown(told.EXPLANATION + (told.JUDGED if parted.seen is not None else ""))
        st.markdown(told.SHARES)
        st.latex(words.mixture(tree.meeting(a, b).time))
shell.onward("pages/hybrids.py")
