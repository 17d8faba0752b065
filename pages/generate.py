"""Pictures of chosen classes, drawn together down the tree, and what that saved."""
import streamlit as st

from pages.ui import serve
from pages.ui.frame import link, shell
from pages.ui.frame.controls import explanation
from pages.ui.frame.words import classes, one_class
from pages.ui.generate import controls, files, shown, told
from pages.ui.language import _
from pages.ui.parts import reels
from pages.ui.parts.faces import faces
from pages.ui.parts.film import film

name, model, look = shell.opened("pages/generate.py")
setting = controls.settings(faces(model), model.guides)
with link.shared("generate", *setting):
    st.title(_(told.TITLE).format(classes=classes(model.labels)), anchor=False)
    st.markdown(_(told.INTRODUCTION).format(classes=classes(model.labels)))
    draw, view = controls.order(setting), setting.view.value
    if draw is None:
        st.info(_("Choose at least one class."), icon=":material/touch_app:")
    else:
        wide = draw.sampling.n > 12
        left, right = (st.container(), st.container()) if wide else st.columns([3, 2], gap="large")
        with left:
            grid = st.container(key=f"film-{len(draw.labels)}x{draw.sampling.n}").empty()
            drawn = serve.ask(name, draw, lambda frame: grid.html(
                shown.rows(draw.labels, reels.on_the_way(frame, view))))
            with grid.container():
                place = st.session_state.setdefault("_place", {})  # where the film of the same pictures was left
                start = place.get((name, draw), len(drawn.reel.times) - 1)
                st.session_state._place = {(name, draw): film(
                    "walk", drawn.reel.shown(view), shown.frames(drawn.reel), rows=draw.labels, start=start,
                    ends=(_("noise"), _("picture")), height=shown.CELL)}
            if len(draw.labels) > 1:
                st.markdown(_(told.READING).format(one=one_class(model.labels)))
            files.downloads(name, model.labels, draw, drawn, view)
        with right:
            controls.comparison(name, draw, drawn, setting.measure, view, look)
        with explanation():
            st.markdown(_(told.EXPLANATION))
            st.latex(told.equation(model.tree, draw, drawn))
shell.onward("pages/generate.py")
