"""What was measured of a model of a table, and what is said about that."""
from collections.abc import Mapping

from branched import Explorable, GenerationOfRows, TransmutationOfRows

from ..language import N_, _
from .figure import Figure, compared, copied, pair, percent, right_pairs, right_worst, saved, text

THING, THINGS, MADE = N_("row"), N_("rows"), N_("rows")
HEADING = N_("How good is it? Making rows")
REAL = N_("\"Real rows\" says what real rows reach in place of the model's own: the best that can be asked for.")
PUBLISHED = N_("""Published: Tseng, Biancalani, Shen and Scalia, *Hierarchically branched diffusion models*
([arXiv 2212.10777](https://arxiv.org/abs/2212.10777)), whose idea this is: 1,000 steps of an older solver, and up to
700 real rows of each class for the distance, as here.""")
RECOGNISED = (N_("how often the tree names the class of a real test row"),
              N_("how often the tree names the class of a real test row ({value} of them)"),
              N_("how often the network looks at each row"))
DISTANCE = (
    N_("how far the rows of a class as a whole are from real ones, in means and covariances; less is better; real ones "
       "are compared half by half, fewer of them, so that chance adds more"),
    N_("how far the rows of a class as a whole are from real ones, in means and covariances; less is better; rows of "
       "one bell curve, fitted to a class: {value}; real ones are compared half by half, fewer of them, so that chance "
       "adds more"))
CLOSE = (
    N_("of all pairs of features, how many are correlated within 0.1 of what they are in real rows"),
    N_("of all pairs of features, how many are correlated within 0.1 of what they are in real rows; rows of one bell "
       "curve, fitted to a class: {value}"))
KEPT = (
    N_("whether high values stay high and low ones low when a row becomes the class most like its own (correlation, "
       "mean over features: 1 entirely, 0 not at all)"),
    N_("whether high values stay high and low ones low when a row becomes the class most like its own (correlation, "
       "mean over features: 1 entirely, 0 not at all); for comparison, {random} with any real row of the target class"),
    N_("whether high values stay high and low ones low when a row becomes the class most like its own (correlation, "
       "mean over features: 1 entirely, 0 not at all); for comparison, {wrong} when turned at the same time into "
       "another class"),
    N_("whether high values stay high and low ones low when a row becomes the class most like its own (correlation, "
       "mean over features: 1 entirely, 0 not at all); for comparison, {random} with any real row of the target class, "
       "and {wrong} when turned at the same time into another class"))
FAILS = N_("""
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
""")
MOST = 40  # features that are named


def object_is(model: Explorable) -> str:
    """What one object is, in a few words."""
    features = model.form.features
    names = ", ".join(features[:MOST]) + (", …" if len(features) > MOST else "")
    return _("rows of {count} numbers ({names})").format(count=len(features), names=names)


def fails(model: Explorable, labels: str) -> str:
    """When the model fails."""
    return _(FAILS).format(labels=labels, many=len(model.form.features))


def ceiling(model: Explorable) -> str:
    """How often the classifier that was trained for measuring is right on real test rows."""
    measured = model.facts.quality.generation
    return percent(measured.right_real) if measured else ""


def making(measured: GenerationOfRows, ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    """Figures of rows that the model makes."""
    return [
        Figure(_("Right class"), _("how often a separate classifier, a forest of decision trees, takes a row for the "
                                   "class that was asked for"), percent(measured.right), ceiling),
        right_worst(measured),
        *_distributions(measured, published), *_neighbours(measured),
        copied(measured, _("how many rows are nearer to a training row than all but 5% of real test rows are; more "
                           "than 5% would mean copying")),
        saved(measured, _("how many times the work it would be without the tree, each class made from noise alone"),
              published.get("saved", ""))]


def _distributions(measured: GenerationOfRows, published: Mapping[str, str]) -> list[Figure]:
    (far, far_beside), (close, close_beside) = map(_, DISTANCE), map(_, CLOSE)
    return [
        Figure(_("Distance (Fréchet)"), text(measured.frechet_gaussian, far_beside, 2) or far,
               text(measured.frechet, digits=2), text(measured.frechet_halves, digits=2), published.get("frechet", "")),
        Figure(_("Close correlations"), percent(measured.close_gaussian, close_beside) or close,
               percent(measured.close)),
        Figure(_("Close correlations, worst"), _("the same, for the class where they are furthest off"),
               percent(measured.close_worst))]


def _neighbours(measured: GenerationOfRows) -> list[Figure]:
    (density, coverage), (real_density, real_coverage) = map(pair, (measured.density_coverage,
                                                                    measured.density_coverage_halves))
    return [
        Figure(_("Density"), _("how thickly real rows stand around those made; 1 is as around real ones"),
               text(density, digits=2), text(real_density, digits=2)),
        Figure(_("Coverage"), _("how many real rows have one that was made close by"), percent(coverage),
               percent(real_coverage))]


def turning(turned: TransmutationOfRows, ceiling: str) -> list[Figure]:
    """Figures of real rows that were turned into other classes."""
    right = _("how often the forest takes the result for the class that was asked for")
    return [*right_pairs(turned, right, ceiling),
            Figure(_("Features kept"), compared(turned.kept_random, turned.kept_wrong, KEPT),
                   text(turned.kept, digits=2))]
