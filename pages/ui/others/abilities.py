"""What each method can, as built here: a table of methods by abilities."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

LOOKS = "One look a step"
CUT = 1.25  # a tree's grid of steps is cut at its branch points, which makes some more
ABILITIES = ("Draws what is asked", "One network is enough", LOOKS, "Can be turned up",
             "Works with a model trained before", "Shares work between classes", "Hybrids of classes",
             "A class more, nothing forgotten")
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
    "ac": ("+", "+once it has learnt", "?", "-", "-", "-", "-", "-"),
    "tree": ("+", "+", "?", "-", "-", "+", "+", "+to the last bit"),
    "tree-guided": ("+", "+", "?", "+", "+with more lessons", "+", "+", "+to the last bit"),
    "tree-classifier": ("+", "-", "?", "+", "+", "+", "+", "-the classifier does not know it"),
}
SIGNS = {"+": ("✓", "yes", "yes"), "-": ("✗", "no", "no"), "?": ("–", "not tried here", "unknown")}


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
        return _cell("-and a gradient")
    if alone > CUT * steps:
        return _cell("-two" if alone > 1.9 * steps else "-two at times")
    return _cell("+fewer" if row.evaluations < 0.95 * steps else "+")


def _cell(text: str) -> Ability:
    sign, word, kind = SIGNS[text[0]]
    return Ability(sign, word, text[1:], kind)
