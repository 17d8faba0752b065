"""What the page How the tree is found draws: curves and where they meet, the tree that follows, the film of a game."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from branched import Outline, Rule

from ..figures import lying_tree, standing_tree
from ..figures.graph import graph, lit
from ..figures.standing_tree import TICKS
from ..frame.look import FONT, Look
from ..parts.reels import Frame
from ..serve.kept import kept
from . import told
from .work import MOMENTS, Curves, Game, Gaps, Pair

POINTS = 20_000  # at most, of all lines in the background
WINDOW = 0.12  # of time on both sides of a meeting, when it is looked at closely
HEIGHTS = {"curves": 560, "tree": 440}  # CSS pixels


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


# -- the chart ---------------------------------------------------------------------------------------------------------

def chart(pair: Pair, others: Gaps, near: bool, look: Look, thing: str = "picture") -> go.Figure:
    """Similarity of a pair over diffusion time, and below it the difference, magnified: where it reaches epsilon.

    `others` are the gaps of all pairs, in the background. `near` shows the time around the meeting alone.
    """
    left, right = _window(pair, near)
    result = make_subplots(rows=2, shared_xaxes=True, row_heights=[0.5, 0.5], vertical_spacing=0.13)
    result.add_traces([_curve(pair.times, pair.within, look.other, "within each class"),
                       _curve(pair.times, pair.between, look.lit, "between the two"),
                       _background(pair.times, others, look), _curve(pair.times, pair.gap, look.text, "difference")],
                      rows=[1, 1, 2, 2], cols=[1, 1, 1, 1])
    result.add_hline(pair.rule.epsilon, line={"color": look.lit, "width": 2, "dash": "dash"}, row=2, col=1)
    marks = _signs(pair.rule.epsilon, look, right)
    if pair.met is not None:
        marks.append(_mark(result, pair, left, right, look))
    _axes(result, pair, near, left, right, look, thing)
    result.update_layout(**look.dress(
        hover=14, height=HEIGHTS["curves"], margin={"l": 0, "r": 20, "t": 34, "b": 0}, hovermode="x",
        font=look.font(14), annotations=marks))
    result.update_annotations(font={"family": FONT})
    return result


def _window(pair: Pair, near: bool) -> tuple[float, float]:
    """The times between which curves are shown."""
    if not near or pair.met is None:
        return 0.0, 1.0
    return max(0.0, pair.met - WINDOW), min(1.0, pair.met + WINDOW)


def _mark(result: go.Figure, pair: Pair, left: float, right: float, look: Look) -> dict[str, Any]:
    """A line and a dot where two curves meet, and the words for it, which are yet to be added."""
    result.add_vline(pair.met, line={"color": look.lit, "width": 1.5, "dash": "dot"})
    height = float(pair.gap[int(np.searchsorted(pair.times, pair.met))])
    result.add_trace(_dot(pair.met, height, look.lit), row=2, col=1)
    after = pair.met < 0.35 * left + 0.65 * right  # there is more room after it, and no curve
    return _sign(pair.met, 1.0, f"<b>they meet at t = {pair.met:.2f}</b>", look.lit, yref="y domain", yanchor="top",
                 xanchor="left" if after else "right", xshift=8 if after else -8)


def _axes(result: go.Figure, pair: Pair, near: bool, left: float, right: float, look: Look, thing: str) -> None:
    """Both panels as high as what is seen of their curves asks for; time in words at both ends, where all of it is
    shown."""
    (bottom, high), (low, top) = _heights(pair, near, left, right)
    axis = {"fixedrange": True, "gridcolor": look.grid, "zeroline": False, "tickfont": {"size": 14},
            "automargin": True, "ticklabeloverflow": "allow"}
    names = TICKS | {0: f"0<br>{thing}"}
    ticks = {"tickvals": list(names), "ticktext": list(names.values())} if right - left == 1 else {"nticks": 6}
    result.update_xaxes(range=[left, right], **axis)
    result.update_xaxes(**ticks, title={"text": "diffusion time t", "standoff": 12}, row=2, col=1)
    result.update_yaxes(nticks=5, **axis)
    result.update_yaxes(range=[bottom, high], row=1, col=1)
    result.update_yaxes(range=[low, top], row=2, col=1)


def _heights(pair: Pair, near: bool, left: float, right: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Lowest and highest value shown of the curves, and of their difference."""
    seen = slice(*np.searchsorted(pair.times, [left, right + 1e-9]))
    within, between, gap = (float(values[seen].max()) for values in (pair.within, pair.between, pair.gap))
    lowest, least = float(pair.between[seen].min()), float(pair.gap[seen].min())
    high, top = 1.08 * max(within, between), max(1.25 * gap, 3 * pair.rule.epsilon, 1e-3)
    return (lowest - 0.05 * high if near else min(0.0, lowest), high), (min(0.0, least) - 0.06 * top, top)


def _curve(times: np.ndarray, values: np.ndarray, colour: str, name: str) -> go.Scatter:
    return go.Scatter(x=times, y=values, mode="lines", line={"color": colour, "width": 3},
                      hovertemplate=f"{name}: %{{y:.4f}}<extra></extra>")


def _background(times: np.ndarray, others: Gaps, look: Look) -> go.Scatter:
    """All pairs in one line with gaps, at a few of the times."""
    few = slice(None, None, max(1, len(times) // 200, len(times) * len(others) // POINTS))
    hole = np.array([np.nan])
    xs = np.concatenate([part for _ in others for part in (times[few], hole)])
    ys = np.concatenate([part for gap in others.values() for part in (gap[few], hole)])
    return go.Scatter(x=xs, y=ys.astype(np.float32), mode="lines", hoverinfo="skip", opacity=0.35,
                      line={"color": look.line, "width": 1})


def _dot(x: float, y: float, colour: str) -> go.Scatter:
    return go.Scatter(x=[x], y=[y], mode="markers", hoverinfo="skip", marker={"size": 14, "color": colour})


def _signs(epsilon: float, look: Look, right: float) -> list[dict[str, Any]]:
    """Titles of the two panels, and names beside lines instead of a legend."""
    blue, orange = (f'<span style="color:{colour}"><b>{text}</b></span>' for colour, text in
                    ((look.other, "within a class"), (look.lit, "between the two")))
    return [
        _sign(0, 1.0, f"How alike: {blue}, {orange}", look.text, xref="x domain",
              yref="y domain", xanchor="left", yanchor="bottom", yshift=6),
        _sign(0, 1.0, "The difference, magnified (grey: other pairs)", look.text,
              xref="x2 domain", yref="y2 domain", xanchor="left", yanchor="bottom", yshift=6),
        _sign(right, epsilon, f"epsilon = {epsilon:.3f}", look.lit, yref="y2", xanchor="right",
              yanchor="bottom", xref="x2"),
    ]


def _sign(x: float, y: float, text: str, colour: str, **place: Any) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 15, "color": colour}, **place}


# -- the film ----------------------------------------------------------------------------------------------------------

def film_of(game: Game, revealed: Sequence[str] = ()) -> tuple[np.ndarray, list[Frame]]:
    """Pictures and frames of the game's film: all in one row, or revealed, in a row for each class."""
    places = len(game.secret)
    rows = [[who == label for who in game.secret] for label in revealed] or [[True] * places]
    frames = [Frame(told.moment(t), tuple(_cells(k * places, row) for row in rows))
              for k, t in enumerate(MOMENTS.tolist())]
    return game.pictures.reshape(-1, *game.pictures.shape[2:]), frames


def _cells(first: int, row: Iterable[bool]) -> tuple[int, ...]:
    """Which pictures are in a row, from the `first` of a moment on; -1 leaves a place empty."""
    return tuple(first + place if is_here else -1 for place, is_here in enumerate(row))
