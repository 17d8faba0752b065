"""Works of a class side by side, each a picture with a few words; whoever may can let one be seen, or take it away.

Words and pictures are put there as text and as images, never as markup.
"""
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from .component import component

_board = component("board", "board")
APPROVE, REMOVE = "approve", "remove"


@dataclass(frozen=True)
class Tile:
    """A work: its number, its picture (a PNG as a data URI) with what is to be read out in its place, its words. The
    picture is so many times as wide as it is high (`ratio`)."""

    number: int
    image: str
    ratio: float
    alt: str
    name: str
    note: str
    mark: str


def board(key: str, tiles: Sequence[Tile], label: str, buttons: dict[str, str],
          act: Callable[[str, int], None]) -> None:
    """The works, in this order. `buttons` has what stands on each, by what it does (APPROVE, REMOVE); a press on one
    calls `act` with that and the number of the work."""
    def pressed() -> None:
        asked = st.session_state[key].get("pressed")
        if isinstance(asked, dict) and asked.get("what") in buttons and type(asked.get("number")) is int:
            act(asked["what"], asked["number"])

    _board(key=key, data={"tiles": [asdict(tile) for tile in tiles], "label": label, "buttons": buttons},
           on_pressed_change=pressed)
