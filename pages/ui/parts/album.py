"""Small pictures in a grid, each of which can be removed by a click or a tap on it."""
import numpy as np
import streamlit as st

from ..language import _
from .component import component
from .pictures import picture, png

_album = component("picture_album", "album")


def album(key: str, pictures: dict[str, np.ndarray], label: str) -> None:
    """Pictures (H, W[, 3]) by tokens that name them. One that is clicked on is taken out of the dictionary."""
    def remove() -> None:
        token = st.session_state[key].get("removed")
        if isinstance(token, str):
            pictures.pop(token, None)

    sheet = png(picture(np.concatenate(list(pictures.values()))))  # one below the other
    _album(key=key, data={"sheet": sheet, "tokens": list(pictures), "label": label,
                          "remove": _("Remove number {number}")}, on_removed_change=remove)
