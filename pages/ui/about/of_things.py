"""What was measured of a model whose objects have no words of their own here: what is measured of any form."""
from collections.abc import Mapping
from typing import Any

from branched import Explorable

from .figure import Figure, percent, right_pairs, saved

THING, THINGS, MADE, HEADING, REAL, PUBLISHED = "object", "objects", "objects", "Making objects", "", ""
FAILS = """
- **It knows nothing but {labels}.** Anything else is taken for one of these, without a doubt.
- **Rare kinds are rarer still** in what it makes than in what it learnt from.
- **The same dice roll gives the same objects** on the same kind of machine; another kind rounds differently.
"""


def object_is(model: Explorable) -> str:
    """What one object is, in a few words."""
    return f"{model.form.kind} of {' × '.join(map(str, model.form.outside_shape))} numbers"


def fails(model: Explorable, labels: str) -> str:
    """When the model fails."""
    return FAILS.format(labels=labels)


def ceiling(model: Explorable) -> str:
    """How often a classifier is right on real objects: nobody has one."""
    return ""


def making(measured: Any, ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    """Figures of what the model makes."""
    return [
        Figure("Right class", "how often a separate classifier takes an object for the class that was asked for",
               percent(measured.right), ceiling),
        saved(measured, "made")]


def turning(turned: Any, ceiling: str) -> list[Figure]:
    """Figures of real objects that were turned into other classes."""
    return right_pairs(turned, "a separate classifier", ceiling)
