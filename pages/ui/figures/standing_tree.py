"""The tree along diffusion time, standing: noise above, data below. Every node can be clicked."""
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np
import plotly.graph_objects as go

from branched import Outline, Stretch, graph, lit, stretch

from ..frame.look import LIGHT, Look
from ..language import N_, _, decimal
from ..parts.markup import label
from ..parts.pictures import framed
from .graph import clickable

ENDS = {0: N_("picture"), 1: N_("noise")}
TICKS = (0, 1, 0.2, 0.4, 0.6, 0.8)  # in the order in which they find room
HEIGHT, SMALL = 500, 400  # CSS pixels of the tree page's figure, and of one beside something else
LEFT = -0.6  # where the axis of x begins
APART = 0.055  # of the height, between two ticks of a figure of HEIGHT


class Hung(NamedTuple):
    """A picture (H, W[, 3]) on a branch: at which x and time, and how wide, in units of x."""

    x: float
    t: float
    picture: np.ndarray
    wide: float


def figure(outline: Outline, chosen: int | None = None, thumbnails: Mapping[int, np.ndarray] | None = None,
           look: Look = LIGHT, *, hung: Sequence[Hung] = (), paths: Mapping[int, str] | None = None,
           notes: Mapping[str, str] | None = None, height: int = HEIGHT) -> go.Figure:
    """An outline, with the node `chosen` marked and its path lit.

    `thumbnails` has arrays (H, W[, 3]) by branch id; None leaves no room for them; more pictures are `hung` between
    nodes. `paths` says which branches are lit instead, and how: "lit" or "other", two colours, or "both", as dark as
    text. `notes` are a line more under the names of leaves.
    """
    nodes, scale = graph(outline), stretch(outline)
    if paths is None:
        paths = {} if chosen is None else dict.fromkeys(lit(nodes, chosen), "lit")
    colours = {node: look[paths.get(node, "line")] for node in nodes}
    data = [
        *(_lines(nodes, scale, [n for n in nodes if paths.get(n, "line") == kind], look[kind], width)
          for kind, width in (("line", 2), ("other", 4), ("lit", 4), ("both", 4))),
        _markers(nodes, scale, colours),
    ]
    pictures = [_hung(one, scale, look) for one in hung]
    pictures += [_thumbnail(here, scale, framed(thumbnails[node], colours[node], 12 if node == chosen else 6))
                 for node, here in nodes.nodes.items() if node in (thumbnails or {})]
    names = [_name(here, node == chosen, (notes or {}).get(here["name"]), look)
             for node, here in nodes.nodes.items() if here["leaf"]]
    point = None if chosen is None or nodes.nodes[chosen]["leaf"] else nodes.nodes[chosen]
    low = -0.17 if thumbnails is not None else -(76 if notes else 52) / height  # room for what is below the leaves
    # Handed over with the data: Plotly takes twice as long to update a layout.
    return go.Figure(data, look.dress(
        images=pictures, annotations=names, height=height, margin={"l": 0, "r": 4, "t": 8, "b": 4},
        hovermode="closest", hoverdistance=45, clickmode="event+select", meta=scale.meta(),
        **_axes(nodes, scale, point, look, low, room=height / HEIGHT)))


def _lines(nodes: nx.DiGraph, scale: Stretch, which: list[int], colour: str, width: int) -> go.Scatter:
    """Elbows: from the parent sideways at its time, then down to the node's own."""
    xs, ys = [], []
    for node in which:
        here = nodes.nodes[node]
        start = next((nodes.nodes[parent]["x"] for parent in nodes.predecessors(node)), here["x"])
        xs += [start, here["x"], here["x"], None]
        high, low = scale.height(here["t_high"]), scale.height(here["t"])
        ys += [high, high, low, None]
    return go.Scatter(x=xs, y=ys, mode="lines", hoverinfo="skip", line={"color": colour, "width": width})


def _markers(nodes: nx.DiGraph, scale: Stretch, colours: Mapping[int, str]) -> go.Scatter:
    """One marker for each node, which carries its branch id."""
    here = nodes.nodes
    return go.Scatter(
        x=[here[n]["x"] for n in here], y=[scale.height(here[n]["t"]) for n in here], mode="markers",
        marker={"size": 13, "color": [colours[n] for n in here]},
        **clickable(here))


def _hung(one: Hung, scale: Stretch, look: Look) -> dict:
    """A picture between nodes, moved as far to the right as it needs to be whole."""
    return {"source": framed(one.picture, look["line"]), "x": max(one.x, LEFT + 0.05 + one.wide / 2),
            "y": scale.height(one.t), "xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle",
            "layer": "above", "sizex": one.wide, "sizey": 0.085}


def _thumbnail(here: dict, scale: Stretch, source: str) -> dict:
    """At a branch point its picture lies upon the node, at a leaf below its name."""
    size = {"sizex": 0.86, "sizey": 0.1} if here["leaf"] else {"sizex": 0.94, "sizey": 0.115}
    return {"source": source, "x": here["x"], "y": scale.height(here["t"]) - (0.066 if here["leaf"] else 0),
            "xref": "x", "yref": "y", "xanchor": "center", "yanchor": "top" if here["leaf"] else "middle",
            "layer": "above", **size}


def _name(here: dict, chosen: bool, note: str | None, look: Look) -> dict:
    """A class's name below its leaf."""
    text = f"<b>{label(here['name'])}</b>" if chosen else label(here["name"])
    if note:
        text += f'<br><span style="font-size:13px">{label(note)}</span>'
    return {"x": here["x"], "y": -0.014, "text": text, "showarrow": False, "yanchor": "top",
            "font": {"size": 18 if len(here["name"]) < 5 else 13, "color": look["lit"] if chosen else look["text"]}}


def _axes(nodes: nx.DiGraph, scale: Stretch, point: dict | None, look: Look, low: float, room: float) -> dict:
    """The time axis, whose ticks say the true times, in words at both ends; the chosen branch point's time is marked on
    it."""
    ticks, shapes = _ticks(scale, point, look, APART / room), []
    if point:
        y = scale.height(point["t"])
        shapes = [{"type": "line", "x0": LEFT, "x1": point["x"], "y0": y, "y1": y, "layer": "below",
                   "line": {"color": look["lit"], "width": 1, "dash": "dot"}}]
    title = _("noise level t") if scale.is_plain or room < 1 else _("noise level t, stretched where paths part")
    width = max(here["x"] + here.get("room", 0) / 2 for here in nodes.nodes.values())
    font = {"size": 14, "color": look["text"]}
    return {
        "shapes": shapes,
        "xaxis": {"visible": False, "fixedrange": True, "range": [LEFT, width + 0.1]},
        "yaxis": {"fixedrange": True, "range": [low, 1.05], "zeroline": False, "gridcolor": look["grid"],
                  "tickfont": font, "tickvals": list(map(scale.height, ticks)), "ticktext": list(ticks.values()),
                  "automargin": True, "ticklabeloverflow": "allow",
                  "title": {"text": title, "font": font, "standoff": 6}}}


def _ticks(scale: Stretch, point: dict | None, look: Look, apart: float) -> dict[float, str]:
    """Times and how they are written: that of the chosen branch point, both ends, and others where there is room."""
    ticks = {} if point is None else {
        point["t"]: f'<span style="color:{look["lit"]}"><b>{decimal(point["t"], 2)}</b></span>'}
    for time in TICKS:
        if all(abs(scale.height(time) - scale.height(other)) > apart for other in ticks):
            ticks[time] = f"{time}<br>{_(ENDS[time])}" if time in ENDS else decimal(time, 1)
    return ticks
