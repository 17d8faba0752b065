"""How the app looks: one palette for light and one for dark, and the dress of every Plotly figure.

A `Look` is made once for each run of a page (`look.current()`), and handed to whatever draws. Colours are Okabe and
Ito's, told apart by the colour-blind too.
"""
from dataclasses import dataclass
from typing import Any

import pandas  # noqa: F401 - imported whole before any figure: Plotly takes it from sys.modules even half imported
import streamlit as st

FONT = '"Source Sans", "Source Sans Pro", sans-serif'
CLEAR = "rgba(0,0,0,0)"


@dataclass(frozen=True)
class Look:
    """Colours: of branches (`line`, and lit in two colours, or in `both` where two ways are one), text and grid; `ink`
    is for letters upon the lit colours."""

    dark: bool
    line: str
    lit: str
    other: str
    both: str
    text: str
    grid: str
    ink: str

    def __getitem__(self, kind: str) -> str:
        """A colour by its name: figures say how a branch is lit by such a name."""
        return getattr(self, kind)

    def font(self, size: int) -> dict[str, Any]:
        """A font for Plotly."""
        return {"size": size, "color": self.text, "family": FONT}

    def dress(self, hover: int = 15, **layout: Any) -> dict[str, Any]:
        """The layout of a figure that lies on the page as if drawn there: no paper, no legend, nothing to drag."""
        return {"paper_bgcolor": CLEAR, "plot_bgcolor": CLEAR, "dragmode": False, "showlegend": False,
                "font": {"family": FONT}, "hoverlabel": {"font": {"size": hover, "family": FONT}}} | layout


LIGHT = Look(False, line="#9aa5ad", lit="#d55e00", other="#0072b2", both="#1d2226", text="#1d2226", grid="#e4e6e2",
             ink="#fff")
DARK = Look(True, line="#66727c", lit="#ff9a4d", other="#6cbcf0", both="#eceff1", text="#eceff1", grid="#2a3138",
            ink="#000")


def current() -> Look:
    """The look of this visitor's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT
