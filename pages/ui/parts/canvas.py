"""A canvas to draw a digit on, with mouse, pen or finger. Strokes travel as points; Python draws them anew."""
import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from ..language import N_, _
from .component import component

SIDE, BRUSH = 280, 22  # MNIST's strokes are about a twelfth as wide as its pictures
SMALL = SIDE / 2        # a drawing that is smaller is drawn with a finer brush: enlarged, it would be a blob
FINEST = 4             # brush
POINTS = 8_000         # the browser adds no more ink than this, and Python reads no more
FINE = 2               # how many times larger Python draws before it reduces, for smooth edges
FAR = SIDE             # how far beyond the edge a stroke is followed

_canvas = component("digit_canvas", "canvas",
                    f"const SIDE = {SIDE}, BRUSH = {BRUSH}, FAR = {FAR}, POINTS = {POINTS};")


def drawing(key: str, hint: str = N_("Draw a digit here"), example: str = "", reading: str = "") -> np.ndarray | None:
    """A canvas, and what is drawn on it: uint8 (280, 280), white on black, or None where there is no ink.

    Every finished stroke reruns the page. The drawing stays in this visitor's session, and so survives page switches;
    the browser keeps it for its tab, where it survives that the page is loaded anew. `example` is a picture that is
    seen on the canvas until there is ink. `reading` is an address that is asked what a drawing looks like, also while
    the pen moves; the browser tells the page in an event "drawing-read".
    """
    strokes, turn = f"{key} strokes", f"{key} turn"
    st.session_state.setdefault(strokes, [])
    st.session_state.setdefault(turn, 0)
    _canvas(key=key, data={"turn": st.session_state[turn], "strokes": st.session_state[strokes], "hint": _(hint),
                           "key": key, "example": example, "reading": reading, "words": {
                               "undo": _("Undo"), "clear": _("Clear"), "drawn": _("Your drawing, strokes: {count}"),
                               "empty": _("Empty drawing area: draw with mouse, pen or finger")}},
            default={"drawing": None}, on_drawing_change=lambda: drawn(key))
    return drawn(key)  # after a lost connection no callback is run


def drawn(key: str) -> np.ndarray | None:
    """What is on a canvas at this moment, as the browser sent it last: for callbacks."""
    sent, strokes = (st.session_state.get(key) or {}).get("drawing"), f"{key} strokes"
    if isinstance(sent, dict) and sent.get("turn") == st.session_state.get(f"{key} turn"):  # else it was cleared since
        st.session_state[strokes] = checked(sent.get("strokes"))
    picture = inked(st.session_state.get(strokes, []))
    return picture if picture.any() else None


def ink(key: str) -> int:
    """How many numbers the strokes on a canvas are: by that the browser knows of which drawing something is said."""
    return sum(map(len, st.session_state.get(f"{key} strokes", [])))


def clear(key: str) -> None:
    """Empty the canvas. Takes effect where `drawing` is called next: so call it in a callback, or before."""
    st.session_state[f"{key} strokes"] = []
    st.session_state[f"{key} turn"] = st.session_state.get(f"{key} turn", 0) + 1


def checked(sent: object) -> list[list[float]]:
    """Strokes as the browser sent them, each x, y, x, y, ...; none at all, if anything is wrong with them."""
    if not isinstance(sent, list) or not all(isinstance(stroke, list) and stroke for stroke in sent):
        return []
    numbers = [number for stroke in sent for number in stroke]
    good = (len(numbers) <= 2 * POINTS and all(len(stroke) % 2 == 0 for stroke in sent)
            and all(type(number) in (int, float) and -FAR <= number <= SIDE + FAR for number in numbers))
    return sent if good else []


def inked(strokes: list[list[float]]) -> np.ndarray:
    """Strokes as a picture, uint8 (280, 280); drawn larger and reduced, for smooth edges."""
    sheet = Image.new("L", (SIDE * FINE, SIDE * FINE))
    wide = brush_for(strokes) * FINE
    brush, radius = ImageDraw.Draw(sheet), wide / 2
    for stroke in strokes:
        points = [(x * FINE, y * FINE) for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
        if len(points) > 1:
            brush.line(points, fill=255, width=round(wide), joint="curve")
        for x, y in (points[0], points[-1]):
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(sheet.reduce(FINE))


def brush_for(strokes: list[list[float]]) -> float:
    """How wide a brush suits a drawing: in proportion, where it is small."""
    sides = [[x for stroke in strokes for x in stroke[part::2]] for part in (0, 1)]
    extent = max(max(side) - min(side) for side in sides) if strokes else SIDE
    return max(FINEST, BRUSH * min(1.0, extent / SMALL))
