"""What each method can, as built here: a table of methods by abilities."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..language import N_, _, pgettext

LOOKS = N_("One look a step")
CUT = 1.25  # a tree's grid of steps is cut at its branch points, which makes some more
ABILITIES = (N_("Draws what is asked"), N_("One network is enough"), LOOKS, N_("Can be turned up"),
             N_("Works with a model trained before"), N_("Shares work between classes"), N_("Hybrids of classes"),
             N_("A class more, nothing forgotten"))
EXACTLY = "+" + N_("to the last bit")
# A row each, in the order of ABILITIES: + yes, - no, ? not tried; after the sign a note. Looks are counted, not told.
TABLE = {
    "unconditional": ("-", "+", "?", "-", "-", "-", "-", "-"),
    "label": ("+", "+", "?", "-", "-", "-", "-", "-"),
    "free": ("+", "+", "?", "+", "-", "-", "-", "-"),
    "classifier": ("+", "-", "?", "+", "+", "-", "-", "-"),
    "classifier-told": ("+", "-", "?", "+", "+", "-", "-", "-"),
    "latent-kl": ("+", "-", "?", "+", "-", "-", "?", "?"),
    "latent-vq": ("+", "-", "?", "+", "-", "-", "?", "?"),
    "cbn": ("+", "+", "?", "-", "-", "-", "-", "-"),
    "ac": ("+", "+" + N_("once it has learnt"), "?", "-", "-", "-", "-", "-"),
    "tree": ("+", "+", "?", "-", "-", "+", "+", EXACTLY),
    "tree-guided": ("+", "+", "?", "+", "+" + N_("with more lessons"), "+", "+", EXACTLY),
    "tree-classifier": ("+", "-", "?", "+", "+", "+", "+", "-" + N_("the classifier does not know it")),
}
SIGNS = {"+": ("✓", "yes"), "-": ("✗", "no"), "?": ("–", "unknown")}


class Ability(NamedTuple):
    """A cell: its sign, the word for it, a note, and its kind for the style sheet."""

    sign: str
    word: str
    note: str
    kind: str


def table(rows: Mapping[str, Any], steps: int) -> dict[str, list[Ability]]:
    """The cells of the rows of which something is known; they were drawn in so many steps."""
    place = ABILITIES.index(LOOKS)
    return {name: [looks(row, steps) if k == place else _cell(text) for k, text in enumerate(TABLE[name])]
            for name, row in rows.items() if name in TABLE}


def looks(row: Any, steps: int) -> Ability:
    """Whether a method takes one look a step, as it was counted: by a picture that is drawn alone."""
    alone = row.evaluations_alone or row.evaluations
    if alone is None:
        return _cell("?")
    if row.gradients:
        return _cell("-" + N_("and a gradient"))
    if alone > CUT * steps:
        return _cell("-" + (N_("two") if alone > 1.9 * steps else N_("two at times")))
    return _cell("+" + (N_("fewer") if row.evaluations < 0.95 * steps else ""))


def _cell(text: str) -> Ability:
    sign, kind = SIGNS[text[0]]
    return Ability(sign, _word(kind), _(text[1:]), kind)


def _word(kind: str) -> str:
    """What a sign says to those who do not see it."""
    if kind == "unknown":
        return _("not tried here")
    return pgettext("ability", "yes") if kind == "yes" else pgettext("ability", "no")
