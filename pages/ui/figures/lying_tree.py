"""The class tree lying on its side: time runs to the right, and every class has a line of its own. For many classes."""
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from branched import Outline, graph

from ..frame.look import LIGHT, Look
from ..language import N_, _, decimal
from ..parts.markup import label
from .graph import clickable

ZOOMS = {"near": N_("Where they part"), "whole": N_("All of time")}
LINE = 22     # CSS pixels for each class
LONGEST = 20  # characters of a name beside the tree
AROUND = 0.02  # of time before the first and after the last branch point, when looked at closely
MANY = 15     # classes: with more, a standing tree is too narrow for their names


def span(outline: Outline, zoom: str) -> tuple[float, float]:
    """The times at the left and at the right end of the figure."""
    times = [point.low for point in outline.points]
    if zoom == "whole" or not times:
        return 1.0, 0.0
    return min(1.0, max(times) + AROUND), max(0.0, min(times) - AROUND)


def places(outline: Outline) -> dict[int, float]:
    """The line of every node, from above: whole numbers for leaves, in the order of the standing tree."""
    nodes = graph(outline).nodes
    leaves = sorted(nodes[node]["x"] for node in nodes if nodes[node]["leaf"])
    return {node: float(np.interp(nodes[node]["x"], leaves, range(len(leaves)))) for node in nodes}


def figure(outline: Outline, chosen: int | None, paths: Mapping[int, str], zoom: str = "near",
           look: Look = LIGHT) -> go.Figure:
    """An outline, with a node marked, and branches lit as `paths` says: "lit", "other" or "both", or "line" for none.

    Every node can be clicked; its branch id is the first of its custom data.
    """
    nodes, lines, (left, right) = graph(outline).nodes, places(outline), span(outline, zoom)
    kinds = {node: paths.get(node, "line") for node in nodes}
    result = go.Figure([
        *(_branches(outline, lines, [n for n in nodes if kinds[n] == kind], look[kind], width, right)
          for kind, width in (("line", 1.5), ("other", 3), ("lit", 3), ("both", 3.5))),
        _markers(nodes, lines, kinds, chosen, look, right)])
    leaves = sorted((lines[node], node) for node in nodes if nodes[node]["leaf"])
    font = look.font(14)
    result.update_layout(**look.dress(
        height=LINE * len(leaves) + 92, margin={"l": 8, "r": 4, "t": 28, "b": 4}, hovermode="closest",
        hoverdistance=30, clickmode="event+select", **_mark(nodes, chosen, look)))
    result.update_xaxes(
        range=[left, right], fixedrange=True, nticks=7, gridcolor=look["grid"], zeroline=False, tickfont=font,
        automargin=True, title={"text": _("← noise   noise level t   data →"), "font": font, "standoff": 8})
    result.update_yaxes(
        range=[len(leaves) - 0.4, -0.6], fixedrange=True, side="right", showgrid=False, zeroline=False, automargin=True,
        tickvals=[place for place, __ in leaves], tickfont={**font, "size": 15}, ticks="",
        ticktext=[_name(nodes[node]["name"], look[kinds[node]], kinds[node] != "line") for __, node in leaves])
    return result


def _branches(outline: Outline, lines: Mapping[int, float], which: list[int], colour: str, width: float,
              end: float) -> go.Scatter:
    """Elbows: from the parent up or down at its time, then along to the node's own, or to the end of the figure."""
    ts, ys = [], []
    for node in map(outline.__getitem__, which):
        start = lines[node.id if node.parent is None else node.parent]
        ts += [node.high, node.high, end if node.is_leaf else node.low, None]
        ys += [start, lines[node.id], lines[node.id], None]
    return go.Scatter(x=ts, y=ys, mode="lines", hoverinfo="skip", line={"color": colour, "width": width})


def _markers(nodes: Mapping[int, dict], lines: Mapping[int, float], kinds: Mapping[int, str], chosen: int | None,
             look: Look, end: float) -> go.Scatter:
    """One marker for each node; those of leaves are small, and at the end of their lines."""
    sizes = [16 if node == chosen else 4 if nodes[node]["leaf"] else 11 for node in nodes]
    return go.Scatter(
        x=[end if nodes[node]["leaf"] else nodes[node]["t"] for node in nodes], y=[lines[node] for node in nodes],
        mode="markers", cliponaxis=False,
        marker={"opacity": 1, "size": sizes, "color": [look[kinds[node]] for node in nodes]},
        **clickable(nodes))


def _name(name: str, colour: str, lit: bool) -> str:
    """A class's name beside its line, in the colour of the branch if that is lit."""
    short = name if len(name) <= LONGEST else name[:LONGEST - 1] + "…"
    short = label(short)
    return f'<span style="color:{colour}"><b> {short}</b></span>' if lit else f" {short}"


def _mark(nodes: Mapping[int, dict], chosen: int | None, look: Look) -> dict:
    """The time of the chosen branch point, on a dotted line through the figure."""
    if chosen is None or nodes[chosen]["leaf"]:
        return {}
    t = nodes[chosen]["t"]
    line = {"type": "line", "x0": t, "x1": t, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
            "line": {"color": look["both"], "width": 1, "dash": "dot"}}
    return {"shapes": [line], "annotations": [{
        "x": t, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False, "text": f"<b>t = {decimal(t, 2)}</b>",
        "font": {"size": 14, "color": look["both"]}}]}
