"""How good the model is, a drawer for each thing that it was asked to do: measured figures, and charts of them."""
from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from branched import Explorable

from ..frame.controls import chart
from ..frame.look import Look
from ..language import _
from . import controls, shown, told
from .figure import Figure

Figures = Mapping[str, list[Figure]]


def show(model: Explorable, figures: Figures, look: Look) -> None:
    """All drawers in which there is something."""
    form = told.form_of(model)
    if "generation" in figures:
        with _drawer(_(form.HEADING)):
            st.markdown(told.measuring(model, figures))
            st.html(shown.table(figures["generation"], _(form.THINGS)))
            _by_class(model, look)
    if figures.keys() & told.WAYS.keys():
        with _drawer(_("How good is it? Turning one class into another")):
            _turning(model, figures, look)
    if "classification" in figures:
        with _drawer(_("How good is it? Recognising, by the tree itself")):
            st.html(shown.table(figures["classification"], _(form.THINGS)))


def _drawer(title: str) -> DeltaGenerator:
    return st.expander(title, icon=":material/straighten:")


def _by_class(model: Explorable, look: Look) -> None:
    """What is made of each class."""
    if by_class := shown.right_classes(model, look):
        st.markdown(_("Right class, in percent, of each class (the scale does not begin at 0):"))
        chart(by_class, _("Right class in percent for each class"), "classes")
    if distances := shown.distances(model, look):
        st.markdown(_("Distance (Fréchet) of each class; less is better:"))
        chart(distances, _("Distance from real rows for each class"), "distances")


def _turning(model: Explorable, figures: Figures, look: Look) -> None:
    """A class into another, in either way."""
    way = controls.WAY.segments(_("How"))
    if way in figures:
        st.html(shown.table(figures[way], _(told.form_of(model).THINGS)))
    if (shares := shown.per_pair(model, way)) is not None:
        st.markdown(_("Right class, in percent, of every class turned into every other (numbers where it is less than "
                      "95):") if len(model.labels) > shown.SOME else
                    _("Right class, in percent, of every class turned into every other:"))
        chart(shown.matrix(shares, model.labels, look), _("Right class in percent for each pair of classes"), "matrix")
