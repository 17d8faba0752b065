"""Every marked text is in every catalogue, translated, with the same places for what is filled in."""
import re
from string import Formatter

import pytest
from catalogue import OTHERS, extracted, parts, stored

from pages.ui.language.catalogues import catalogue

TEXTS = extracted()
STORED = {code: stored(code) for code in OTHERS}


def places(text: str) -> set[str]:
    """What is filled into a text, by name."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def marks(text: str) -> list[str]:
    """What means something in Markdown."""
    return sorted(re.findall(r"\*\*|`|\$|\\[a-z]+", text))


def ids(texts) -> set:
    return {message.id for message in texts if message.id}


def test_there_are_texts():
    assert "Dice roll" in ids(TEXTS) and len(ids(TEXTS)) > 80


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_all_that_is_marked_and_nothing_else(code):
    """`python tests/tools/catalogue.py` brings it up to date."""
    assert ids(TEXTS) - ids(STORED[code]) == set() and ids(STORED[code]) - ids(TEXTS) == set()
    assert not STORED[code].obsolete


@pytest.mark.parametrize("code", OTHERS)
def test_all_is_translated_and_nothing_is_a_guess(code):
    lacking = [message.id for message in STORED[code] if message.id and not all(parts(message.string))]
    assert lacking == [] and [message.id for message in STORED[code] if message.id and message.fuzzy] == []


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_filled_in_has_its_places(code):
    """The same names, in whatever order; and Markdown's marks are as they were, so that bold ends where it should."""
    wrong = [(message.id, form) for message in STORED[code] if message.id for form in parts(message.string)
             for original in [parts(message.id)[-1]]
             if places(form) != places(original) or marks(form) != marks(original)]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_plurals_are_as_many_as_the_language_has(code):
    many = [message for message in STORED[code] if isinstance(message.id, (tuple, list))]
    assert many and all(len(message.string) == STORED[code].num_plurals for message in many)


def test_what_is_missing_in_a_catalogue_is_english():
    assert catalogue("de").gettext("no such text") == "no such text"
    assert catalogue("de").gettext("Dice roll") != "Dice roll" == catalogue("en").gettext("Dice roll")
