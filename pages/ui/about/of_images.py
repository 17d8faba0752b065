"""What was measured of a model of pictures, and what is said about that."""
from collections.abc import Mapping

from branched import Explorable, GenerationOfImages, TransmutationOfImages

from ..language import N_, _
from ..serve.judge import judge_for
from .figure import Figure, compared, copied, pair, percent, right_pairs, right_worst, saved, text

THING, THINGS, MADE = N_("picture"), N_("pictures"), N_("drawings")
HEADING = N_("How good is it? Drawing")
REAL = N_("\"Real pictures\" says what real test pictures reach in place of drawings: the best that can be asked for.")
PUBLISHED = N_("""Published: Tseng, Biancalani, Shen and Scalia, *Hierarchically branched diffusion models*
([arXiv 2212.10777](https://arxiv.org/abs/2212.10777)), whose idea this is: 1,000 steps of an older solver, pictures
judged by eye; for the distance, 1,000 drawings against 1,000 real training pictures of each class, as here.""")
RECOGNISED = (N_("how often the tree names the class of a real test picture"),
              N_("how often the tree names the class of a real test picture ({value} of them)"),
              N_("how often the network looks at each picture"))
SLANT = (
    N_("whether a leaning hand leans on: the slant stays what it was (correlation: 1 entirely, 0 not at all)"),
    N_("whether a leaning hand leans on: the slant stays what it was (correlation: 1 entirely, 0 not at all); for "
       "comparison, {random} with any real picture of the target class"),
    N_("whether a leaning hand leans on: the slant stays what it was (correlation: 1 entirely, 0 not at all); for "
       "comparison, {wrong} when turned at the same time into another class"),
    N_("whether a leaning hand leans on: the slant stays what it was (correlation: 1 entirely, 0 not at all); for "
       "comparison, {random} with any real picture of the target class, and {wrong} when turned at the same time into "
       "another class"))
STROKE = (
    N_("whether the thickness of the stroke stays what it was (correlation: 1 entirely, 0 not at all)"),
    N_("whether the thickness of the stroke stays what it was (correlation: 1 entirely, 0 not at all); for "
       "comparison, {random} with any real picture of the target class"),
    N_("whether the thickness of the stroke stays what it was (correlation: 1 entirely, 0 not at all); for "
       "comparison, {wrong} when turned at the same time into another class"),
    N_("whether the thickness of the stroke stays what it was (correlation: 1 entirely, 0 not at all); for "
       "comparison, {random} with any real picture of the target class, and {wrong} when turned at the same time into "
       "another class"))
FAILS = N_("""
- **It knows nothing but {labels}.**{strangers}
{clusters}- **Pictures are small**: {height} × {width} pixels. For anything else it would have to be trained anew.
{turning}- **Rare kinds of pictures are rarer still** in what it draws than in what it learnt from.
- **The classifier that counts right classes is a program, too**, and makes mistakes of its own.
- **The same dice roll gives the same picture** on the same kind of machine; another kind rounds differently.
""")
CLUSTERS = N_("""\
- **Its classes are groups that were found without labels.** One may hold two kinds of pictures, or a part of one.
""")
STRANGERS = N_("Give it something else, and it will make one of these of it, without a doubt.")
LETTERS = N_("Give it a letter, and it will make one of these of it, without a doubt.")
TURNING = N_("""\
- **A drawing to be turned must look like what it learnt from**: one figure, centred, about as large and as thick. The
  app centres and scales what you draw or upload; a faint or cluttered photo may still be misread.
- **What is kept** when one class is turned into another (slant, stroke) depends on *when* the walk turns round. On
  digits we did not find that the branch point of a pair keeps more than the same time does for another pair.
- **A "hybrid" is rarely half and half.** At a branch point one can often tell already what a picture will become.
""")


def object_is(model: Explorable) -> str:
    """What one object is, in a few words."""
    height, width, *colours = model.form.outside_shape
    text = _("{height} × {width} pixels, in colour") if colours else _("{height} × {width} pixels, in grey")
    return text.format(height=height, width=width)


def fails(model: Explorable, labels: str) -> str:
    """When the model fails; of one that only draws nothing is told of turning."""
    strangers = _(LETTERS) if all(label.isdecimal() for label in model.labels) else _(STRANGERS)
    height, width = model.form.outside_shape[:2]
    turns = hasattr(model, "transmute")
    return _(FAILS).format(labels=labels, clusters=_(CLUSTERS) if model.facts.training.clusters else "",
                           strangers=f" {strangers}" if turns else "", height=height, width=width,
                           turning=_(TURNING) if turns else "")


def ceiling(model: Explorable) -> str:
    """How often the classifier that judges the model is right on real test pictures, if there is one that tells."""
    judge = judge_for(model)
    accuracy = None if judge is None else judge.facts.get("test_accuracy")
    return percent(accuracy) if isinstance(accuracy, float) else ""


def making(drawn: GenerationOfImages, ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    """Figures of drawings."""
    return [
        Figure(_("Right class"), _("how often a separate classifier takes a drawing for the class that was asked for"),
               percent(drawn.right), ceiling, published.get("right", "")),
        right_worst(drawn),
        *_distances(drawn, published), *_neighbours(drawn),
        copied(drawn, _("how many drawings are nearer to a training picture than all but 5% of real test pictures are; "
                        "more than 5% would mean copying")),
        saved(drawn, _("how many times the work it would be without the tree, each class drawn from noise alone"),
              published.get("saved", ""))]


def _distances(drawn: GenerationOfImages, published: Mapping[str, str]) -> list[Figure]:
    return [
        Figure(_("Pixel distance (Fréchet)"), _("how far drawings as a whole are from real pictures, pixel by pixel; "
               "less is better"), text(drawn.pixel_frechet, digits=1), text(drawn.pixel_frechet_real, digits=1),
               published.get("pixel_frechet", "")),
        Figure(_("Feature distance (Fréchet)"), _("the same, as the classifier sees them; less is better"),
               text(drawn.feature_frechet, digits=2), text(drawn.feature_frechet_real, digits=2))]


def _neighbours(drawn: GenerationOfImages) -> list[Figure]:
    (precision, recall), (real_precision, real_recall) = map(pair, (drawn.precision_recall,
                                                                    drawn.precision_recall_real))
    (density, coverage), (real_density, real_coverage) = map(pair, (drawn.density_coverage,
                                                                    drawn.density_coverage_real))
    return [
        Figure(_("Precision"), _("how many drawings look like some real picture"), percent(precision),
               percent(real_precision)),
        Figure(_("Recall"), _("how many real pictures look like some drawing: are rare ways of writing there, too?"),
               percent(recall), percent(real_recall)),
        Figure(_("Density"), _("how thickly real pictures stand around drawings; 1 is as around real ones"),
               text(density, digits=2), text(real_density, digits=2)),
        Figure(_("Coverage"), _("how many real pictures have a drawing close by"), percent(coverage),
               percent(real_coverage))]


def turning(turned: TransmutationOfImages, ceiling: str) -> list[Figure]:
    """Figures of real pictures that were turned into other classes."""
    styles = ((_("Slant kept"), SLANT, turned.slant, turned.slant_random, turned.slant_wrong),
              (_("Stroke kept"), STROKE, turned.stroke, turned.stroke_random, turned.stroke_wrong))
    right = _("how often the classifier takes the result for the class that was asked for")
    return [*right_pairs(turned, right, ceiling), *(
        Figure(name, compared(*(r and r[0] for r in (random, wrong)), texts), text(kept and kept[0], digits=2))
        for name, texts, kept, random, wrong in styles)]
