"""Words that everything has that shows a model: lists, times, what its classes are called."""
from .language import _, decimal


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


def article(label: str) -> str:
    """ "a 4", "an 8"."""
    vowel = label[:1].lower() in "aeiou" or label in ("8", "11", "18") or label.lower() in tuple("fhlmnrsx")
    an = vowel and label.lower() != "u"
    if is_digit(label):
        return (_("an {digit}") if an else _("a {digit}")).format(digit=label)
    return (_("an {label}") if an else _("a {label}")).format(label=label)
