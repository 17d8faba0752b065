"""The class tree along diffusion time: a networkx graph, drawn with Plotly. Every node can be clicked."""
from collections.abc import Mapping
from functools import lru_cache

import networkx as nx
import numpy as np
import pandas  # noqa: F401 - imported whole before Plotly, which takes it from sys.modules even half imported
import plotly.graph_objects as go

from branched import ClassTree

from ..parts.pictures import framed

# Okabe and Ito's colours, told apart by the colour-blind too
LIGHT = {"line": "#9aa5ad", "lit": "#d55e00", "other": "#0072b2", "both": "#1d2226", "text": "#1d2226",
         "grid": "#e4e6e2"}
DARK = {"line": "#66727c", "lit": "#ff9a4d", "other": "#6cbcf0", "both": "#eceff1", "text": "#eceff1",
        "grid": "#2a3138"}
TICKS = {0: "0<br>picture", 0.2: "0.2", 0.4: "0.4", 0.6: "0.6", 0.8: "0.8", 1: "1<br>noise"}
HEIGHT, SMALL = 600, 400  # CSS pixels of the tree page's figure, and of one beside something else
FONT = '"Source Sans", "Source Sans Pro", sans-serif'
CHART = {"theme": None, "config": {"displayModeBar": False, "scrollZoom": False}}  # for st.plotly_chart


@lru_cache(maxsize=64)
def graph(tree: ClassTree) -> nx.DiGraph:
    """The tree as a graph from parents to children; nodes are branch ids with x, t, t_high, leaf and name.

    A node stands where its branch ends: at the branch point, or at data (t = 0). Leaves stand side by side in an order
    without crossings. A branch point stands in a gap between the leaves of two children, which is nobody else's, or on
    its middle child, if that is a leaf: so however close in time branch points are, they do not cover each other.
    `room` is what a leaf takes, in units of a short name's.
    """
    result, leaves = nx.DiGraph(), -0.5
    for branch in tree.branches:
        text = " | ".join(" ".join(child.classes) for child in tree.children(branch)) or branch.classes[0]
        result.add_node(branch.id, t=branch.t_low, t_high=branch.t_high, leaf=branch.is_leaf, name=text)
    result.add_edges_from((b.parent, b.id) for b in tree.branches if b.parent is not None)
    for root in tree.roots:
        for node in nx.dfs_postorder_nodes(result, root.id):
            spans = [result.nodes[child]["span"] for child in result.successors(node)]
            if not spans:
                room = max(1, 0.22 * len(result.nodes[node]["name"]))
                spans, leaves = [(leaves + room / 2,) * 2], leaves + room
                result.add_node(node, room=room)
            middle = len(spans) // 2
            on_leaf = len(spans) % 2 and spans[middle][0] == spans[middle][1]
            between = spans[middle - (not on_leaf)][1] + spans[middle][0]
            result.add_node(node, x=between / 2, span=(spans[0][0], spans[-1][1]))
    return nx.freeze(result)


def lit(nodes: nx.DiGraph, chosen: int) -> set[int]:
    """The chosen node and all above it."""
    return nx.ancestors(nodes, chosen) | {chosen}


def figure(tree: ClassTree, chosen: int | None = None, thumbnails: Mapping[int, np.ndarray] | None = None,
           dark: bool = False, *, paths: Mapping[int, str] | None = None, notes: Mapping[str, str] | None = None,
           height: int = HEIGHT) -> go.Figure:
    """The tree, with the node `chosen` marked and its path lit.

    `thumbnails` has arrays (H, W[, 3]) by branch id; None leaves no room for them. `paths` says which branches are lit
    instead, and how: "lit" or "other", two colours, or "both", as dark as text. `notes` are a line more under the names
    of leaves.
    """
    nodes, look = graph(tree), DARK if dark else LIGHT
    if paths is None:
        paths = {} if chosen is None else dict.fromkeys(lit(nodes, chosen), "lit")
    colours = {node: look[paths.get(node, "line")] for node in nodes}
    result = go.Figure([
        *(_lines(nodes, [n for n in nodes if paths.get(n, "line") == kind], look[kind], width)
          for kind, width in (("line", 2), ("other", 4), ("lit", 4), ("both", 4))),
        _markers(nodes, colours),
    ])
    pictures = [_thumbnail(here, framed(thumbnails[node], colours[node], 12 if node == chosen else 6))
                for node, here in nodes.nodes.items() if node in (thumbnails or {})]
    names = [_name(here, node == chosen, (notes or {}).get(here["name"]), look)
             for node, here in nodes.nodes.items() if here["leaf"]]
    point = None if chosen is None or nodes.nodes[chosen]["leaf"] else nodes.nodes[chosen]
    low = -0.15 if thumbnails is not None else -(76 if notes else 52) / height  # room for what is below the leaves
    result.update_layout(
        images=pictures, annotations=names, height=height, margin={"l": 0, "r": 4, "t": 12, "b": 4}, dragmode=False,
        hovermode="closest", hoverdistance=45, clickmode="event+select", showlegend=False, font={"family": FONT},
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", hoverlabel={"font": {"size": 15, "family": FONT}},
        **_axes(nodes, point, look, low, room=height / HEIGHT))
    return result


def _lines(nodes: nx.DiGraph, which: list[int], colour: str, width: int) -> go.Scatter:
    """Elbows: from the parent sideways at its time, then down to the node's own."""
    xs, ts = [], []
    for node in which:
        here = nodes.nodes[node]
        start = next((nodes.nodes[parent]["x"] for parent in nodes.predecessors(node)), here["x"])
        xs += [start, here["x"], here["x"], None]
        ts += [here["t_high"], here["t_high"], here["t"], None]
    return go.Scatter(x=xs, y=ts, mode="lines", hoverinfo="skip", line={"color": colour, "width": width})


def _markers(nodes: nx.DiGraph, colours: Mapping[int, str]) -> go.Scatter:
    """One marker for each node, which carries its branch id."""
    here = nodes.nodes
    return go.Scatter(
        x=[here[n]["x"] for n in here], y=[here[n]["t"] for n in here], mode="markers",
        marker={"size": 13, "color": [colours[n] for n in here]},
        customdata=[[n, here[n]["name"], _hover(here[n])] for n in here],
        hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>",
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}})


def _hover(here: dict) -> str:
    return f"on its own below t = {here['t_high']:.3f}" if here["leaf"] else f"part at t = {here['t']:.3f}"


def _thumbnail(here: dict, source: str) -> dict:
    """At a branch point its picture lies upon the node, at a leaf below its name."""
    size = {"sizex": 0.8, "sizey": 0.08} if here["leaf"] else {"sizex": 0.74, "sizey": 0.054}
    return {"source": source, "x": here["x"], "y": here["t"] - (0.066 if here["leaf"] else 0), "xref": "x", "yref": "y",
            "xanchor": "center", "yanchor": "top" if here["leaf"] else "middle", "layer": "above", **size}


def _name(here: dict, chosen: bool, note: str | None, look: dict) -> dict:
    """A class's name below its leaf."""
    text = f"<b>{here['name']}</b>" if chosen else here["name"]
    if note:
        text += f'<br><span style="font-size:13px">{note}</span>'
    return {"x": here["x"], "y": -0.014, "text": text, "showarrow": False, "yanchor": "top",
            "font": {"size": 18 if len(here["name"]) < 5 else 13, "color": look["lit"] if chosen else look["text"]}}


def _axes(nodes: nx.DiGraph, point: dict | None, look: dict, low: float, room: float) -> dict:
    """The time axis, true to scale, in words at both ends; the chosen branch point's time is marked on it."""
    ticks, shapes = dict(TICKS), []
    if point:
        ticks = {t: text for t, text in ticks.items() if abs(t - point["t"]) > 0.04 / room}
        ticks[point["t"]] = f'<span style="color:{look["lit"]}"><b>{point["t"]:.2f}</b></span>'
        shapes = [{"type": "line", "x0": -0.6, "x1": point["x"], "y0": point["t"], "y1": point["t"], "layer": "below",
                   "line": {"color": look["lit"], "width": 1, "dash": "dot"}}]
    title = "diffusion time t" + (": the model works from top to bottom" if room == 1 else "")
    width = max(here["x"] + here.get("room", 0) / 2 for here in nodes.nodes.values())
    font = {"size": 14, "color": look["text"]}
    return {
        "shapes": shapes,
        "xaxis": {"visible": False, "fixedrange": True, "range": [-0.6, width + 0.1]},
        "yaxis": {"fixedrange": True, "range": [low, 1.03], "zeroline": False, "gridcolor": look["grid"],
                  "tickfont": font, "tickvals": list(ticks), "ticktext": list(ticks.values()), "automargin": True,
                  "ticklabeloverflow": "allow", "title": {"text": title, "font": font, "standoff": 6}}}
