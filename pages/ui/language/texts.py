"""Texts in the visitor's language, and marks by which they are found for the catalogues."""
from .catalogues import catalogue
from .current import current


def _(text: str) -> str:
    """A text in the visitor's language; as it is, where no catalogue has it."""
    return catalogue(current()).gettext(text) if text else ""  # by the empty one gettext knows the catalogue's head


def ngettext(one: str, many: str, count: int) -> str:
    """The text for so many, by the rule of the visitor's language: French has the singular for 0."""
    return catalogue(current()).ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """A text that is said otherwise elsewhere: `context` tells the translators where this is."""
    return catalogue(current()).pgettext(context, text)


def N_(text: str) -> str:  # noqa: N802 - gettext's usual name
    """The text itself: a mark for what goes through `_` when it is shown."""
    return text
