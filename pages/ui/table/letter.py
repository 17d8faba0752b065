"""A letter of UCI's Letter Recognition as its 16 numbers tell of it: what they are, in words that one can say aloud."""
from collections.abc import Sequence
from typing import NamedTuple


class Words(NamedTuple):
    """A feature in words: a name, what its low and its high end mean, and what it tells in a sentence."""

    name: str
    low: str
    high: str
    meaning: str


MEANINGS = {  # Frey and Slate, Machine Learning 6 (1991), in other words
    "x-box": Words("box, sideways", "far left", "far right", "where the middle of the letter's box is in the image"),
    "y-box": Words("box, up and down", "at the bottom", "at the top", "where the middle of the box is"),
    "width": Words("width of the letter", "narrow", "wide", "how wide the box is"),
    "high": Words("height of the letter", "low", "tall", "how high the box is"),
    "onpix": Words("amount of ink", "little", "much", "the number of dark pixels"),
    "x-bar": Words("ink, sideways", "mostly left", "mostly right",
                   "where the ink is in the box on average: to the left, as in L, or to the right"),
    "y-bar": Words("ink, up and down", "mostly below", "mostly above", "where the ink is in the box on average"),
    "x2bar": Words("ink spread sideways", "little", "much",
                   "how far the ink is from its middle: much in U and O, little in I"),
    "y2bar": Words("ink spread up and down", "little", "much", "the same up and down"),
    "xybar": Words("diagonal of the ink", "like \\", "like /", "which diagonal the ink follows"),
    "x2ybr": Words("where it spreads sideways", "below", "above",
                   "whether the ink spreads sideways more near the top or near the bottom"),
    "xy2br": Words("where it spreads up and down", "left", "right",
                   "whether the ink spreads up and down more at the right or at the left"),
    "x-ege": Words("edges counted from left to right", "few", "many",
                   "how many strokes a line from left to right meets: many in M and W, few in I and L"),
    "xegvy": Words("edges left to right: their height", "below", "above",
                   "whether such lines meet more strokes near the top, as in Y, or near the bottom"),
    "y-ege": Words("edges counted from bottom to top", "few", "many",
                   "how many strokes a line from bottom to top meets: many in E and B"),
    "yegvx": Words("edges bottom to top: their side", "left", "right",
                   "whether such lines meet more strokes at the right or at the left"),
}


def is_letters(features: Sequence[str]) -> bool:
    """Whether a table has these 16 features."""
    return tuple(features) == tuple(MEANINGS)


def words(features: Sequence[str]) -> list[Words]:
    """Every feature in words; of other tables, by its own name alone."""
    return list(MEANINGS.values()) if is_letters(features) else [Words(name, "", "", "") for name in features]


def meanings() -> str:
    """What each feature means, as a table in Markdown."""
    rows = "\n".join(f"| {told.name} | {told.meaning} | {told.low} … {told.high} | {name} |"
                     for name, told in MEANINGS.items()).replace("\\", "\\\\")
    return ("**The 16 numbers.** All are whole, from 0 to 15.\n\n"
            f"| in words | what it tells | from … to | in the data set |\n|---|---|---|---|\n{rows}")
