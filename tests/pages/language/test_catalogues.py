"""Every marked text is in every catalogue, translated, with the same places for what is filled in."""
import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from catalogue import OTHERS, extracted, parts, stored

from pages.ui.language.catalogues import catalogue

ROOT = Path(__file__).resolve().parents[3]
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


def marked(path: Path) -> set[str]:
    """The texts that are marked in a file, as Python reads it."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
             and getattr(node.func, "id", "") in ("_", "N_", "ngettext")]
    return {node.args[0].value for node in calls if node.args and isinstance(node.args[0], ast.Constant)}


@pytest.mark.parametrize("name", ["app.py", "pages", "branched/shown"])
def test_the_tool_finds_all_that_is_marked(name):
    """Also what stands where Babel does not look, as inside an f-string."""
    files = [ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py")
    found = {parts(text)[0] for text in ids(TEXTS)}
    assert {str(path): lost for path in files if (lost := marked(path) - found - {""})} == {}


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
