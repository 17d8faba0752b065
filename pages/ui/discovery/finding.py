"""How the tree is found: curves of similarity, where they meet, and the rule's tree in words."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

import branched
from branched import Branch, BranchedModel, ClassTree, Facts

from ..figures import lying_tree
from ..figures.standing_tree import DARK, FONT, LIGHT, TICKS, figure, graph, lit
from ..frame import link, words
from ..frame.visitor import remembered

USUAL = {"epsilon": 0.005, "smoothing": 3.0, "minimum_time": 0.0, "minimum_length": 0.0}
EPSILON, SMOOTHING, SHORTEST = 0.05, 30.0, 0.1  # how far the sliders go, at least
ZOOMS = {"whole": "All of time", "near": "Where they meet"}
POINTS = 20_000  # at most, of all lines in the background
WINDOW = 0.12  # of time on both sides of a meeting, when it is looked at closely


# -- the rule ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Curves:
    """Similarity (S, N, N) of the classes `labels` at `times` (S,)."""

    labels: tuple[str, ...]
    times: np.ndarray
    similarity: np.ndarray

    def pair(self, a: str, b: str, smoothing: float) -> tuple[np.ndarray, np.ndarray]:
        """Smoothed similarity between two classes, and within them, (S,) each."""
        rule = branched.Rule(smoothing=smoothing)
        return branched.pair_curves(self.similarity, self.labels.index(a), self.labels.index(b), rule)


def curves(model: BranchedModel) -> Curves | None:
    """The curves by which a model's tree was found; None if its file has none that make sense."""
    times, similarity = model.curves.get("times"), model.curves.get("similarity")
    n = len(model.labels)
    if times is None or similarity is None or times.ndim != 1 or len(times) < 2:
        return None
    if similarity.shape != (len(times), n, n) or not (np.isfinite(similarity).all() and np.isfinite(times).all()):
        return None
    return Curves(model.labels, times.astype(np.float64).round(6), similarity.astype(np.float32))


def rule(facts: Facts) -> dict[str, float]:
    """The settings with which a model's tree was found; the usual ones where its file tells of none."""
    settings, most = facts.discovery.rule, {"smoothing": 1000, "minimum_time": 0.9}
    return {key: settings[key] if 0 <= settings.get(key, -1) <= most.get(key, 0.5) else usual
            for key, usual in USUAL.items()}


def limits(told: Mapping[str, float], curves: Curves | None) -> dict[str, float]:
    """How far the sliders go: as far as is of interest, and at least to what the model's own tree was found with."""
    longest = len(curves.times) if curves else SMOOTHING
    return {"eps": max(EPSILON, told["epsilon"]), "shortest": max(SHORTEST, told["minimum_length"]),
            "smooth": float(min(longest, max(SMOOTHING, told["smoothing"])))}


def settings(model: BranchedModel, told: Mapping[str, float], curves: Curves | None) -> tuple[link.Setting, ...]:
    """All that can be chosen on the page; the sliders' are the last three."""
    (a, b), most = closest(model.tree), limits(told, curves)
    return (
        link.choice("a", model.labels, a), link.choice("b", model.labels, b), link.choice("zoom", ZOOMS, "whole"),
        link.whole("seed", 0, 9999, 0), link.number("time", 0, 1, 0.6, digits=2), link.switch("reveal", False),
        link.number("eps", 0, most["eps"], told["epsilon"], digits=4),
        link.number("smooth", 0, most["smooth"], min(told["smoothing"], most["smooth"]), digits=1),
        link.number("shortest", 0, most["shortest"], told["minimum_length"], digits=4))


def meeting(times: np.ndarray, between: np.ndarray, within: np.ndarray, epsilon: float) -> float | None:
    """The first time at which similarity between two classes reaches that within them, less epsilon."""
    met = between >= within - epsilon
    return float(times[met.argmax()]) if met.any() else None


@remembered(32)
def gaps(name: str, smoothing: float, _curves: Curves) -> dict[tuple[str, str], np.ndarray]:
    """For all pairs: similarity within less similarity between, (S,) each. Never change what this returns."""
    found = {}
    for k, a in enumerate(_curves.labels):
        for b in _curves.labels[k + 1:]:
            between, within = _curves.pair(a, b, smoothing)
            found[a, b] = within - between
    return found


def meetings(times: np.ndarray, all_gaps: Mapping[tuple[str, str], np.ndarray],
             epsilon: float) -> dict[frozenset[str], tuple[float, float]]:
    """When each two classes meet (2 for never), and how far apart they are until then: to tell which are most alike."""
    found = {}
    for pair, gap in all_gaps.items():
        met = gap <= epsilon
        found[frozenset(pair)] = float(times[met.argmax()]) if met.any() else 2.0, float(gap.sum())
    return found


def pair_of(tree: ClassTree, branch: Branch, met: Mapping[frozenset[str], Any]) -> tuple[str, str]:
    """The pair to look at for a node: at a branch point the one that meets there first, at a leaf its class and the one
    most like it."""
    if branch.is_leaf:
        [a] = branch.classes
        return min(((a, b) for b in tree.labels if b != a), key=lambda pair: met[frozenset(pair)])
    groups = [child.classes for child in tree.children(branch)]
    pairs = [(a, b) for k, one in enumerate(groups) for other in groups[k + 1:] for a in one for b in other]
    return min(pairs, key=lambda pair: met[frozenset(pair)])


def closest(tree: ClassTree) -> tuple[str, str]:
    """The pair shown at first: two of the classes that part last on the way to data."""
    if not tree.branch_points:
        return tree.labels[:2]
    one, other, *_ = tree.children(tree.branch_points[-1])
    return one.classes[0], other.classes[0]


# -- in words ----------------------------------------------------------------------------------------------------------

EXPLANATION = """
The rule takes real pictures of every class and covers them with more and more noise, as the model does when it learns.
At each **diffusion time** t it asks: how alike are two noisy pictures of *different* classes, and how alike are two of
the *same* class? ("Alike" is the mean cosine similarity of their pixels: 1 for the same picture, 0 for nothing in
common.) Without noise, pictures of the same class are more alike. As noise covers them, the difference fades. Two
classes **meet** at the first time at which it is no more than **epsilon**; above that time they may as well be drawn
as one. Then the classes are joined into a tree, the earliest meeting first.

**Smoothing** averages each curve over neighbouring times, so that chance wiggles do not decide (it is a width, in
thousandths of the whole time). **Shortest branch**: where two branch points are closer than this, they become one.
Whatever you try here, the model itself keeps the tree it was trained with; another tree would mean training anew.

What the rule calls indistinguishable is so *for the rule*: it compares pairs of pictures, blindly, on average. {eyes}
"""
EYES = """You (and
the model) know what a digit looks like, and can often tell earlier. Try it in the game."""


def explanation(table: bool) -> str:
    """The rule in words, of pictures or of rows."""
    if not table:
        return EXPLANATION.format(eyes=EYES)
    told = EXPLANATION.format(eyes="").replace("real pictures", "real rows").replace("pictures", "rows")
    return told.replace("same picture", "same row").replace("of their pixels", "of their features, each standardised")


def equation(times: np.ndarray, between: np.ndarray, within: np.ndarray, epsilon: float) -> str:
    """The rule with its numbers where a pair meets (or, if it never does, at the last time), in LaTeX."""
    met = meeting(times, between, within, epsilon)
    at = len(times) - 1 if met is None else int(np.searchsorted(times, met))
    parts = [rf"\underbrace{{{value:.4f}}}_{{\text{{{name}}}}}" for value, name in
             ((between[at], "between"), (within[at], "within"), (epsilon, "epsilon"))]
    sign = "<" if met is None else r"\geq"
    return rf"\text{{at }} t = {times[at]:.3f}: \quad {parts[0]} \;{sign}\; {parts[1]} - {parts[2]}"


def changes(own: ClassTree, found: ClassTree, a: str, b: str) -> list[str]:
    """What differs between the model's own tree and the one that the rule finds now, first about one pair."""
    before, now = own.meeting_point(a, b), found.meeting_point(a, b)
    if words.at(before) == words.at(now):
        pair = f"With these settings {a} and {b} part at {words.at(now)}, as in the model's own tree."
    else:
        pair = f"With these settings {a} and {b} part at {words.at(now)} instead of {words.at(before)}."
    groups, own_groups = _groups(found), _groups(own)
    if groups == own_groups:
        return [pair, "All groups are those of the model's own tree, and join in the same order."]
    new, gone = ([g for g in these if g not in those] for these, those in ((groups, own_groups), (own_groups, groups)))
    if not new and not gone:
        return [pair, "The groups are those of the model's own tree, but they join in another order."]
    return [pair, *(f"{text}: {_some(which)}." for text, which in
                    (("Groups that the model's own tree does not have", new), ("Groups that are gone", gone)) if which)]


def _groups(tree: ClassTree) -> list[tuple[str, ...]]:
    """The classes of all branch points but the first, from data to noise."""
    return [branch.classes for branch in reversed(tree.branch_points) if len(branch.classes) < len(tree.labels)]


def _some(groups: Sequence[tuple[str, ...]], most: int = 3) -> str:
    """A few groups in words: those that differ from everything, told by their classes."""
    told = "; ".join(" ".join(group) for group in groups[:most])
    return told + (f"; and {len(groups) - most} more" if len(groups) > most else "")


def verdict(a: str, b: str, met: float | None, tree: float) -> str:
    """Where the curves of a pair meet, and why the tree may say otherwise."""
    if met is None:
        return (f"The curves of {a} and {b} never come that close. The rule then joins them at the last moment, just "
                "below pure noise, unless other classes bring them together earlier.")
    told = f"The two curves meet at {words.at(met)}: from there on, noise hides what tells {a} and {b} apart."
    if words.at(met) == words.at(tree):
        return told
    if tree < met:
        return (f"{told} In the tree they come together earlier, at {words.at(tree)}, by way of others: two groups "
                "join as soon as their two most similar classes meet.")
    return (f"{told} In the tree they come together at {words.at(tree)}, since branches that would be too short are "
            "left out.")


# -- controls ----------------------------------------------------------------------------------------------------------

def keep_apart(labels: Sequence[str]) -> None:
    """A class is not compared with itself: choosing the other one of a pair swaps them."""
    state = st.session_state
    if state.a == state.b:
        before = state.get("_pair", ())
        if not before:
            st.warning(f"A class cannot be compared with itself; you see {state.a} with another.",
                       icon=":material/link_off:")
        state.b = next(label for label in (*before, *labels) if label != state.a and label in labels)
    state._pair = (state.a, state.b)


def sliders(most: Mapping[str, float], told: Mapping[str, float], usual: Mapping[str, float]) -> dict[str, float]:
    """The rule's settings as the visitor has them, for `branched.tree_from_similarity`."""
    epsilon, smoothing, shortest = st.columns(3, gap="medium")
    epsilon.slider("Epsilon", 0.0, most["eps"], step=0.001, format="%.3f", key="eps")
    smoothing.slider("Smoothing", 0.0, most["smooth"], step=0.5, format="%.1f", key="smooth")
    shortest.slider("Shortest branch", 0.0, most["shortest"], step=0.005, format="%.3f", key="shortest")
    st.button("Back to the model's own settings", on_click=st.session_state.update, kwargs=usual, type="tertiary",
              icon=":material/undo:", disabled=all(st.session_state[key] == value for key, value in usual.items()))
    return {"epsilon": st.session_state.eps, "smoothing": st.session_state.smooth,
            "minimum_length": st.session_state.shortest, "minimum_time": told["minimum_time"]}


# -- drawn -------------------------------------------------------------------------------------------------------------

def chart(curves: Curves, a: str, b: str, settings: Mapping[str, float], others: Mapping[tuple[str, str], np.ndarray],
          near: bool, dark: bool, thing: str = "picture") -> go.Figure:
    """Similarity of a pair over diffusion time, and below it the difference, magnified: where it reaches epsilon.

    `others` are the gaps of all pairs, in the background. `near` shows the time around the meeting alone.
    """
    look, epsilon, times = DARK if dark else LIGHT, settings["epsilon"], curves.times
    between, within = curves.pair(a, b, settings["smoothing"])
    met = meeting(times, between, within, epsilon)
    left, right = (0.0, 1.0) if not near or met is None else (max(0.0, met - WINDOW), min(1.0, met + WINDOW))
    seen = slice(*np.searchsorted(times, [left, right + 1e-9]))
    gap = within - between
    result = make_subplots(rows=2, shared_xaxes=True, row_heights=[0.5, 0.5], vertical_spacing=0.13)
    result.add_traces([_curve(times, within, look["other"], "within each class"),
                       _curve(times, between, look["lit"], "between the two"),
                       _background(times, others, look), _curve(times, gap, look["text"], "difference")],
                      rows=[1, 1, 2, 2], cols=[1, 1, 1, 1])
    top = max(1.25 * float(gap[seen].max()), 3 * epsilon, 1e-3)
    low = min(0.0, float(gap[seen].min())) - 0.06 * top
    high = 1.08 * max(float(within[seen].max()), float(between[seen].max()))
    bottom = min(0.0, float(between[seen].min())) if not near else float(between[seen].min()) - 0.05 * high
    result.add_hline(epsilon, line={"color": look["lit"], "width": 2, "dash": "dash"}, row=2, col=1)
    marks = _signs(epsilon, look, right)
    if met is not None:
        at = int(np.searchsorted(times, met))
        result.add_vline(met, line={"color": look["lit"], "width": 1.5, "dash": "dot"})
        result.add_trace(_dot(met, float(gap[at]), look["lit"]), row=2, col=1)
        after = met < 0.35 * left + 0.65 * right  # there is more room after it, and no curve
        marks.append(_sign(met, 1.0, f"<b>they meet at t = {met:.2f}</b>", look["lit"], yref="y domain", yanchor="top",
                           xanchor="left" if after else "right", xshift=8 if after else -8))
    axis = {"fixedrange": True, "gridcolor": look["grid"], "zeroline": False, "tickfont": {"size": 14},
            "automargin": True, "ticklabeloverflow": "allow"}
    names = TICKS | {0: f"0<br>{thing}"}
    ticks = {"tickvals": list(names), "ticktext": list(names.values())} if right - left == 1 else {"nticks": 6}
    result.update_xaxes(range=[left, right], **axis)
    result.update_xaxes(**ticks, title={"text": "diffusion time t", "standoff": 12}, row=2, col=1)
    result.update_yaxes(nticks=5, **axis)
    result.update_yaxes(range=[bottom, high], row=1, col=1)
    result.update_yaxes(range=[low, top], row=2, col=1)
    result.update_layout(
        height=560, margin={"l": 0, "r": 20, "t": 34, "b": 0}, dragmode=False, hovermode="x", showlegend=False,
        font={"family": FONT, "size": 14, "color": look["text"]}, annotations=marks, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", hoverlabel={"font": {"size": 14, "family": FONT}})
    result.update_annotations(font={"family": FONT})
    return result


def _curve(times: np.ndarray, values: np.ndarray, colour: str, name: str) -> go.Scatter:
    return go.Scatter(x=times, y=values, mode="lines", line={"color": colour, "width": 3},
                      hovertemplate=f"{name}: %{{y:.4f}}<extra></extra>")


def _background(times: np.ndarray, others: Mapping[tuple[str, str], np.ndarray], look: Mapping[str, str]) -> go.Scatter:
    """All pairs in one line with gaps, at a few of the times."""
    few = slice(None, None, max(1, len(times) // 200, len(times) * len(others) // POINTS))
    hole = np.array([np.nan])
    xs = np.concatenate([part for _ in others for part in (times[few], hole)])
    ys = np.concatenate([part for gap in others.values() for part in (gap[few], hole)])
    return go.Scatter(x=xs, y=ys.astype(np.float32), mode="lines", hoverinfo="skip", opacity=0.35,
                      line={"color": look["line"], "width": 1})


def _dot(x: float, y: float, colour: str) -> go.Scatter:
    return go.Scatter(x=[x], y=[y], mode="markers", hoverinfo="skip", marker={"size": 14, "color": colour})


def _signs(epsilon: float, look: Mapping[str, str], right: float) -> list[dict]:
    """Titles of the two panels, and names beside lines instead of a legend."""
    blue, orange = (f'<span style="color:{look[key]}"><b>{text}</b></span>' for key, text in
                    (("other", "within a class"), ("lit", "between the two")))
    return [
        _sign(0, 1.0, f"How alike: {blue}, {orange}", look["text"], xref="x domain",
              yref="y domain", xanchor="left", yanchor="bottom", yshift=6),
        _sign(0, 1.0, "The difference, magnified (grey: other pairs)", look["text"],
              xref="x2 domain", yref="y2 domain", xanchor="left", yanchor="bottom", yshift=6),
        _sign(right, epsilon, f"epsilon = {epsilon:.3f}", look["lit"], yref="y2", xanchor="right",
              yanchor="bottom", xref="x2"),
    ]


def _sign(x: float, y: float, text: str, colour: str, **place) -> dict:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 15, "color": colour}, **place}


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={ClassTree: lambda tree: str(tree.to_json())})
def small_tree(tree: ClassTree, node: int | None, dark: bool, lying: bool = False) -> go.Figure:
    """The tree that the rule finds, with a branch point lit. Never change what this returns: all visitors share it."""
    if lying:
        paths = {} if node is None else dict.fromkeys(lit(graph(tree), node), "lit")
        return lying_tree.figure(tree, node, paths, dark=dark)
    return figure(tree, node, dark=dark, height=440)
