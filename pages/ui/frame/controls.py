"""What several pages show alike: the draw number, the explanation of a page, and figures, which may be clicked on."""
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import branched

from ..language import _
from . import link, view, words

SEED = link.whole("seed", 0, 9999, 0)  # the draw number, as pages have it in their settings
WAY = link.choice("way", words.WAYS, "noise")
CHART = {"theme": None, "config": {"displayModeBar": False, "scrollZoom": False}}  # for st.plotly_chart


def draw_number(things: str = "pictures", into: Any = st, **options: Any) -> int:
    """The draw number, with its meaning. `things` are what it decides; `options` as of `number_input`."""
    usual = _("Same number, same pictures. Try another.") if things == "pictures" else _(
        "Same number, same rows. Try another.")
    locked = {"help": usual, "disabled": view.has("fixed")}
    return SEED.number_input(_("Dice roll"), into, **locked | options)


def one_file(model: Any, name: str) -> None:
    """A button that gives a model as one HTML file, where it fits into one: a class tree of images."""
    if isinstance(model, branched.BranchedModel) and model.form.kind == "images":
        st.download_button(_("Take this model with you as one file"), lambda: branched.page_of(model), f"{name}.html",
                           "text/html", on_click="ignore", icon=":material/unarchive:", help=_(words.ONE_FILE))


def explanation() -> DeltaGenerator:
    """The place at the end of a page that tells what is on it: `with explanation():`."""
    return st.expander(_("What am I looking at?"), icon=":material/help:")


def chart(figure: go.Figure, alt: str, key: str = "tree", clicked: Callable[[int], None] | None = None,
          into: Any = st) -> None:
    """A figure. If it can be clicked, `clicked` is called with the id of the node, before the page runs again."""
    clicks = {} if clicked is None else {"on_select": lambda: _decode(key, clicked), "selection_mode": "points"}
    into.plotly_chart(figure, key=key, alt=alt, **CHART, **clicks)


def _decode(key: str, clicked: Callable[[int], None]) -> None:
    """A second click on the same node clears the selection, and is ignored."""
    if points := st.session_state[key].selection.points:
        clicked(int(points[-1]["customdata"][0]))
