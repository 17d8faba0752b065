"""The tree by keyboard: arrow keys go along it. What is chosen is read out, and what is told of it comes into view."""
from collections.abc import Callable, Mapping

import streamlit as st

from ..language import N_, _
from .component import component

LABEL = N_("The tree. The arrow keys go along it: up and down its paths, left and right between those that part.")

_steering = component("steering", "steering")


def steering(moves: Mapping[int, Mapping[str, int]], chosen: int, text: str, pick: Callable[[int], None],
             over: str = "steered", beside: str = "told", key: str = "steering") -> None:
    """Make the container of the key `over` answer to arrow keys: `pick` is told of another node than the `chosen` one.

    `moves` says where "up", "down", "left" and "right" lead from each node. `text` is read out when it changes;
    `beside` is the key of the container that tells of the node.
    """
    def tell() -> None:
        node = st.session_state[key].get("picked")
        if type(node) is int and node in moves:
            pick(node)

    _steering(key=key, on_picked_change=tell, data={
        "over": over, "beside": beside, "label": _(LABEL), "node": chosen, "text": text,
        "moves": {str(node): dict(ways) for node, ways in moves.items()}})
