"""Words that every page has: lists and times, as the library says them, and the equation of the noise process."""
from collections.abc import Sequence

import branched
from branched import words

from ..language import N_, _

at, listed = words.at, words.listed
is_digit, are_digits, classes, one_class = words.is_digit, words.are_digits, words.classes, words.one_class
WAYS = {"noise": N_("With fresh noise"), "plain": N_("Without chance")}  # in which a class is turned into another
ONE_FILE = N_("An HTML file of 10 MB with all of the model: it opens in a browser, needs no network, asks nobody.")
LONGEST = 12  # letters of a class that a visitor names, which is to stand below a leaf of the tree


def mixture(time: float) -> str:
    """The equation of the noise process with the numbers of a time, in LaTeX."""
    picture, noise = float(branched.alpha(time)), float(branched.sigma(time))
    clean, covered = _("picture"), _("noise")
    return (rf"x_{{{time:.2f}}} \;=\; \alpha\,x_0 + \sigma\,\varepsilon \;=\; "
            rf"{picture:.2f}\cdot\text{{{clean}}} \;+\; {noise:.2f}\cdot\text{{{covered}}}")


def wrong_name(name: str, labels: Sequence[str]) -> str:
    """Why a class can't have this name, in a sentence; "" if it can."""
    if not name:
        return _("Give it a name first: an emoji, or a few letters.")
    if len(name) > LONGEST:
        return _("A name has at most {count} letters, so that it finds room on the tree.").format(count=LONGEST)
    if name in labels or name == "all":
        return _("The name {name} is taken. Choose another.").format(name=name)
    if not all(map(_plain, name)) or name[0] in " -'!?":
        return _("A name is made of letters, digits or emoji; a space, -, ', ! or ? may be among them.")
    return ""


def _plain(letter: str) -> bool:
    """Whether a letter can stand on any page as it is, and means nothing in Markdown or HTML."""
    if letter.isascii():
        return letter.isalnum() or letter in " -'!?"
    return letter == "\N{ZERO WIDTH JOINER}" or letter.isprintable()  # which no other space or mark of direction is
