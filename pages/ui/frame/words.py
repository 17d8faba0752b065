"""Words that every page has: lists, times, and the equation of the noise process."""
from collections.abc import Sequence

import branched

WAYS = {"noise": "With fresh noise", "plain": "Without chance"}  # in which a class is turned into another
LONGEST = 12  # letters of a class that a visitor names, which is to stand below a leaf of the tree


def listed(names) -> str:
    """1 / 1 and 2 / 1, 2 and 3."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def is_digit(label: str) -> bool:
    """Whether a class is a digit, by its name."""
    return len(label) == 1 and label.isdecimal()


def classes(labels) -> str:
    """What a model's classes are called: "digits" where they are that, else "classes"."""
    return "digits" if all(map(is_digit, labels)) else "classes"


def one_class(labels) -> str:
    """What one of a model's classes is called: "digit" or "class"."""
    return "digit" if classes(labels) == "digits" else "class"


def at(time: float) -> str:
    """A time, kept together at the end of a line."""
    return f"t = {time:.2f}".replace(" ", "\N{NO-BREAK SPACE}")


def mixture(time: float) -> str:
    """The equation of the noise process with the numbers of a time, in LaTeX."""
    picture, noise = float(branched.alpha(time)), float(branched.sigma(time))
    return (rf"x_{{{time:.2f}}} \;=\; \alpha\,x_0 + \sigma\,\varepsilon \;=\; "
            rf"{picture:.2f}\cdot\text{{picture}} \;+\; {noise:.2f}\cdot\text{{noise}}")


def wrong_name(name: str, labels: Sequence[str]) -> str:
    """Why a class can't have this name, in a sentence; "" if it can."""
    if not name:
        return "Give it a name first: an emoji, or a few letters."
    if len(name) > LONGEST:
        return f"A name has at most {LONGEST} letters, so that it finds room on the tree."
    if name in labels or name == "all":
        return f"The name {name} is taken. Choose another."
    if not all(map(_plain, name)) or name[0] in " -'!?":
        return "A name is made of letters, digits or emoji; a space, -, ', ! or ? may be among them."
    return ""


def _plain(letter: str) -> bool:
    """Whether a letter can stand on any page as it is, and means nothing in Markdown or HTML."""
    if letter.isascii():
        return letter.isalnum() or letter in " -'!?"
    return letter == "\N{ZERO WIDTH JOINER}" or letter.isprintable()  # which no other space or mark of direction is
