"""What a model's file tells of itself, in plain words, and measured quality beside what was published."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

import branched
from branched import BranchedModel

from ..figures.standing_tree import DARK, FONT, LIGHT

WAYS = {"stochastic": "With fresh noise", "deterministic": "Without chance"}
PUBLISHED = {  # Tseng et al., arXiv 2212.10777; by data set, so that it stands beside nothing else
    "mnist": {"right class": "70% to 75%, by eye", "pixel Frechet": "42.9",
              "evaluations, class by class over tree": "2.23×"},
    "letters": {"Frechet": "1.24", "evaluations, class by class over tree": "2.43×"}}
SOME = 12  # classes: with more, a chart has no room for a number at each
STYLE = """<style>
.facts {border-collapse: collapse; width: 100%; font-size: 1rem; line-height: 1.35}
.facts th {text-align: left; font-weight: 600; vertical-align: top}
.facts th, .facts td {border: 0; border-bottom: 1px solid #8884; padding: .45rem 1rem .45rem 0}
.facts thead th {font-size: .95rem; vertical-align: bottom}
.facts small {display: block; font-size: .95rem; font-weight: 400; opacity: .85; max-width: 44rem}
.facts td {vertical-align: top; font-variant-numeric: tabular-nums; overflow-wrap: anywhere}
.facts.figures td {min-width: 5.5rem}
.facts.figures td:nth-child(2) {font-weight: 700; font-size: 1.15rem}
.facts-box {container-type: inline-size}
@container (max-width: 560px) {
  .facts.figures thead {display: none}
  .facts.figures tr {display: block; border-bottom: 1px solid #8884; padding: .45rem 0}
  .facts.figures th, .facts.figures td {display: block; border: 0; padding: .1rem 0}
  .facts.figures td:empty {display: none}
  .facts.figures td::before {content: attr(data-column) ": "; font-weight: 400; font-size: .95rem; opacity: .85}
}
</style>"""


@dataclass(frozen=True)
class Figure:
    """A measured figure: what it is called and means, its value here, that of real pictures, and the published one."""

    name: str
    meaning: str
    here: str
    real: str = ""
    published: str = ""


# -- reading what may be anything --------------------------------------------------------------------------------------

def part(facts: Any, *keys: str) -> dict[str, Any]:
    """A dictionary inside dictionaries; an empty one if there is none."""
    for key in keys:
        facts = facts.get(key) if isinstance(facts, Mapping) else None
    return dict(facts) if isinstance(facts, Mapping) else {}


def number(value: Any) -> float | None:
    """A finite number as it is; None for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and np.isfinite(value) else None


def numbers(value: Any, count: int) -> list[float] | None:
    """So many finite numbers; None for anything else."""
    found = [number(one) for one in value] if isinstance(value, (list, tuple)) else []
    return found if len(found) == count and None not in found else None


def told(value: Any, form: str = "{:.3g}") -> str:
    """A number as text, or "" for anything else."""
    value = number(value)
    return "" if value is None else form.format(value)


def percent(value: Any, digits: int = 1) -> str:
    """A share as text, or "" for what is none."""
    return told(value, f"{{:.{digits}%}}")


# -- how it was made ---------------------------------------------------------------------------------------------------

def story(model: BranchedModel, name: str) -> list[tuple[str, str]]:
    """What the model is and how it came about, as rows of two; a row for what the file tells."""
    facts = model.facts.stored
    data, run, rule, versions = (part(facts, key) for key in ("data", "training", "discovery", "versions"))
    tree, things = model.tree, "rows" if model.features else "pictures"
    rows = [
        ("Name", name),
        ("Makes" if model.features else "Draws",
         f"{len(model.labels)} classes ({_some(model.labels)}), {_kind(model)}"),
        ("Trained on", _joined(text(data.get("name")).upper(),
                               told(data.get("rows" if model.features else "images"), f"{{:,.0f}} {things}"))),
        ("Training", _joined(told(run.get("steps"), "{:,.0f} steps"),
                             told(run.get("batch"), f"{{:.0f}} {things} a step"),
                             _duration(run.get("seconds")), text(run.get("device")) and f"on {text(run['device'])}")),
        ("Settings of training", _joined(told(run.get("learning_rate"), "learning rate {:g}"),
                                         told(run.get("bridge"), "{:.0%} of each step on bridges"),
                                         told(run.get("ema"), "average of weights {:g}"))),
        ("Taught later", _lessons(facts)),
        ("Size", f"{model.parameters:,} numbers learnt (parameters)"),
        ("Tree", f"{len(tree.branches)} branches, {len(tree.branch_points)} branch points"),
        ("Tree found with", _joined(told(rule.get("samples"), f"up to {{:,.0f}} {things} of each class"),
                                    told(rule.get("epsilon"), "epsilon {:g}"),
                                    told(rule.get("smoothing"), "smoothing {:g}"),
                                    told(rule.get("minimum_length"), "shortest branch {:g}"))),
        ("Draw numbers (seeds)", _joined(told(run.get("seed"), "training {:.0f}"),
                                         told(rule.get("seed"), "tree {:.0f}"))),
        ("Versions", _joined(*(f"{text(key)} {text(value)}" for key, value in list(versions.items())[:6]),
                             f"shown by branched {branched.__version__}")),
    ]
    return [(title, text) for title, text in rows if text]


def _some(names: Sequence[str], most: int = 40) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _kind(model: BranchedModel) -> str:
    """What one object is: the size of a picture, or the features of a row."""
    if model.features:
        return f"rows of {len(model.features)} numbers ({_some(model.features)})"
    return f"{' × '.join(map(str, model.shape[:2]))} pixels, {'in colour' if len(model.shape) == 3 else 'in grey'}"


def _lessons(facts: Any) -> str:
    """The classes that were added, and from how many pictures."""
    found = part({"facts": facts}, "facts").get("extensions")
    lessons = [part({"own": own}, "own") for own in found] if isinstance(found, list) else []
    return _joined(*(text(own["name"]) + told(own.get("images"), " ({:,.0f} pictures)")
                     for own in lessons if text(own.get("name"))))


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def text(value: Any) -> str:
    """A short text as it is, anything else as nothing."""
    return f"{value:.60}" if isinstance(value, str) else ""


def _duration(seconds: Any) -> str:
    seconds = number(seconds)
    if seconds is None or seconds < 0:
        return ""
    return f"{seconds / 3600:.1f} hours" if seconds > 7200 else f"{seconds / 60:.0f} minutes"


# -- how good it is ----------------------------------------------------------------------------------------------------

def quality(facts: Any, ceiling: float | None) -> dict[str, list[Figure]]:
    """Measured figures by what the model was asked to do: "generation", "classification", and the ways of turning one
    class into another. `ceiling` is how often the classifier that judges is right on real pictures."""
    data = part(facts, "data").get("name")
    published = PUBLISHED.get(data, {}) if isinstance(data, str) else {}
    ceiling = percent(ceiling)
    found = {
        "generation": _drawing(part(facts, "quality", "generation"), ceiling, published),
        **{way: _turning(part(facts, "quality", f"transmutation, {way}"), ceiling) for way in WAYS},
        "classification": _recognising(part(facts, "quality", "classification")),
    }
    return {key: kept for key, rows in found.items() if (kept := [row for row in rows if row.here])}


def _drawing(own: Mapping[str, Any], ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    real = ", real against real"
    pairs = {key: (numbers(own.get(key), 2) or (None, None), numbers(own.get(key + real), 2) or (None, None))
             for key in ("precision, recall", "density, coverage")}
    (precision, recall), (real_precision, real_recall) = pairs["precision, recall"]
    (density, coverage), (real_density, real_coverage) = pairs["density, coverage"]
    return [
        Figure("Right class", "how often a separate classifier takes a drawing for the class that was asked for",
               percent(own.get("right class")), ceiling, published.get("right class", "")),
        Figure("Right class, worst", "the same, for the class with which the model has most trouble",
               percent(own.get("right class, worst"))),
        Figure("Pixel distance (Fréchet)", "how far drawings as a whole are from real pictures, pixel by pixel; less "
               "is better", told(own.get("pixel Frechet"), "{:.1f}"), told(own.get("pixel Frechet" + real), "{:.1f}"),
               published.get("pixel Frechet", "")),
        Figure("Feature distance (Fréchet)", "the same, as the classifier sees them; less is better",
               told(own.get("feature Frechet"), "{:.2f}"), told(own.get("feature Frechet" + real), "{:.2f}")),
        Figure("Precision", "how many drawings look like some real picture", percent(precision),
               percent(real_precision)),
        Figure("Recall", "how many real pictures look like some drawing: are rare ways of writing there, too?",
               percent(recall), percent(real_recall)),
        Figure("Density", "how thickly real pictures stand around drawings; 1 is as around real ones",
               told(density, "{:.2f}"), told(real_density, "{:.2f}")),
        Figure("Coverage", "how many real pictures have a drawing close by", percent(coverage),
               percent(real_coverage)),
        Figure("Copied?", "how many drawings are nearer to a training picture than all but 5% of real test pictures "
               "are; more than 5% would mean copying",
               percent(own.get("nearer to a training image than 5% of test images")), "5.0%"),
        Figure("Work saved", "how many times the work it would be without the tree, each class drawn from noise alone",
               told(own.get("evaluations, class by class over tree"), "{:.2f}×"), "",
               published.get("evaluations, class by class over tree", "")),
    ]


def _turning(own: Mapping[str, Any], ceiling: str) -> list[Figure]:
    worst = own.get("worst pair")
    pair = f" ({text(worst).replace('>', ' into ')})" if text(worst) else ""
    return [
        Figure("Right class", "how often the classifier takes the result for the class that was asked for",
               percent(own.get("right class")), ceiling),
        Figure("Right class, worst pair", f"the same, for the pair with which the model has most trouble{pair}",
               percent(own.get("right class, worst pair"))),
        *(Figure(f"{title} kept", f"whether {meaning} stays what it was (correlation: 1 entirely, 0 not at all)"
                 f"{_controls(own, key)}", told((numbers(own.get(f'{key} kept'), 3) or [None])[0], "{:.2f}"))
          for key, title, meaning in (("slant", "Slant", "a leaning hand leans on: the slant"),
                                      ("stroke", "Stroke", "the thickness of the stroke"))),
    ]


def _controls(own: Mapping[str, Any], key: str) -> str:
    """What the correlation is without the thing that is claimed: for comparison."""
    chance, wrong = (numbers(own.get(f"{key} kept, {what}"), 3) for what in ("random target", "wrong pair"))
    parts = [f"{chance[0]:.2f} with any real picture of the target class".replace("-0.00", "0.00")] if chance else []
    parts += [f"{wrong[0]:.2f} when turned at the same time into another class"] if wrong else []
    return f"; for comparison, {', and '.join(parts)}" if parts else ""


def _recognising(own: Mapping[str, Any]) -> list[Figure]:
    return [
        Figure("Right", f"how often the tree names the class of a real test picture"
               f"{told(own.get('images'), ' ({:,.0f} of them)')}", percent(own.get("accuracy"))),
        Figure("Work", "how often the network looks at each picture", told(own.get("evaluations of each image"),
                                                                          "{:.0f}×")),
    ]


def protocol(facts: Any, made: str = "drawings", real: str = "pictures") -> str:
    """One sentence on how the figures came about; `made` and `real` are what things are called."""
    own = part(facts, "quality", "protocol")
    return _joined(told(own.get("n"), f"{{:,.0f}} {made} of each class"), told(own.get("steps"), "{:.0f} steps"),
                   text(own.get("solver")) and f"solver {text(own['solver'])}", told(own.get("seed"), "seed {:.0f}"),
                   told(own.get("transmuted"),
                        f"{{:,.0f}} real test {real} of each class turned into each other class"))


# -- shown -------------------------------------------------------------------------------------------------------------

def pairs_table(rows: Sequence[tuple[str, str]]) -> str:
    """Rows of two as HTML. What a file says is text, and never markup."""
    return STYLE + '<table class="facts">' + "".join(
        f'<tr><th scope="row">{escape(title)}</th><td>{escape(text)}</td></tr>' for title, text in rows) + "</table>"


def quality_table(rows: Sequence[Figure], real: str = "Real pictures") -> str:
    """Measured figures as HTML; columns in which nothing stands are left out."""
    columns = [("here", "This model"), ("real", real), ("published", "Published")]
    columns = [(key, title) for key, title in columns if any(getattr(row, key) for row in rows)]
    head = "".join(f'<th scope="col">{title}</th>' for _, title in columns)
    body = "".join(f'<tr><th scope="row">{escape(row.name)}<small>{escape(row.meaning)}</small></th>' + "".join(
        f'<td data-column="{title}">{escape(getattr(row, key))}</td>' for key, title in columns) + "</tr>"
        for row in rows)
    return (f'{STYLE}<div class="facts-box"><table class="facts figures"><thead><tr><th></th>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>")


def per_pair(facts: Any, way: str, labels: Sequence[str]) -> np.ndarray | None:
    """Right class (N, N) for each source (row) and target (column), NaN where it is not known; None without any."""
    own = part(facts, "quality", f"transmutation, {way}", "right class per pair")
    found = np.array([[np.nan if (share := number(own.get(f"{a}>{b}"))) is None else share for b in labels]
                      for a in labels])
    return None if np.isnan(found).all() else found


def matrix(shares: np.ndarray, labels: Sequence[str], dark: bool) -> go.Figure:
    """Right class for each pair, in percent, darker (or in the dark, brighter) where it is worse."""
    look = DARK if dark else LIGHT
    ends = ["#14181c", "#b35c1e"] if dark else ["#fcfcfa", "#ec8b45"]
    values = 100 * shares
    lowest = min(80.0, float(np.nanmin(values)))
    many = len(labels) > SOME
    size = 11 if many else 15
    bad = np.where(values < 94.5, np.char.mod("%.0f", np.nan_to_num(values)), "") if many else None
    result = go.Figure(go.Heatmap(
        z=values, x=list(labels), y=list(labels), zmin=lowest, zmax=100, colorscale=[[0, ends[1]], [1, ends[0]]],
        xgap=1 if many else 2, ygap=1 if many else 2, text=bad, texttemplate="%{text}" if many else "%{z:.0f}",
        textfont={"size": 10 if many else size, "color": look["text"]}, showscale=False,
        hoverongaps=False, hovertemplate="%{y} into %{x}: %{z:.1f}%<extra></extra>"))
    axis = {"type": "category", "fixedrange": True, "showgrid": False, "zeroline": False, "ticks": "", "dtick": 1,
            "tickfont": {"size": size + 2}, "automargin": True}
    result.update_xaxes(title={"text": "into …", "standoff": 14}, side="top", **axis)
    result.update_yaxes(title={"text": "from …", "standoff": 14}, autorange="reversed", **axis)
    return _dressed(result, look, 22 * len(labels) + 80 if many else 480)


def per_class(facts: Any, labels: Sequence[str], dark: bool) -> go.Figure | None:
    """Right class of drawings of each class, in percent; None if it is not known."""
    own = part(facts, "quality", "generation", "right class per class")
    shares = {label: 100 * share for label in labels if (share := number(own.get(label))) is not None}
    return by_class(shares, min(shares.values()), dark, "%") if shares else None


def by_class(values: Mapping[str, float], worst: float, dark: bool, unit: str = "") -> go.Figure:
    """A dot for each class; with its value, or, where there are too many, with that of the worst alone."""
    look, many = DARK if dark else LIGHT, len(values) > SOME
    form = "{:.1f}" if unit else "{:.2f}"
    result = go.Figure(go.Scatter(
        x=list(values), y=list(values.values()), mode="markers+text", textposition="top center",
        text=[form.format(value) if not many or value == worst else "" for value in values.values()],
        marker={"size": 11 if many else 14,
                "color": [look["lit" if value == worst else "other"] for value in values.values()]},
        textfont={"size": 14, "color": look["text"]}, cliponaxis=False,
        hovertemplate=f"%{{x}}: %{{y:{form[2:-1]}}}{unit}<extra></extra>"))
    low = np.floor(min(values.values())) - 0.4 if unit else 0
    high = 100 + 0.15 * (100 - low) if unit else 1.2 * max(values.values())
    result.update_xaxes(type="category", fixedrange=True, showgrid=False, tickfont={"size": 14 if many else 17},
                        dtick=1, automargin=True)
    result.update_yaxes(range=[low, high], fixedrange=True, gridcolor=look["grid"], zeroline=False, ticksuffix=unit,
                        tickfont={"size": 14}, nticks=5, automargin=True)
    return _dressed(result, look, 300)


def _dressed(figure: go.Figure, look: Mapping[str, str], height: int) -> go.Figure:
    return figure.update_layout(
        height=height, margin={"l": 0, "r": 4, "t": 24, "b": 0}, dragmode=False, showlegend=False,
        font={"family": FONT, "size": 15, "color": look["text"]}, paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)", hoverlabel={"font": {"size": 15, "family": FONT}})


def ceiling(judge: Any) -> float | None:
    """How often the classifier that judges a model is right on real test pictures, if there is one that tells."""
    return None if judge is None else number(judge.facts.get("test_accuracy"))
