"""What pages need of a model: read from the table of pages."""
from types import SimpleNamespace

import pytest
from apptest import opened
from streamlit.testing.v1 import AppTest

from pages.ui.frame import menu, shell
from pages.ui.parts.markup import literal
from pages.ui.serve import engines, models


def stranger(kind: str) -> SimpleNamespace:
    """A model of another family."""
    return SimpleNamespace(form=SimpleNamespace(kind=kind), labels=("a",), family="strange")


@pytest.mark.parametrize(("file", "for_images", "for_rows"), [
    ("app.py", True, False), ("pages/generate.py", True, False), ("pages/hybrids.py", True, False),
    ("pages/transmute.py", True, False), ("pages/teach.py", True, False), ("pages/table.py", True, True),
    ("pages/discovery.py", True, True), ("pages/clusters.py", False, False), ("pages/others.py", True, True),
    ("pages/about.py", True, True), ("pages/lesson.py", True, False), ("pages/wall.py", True, True)])
def test_a_page_says_what_it_needs(file, for_images, for_rows, model, table_model):
    page = shell.PAGES[file]
    assert (page.fits(model), page.fits(table_model)) == (for_images, for_rows)
    for_any = ("pages/others.py", "pages/about.py", "pages/wall.py")  # by their names, of any family, of none
    assert page.fits(stranger("images")) == (file in for_any)
    clusters = SimpleNamespace(form=model.form, family="cluster tree")
    assert page.fits(clusters) == (file in (*for_any, "pages/clusters.py"))
    free, pictures = (menu.Page("Any", "", "app.py", "see", family="", form=form) for form in ("", "images"))
    assert free.fits(stranger("signals")) and not pictures.fits(stranger("signals"))


def test_the_path_leads_to_every_page_of_the_menu_and_back():
    """From each page, in a few steps; all pages of the path are on it in the order of the menu."""
    path = [file for file, page in menu.PAGES.items() if not page.more]
    assert [menu.PAGES[file].name for file in path] == ["Watch", "Turn", "Teach", "Why"] and len(menu.PAGES) == 12
    assert [menu.PAGES[file].next for file in path[:-1]] == path[1:] and menu.PAGES[menu.PAGES[path[-1]].next].more
    assert all(page.next in path for page in menu.PAGES.values() if page.more)


def links(app: AppTest, of: str) -> dict[str, str]:
    """The links of a page in one of its containers: labels, and what the address will say."""
    return {link.proto.label: link.proto.query_string for link in app.get_by_key(of).get("page_link")}


@pytest.mark.parametrize(("model", "kept"), [("mnist", ""), ("mnist-049", "model=mnist-049")])
def test_the_menu_and_the_next_page_take_the_model_along(model, kept):
    app = opened("pages/about.py", model=model)
    assert set(links(app, "menu").values()) == {kept} and len(links(app, "menu")) == len(menu.PAGES)
    assert links(app, "onward") == {f"**Next:** {menu.WATCH}": kept}


def test_a_model_does_not_come_along_to_a_page_that_it_does_not_fit():
    assert links(opened("pages/about.py", model="letters"), "onward") == {f"**Next:** {menu.WATCH}": ""}
    assert links(opened("pages/table.py", model="letters"), "onward").popitem()[1] == "model=letters"


def test_why_a_model_is_not_seen_stands_there_until_another_is_asked_for():
    app = opened("pages/about.py", model="nowhere")
    said = [warning.value for warning in app.warning]
    assert said == ["There is no model nowhere here. You see mnist instead."] and not app.query_params
    assert [warning.value for warning in app.run().warning] == said, "a page often runs again at once"
    app.query_params["model"] = "mnist-049"
    assert not app.run().warning


def _page():
    import streamlit as st

    from pages.ui.frame import shell

    st.session_state.model = shell.fitting("app.py", "mnist")


def test_a_page_that_a_model_does_not_fit_says_so_and_ends(monkeypatch):
    """For models of tables see test_page_table.py."""
    monkeypatch.setattr(models, "get", lambda name: stranger("images"))
    app = AppTest.from_function(_page).run()
    assert not app.exception and "nothing to show of the model mnist" in app.info[0].value
    assert "model" not in app.session_state


@pytest.mark.parametrize("address", ["moon", "127.0.0.1", "http://a:1", "a b:1"])
def test_an_address_of_no_engine_is_a_sentence_on_the_page(address, monkeypatch):
    engines._started.cache_clear()
    monkeypatch.setenv("BRANCHED_ENGINE", address)
    app = opened("pages/about.py")
    assert not app.title and len(app.error) == 1 and literal(f"not {address}") in app.error[0].value
    monkeypatch.setenv("BRANCHED_ENGINE", " ")
    app.run()
    assert not app.exception and not app.error and app.title


def test_a_folder_of_own_models_that_is_not_there_is_a_sentence_on_the_page(monkeypatch):
    monkeypatch.setenv("BRANCHED_MODELS", "/no/such/folder")
    app = opened("pages/about.py")
    [warning] = app.warning
    assert literal("/no/such/folder, which the environment variable BRANCHED_MODELS names") in warning.value
