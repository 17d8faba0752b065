"""What each method can, as built here: a table of methods by abilities."""
from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

ABILITIES = ("Draws what is asked", "One network is enough", "One look a step", "Can be turned up",
             "Works with a model trained before", "Shares work between classes", "Hybrids of classes",
             "A class more, nothing forgotten")
# A row each, in the order of ABILITIES: + yes, - no, ? not tried; after the sign a note.
TABLE = {
    "unconditional": ("-", "+", "+", "-", "-", "-", "-", "-"),
    "label": ("+", "+", "+", "-", "-", "-", "-", "-"),
    "free": ("+", "+", "-two", "+", "-", "-", "-", "-"),
    "classifier": ("+mostly", "-", "-and a gradient", "+", "+", "-", "-", "-"),
    "classifier-told": ("+", "-", "-and a gradient", "+", "+", "-", "-", "-"),
    "latent-kl": ("+", "-", "+a small one", "+", "-", "-", "?", "?"),
    "latent-vq": ("+", "-", "+a small one", "+", "-", "-", "?", "?"),
    "cbn": ("+", "+", "+", "-", "-", "-", "-", "-"),
    "ac": ("+", "+once it has learnt", "+", "-", "-", "-", "-", "-"),
    "tree": ("+", "+", "+fewer", "-", "-", "+", "+", "+to the last bit"),
    "tree-guided": ("+", "+", "-two at times", "+", "+with more lessons", "+", "+", "?"),
}
SIGNS = {"+": ("✓", "yes", "yes"), "-": ("✗", "no", "no"), "?": ("–", "not tried here", "unknown")}


class Ability(NamedTuple):
    """A cell: its sign, the word for it, a note, and its kind for the style sheet."""

    sign: str
    word: str
    note: str
    kind: str


def table(rows: Iterable[str]) -> dict[str, list[Ability]]:
    """The cells of the rows of which something is known."""
    return {row: [_cell(text) for text in TABLE[row]] for row in rows if row in TABLE}


def _cell(text: str) -> Ability:
    sign, word, kind = SIGNS[text[0]]
    return Ability(sign, word, text[1:], kind)
