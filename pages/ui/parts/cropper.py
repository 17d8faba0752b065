"""A photo on which the visitor says what is meant: by a tap on a figure that was found, or by dragging a box."""
import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from ..language import N_, _
from .component import component
from .pictures import png

LEAST = 0.03   # of a side: a smaller box is a slip
MARGIN = 0.15  # around a figure that is chosen, in its own sides
Crop = tuple[float, float, float, float]
WORDS = {"photo": N_("Your photo"), "whole": N_("Take the whole photo"), "figure": N_("Figure {k} of {count}"),
         "part": N_("Only this part is looked at."), "many": N_("Tap the one that you mean, or drag a box around it."),
         "one": N_("This is what was found. Not right? Drag a box around what you mean."),
         "none": N_("Drag a box around what you mean.")}

_cropper = component("photo_cropper", "cropper", f"const LEAST = {LEAST};")


def cropper(key: str, photo: np.ndarray, places: Sequence[Crop]) -> Crop | None:
    """The part of a photo (h, w[, 3]), uint8, that is meant, in shares of its sides; None for all of it.

    `places` are those of the figures that were found: each is a button.
    """
    name = hashlib.sha256(photo.tobytes()).hexdigest()[:16]
    _cropper(key=key, default={"part": None}, on_part_change=lambda: None,
             data={"photo": png(Image.fromarray(photo)), "name": name,
                   "places": [widened(place) for place in places], "part": part_of(st.session_state.get(key), name),
                   "words": {name: _(text) for name, text in WORDS.items()}})
    return part_of(st.session_state.get(key), name)


def widened(place: Crop) -> Crop:
    """A figure's place with some paper around it."""
    left, top, right, bottom = place
    aside = MARGIN * max(right - left, bottom - top)
    return max(0.0, left - aside), max(0.0, top - aside), min(1.0, right + aside), min(1.0, bottom + aside)


def part_of(sent: object, name: str) -> Crop | None:
    """What the browser sent, if it is a part of this very photo."""
    part = sent.get("part") if hasattr(sent, "get") else None
    if not isinstance(part, dict) or part.get("name") != name:
        return None
    box = part.get("box")
    if not isinstance(box, list) or len(box) != 4 or not all(type(x) in (int, float) and 0 <= x <= 1 for x in box):
        return None
    left, top, right, bottom = map(float, box)
    return (left, top, right, bottom) if right - left >= LEAST and bottom - top >= LEAST else None
