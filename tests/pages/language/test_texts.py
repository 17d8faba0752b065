"""Which language a visitor reads, and how its words and numbers are written."""
import pytest
from apptest import opened

import branched
from pages.ui.frame.language import spoken
from pages.ui.language import _, current, decimal, ngettext, percent, texts
from pages.ui.language import numbers as written


@pytest.fixture
def reading(monkeypatch):
    """`reading("de")`: the code at hand works for a visitor of that language."""
    def read(code: str) -> None:
        for module in (texts, written):
            monkeypatch.setattr(module, "current", lambda: code)

    return read


def test_where_there_is_no_visitor_all_is_english():
    assert current() == "en" and _("Dice roll") == "Dice roll" and _("") == ""


@pytest.mark.parametrize(("code", "number", "share"), [
    ("en", "1,234.50", "12.5%"), ("de", "1.234,50", "12,5\N{NO-BREAK SPACE}%"),
    ("fr", "1\N{NARROW NO-BREAK SPACE}234,50", "12,5\N{NO-BREAK SPACE}%"),
    ("es", "1.234,50", "12,5\N{NO-BREAK SPACE}%")])
def test_numbers_are_written_as_the_language_does(reading, code, number, share):
    reading(code)
    assert decimal(1234.5, 2) == number and percent(0.125, 1) == share


@pytest.mark.parametrize("number", [0.345, 0.125, 2.5, -1.005, 12345.678, 0.0])
@pytest.mark.parametrize("digits", [0, 1, 2])
def test_numbers_are_rounded_alike_in_every_language(reading, number, digits):
    reading("en")
    assert decimal(number, digits) == f"{number:,.{digits}f}"
    reading("de")
    assert decimal(number, digits).replace(".", "").replace(",", ".") == f"{number:.{digits}f}"


def test_plurals_go_by_the_language(reading):
    """French has the singular for none."""
    reading("fr")
    forms = [ngettext("{count} second", "{count} seconds", n).format(count=n) for n in (0, 1, 2)]
    assert forms == ["0 seconde", "1 seconde", "2 secondes"]
    reading("de")
    assert [ngettext("{count} second", "{count} seconds", n).format(count=n) for n in (0, 1)] == [
        "0 Sekunden", "1 Sekunde"]


@pytest.mark.parametrize(("locale", "code"), [("de-AT", "de"), ("fr", "fr"), ("es_MX", "es"), ("en-US", "en"),
                                              ("ja-JP", "en"), ("", "en"), (None, "en"), ("deu", "en"), ("DE", "de")])
def test_the_language_of_a_browser(locale, code):
    assert spoken(locale) == code


def test_what_the_library_says_of_a_tree_is_in_the_visitors_language(reading):
    outline = branched.ClassTree.from_json({"time": 0.4, "split": ["a", "b"]}).outline()
    english = branched.of_tree.headline(outline, outline.points[0])
    assert english.startswith("a and b part here") and "0.40" in english
    reading("de")
    said = branched.of_tree.headline(outline, outline.points[0])
    assert "0,40" in said and "here" not in said
    with branched.english():
        assert branched.of_tree.headline(outline, outline.points[0]) == english


def test_the_address_says_the_language_and_links_take_it_along():
    app = opened("pages/about.py", lang="de")
    assert app.expander[-1].label == "Was sehe ich hier?" and app.selectbox(key="language").value == "de"
    links = app.get_by_key("menu").get("page_link")
    assert {link.proto.query_string for link in links} == {"lang=de"} and "Schauen" in links[0].proto.label


def test_another_is_chosen_in_the_menu():
    app = opened("pages/about.py")
    app.selectbox(key="language").select("fr").run()
    assert not app.exception and app.query_params["lang"] in ("fr", ["fr"])
    assert app.get_by_key("menu").get("page_link")[0].proto.label == "Voir"
    app.selectbox(key="language").select("en").run()
    assert app.get_by_key("menu").get("page_link")[0].proto.label == "Watch"


@pytest.mark.parametrize("lang", ["xx", "de-DE", "<script>", "../de", "a" * 5000])
def test_a_language_that_there_is_not_is_a_sentence(lang):
    app = opened("pages/about.py", lang=lang)
    assert len(app.warning) == 1 and app.title[0].value == "About the model"
