"""The page's tables and charts."""
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

from branched import Explorable

from ..frame.look import Look
from ..language import _, decimal, percent
from ..parts.markup import filled, label
from .figure import Figure

HERE = Path(__file__).parent
CSS = HERE / "about.css"
FACTS_CSS = HERE.parent / "parts" / "facts.css"  # of tables
SOME = 12  # classes: with more, a chart has no room for a number at each


def numbers(rows: Sequence[tuple[str, str]]) -> str:
    """A few large numbers, each with what it is, as HTML."""
    return filled(HERE / "numbers.html", rows=rows)


def story(rows: Sequence[tuple[str, str]]) -> str:
    """Rows of two as HTML."""
    return filled(HERE / "story.html", rows=rows)


def table(rows: Sequence[Figure], real: str) -> str:
    """Measured figures as HTML; columns in which nothing stands are left out. `real` heads that of real objects."""
    columns = {"here": _("This model"), "real": _("Real {things}").format(things=real), "published": _("Published")}
    columns = {key: title for key, title in columns.items() if any(getattr(row, key) for row in rows)}
    cells = [(row.name, row.meaning, [getattr(row, key) for key in columns]) for row in rows]
    return filled(HERE / "figures.html", columns=list(columns.values()), rows=cells)


def per_pair(model: Explorable, way: str) -> np.ndarray | None:
    """Right class (N, N) for each source (row) and target (column), NaN where it is not known; None without any."""
    turned = getattr(model.facts.quality, way)
    if turned is None or turned.right_of is None:
        return None
    shares = np.array([[turned.right_of.get(f"{a}>{b}", np.nan) for b in model.labels] for a in model.labels])
    return shares if np.isfinite(shares).any() else None


def matrix(shares: np.ndarray, labels: Sequence[str], look: Look) -> go.Figure:
    """Right class for each pair, in percent, darker (or in the dark, brighter) where it is worse."""
    ends = ["#14181c", "#b35c1e"] if look.dark else ["#fcfcfa", "#ec8b45"]
    values, many = 100 * shares, len(labels) > SOME
    size = 11 if many else 15
    pair = _("{source} into {target}: {value}").format(source="%{y}", target="%{x}", value="%{z:.1f}" + per_cent())
    bad = np.where(values < 94.5, np.char.mod("%.0f", np.nan_to_num(values)), "") if many else None
    figure = go.Figure(go.Heatmap(
        z=values, x=list(map(label, labels)), y=list(map(label, labels)),
        zmin=min(80.0, float(np.nanmin(values))), zmax=100,
        colorscale=[[0, ends[1]], [1, ends[0]]], xgap=1 if many else 2, ygap=1 if many else 2, text=bad,
        texttemplate="%{text}" if many else "%{z:.0f}", textfont={"size": 10 if many else size, "color": look.text},
        showscale=False, hoverongaps=False, hovertemplate=f"{pair}<extra></extra>"))
    axis = {"type": "category", "fixedrange": True, "showgrid": False, "zeroline": False, "ticks": "", "dtick": 1,
            "tickfont": {"size": size + 2}, "automargin": True}
    figure.update_xaxes(title={"text": _("into …"), "standoff": 14}, side="top", **axis)
    figure.update_yaxes(title={"text": _("from …"), "standoff": 14}, autorange="reversed", **axis)
    return _dressed(figure, look, 22 * len(labels) + 80 if many else 480)


def right_classes(model: Explorable, look: Look) -> go.Figure | None:
    """Right class of what is made of each class, in percent; None if it is not known."""
    measured = model.facts.quality.generation
    shares = _known(model, measured and measured.right_of, 100)
    return by_class(shares, min(shares.values()), look, per_cent()) if shares else None


def distances(model: Explorable, look: Look) -> go.Figure | None:
    """The distance (Fréchet) of each class of a table; None if it is not known."""
    measured = model.facts.quality.generation
    values = _known(model, getattr(measured, "frechet_of", None), 1)
    return by_class(values, max(values.values()), look) if values else None


def _known(model: Explorable, values: Mapping[str, float] | None, scale: float) -> dict[str, float]:
    """Of each class what is known."""
    return {name: scale * values[name] for name in model.labels
            if values and name in values and isfinite(values[name])}


def by_class(values: Mapping[str, float], worst: float, look: Look, unit: str = "") -> go.Figure:
    """A dot for each class; with its value, or, where there are too many, with that of the worst alone."""
    many, digits = len(values) > SOME, 1 if unit else 2
    figure = go.Figure(go.Scatter(
        x=list(map(label, values)), y=list(values.values()), mode="markers+text", textposition="top center",
        text=[decimal(value, digits) if not many or value == worst else "" for value in values.values()],
        marker={"size": 11 if many else 14,
                "color": [look["lit" if value == worst else "other"] for value in values.values()]},
        textfont={"size": 14, "color": look.text}, cliponaxis=False,
        hovertemplate=f"%{{x}}: %{{y:.{digits}f}}{unit}<extra></extra>"))
    low = np.floor(min(values.values())) - 0.4 if unit else 0
    high = 100 + 0.15 * (100 - low) if unit else 1.2 * max(values.values())
    figure.update_xaxes(type="category", fixedrange=True, showgrid=False, tickfont={"size": 14 if many else 17},
                        dtick=1, automargin=True)
    figure.update_yaxes(range=[low, high], fixedrange=True, gridcolor=look.grid, zeroline=False, ticksuffix=unit,
                        tickfont={"size": 14}, nticks=5, automargin=True)
    return _dressed(figure, look, 300)


def per_cent() -> str:
    """What stands behind a number in percent."""
    return percent(0).removeprefix("0")


def _dressed(figure: go.Figure, look: Look, height: int) -> go.Figure:
    return figure.update_layout(**look.dress(height=height, margin={"l": 0, "r": 4, "t": 24, "b": 0},
                                             font=look.font(15)))
