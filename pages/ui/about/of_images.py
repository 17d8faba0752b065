"""What was measured of a model of pictures, and what is said about that."""
from collections.abc import Mapping

from branched import Explorable, GenerationOfImages, TransmutationOfImages

from ..serve.judge import judge_for
from .figure import Figure, controls, copied, pair, percent, right_pairs, right_worst, saved, text

THING, THINGS, MADE, HEADING = "picture", "pictures", "drawings", "Drawing"
REAL = """"Real pictures" says what real test pictures reach in place of drawings: the best that can be asked for."""
PUBLISHED = """Published: Tseng, Biancalani, Shen and Scalia, *Hierarchically branched diffusion models*
([arXiv 2212.10777](https://arxiv.org/abs/2212.10777)), whose idea this is: 1,000 steps of an older solver, pictures
judged by eye; for the distance, 1,000 drawings against 1,000 real training pictures of each class, as here."""
FAILS = """
- **It knows nothing but {labels}.**{strangers}
{clusters}- **Pictures are small**: {height} × {width} pixels. For anything else it would have to be trained anew.
{turning}- **Rare kinds of pictures are rarer still** in what it draws than in what it learnt from.
- **The classifier that counts right classes is a program, too**, and makes mistakes of its own.
- **The same dice roll gives the same picture** on the same kind of machine; another kind rounds differently.
"""
CLUSTERS = """\
- **Its classes are groups that were found without labels.** One may hold two kinds of pictures, or a part of one.
"""
STRANGERS = " Give it {other}, and it will make one of these of it, without a doubt."
TURNING = """\
- **A drawing to be turned must look like what it learnt from**: one figure, centred, about as large and as thick. The
  app centres and scales what you draw or upload; a faint or cluttered photo may still be misread.
- **What is kept** when one class is turned into another (slant, stroke) depends on *when* the walk turns round. On
  digits we did not find that the branch point of a pair keeps more than the same time does for another pair.
- **A "hybrid" is rarely half and half.** At a branch point one can often tell already what a picture will become.
"""


def object_is(model: Explorable) -> str:
    """What one object is, in a few words."""
    height, width, *colours = model.form.outside_shape
    return f"{height} × {width} pixels, {'in colour' if colours else 'in grey'}"


def fails(model: Explorable, labels: str) -> str:
    """When the model fails; of one that only draws nothing is told of turning."""
    other = "a letter" if all(label.isdecimal() for label in model.labels) else "something else"
    height, width, *_ = model.form.outside_shape
    turns = hasattr(model, "transmute")
    return FAILS.format(labels=labels, clusters=CLUSTERS if model.facts.training.clusters else "",
                        strangers=STRANGERS.format(other=other) if turns else "", height=height, width=width,
                        turning=TURNING if turns else "")


def ceiling(model: Explorable) -> str:
    """How often the classifier that judges the model is right on real test pictures, if there is one that tells."""
    judge = judge_for(model)
    accuracy = None if judge is None else judge.facts.get("test_accuracy")
    return percent(accuracy) if isinstance(accuracy, float) else ""


def making(drawn: GenerationOfImages, ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    """Figures of drawings."""
    return [
        Figure("Right class", "how often a separate classifier takes a drawing for the class that was asked for",
               percent(drawn.right), ceiling, published.get("right", "")),
        right_worst(drawn),
        *_distances(drawn, published), *_neighbours(drawn),
        copied(drawn, "drawings", "picture"), saved(drawn, "drawn", published.get("saved", ""))]


def _distances(drawn: GenerationOfImages, published: Mapping[str, str]) -> list[Figure]:
    return [
        Figure("Pixel distance (Fréchet)", "how far drawings as a whole are from real pictures, pixel by pixel; less "
               "is better", text(drawn.pixel_frechet, "{:.1f}"), text(drawn.pixel_frechet_real, "{:.1f}"),
               published.get("pixel_frechet", "")),
        Figure("Feature distance (Fréchet)", "the same, as the classifier sees them; less is better",
               text(drawn.feature_frechet, "{:.2f}"), text(drawn.feature_frechet_real, "{:.2f}"))]


def _neighbours(drawn: GenerationOfImages) -> list[Figure]:
    (precision, recall), (real_precision, real_recall) = map(pair, (drawn.precision_recall,
                                                                    drawn.precision_recall_real))
    (density, coverage), (real_density, real_coverage) = map(pair, (drawn.density_coverage,
                                                                    drawn.density_coverage_real))
    return [
        Figure("Precision", "how many drawings look like some real picture", percent(precision),
               percent(real_precision)),
        Figure("Recall", "how many real pictures look like some drawing: are rare ways of writing there, too?",
               percent(recall), percent(real_recall)),
        Figure("Density", "how thickly real pictures stand around drawings; 1 is as around real ones",
               text(density, "{:.2f}"), text(real_density, "{:.2f}")),
        Figure("Coverage", "how many real pictures have a drawing close by", percent(coverage),
               percent(real_coverage))]


def turning(turned: TransmutationOfImages, ceiling: str) -> list[Figure]:
    """Figures of real pictures that were turned into other classes."""
    meaning = "whether {} stays what it was (correlation: 1 entirely, 0 not at all){}"
    styles = (("Slant", "a leaning hand leans on: the slant", turned.slant, turned.slant_random, turned.slant_wrong),
              ("Stroke", "the thickness of the stroke", turned.stroke, turned.stroke_random, turned.stroke_wrong))
    return [*right_pairs(turned, "the classifier", ceiling), *(
        Figure(f"{name} kept", meaning.format(style, controls(*(r and r[0] for r in (random, wrong)), THING)),
               text(kept and kept[0], "{:.2f}")) for name, style, kept, random, wrong in styles)]
