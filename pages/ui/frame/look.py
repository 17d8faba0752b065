"""How the app looks: one palette for light and one for dark, and the dress of every Plotly figure.

A `Look` is made once for each run of a page (`look.current()`), and handed to whatever draws. The colours are the
library's, which has them for its page of one file, too; `.streamlit/config.toml` repeats those of what Streamlit draws.
"""
from typing import Any

import pandas  # noqa: F401 - imported whole before any figure: Plotly takes it from sys.modules even half imported
import streamlit as st

import branched
from branched import Palette

from ..language import decimal

FONT = '"Source Sans", "Source Sans Pro", sans-serif'
CLEAR = "rgba(0,0,0,0)"


class Look(Palette):
    """A palette that dresses figures."""

    def font(self, size: int) -> dict[str, Any]:
        """A font for Plotly."""
        return {"size": size, "color": self.text, "family": FONT}

    def dress(self, hover: int = 15, **layout: Any) -> dict[str, Any]:
        """The layout of a figure that lies on the page as if drawn there: no paper, no legend, nothing to drag."""
        written = decimal(1234.5, 1)
        return {"paper_bgcolor": CLEAR, "plot_bgcolor": CLEAR, "dragmode": False, "showlegend": False,
                "separators": written[-2] + written[1],  # of what Plotly writes by itself
                "font": {"family": FONT}, "hoverlabel": {"font": {"size": hover, "family": FONT}}} | layout


LIGHT, DARK = (Look(**vars(palette)) for palette in (branched.LIGHT, branched.DARK))


def current() -> Look:
    """The look of this visitor's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT
