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

from ..language import _, decimal
from ..language import percent as share_of


@dataclass(frozen=True)
class Figure:
    """A figure: its name and meaning, its value here, that of real objects, and the published one; "" where none is."""

    name: str
    meaning: str
    here: str
    real: str = ""
    published: str = ""


def text(value: float | None, pattern: str = "{value}", digits: int = 0) -> str:
    """A number as text, with so many digits after the point, among the words of `pattern`; "" for none, or for one that
    is not finite."""
    return "" if value is None or not isfinite(value) else pattern.format(value=decimal(value, digits))


def plain(value: float | None, pattern: str = "{value}") -> str:
    """The same with as many digits as it needs, six at the most."""
    if value is None or not isfinite(value):
        return ""
    return pattern.format(value=f"{value:g}".replace(".", decimal(0.1, 1)[1]))


def bare(value: float | None, pattern: str = "{value}") -> str:
    """A whole number that is no amount to be read at a glance, as a dice roll: without marks of thousands."""
    return "" if value is None or not isfinite(value) else pattern.format(value=f"{value:.0f}")


def percent(value: float | None, pattern: str = "{value}", digits: int = 1) -> str:
    """A share as text."""
    return "" if value is None or not isfinite(value) else pattern.format(value=share_of(value, digits))


def pair(values: tuple[float, float] | None) -> tuple[float | None, float | None]:
    """Two figures that are measured together, or none of both."""
    return (None, None) if values is None else values


def compared(random: float | None, wrong: float | None, texts: tuple[str, str, str, str]) -> str:
    """What is said of a correlation, by what is known of it without that which is claimed, to be read behind it. The
    texts: with nothing, with any real object of the target class, with another target, and with both."""
    said = [None if value is None or not isfinite(value) else decimal(round(value, 2) + 0.0, 2)  # no "-0.00"
            for value in (random, wrong)]
    return _(texts[(said[0] is not None) + 2 * (said[1] is not None)]).format(random=said[0], wrong=said[1])


def published(facts: Facts) -> Mapping[str, str]:
    """What was published for the data that a model was trained on: Tseng et al., arXiv 2212.10777; beside no other data
    it fits."""
    if facts.data.name == "mnist":
        return {"right": _("70% to 75%, by eye"), "pixel_frechet": decimal(42.9, 1), "saved": times(2.23)}
    if facts.data.name == "letters":
        return {"frechet": decimal(1.24, 2), "saved": times(2.43)}
    return {}


def times(value: float | None) -> str:
    """How many times as much."""
    return text(value, "{value}×", 2)


# -- alike for every form ----------------------------------------------------------------------------------------------

def right_worst(measured: GenerationOfImages | GenerationOfRows) -> Figure:
    """Right class, of the class that is worst."""
    return Figure(_("Right class, worst"), _("the same, for the class with which the model has most trouble"),
                  percent(measured.right_worst))


def copied(measured: GenerationOfImages | GenerationOfRows, meaning: str) -> Figure:
    """Whether training objects are repeated."""
    return Figure(_("Copied?"), meaning, percent(measured.near), share_of(0.05, 1))


def saved(measured: GenerationOfImages | GenerationOfRows, meaning: str, published: str = "") -> Figure:
    """What the tree saves."""
    return Figure(_("Work saved"), meaning, times(measured.saved), "", published)


def right_pairs(turned: TransmutationOfImages | TransmutationOfRows, meaning: str, ceiling: str) -> list[Figure]:
    """How often a class becomes another, as its judge sees it; `ceiling` is how often that is right on real objects."""
    worst = _("the same, for the pair with which the model has most trouble")
    if turned.worst:
        source, arrow, target = f"{turned.worst:.60}".partition(">")
        both = _("{source} into {target}").format(source=source, target=target) if arrow else source
        worst = _("the same, for the pair with which the model has most trouble ({pair})").format(pair=both)
    return [Figure(_("Right class"), meaning, percent(turned.right), ceiling),
            Figure(_("Right class, worst pair"), worst, percent(turned.right_worst))]


def recognising(classified: Classification, texts: tuple[str, str, str]) -> list[Figure]:
    """How often the tree itself is right, and what that takes. The texts: the former, the same where it is known of how
    many, and the latter."""
    right, counted, looks = map(_, texts)
    return [
        Figure(_("Right"), text(classified.count, counted) or right, percent(classified.accuracy)),
        Figure(_("Work"), looks, bare(classified.evaluations, "{value}×"))]
