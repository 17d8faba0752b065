"""What survives a reload, for the visitor's own browser keeps it: her drawings, in the tab, and her model."""
import msgspec
import numpy as np
import streamlit as st

from branched import BranchedError, BranchedModel

from ..frame import remembered, visitor
from ..language import _
from ..parts import keeper
from . import controls, told

DRAWINGS = keeper.Shelf("drawings", tab=True)


class Drawings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pictures of a shape, float32, all pixels one after the other."""

    shape: tuple[int, ...]
    pixels: bytes


def drawings(model: BranchedModel) -> None:
    """The drawings: back from the browser, where this visit has just begun; else kept there, and who would lose some
    by leaving is asked."""
    _drop_removed()
    state, pictures = st.session_state, controls.examples(model)
    if "_sought" not in state and not pictures:
        text = keeper.found(DRAWINGS)
        if text is None:
            return
        for picture in read(text, model.shape):
            controls.hold(model, picture)
    state["_sought"] = True
    if keeper.keep(DRAWINGS, written(list(pictures.values())), warns=bool(pictures)):
        st.caption(_(told.NOT_KEPT))


def taught(mine: visitor.Own) -> None:
    """The visitor's model is kept in her browser; the drawings from which it was learnt need be no more."""
    _drop_removed()
    keeper.keep(DRAWINGS, "")
    name, text = st.session_state.get("_written", ("", ""))
    if name != mine.name:
        name, text = st.session_state["_written"] = mine.name, remembered.written(mine)
    if keeper.keep(remembered.shelf(mine.name), text):
        keeper.warn()
        st.caption(_(told.NOT_KEPT_MODEL))


def _drop_removed() -> None:
    """The browser lets go of a model from which the visitor removed something."""
    if removed := st.session_state.get("_removed"):
        keeper.keep(remembered.shelf(removed), "")


def written(pictures: list[np.ndarray]) -> str:
    """Pictures as text; "" for none."""
    if not pictures:
        return ""
    pixels = b"".join(np.ascontiguousarray(picture, np.float32).tobytes() for picture in pictures)
    return msgspec.json.encode(Drawings(pictures[0].shape, pixels)).decode()


def read(text: str, shape: tuple[int, ...]) -> np.ndarray:
    """Pictures (n, *shape) from such a text, at most as many as there is room for; none where it makes no sense."""
    none = np.empty((0, *shape), np.float32)
    try:
        stored = msgspec.json.decode(text, type=Drawings) if text else None
        fits = stored is not None and stored.shape == shape
        return remembered.pictures(stored.pixels, shape)[:told.MOST] if fits else none
    except (ValueError, RecursionError, BranchedError):
        return none
