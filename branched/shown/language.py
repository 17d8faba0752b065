"""The language that is spoken: English, which is in the code, unless somebody who knows others speaks (`speak`).

Texts are marked as gettext has it: `_("Draw it again")`; those of tables by `N_`, and go through `_` when they are
shown; what stands among the words goes in afterwards, by name. The app speaks in its visitor's language
(`pages/ui/language`), and has catalogues of all that is marked here.
"""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Speaker:
    """Says a text; one of two, for so many; a number with so many digits; a share of 1 in per cent."""

    text: Callable[[str], str]
    plural: Callable[[str, str, int], str]
    decimal: Callable[[float, int], str]
    percent: Callable[[float, int], str]


ENGLISH = Speaker(lambda text: text, lambda one, many, count: one if count == 1 else many,
                  lambda number, digits: f"{number:,.{digits}f}", lambda share, digits: f"{100 * share:,.{digits}f}%")
_speaking = [ENGLISH]
_alone: ContextVar[bool] = ContextVar("English alone", default=False)


def speak(**said: Callable[..., str]) -> None:
    """From now on the fields of a `Speaker` say what is shown."""
    _speaking[:] = [Speaker(**said)]


@contextmanager
def english() -> Iterator[None]:
    """In here all is English, whoever speaks: for what is not said in other languages as a whole."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def _speaker() -> Speaker:
    return ENGLISH if _alone.get() else _speaking[0]


def _(text: str) -> str:
    """A text as it is said."""
    return _speaker().text(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The text for so many."""
    return _speaker().plural(one, many, count)


def decimal(number: float, digits: int = 0) -> str:
    """A number with so many digits after the point."""
    return _speaker().decimal(number, digits)


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 in per cent."""
    return _speaker().percent(share, digits)


def N_(text: str) -> str:  # noqa: N802 - gettext's usual name
    """The text itself: a mark for what goes through `_` when it is shown."""
    return text
