"""What the page How the tree is found draws: curves over time, the tree that follows, the film of a game."""
from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from branched import Outline, Rule, graph, lit

from ..figures import lying_tree, standing_tree
from ..frame.look import FONT, Look
from ..language import _, decimal
from ..parts.reels import Frame
from ..serve.kept import kept
from . import told
from .work import MOMENTS, Curves, Game, Gaps, Pair

TICKS = (0.2, 0.4, 0.6, 0.8)  # and in words 1, of noise, and 0, of what is there
POINTS = 20_000  # at most, of all lines in the background
HIGHEST = 8  # times epsilon, that is shown of a difference: it is to be seen where they are the same
HEIGHTS = {"curves": 400, "likeness": 320, "tree": 440}  # CSS pixels


@kept
def gaps(name: str, smoothing: float, *, curves: Curves) -> Gaps:
    """The gaps of all pairs. Never change what this returns: all visitors share it."""
    return curves.gaps(Rule(smoothing=smoothing))


@kept
def tree(name: str, outline: Outline, node: int | None, look: Look, is_lying: bool) -> go.Figure:
    """A tree with a branch point lit. Never change what this returns: all visitors share it."""
    if is_lying:
        paths = {} if node is None else dict.fromkeys(lit(graph(outline), node), "lit")
        return lying_tree.figure(outline, node, paths, look=look)
    return standing_tree.figure(outline, node, look=look, height=HEIGHTS["tree"])


# -- the charts --------------------------------------------------------------------------------------------------------

def chart(pair: Pair, others: Gaps, look: Look, thing: str = "picture") -> go.Figure:
    """How far two classes are apart, from noise to data, and up to where that is epsilon or less. `others` are the
    differences of all pairs, in the background."""
    bottom, top = _heights(pair)
    curve = _curve(pair.times, pair.gap, look.other, _("difference"))
    result = go.Figure([_background(pair.times, others, look), curve])
    result.add_hline(pair.rule.epsilon, line={"color": look.lit, "width": 2, "dash": "dash"})
    signs = [_sign(1, pair.rule.epsilon, _("epsilon: less counts as none"), look.lit, xanchor="left",
                   yanchor="bottom")]
    if pair.met is not None:
        signs.append(_mark(result, pair, top, look))
    _axes(result, bottom, top, look, thing)
    result.update_yaxes(title={"text": _("difference"), "standoff": 4, "font": {"size": 14}}, showticklabels=False)
    return _dressed(result, HEIGHTS["curves"], signs, look)


def likeness(pair: Pair, look: Look, thing: str = "picture") -> go.Figure:
    """The two curves whose difference counts: similarity within each class, and between the two."""
    result = go.Figure([_curve(pair.times, pair.within, look.other, _("within each class")),
                        _curve(pair.times, pair.between, look.lit, _("between the two"))])
    top = 1.08 * float(max(pair.within.max(), pair.between.max()))
    least = min(0.0, float(pair.between.min()))
    blue, orange = (f'<span style="color:{colour}"><b>{text}</b></span>' for colour, text in
                    ((look.other, _("within a class")), (look.lit, _("between the two"))))
    alike = _("How alike: {one}, {other}").format(one=blue, other=orange)
    title = _sign(0, 1.0, alike, look.text, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=6)
    _axes(result, least - 0.05 * top, top, look, thing)
    result.update_yaxes(nticks=5)
    return _dressed(result, HEIGHTS["likeness"], [title], look)


def _dressed(result: go.Figure, height: int, signs: list[dict[str, Any]], look: Look) -> go.Figure:
    result.update_layout(**look.dress(
        hover=14, height=height, margin={"l": 0, "r": 20, "t": 34, "b": 0}, hovermode="x",
        font=look.font(14), annotations=signs))
    result.update_annotations(font={"family": FONT})
    return result


def _mark(result: go.Figure, pair: Pair, top: float, look: Look) -> dict[str, Any]:
    """A line and a dot where the difference is epsilon, and its time in words, which are yet to be added."""
    result.add_vline(pair.met, line={"color": look.lit, "width": 1.5, "dash": "dot"})
    height = float(pair.gap[int(np.searchsorted(pair.times, pair.met))])
    result.add_trace(go.Scatter(x=[pair.met], y=[height], mode="markers", hoverinfo="skip",
                                marker={"size": 14, "color": look.lit}))
    before = pair.met < 0.65  # there is room towards the noise, and no curve
    return _sign(pair.met, top, f"<b>t = {decimal(pair.met, 2)}</b>", look.lit, yanchor="top",
                 xanchor="right" if before else "left", xshift=-8 if before else 8)


def _axes(result: go.Figure, bottom: float, top: float, look: Look, thing: str) -> None:
    """Time runs from noise to data, in words at both ends."""
    axis = {"fixedrange": True, "gridcolor": look.grid, "zeroline": False, "tickfont": {"size": 14},
            "automargin": True, "ticklabeloverflow": "allow"}
    noise = _("noise")
    names = {t: decimal(t, 1) for t in TICKS} | {1: f"1<br>{noise}", 0: f"0<br>{thing}"}
    result.update_xaxes(range=[1, 0], tickvals=list(names), ticktext=list(names.values()),
                        title={"text": _("noise level t"), "standoff": 12, "font": {"size": 14}}, **axis)
    result.update_yaxes(range=[bottom, top], **axis)


def _heights(pair: Pair) -> tuple[float, float]:
    """Lowest and highest value shown of the difference: no more than leaves epsilon to be seen."""
    epsilon, most = pair.rule.epsilon, 1.25 * float(pair.gap.max())
    top = max(min(most, HIGHEST * epsilon) if epsilon else most, 3 * epsilon, 1e-3)
    return min(0.0, float(pair.gap.min())) - 0.06 * top, top


def _curve(times: np.ndarray, values: np.ndarray, colour: str, name: str) -> go.Scatter:
    return go.Scatter(x=times, y=values, mode="lines", line={"color": colour, "width": 3},
                      hovertemplate=f"{name}: %{{y:.4f}}<extra></extra>")


def _background(times: np.ndarray, others: Gaps, look: Look) -> go.Scatter:
    """All pairs in one line with gaps, at a few of the times."""
    few = slice(None, None, max(1, len(times) // 200, len(times) * len(others) // POINTS))
    hole = np.array([np.nan])
    xs = np.concatenate([part for __ in others for part in (times[few], hole)])
    ys = np.concatenate([part for gap in others.values() for part in (gap[few], hole)])
    return go.Scatter(x=xs, y=ys.astype(np.float32), mode="lines", hoverinfo="skip", opacity=0.35,
                      line={"color": look.line, "width": 1})


def _sign(x: float, y: float, text: str, colour: str, **place: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 15, "color": colour}, **place}


# -- the film ----------------------------------------------------------------------------------------------------------

def film_of(game: Game) -> tuple[np.ndarray, list[Frame]]:
    """Pictures and frames of the game's film, in its two rows."""
    many = game.pictures.shape[2]
    cells = np.arange(len(MOMENTS) * 2 * many).reshape(-1, 2, many).tolist()
    frames = [Frame(told.moment(t), tuple(map(tuple, rows))) for t, rows in zip(MOMENTS.tolist(), cells, strict=True)]
    return game.pictures.reshape(-1, *game.pictures.shape[3:]), frames
