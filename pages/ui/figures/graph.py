"""What is said of a tree's nodes under the pointer, and what a click on one tells."""
from collections.abc import Mapping
from typing import Any

from ..language import _, decimal
from ..parts.markup import label


def hover(here: Mapping[str, Any]) -> str:
    """What is said of a node under the pointer, besides its name."""
    if here["leaf"]:
        return _("on its own below t = {time}").format(time=decimal(here["t_high"], 3))
    return _("part at t = {time}").format(time=decimal(here["t"], 3))


HOVER = "<b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>"


def clickable(nodes: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """What makes the markers of these nodes answer: ids for a click, words for a pointer."""
    return {"customdata": [[node, label(here["name"]), label(hover(here))] for node, here in nodes.items()],
            "hovertemplate": HOVER, "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
