"""What was measured of a model of a table, and what is said about that."""
from collections.abc import Mapping

from branched import Explorable, GenerationOfRows, TransmutationOfRows

from .figure import Figure, controls, copied, pair, percent, right_pairs, right_worst, saved, text

THING, THINGS, MADE, HEADING = "row", "rows", "rows", "Making rows"
REAL = """"Real rows" says what real rows reach in place of the model's own: the best that can be asked for."""
PUBLISHED = """Published: Tseng, Biancalani, Shen and Scalia, *Hierarchically branched diffusion models*
([arXiv 2212.10777](https://arxiv.org/abs/2212.10777)), whose idea this is: 1,000 steps of an older solver, and up to
700 real rows of each class for the distance, as here."""
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
- **The same dice roll gives the same rows** on the same kind of machine; another kind rounds differently.
"""
MOST = 40  # features that are named


def object_is(model: Explorable) -> str:
    """What one object is, in a few words."""
    features = model.form.features
    names = ", ".join(features[:MOST]) + (", …" if len(features) > MOST else "")
    return f"rows of {len(features)} numbers ({names})"


def fails(model: Explorable, labels: str) -> str:
    """When the model fails."""
    return FAILS.format(labels=labels, many=len(model.form.features))


def ceiling(model: Explorable) -> str:
    """How often the classifier that was trained for measuring is right on real test rows."""
    measured = model.facts.quality.generation
    return percent(measured.right_real) if measured else ""


def making(measured: GenerationOfRows, ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    """Figures of rows that the model makes."""
    return [
        Figure("Right class", "how often a separate classifier, a forest of decision trees, takes a row for the class "
               "that was asked for", percent(measured.right), ceiling),
        right_worst(measured),
        *_distributions(measured, published), *_neighbours(measured),
        copied(measured, "rows", "row"), saved(measured, "made", published.get("saved", ""))]


def _distributions(measured: GenerationOfRows, published: Mapping[str, str]) -> list[Figure]:
    bell = "; rows of one bell curve, fitted to a class: "
    return [
        Figure("Distance (Fréchet)", "how far the rows of a class as a whole are from real ones, in means and "
               f"covariances; less is better{text(measured.frechet_gaussian, bell + '{:.2f}')}; real ones are compared "
               "half by half, fewer of them, so that chance adds more", text(measured.frechet, "{:.2f}"),
               text(measured.frechet_halves, "{:.2f}"), published.get("frechet", "")),
        Figure("Close correlations", "of all pairs of features, how many are correlated within 0.1 of what they are in "
               f"real rows{text(measured.close_gaussian, bell + '{:.1%}')}", percent(measured.close)),
        Figure("Close correlations, worst", "the same, for the class where they are furthest off",
               percent(measured.close_worst))]


def _neighbours(measured: GenerationOfRows) -> list[Figure]:
    (density, coverage), (real_density, real_coverage) = map(pair, (measured.density_coverage,
                                                                    measured.density_coverage_halves))
    return [
        Figure("Density", "how thickly real rows stand around those made; 1 is as around real ones",
               text(density, "{:.2f}"), text(real_density, "{:.2f}")),
        Figure("Coverage", "how many real rows have one that was made close by", percent(coverage),
               percent(real_coverage))]


def turning(turned: TransmutationOfRows, ceiling: str) -> list[Figure]:
    """Figures of real rows that were turned into other classes."""
    beside = controls(turned.kept_random, turned.kept_wrong, THING)
    return [
        *right_pairs(turned, "the forest", ceiling),
        Figure("Features kept", "whether high values stay high and low ones low when a row becomes the class most like "
               f"its own (correlation, mean over features: 1 entirely, 0 not at all){beside}",
               text(turned.kept, "{:.2f}"))]
