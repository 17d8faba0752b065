"""Words that every page has: lists, times, and the equation of the noise process."""
from collections.abc import Sequence

import branched

from ..language import N_, _, decimal

WAYS = {"noise": N_("With fresh noise"), "plain": N_("Without chance")}  # in which a class is turned into another
ONE_FILE = N_("An HTML file of 10 MB with all of the model: it opens in a browser, needs no network, asks nobody.")
LONGEST = 12  # letters of a class that a visitor names, which is to stand below a leaf of the tree


def listed(names) -> str:
    """1 / 1 and 2 / 1, 2 and 3."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return _("{others} and {last}").format(others=", ".join(names[:-1]), last=names[-1])


def is_digit(label: str) -> bool:
    """Whether a class is a digit, by its name."""
    return len(label) == 1 and label.isdecimal()


def are_digits(labels) -> bool:
    """Whether all classes are digits, by their names."""
    return all(map(is_digit, labels))


def classes(labels) -> str:
    """What a model's classes are called: "digits" where they are that, else "classes"."""
    return _("digits") if are_digits(labels) else _("classes")


def one_class(labels) -> str:
    """What one of a model's classes is called: "digit" or "class"."""
    return _("digit") if are_digits(labels) else _("class")


def at(time: float) -> str:
    """A time, kept together at the end of a line."""
    return f"t = {decimal(time, 2)}".replace(" ", "\N{NO-BREAK SPACE}")


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
