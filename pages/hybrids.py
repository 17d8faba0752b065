"""Hybrids of two classes, or of two sets: one large picture, one as long as their paths are, and two from there on."""
import streamlit as st

from pages.ui import serve
from pages.ui.frame import in_class, link, shell, words
from pages.ui.frame.controls import chart, explanation
from pages.ui.hybrids import controls, shown, to_send, told
from pages.ui.language import _, current
from pages.ui.parts.faces import faces
from pages.ui.parts.film import film
from pages.ui.parts.markup import literal
from pages.ui.parts.morph import morph
from pages.ui.parts.spoken import spoken

name, model, look = shell.opened("pages/hybrids.py")
tree = model.tree
if len(model.labels) < 2:
    st.info(_("This model has one class alone: there is nothing to mix."), icon=":material/info:")
    st.stop()
setting = controls.settings(tree, faces(model))
with link.shared("hybrids", *setting):
    controls.open_sides(setting)
    st.html(shown.CSS)
    st.html(shown.style(look))
    st.title(told.title(tree.labels), anchor=False)
    st.markdown(_(told.INTRODUCTION))
    page = st.container(key="hybrids")
    with page.container(key="sides"):
        order = controls.order(setting)
    a, b = order.a, order.b
    main = page.container(key="morphing")
    spoken(told.headline(tree, a, b))
    main.header(literal(told.headline(tree, a, b)), anchor=False)
    left, right = main.columns([3, 2], gap="large")
    with right.container(key="where"):
        chart(shown.tree_figure(name, a, b, look, tree=tree), told.chart(tree, a, b))
    with left:
        place = st.empty()
        parted = serve.ask(name, order, lambda frame: place.html(shown.drawing(frame.denoised[0][0])))
        times, view, column = parted.reel.times, setting.view.value, controls.large(setting, parted)
        start = parted.meeting if setting.time.value is None else controls.nearest(times, setting.time.value)
        sides = shown.beside(tree, a, b)
        watched = " ".join(["parting", current(), name, *a, "|", *b, str(order.seed)])
        with place:
            morph("morph", watched, parted.reel.shown(view),
                  parted.reel.cells[:, [(a + b).index(label) for label in sides], column], sides,
                  [look.lit if label in a else look.other for label in sides], shared=look.both, start=start,
                  notes=shown.notes(parted, view), height=shown.HEIGHT)
        rest = film("parting", shown.NO_PICTURES, shown.frames(tree, a, b, parted), start=start, name=watched,
                    marks={parted.meeting: _("branch point")}, ends=(_("noise"), _("picture")), over="tree", seconds=6,
                    label=told.SLIDER)
        setting.time.set(None if rest == parted.meeting else times[rest])
        st.markdown(told.balance(parted, a + b))
        controls.starts(setting, parted)
        setting.view.segments(_("What to look at"), label_visibility="collapsed")
        in_class.sending(lambda mark: to_send.work_of(name, model, order, parted, column, mark))
    with explanation():
        st.markdown(literal(told.kinship(tree, a, b)))
        st.markdown(told.explanation(judged=parted.seen is not None))
        st.markdown(_(told.SHARES))
        st.latex(words.mixture(tree.meeting(a, b).time))
shell.onward("pages/hybrids.py")
