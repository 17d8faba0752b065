"""What was measured of a model whose objects have no words of their own here: what is measured of any form."""
from collections.abc import Mapping
from typing import Any

from branched import Explorable

from ..language import N_, _
from .figure import Figure, percent, right_pairs, saved

THING, THINGS, MADE, REAL, PUBLISHED = N_("object"), N_("objects"), N_("objects"), "", ""
HEADING = N_("How good is it? Making objects")
RECOGNISED = (N_("how often the tree names the class of a real test object"),
              N_("how often the tree names the class of a real test object ({value} of them)"),
              N_("how often the network looks at each object"))
FAILS = N_("""
- **It knows nothing but {labels}.** Anything else is taken for one of these, without a doubt.
- **Rare kinds are rarer still** in what it makes than in what it learnt from.
- **The same dice roll gives the same objects** on the same kind of machine; another kind rounds differently.
""")


def object_is(model: Explorable) -> str:
    """What one object is, in a few words."""
    shape = " × ".join(map(str, model.form.outside_shape))
    return _("{kind} of {shape} numbers").format(kind=model.form.kind, shape=shape)


def fails(model: Explorable, labels: str) -> str:
    """When the model fails."""
    return _(FAILS).format(labels=labels)


def ceiling(model: Explorable) -> str:
    """How often a classifier is right on real objects: nobody has one."""
    return ""


def making(measured: Any, ceiling: str, published: Mapping[str, str]) -> list[Figure]:
    """Figures of what the model makes."""
    return [
        Figure(_("Right class"), _("how often a separate classifier takes an object for the class that was asked for"),
               percent(measured.right), ceiling),
        saved(measured, _("how many times the work it would be without the tree, each class made from noise alone"))]


def turning(turned: Any, ceiling: str) -> list[Figure]:
    """Figures of real objects that were turned into other classes."""
    return right_pairs(
        turned, _("how often a separate classifier takes the result for the class that was asked for"), ceiling)
