"""A tree with the pictures of its leaves below them, in one figure: standing where it is wide, else lying on its side.

Every node and every leaf can be clicked, tapped, or reached by the Tab key.
"""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import streamlit as st

from ..language import N_, _, percent
from .component import component
from .pictures import levels, picture, png

KINDS = ("", "lit", "other", "dim")  # how a node, and the edge that leads to it, is drawn

_tree = component("picture_tree", "picture_tree")


@dataclass(frozen=True)
class Knot:
    """A node. `x` counts leaves from the left, from 0; `y` falls from 1 (the root) to 0 (the leaves). `mass` is the
    share of objects that pass, `share` that of those at the node above who go on to this one. `says` is for a pointer
    that rests, and for screen readers. `text` stands on the edge that leads to it; below a chosen node, else its
    share does."""

    id: int
    parent: int | None
    x: float
    y: float
    mass: float
    share: float
    says: str
    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Leaf:
    """What stands below a leaf, whose knot has the same id: its name, a line below it, what it holds in shares (one for
    each of the figure's classes; none: no histogram), and what is written in a picture's corner ("" for most), by
    which it is faint."""

    id: int
    name: str
    note: str = ""
    bars: Sequence[float] = ()
    corners: Sequence[str] = field(default=())


def picture_tree(key: str, knots: Sequence[Knot], leaves: Sequence[Leaf], pictures: np.ndarray | None = None, *,
                 classes: Sequence[str] = (), chosen: int | None = None, pick: Callable[[int], None] | None = None,
                 label: str = N_("Tree of clusters"), follow: str = "") -> None:
    """A tree over its leaves, left to right, with `pictures` (leaves, n, H, W[, 3]), floats in [0, 1] or uint8, below.

    `pick` is told of the id of a node that is clicked; `chosen` is marked, with its way from the root. `classes` are
    the names below the bars. `follow` is the key of a container that is scrolled into view after a click. Raises
    ValueError where things do not fit together.
    """
    check(knots, leaves, pictures, classes)

    def tell() -> None:
        number = st.session_state[key].get("picked")
        if pick and type(number) is int and any(knot.id == number for knot in knots):
            pick(number)

    _tree(key=key, on_picked_change=tell, data={
        "knots": [asdict(knot) for knot in knots], "leaves": [asdict(leaf) for leaf in leaves],
        **_sheet(pictures), "classes": list(classes), "chosen": chosen, "label": _(label), "follow": follow,
        "still": pick is None, "percent": percent(0)})


def check(knots: Sequence[Knot], leaves: Sequence[Leaf], pictures: np.ndarray | None,
          classes: Sequence[str] = ()) -> None:
    """Raise ValueError where knots, leaves, pictures and bars do not fit together."""
    places = {knot.id for knot in knots}
    if len(places) != len(knots) or not {leaf.id for leaf in leaves} <= places:
        raise ValueError("every node has an id of its own, and every leaf is a node")
    if any(knot.parent is not None and knot.parent not in places for knot in knots):
        raise ValueError("a node's parent must be a node")
    if any(knot.kind not in KINDS for knot in knots):
        raise ValueError(f"a node is one of {KINDS}")
    if pictures is not None and (pictures.ndim not in (4, 5) or len(pictures) != len(leaves)):
        raise ValueError(f"pictures must be ({len(leaves)}, n, H, W[, 3]), not {pictures.shape}")
    if any(len(leaf.bars) not in (0, len(classes)) for leaf in leaves):
        raise ValueError(f"there must be a bar for each of {len(classes)} classes")


def places(parents: Mapping[int, int | None], leaves: Sequence[int]) -> dict[int, float]:
    """The x of every node: a leaf's is its place from the left, another's is in the middle of its children's.

    `parents` has every node's parent (None of the root).
    """
    xs: dict[int, float] = {leaf: float(k) for k, leaf in enumerate(leaves)}

    def settle(node: int) -> float:
        if node not in xs:
            below = [settle(child) for child, above in parents.items() if above == node]
            xs[node] = (min(below) + max(below)) / 2
        return xs[node]

    for node in parents:
        settle(node)
    return xs


def _sheet(pictures: np.ndarray | None) -> dict[str, object]:
    """All pictures one below the other as a data URI, how many a leaf has, and how tall one is for its width."""
    if pictures is None or not pictures.size:
        return {"sheet": "", "count": 0, "ratio": 1.0}
    flat = levels(pictures).reshape(-1, *pictures.shape[2:])
    return {"sheet": png(picture(np.concatenate(list(flat)) / 255)), "count": pictures.shape[1],
            "ratio": pictures.shape[2] / pictures.shape[3]}
