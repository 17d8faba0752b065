"""Transmute: draw, upload or choose a digit, and turn it into another; with the noise level of the turn on a slider."""
import streamlit as st

import branched
from branched import of_turn, words
from pages.ui import serve
from pages.ui.frame import in_class, link, shell
from pages.ui.frame.controls import chart, explanation
from pages.ui.language import _
from pages.ui.parts import stage
from pages.ui.parts.markup import literal
from pages.ui.serve.judge import judge_for
from pages.ui.transmute import controls, shown, to_send, told
from pages.ui.transmute.work import Verdict

name, model, look = shell.opened("pages/transmute.py")
TREE = _("The class tree, with the paths of the two classes lit.")
thing, settings = of_turn.thing(model.labels, model.form.shows), controls.settings(model)
controls.welcomed()
st.html(stage.CSS)
st.html(shown.CSS)
with link.shared("transmute", *settings):
    st.title(_(of_turn.TITLE).format(thing=told.called(thing)), anchor=False)
    st.markdown(_(of_turn.INTRODUCTION).format(thing=told.called(thing)))
    if len(model.labels) < 2:
        st.info(_("This model knows one class only: there is nothing to turn it into."), icon=":material/info:")
        st.stop()
    giving, turning, where = stage.columns()
    with giving:
        given = controls.source(name, model, settings)
        source, looked = given.source, Verdict(given.source.picture, given.source.private)
        reading = st.container(key="reading")
    taken_for = controls.said(name, model, source, looked)
    if taken_for is None:
        taken_for = model.labels[int(serve.ask(name, looked).argmax())]
    with turning:
        controls.aims(model.tree, taken_for, settings)
        request = controls.turning(source, model)
        it_is = st.session_state["it is"]
        st.html(shown.preview(source, given.how, told.becomes(request.targets if request else ())))
    targets = request.targets if request else (it_is,)
    tree = where.container(key="paths")  # whose room is kept, while it is not there
    where.html(shown.colours(it_is, targets, look))

    def once_seen() -> None:
        """What can wait for the first picture: the tree with both paths, and what the model reads."""
        chart(shown.tree_figure(name, it_is, targets, look, tree=model.tree), TREE, into=tree)
        with reading:
            controls.read(model, given, serve.ask(name, looked) if controls.is_read(given) else None)

    with turning:
        if request:
            turned, frame = controls.film_of(name, model, request, thing, once_seen)
            in_class.sending(lambda mark: to_send.work_of(name, model, request, turned, frame, mark))
        else:
            text = _("It is {label} already. Choose what else it is to become.")
            st.info(text.format(label=literal(words.article(it_is))), icon=":material/done_all:")
            once_seen()
    if settings.matrix.toggle(_("Every {thing} into every other").format(thing=told.called(thing))):
        left, right = st.columns([3, 2], gap="large")
        sheet = left.empty()
        right.markdown(_(told.MATRIX).format(thing=told.called(thing)))
        right.markdown(told.summary(model.labels, controls.matrix(name, model, sheet)))
with explanation():
    st.markdown(told.explanation(thing, judge_for(model) is not None))
    if request:
        st.html(shown.remains(thing, request, turned, frame))
    if request and (t := turned.times[frame]) is not None:
        st.latex(told.equation(thing, branched.alpha(t), branched.sigma(t), t))
shell.onward("pages/transmute.py")
