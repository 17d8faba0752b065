"""What can be chosen on the page: the model that all pages show, and a way of turning one class into another."""
import streamlit as st

import branched

from ..frame import link, visitor
from ..language import _
from . import told

WAY = link.choice("way", told.WAYS, "stochastic")


def model(name: str) -> None:
    """The model: a file that is found, or the visitor's own. What is chosen goes into the address; from there the menu
    takes it to all pages."""
    mine = [held.name] if (held := visitor.held()) else []
    st.session_state.chosen_model = name
    place = st.columns([1, 2])[0]
    place.selectbox(_("Model"), sorted({*branched.models(), name}.difference(mine)) + mine, key="chosen_model",
                    on_change=_choose, filter_mode=None, format_func=visitor.title,
                    help=_("All pages show the model that is chosen here."))


def _choose() -> None:
    st.query_params["model"] = st.session_state.chosen_model
