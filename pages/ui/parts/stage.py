"""Three places beside each other: what is given, what is done with it, and where that is on the tree."""
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

CSS = Path(__file__).with_name("stage.css")  # for the page's own `st.html`: a page's style sheet comes after it


def columns() -> list[DeltaGenerator]:
    """The three places; below each other where it is narrow."""
    stage = st.container(key="stage")
    return [stage.container(key=part) for part in ("giving", "turning", "where")]
