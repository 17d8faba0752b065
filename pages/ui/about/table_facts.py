"""What was measured of a model of a table, as the page "About" shows it: `facts` is for those of pictures."""
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from .facts import PUBLISHED, WAYS, Figure, by_class, number, numbers, part, percent, text, told

PROTOCOL = """Published: Tseng, Biancalani, Shen and Scalia, *Hierarchically branched diffusion models*
([arXiv 2212.10777](https://arxiv.org/abs/2212.10777)), whose idea this is: 1,000 steps of an older solver, and up to
700 real rows of each class for the distance, as here."""
REAL = """"Real rows" says what real rows reach in place of the model's own: the best that can be asked for."""
FAILS = """
- **It knows nothing but {labels}.** A row of anything else is taken for one of these, without a doubt.
- **It knows nothing but its {many} features**, each in the range of the rows that it learnt from. It has never seen
  what they were measured on, and cannot show it.
- **Values come out as fractions**, even where all that it learnt from were whole numbers; the app rounds them where
  that matters.
- **What is kept** when a row becomes another class is not the same in all features; in those by which classes are told
  apart, little is.
- **A hybrid is a mean** of all that may still become of a row: it varies less than real rows do.
- **Rare kinds of rows are rarer still** in what it makes than in what it learnt from.
- **The classifier that counts right classes is a program, too**, and makes mistakes of its own.
- **The same draw number gives the same rows** on the same kind of machine; another kind rounds differently.
"""


def quality(facts: Any) -> dict[str, list[Figure]]:
    """Measured figures by what the model was asked to do, as `facts.quality` has them for pictures."""
    data = part(facts, "data").get("name")
    published = PUBLISHED.get(data, {}) if isinstance(data, str) else {}
    made = part(facts, "quality", "generation")
    ceiling = percent(made.get("right class, real test rows"))
    found = {
        "generation": _making(made, ceiling, published),
        **{way: _turning(part(facts, "quality", f"transmutation, {way}"), ceiling) for way in WAYS},
        "classification": _recognising(part(facts, "quality", "classification")),
    }
    return {key: kept for key, rows in found.items() if (kept := [row for row in rows if row.here])}


def _making(own: Mapping[str, Any], ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    density, coverage = numbers(own.get("density, coverage"), 2) or (None, None)
    real_density, real_coverage = numbers(own.get("density, coverage, real halves"), 2) or (None, None)
    return [
        Figure("Right class", "how often a separate classifier, a forest of decision trees, takes a row for the class "
               "that was asked for", percent(own.get("right class")), ceiling),
        Figure("Right class, worst", "the same, for the class with which the model has most trouble",
               percent(own.get("right class, worst"))),
        Figure("Distance (Fréchet)", "how far the rows of a class as a whole are from real ones, in means and "
               f"covariances; less is better{_gaussian(own, 'Frechet', '{:.2f}')}; real ones are compared half by "
               "half, fewer of them, so that chance adds more", told(own.get("Frechet"), "{:.2f}"),
               told(own.get("Frechet, real halves"), "{:.2f}"), published.get("Frechet", "")),
        Figure("Close correlations", "of all pairs of features, how many are correlated within 0.1 of what they are in "
               f"real rows{_gaussian(own, 'close correlations', '{:.1%}')}", percent(own.get("close correlations"))),
        Figure("Close correlations, worst", "the same, for the class where they are furthest off",
               percent(own.get("close correlations, worst"))),
        Figure("Density", "how thickly real rows stand around those made; 1 is as around real ones",
               told(density, "{:.2f}"), told(real_density, "{:.2f}")),
        Figure("Coverage", "how many real rows have one that was made close by", percent(coverage),
               percent(real_coverage)),
        Figure("Copied?", "how many rows are nearer to a training row than all but 5% of real test rows are; more than "
               "5% would mean copying", percent(own.get("nearer to a training row than 5% of test rows")), "5.0%"),
        Figure("Work saved", "how many times the work it would be without the tree, each class made from noise alone",
               told(own.get("evaluations, class by class over tree"), "{:.2f}×"), "",
               published.get("evaluations, class by class over tree", "")),
    ]


def _gaussian(own: Mapping[str, Any], key: str, form: str) -> str:
    """What as many rows of a simple bell-shaped distribution reach: for comparison."""
    return told(own.get(f"{key}, as many rows of one Gaussian"), f"; rows of one bell curve, fitted to a class: {form}")


def _turning(own: Mapping[str, Any], ceiling: str) -> list[Figure]:
    worst = text(own.get("worst pair"))
    pair = f" ({worst.replace('>', ' into ')})" if worst else ""
    chance, wrong = (number(own.get(f"kept, {what} target")) for what in ("random", "wrong"))
    controls = [f"{chance:.2f} with any real row of the target class".replace("-0.00", "0.00")] if chance is not None \
        else []
    controls += [f"{wrong:.2f} when turned at the same time into another class"] if wrong is not None else []
    beside = f"; for comparison, {', and '.join(controls)}" if controls else ""
    return [
        Figure("Right class", "how often the forest takes the result for the class that was asked for",
               percent(own.get("right class")), ceiling),
        Figure("Right class, worst pair", f"the same, for the pair with which the model has most trouble{pair}",
               percent(own.get("right class, worst pair"))),
        Figure("Features kept", "whether high values stay high and low ones low when a row becomes the class most like "
               f"its own (correlation, mean over features: 1 entirely, 0 not at all){beside}",
               told(own.get("kept, nearest class"), "{:.2f}")),
    ]


def _recognising(own: Mapping[str, Any]) -> list[Figure]:
    return [
        Figure("Right", f"how often the tree names the class of a real test row"
               f"{told(own.get('rows'), ' ({:,.0f} of them)')}", percent(own.get("accuracy"))),
        Figure("Work", "how often the network looks at each row", told(own.get("evaluations of each row"), "{:.0f}×")),
    ]


def distances(facts: Any, labels: Sequence[str], dark: bool) -> go.Figure | None:
    """The distance (Fréchet) of each class; None if it is not known."""
    own = part(facts, "quality", "generation", "Frechet per class")
    known = {label: distance for label in labels if (distance := number(own.get(label))) is not None}
    return by_class(known, max(known.values()), dark) if known else None
