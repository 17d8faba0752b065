"""What every page begins with: its configuration and looks, the menu, and the model that was chosen."""
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import streamlit as st

import branched

from ..language import N_, _
from ..parts.markup import literal
from ..serve import desk, engines, models
from . import along, around, in_class, language, link, look, menu, remembered, view, visitor
from .menu import PAGES, USUAL


class Opened(NamedTuple):
    """What a page begins with: the chosen model, its name, and the look of the visitor's theme."""

    name: str
    model: branched.BranchedModel
    look: look.Look


OTHERS = N_("This page has nothing to show of the model {}. Others are chosen on the page “About”, under “More”.")
WHY = {  # by the family, where there is more to say
    "cluster tree": N_("The model {} is a tree of clusters: it has leaves that nobody named; this page is about "
                       "classes.")}
OF_A_TABLE = N_("The model {} works with tables, not pictures: it makes rows of numbers. This page shows pictures.")
CSS = Path(__file__).with_name("shell.css")


def page(file: str) -> None:
    """Configure the page in this file and show the menu. The first Streamlit call of every page."""
    wrong, odd = language.settle(), view.arrived()
    along.arrived()
    lost = in_class.arrived()
    st.set_page_config(page_title=f"{_(PAGES[file].name)} · Branched Diffusion Explorer", page_icon="🌿",
                       layout="wide", initial_sidebar_state="collapsed")
    st.html(CSS)
    menu.show(file, _asked())
    desk.board(st.container(key="waiting").empty())
    _met(wrong, odd, lost)
    if sentence := branched.amiss():
        st.warning(literal(sentence), icon=":material/folder_off:")
    try:
        engines.get()
    except branched.BranchedError as error:
        st.error(_("This app has nothing to draw with. {error}").format(error=literal(error)), icon=":material/error:")
        st.stop()


def _met(language_asked: str, view_asked: str, lost: str) -> None:
    """Say what of the address means nothing here; `lost` is a sentence of its own."""
    for key, text in {"lang": language_asked, "view": view_asked}.items():
        if text:
            st.warning(link.missing(literal(f"{key} = {text:.40}")), icon=":material/link_off:")
    if lost:
        st.warning(lost, icon=":material/link_off:")


def opened(file: str) -> Opened:
    """Begin the page in this file: its configuration, the menu, and the chosen model. The first call of most pages."""
    page(file)
    name = chosen_model()
    return Opened(name, fitting(file, name), look.current())


def chosen_model() -> str:
    """The name of the model that the address asks for (`?model=`), if there is one of that name; a visitor's own may
    come back from her browser."""
    asked, state = _asked(), st.session_state
    if asked == USUAL or visitor.find(asked) or asked in branched.models():
        if asked != USUAL:
            state.pop("_lost", None)
        _say_lost()  # the page may run again before anybody has read it
        return asked
    why = _("There is no model {name} here. You see {usual} instead.").format(name=f"{asked:.40}", usual=USUAL)
    if remembered.is_own(asked) and not (why := remembered.back(asked, USUAL)):
        return asked
    state["_lost"] = _place(), why
    _say_lost()
    del st.query_params["model"]
    return USUAL


def _say_lost() -> None:
    """Why the usual model is seen, until another one is asked for, or another page."""
    place, why = st.session_state.get("_lost", ("", ""))
    if why and place == _place():
        st.warning(literal(why), icon=":material/link_off:")


def _place() -> str:
    return urlsplit(st.context.url or "").path


def model(name: str) -> branched.Explorable:
    """A model: loaded once for all visitors, or this visitor's own. If it can't be loaded the page says why, offers the
    others, and ends."""
    try:
        return models.get(name)
    except (branched.BranchedError, OSError) as error:
        why = _("The model {name} could not be loaded. {error}").format(name=name, error=error)
        st.error(literal(why), icon=":material/error:")
        for other in branched.models():
            if other != name:
                st.page_link("app.py", label=literal(_("Open the model {name}").format(name=other)),
                             query_params={"model": other})
        st.stop()


def fitting(file: str, name: str) -> Any:
    """A model, for the page in this file and of its family. Where it lacks what the page needs, the page says so, leads
    to where that model is seen and to itself with the usual one, and ends."""
    chosen = model(name)
    if PAGES[file].fits(chosen):
        return chosen
    is_table = chosen.form.kind == "rows" and PAGES["pages/table.py"].fits(chosen)
    said = OF_A_TABLE if is_table else WHY.get(chosen.family, OTHERS)
    icon, shown = ":material/table_chart:" if is_table else ":material/info:", literal(visitor.title(name))
    st.info(_(said).format(shown), icon=icon)
    if is_table:
        _lead("pages/table.py", _("Go to “Tables”, which shows {name}").format(name=shown), name)
    elif chosen.family == PAGES["pages/clusters.py"].family:
        _lead("pages/clusters.py", _("Go to “Without labels”, which shows such trees"), name)
    elif chosen.family == "label":
        _lead("pages/others.py", _("Go to “Other ways”, where such models draw side by side"), USUAL)
    if name != USUAL:
        _lead(file, _("Stay here, with the model {name}").format(name=USUAL), USUAL)
    st.stop()


def onward(file: str) -> None:
    """End the page in this file: with one line, which leads to the next page of the path. The last call of every page.
    """
    name = _asked()
    try:
        fits = name == USUAL or PAGES[PAGES[file].next].fits(models.get(name))
    except (branched.BranchedError, OSError):
        fits = False
    menu.onward(file, name if fits else USUAL)
    around.guided(file)


def _asked() -> str:
    return st.query_params.get("model", USUAL)


def _lead(file: str, label: str, name: str) -> None:
    st.page_link(file, label=label, icon=":material/arrow_forward:", query_params=menu.asking(name))
