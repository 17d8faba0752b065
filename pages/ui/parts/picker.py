"""Small pictures in a grid, of which one is chosen: by a click, a tap or the arrow keys, as among radio buttons."""
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from .component import component
from .pictures import picture, png

_picker = component("picture_picker", "picker")


def picker(key: str, pictures: np.ndarray, names: Sequence[str], chosen: int, columns: int, label: str,
           pick: Callable[[int], None], side: int = 40) -> None:
    """A grid of pictures (n, H, W[, 3]), of which the one of index `chosen` is marked. `pick` is told of another.

    `names` are for screen readers and pointers that rest; `side` is the largest width of a picture, in CSS pixels.
    """
    def tell() -> None:
        number = st.session_state[key].get("picked")
        if type(number) is int and 0 <= number < len(pictures):
            pick(number)

    sheet = png(picture(np.concatenate(list(pictures))))  # one below the other
    _picker(key=key, on_picked_change=tell, data={"sheet": sheet, "names": list(names), "chosen": chosen,
                                                  "columns": columns, "side": side, "label": label})
