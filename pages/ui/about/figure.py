"""A measured figure, as the page shows it: what it is called and means, and its value beside others."""
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from branched import (
    Classification,
    Facts,
    GenerationOfImages,
    GenerationOfRows,
    TransmutationOfImages,
    TransmutationOfRows,
)

PUBLISHED: dict[str | None, dict[str, str]] = {  # Tseng et al., arXiv 2212.10777; by data set: beside no other it fits
    "mnist": {"right": "70% to 75%, by eye", "pixel_frechet": "42.9", "saved": "2.23×"},
    "letters": {"frechet": "1.24", "saved": "2.43×"}}


@dataclass(frozen=True)
class Figure:
    """A figure: its name and meaning, its value here, that of real objects, and the published one; "" where none is."""

    name: str
    meaning: str
    here: str
    real: str = ""
    published: str = ""


def text(value: float | None, pattern: str = "{:.3g}") -> str:
    """A number as text; "" for none, or for one that is not finite."""
    return "" if value is None or not isfinite(value) else pattern.format(value)


def percent(value: float | None) -> str:
    """A share as text."""
    return text(value, "{:.1%}")


def pair(values: tuple[float, float] | None) -> tuple[float | None, float | None]:
    """Two figures that are measured together, or none of both."""
    return (None, None) if values is None else values


def controls(random: float | None, wrong: float | None, things: str) -> str:
    """What a correlation is without that which is claimed, to be read behind it: for comparison."""
    parts = [text(random, f"{{:z.2f}} with any real {things} of the target class"),
             text(wrong, "{:.2f} when turned at the same time into another class")]
    return f"; for comparison, {', and '.join(filter(None, parts))}" if any(parts) else ""


def published(facts: Facts) -> Mapping[str, str]:
    """What was published for the data that a model was trained on."""
    return PUBLISHED.get(facts.data.name, {})


# -- alike for every form ----------------------------------------------------------------------------------------------

def right_worst(measured: GenerationOfImages | GenerationOfRows) -> Figure:
    """Right class, of the class that is worst."""
    return Figure("Right class, worst", "the same, for the class with which the model has most trouble",
                  percent(measured.right_worst))


def copied(measured: GenerationOfImages | GenerationOfRows, things: str, real: str) -> Figure:
    """Whether training objects are repeated; `things` the model makes, each like a `real` one."""
    return Figure("Copied?", f"how many {things} are nearer to a training {real} than all but 5% of real test {real}s "
                  "are; more than 5% would mean copying", percent(measured.near), "5.0%")


def saved(measured: GenerationOfImages | GenerationOfRows, verb: str, published: str = "") -> Figure:
    """What the tree saves, where classes are `drawn` or `made` through it."""
    return Figure("Work saved", f"how many times the work it would be without the tree, each class {verb} from noise "
                  "alone", text(measured.saved, "{:.2f}×"), "", published)


def right_pairs(turned: TransmutationOfImages | TransmutationOfRows, judge: str, ceiling: str) -> list[Figure]:
    """How often a class becomes another, as `judge` sees it; `ceiling` is how often that is right on real objects."""
    worst = f" ({turned.worst:.60})".replace(">", " into ") if turned.worst else ""
    return [
        Figure("Right class", f"how often {judge} takes the result for the class that was asked for",
               percent(turned.right), ceiling),
        Figure("Right class, worst pair", f"the same, for the pair with which the model has most trouble{worst}",
               percent(turned.right_worst))]


def recognising(classified: Classification, thing: str) -> list[Figure]:
    """How often the tree itself is right, and what that takes."""
    count = text(classified.count, " ({:,.0f} of them)")
    return [
        Figure("Right", f"how often the tree names the class of a real test {thing}{count}",
               percent(classified.accuracy)),
        Figure("Work", f"how often the network looks at each {thing}", text(classified.evaluations, "{:.0f}×"))]
