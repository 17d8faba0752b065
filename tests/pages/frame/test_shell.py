"""What pages need of a model: read from the table of pages."""
from types import SimpleNamespace

import pytest
from apptest import opened
from streamlit.testing.v1 import AppTest

from pages.ui.frame import shell
from pages.ui.serve import engines, models


def stranger(kind: str) -> SimpleNamespace:
    """A model of another family."""
    return SimpleNamespace(form=SimpleNamespace(kind=kind), labels=("a",), family="strange")


@pytest.mark.parametrize(("file", "for_images", "for_rows"), [
    ("app.py", True, False), ("pages/generate.py", True, False), ("pages/hybrids.py", True, False),
    ("pages/transmute.py", True, False), ("pages/teach.py", True, False), ("pages/table.py", True, True),
    ("pages/discovery.py", True, True), ("pages/clusters.py", False, False), ("pages/others.py", True, True),
    ("pages/about.py", True, True)])
def test_a_page_says_what_it_needs(file, for_images, for_rows, model, table_model):
    page = shell.PAGES[file]
    assert (page.fits(model), page.fits(table_model)) == (for_images, for_rows)
    for_any = ("pages/others.py", "pages/about.py")  # one has shipped models by their names, one shows any family
    assert page.fits(stranger("images")) == (file in for_any)
    clusters = SimpleNamespace(form=model.form, family="cluster tree")
    assert page.fits(clusters) == (file in (*for_any, "pages/clusters.py"))
    free = shell.Page("Any", "", family="", form="")
    assert free.fits(stranger("signals")) and not shell.Page("Any", "", family="").fits(stranger("signals"))


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
    assert not app.title and len(app.error) == 1 and address in app.error[0].value
    monkeypatch.setenv("BRANCHED_ENGINE", " ")
    app.run()
    assert not app.exception and not app.error and app.title
