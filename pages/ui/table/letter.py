"""A letter of UCI's Letter Recognition as its 16 numbers tell of it: what they are, in words that one can say aloud."""
from collections.abc import Sequence
from typing import NamedTuple

from ..language import N_, _, pgettext


class Words(NamedTuple):
    """A feature in words: a name, what its low and its high end mean, and what it tells in a sentence."""

    name: str
    low: str
    high: str
    meaning: str


LEFT, RIGHT = "left", "right"  # sides, which `_end` tells apart from what is left over, and from what is true
MEANINGS = {  # Frey and Slate, Machine Learning 6 (1991), in other words
    "x-box": Words(N_("box, sideways"), N_("far left"), N_("far right"),
                   N_("where the middle of the letter's box is in the image")),
    "y-box": Words(N_("box, up and down"), N_("at the bottom"), N_("at the top"),
                   N_("where the middle of the box is")),
    "width": Words(N_("width of the letter"), N_("narrow"), N_("wide"), N_("how wide the box is")),
    "high": Words(N_("height of the letter"), N_("low"), N_("tall"), N_("how high the box is")),
    "onpix": Words(N_("amount of ink"), N_("little"), N_("much"), N_("the number of dark pixels")),
    "x-bar": Words(N_("ink, sideways"), N_("mostly left"), N_("mostly right"),
                   N_("where the ink is in the box on average: to the left, as in L, or to the right")),
    "y-bar": Words(N_("ink, up and down"), N_("mostly below"), N_("mostly above"),
                   N_("where the ink is in the box on average")),
    "x2bar": Words(N_("ink spread sideways"), N_("little"), N_("much"),
                   N_("how far the ink is from its middle: much in U and O, little in I")),
    "y2bar": Words(N_("ink spread up and down"), N_("little"), N_("much"), N_("the same up and down")),
    "xybar": Words(N_("diagonal of the ink"), N_("like \\"), N_("like /"), N_("which diagonal the ink follows")),
    "x2ybr": Words(N_("where it spreads sideways"), N_("below"), N_("above"),
                   N_("whether the ink spreads sideways more near the top or near the bottom")),
    "xy2br": Words(N_("where it spreads up and down"), LEFT, RIGHT,
                   N_("whether the ink spreads up and down more at the right or at the left")),
    "x-ege": Words(N_("edges counted from left to right"), N_("few"), N_("many"),
                   N_("how many strokes a line from left to right meets: many in M and W, few in I and L")),
    "xegvy": Words(N_("edges left to right: their height"), N_("below"), N_("above"),
                   N_("whether such lines meet more strokes near the top, as in Y, or near the bottom")),
    "y-ege": Words(N_("edges counted from bottom to top"), N_("few"), N_("many"),
                   N_("how many strokes a line from bottom to top meets: many in E and B")),
    "yegvx": Words(N_("edges bottom to top: their side"), LEFT, RIGHT,
                   N_("whether such lines meet more strokes at the right or at the left")),
}


def is_letters(features: Sequence[str]) -> bool:
    """Whether a table has these 16 features."""
    return tuple(features) == tuple(MEANINGS)


def words(features: Sequence[str]) -> list[Words]:
    """Every feature in words, in the visitor's language; of other tables, by its own name alone."""
    if not is_letters(features):
        return [Words(name, "", "", "") for name in features]
    return [Words(_(each.name), _end(each.low), _end(each.high), _(each.meaning)) for each in MEANINGS.values()]


def _end(text: str) -> str:
    """What an end of a feature means, in the visitor's language."""
    if text == LEFT:
        return pgettext("side", "left")
    return pgettext("side", "right") if text == RIGHT else _(text)


def meanings() -> str:
    """What each feature means, as a table in Markdown."""
    rows = "\n".join(f"| {told.name} | {told.meaning} | {told.low} … {told.high} | {name} |"
                     for name, told in zip(MEANINGS, words(tuple(MEANINGS)), strict=True)).replace("\\", "\\\\")
    heads = " | ".join([_("in words"), _("what it tells"), _("from … to"), _("in the data set")])
    title = _("**The 16 numbers.** All are whole, from 0 to 15.")
    return f"{title}\n\n| {heads} |\n|---|---|---|---|\n{rows}"
