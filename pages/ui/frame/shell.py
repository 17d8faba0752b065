"""What every page begins with: its configuration and looks, the menu, and the model that was chosen."""
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

import branched

from ..serve import engines, models
from . import look, visitor


@dataclass(frozen=True)
class Page:
    """A page in the menu, and what it needs of a model: a `family` ("": any will do) and a kind of `form`, which is
    "images", "rows", or "" for either."""

    name: str
    icon: str
    family: str = branched.BranchedModel.family
    form: str = "images"

    def fits(self, model: Any) -> bool:
        """Whether a model has all that the page needs."""
        return self.family in ("", model.family) and self.form in ("", model.form.kind)


class Opened(NamedTuple):
    """What a page begins with: the chosen model, its name, and the look of the visitor's theme."""

    name: str
    model: branched.BranchedModel
    look: look.Look


PAGES = {
    "app.py": Page("Class tree", ":material/account_tree:"),
    "pages/generate.py": Page("Generate", ":material/grid_view:"),
    "pages/hybrids.py": Page("Hybrids", ":material/join_inner:"),
    "pages/transmute.py": Page("Transmute", ":material/swap_horiz:"),
    "pages/table.py": Page("Tables", ":material/table_chart:", form=""),  # in place of images, it shows a shipped table
    "pages/teach.py": Page("Teach", ":material/school:"),
    "pages/discovery.py": Page("How the tree is found", ":material/query_stats:", form=""),
    "pages/clusters.py": Page("Without labels", ":material/label_off:", family="cluster tree", form=""),
    "pages/others.py": Page("Other ways", ":material/compare:", family="", form=""),  # shipped models, by their names
    "pages/about.py": Page("About the model", ":material/info:", family="", form=""),
}
USUAL = "mnist"
OTHERS = 'This page has nothing to show of the model {}; the page "About the model" has others.'
WHY = {  # by the family, where there is more to say
    "cluster tree": "The model {} is a tree of clusters: it has leaves that nobody named; this page is about classes."}
CSS = Path(__file__).with_name("shell.css")


def page(file: str) -> None:
    """Configure the page in this file and show the menu. The first Streamlit call of every page."""
    st.set_page_config(page_title=f"{PAGES[file].name} · Branched Diffusion Explorer", page_icon="🌿",
                       layout="wide", initial_sidebar_state="collapsed")
    st.html(CSS)
    asked = st.query_params.get("model", USUAL)
    same_model = {} if asked == USUAL else {"model": asked}
    with st.container(horizontal=True, key="menu"):
        for target, row in PAGES.items():
            st.page_link(target, label=row.name, icon=row.icon, query_params=same_model)
    try:
        engines.get()
    except branched.BranchedError as error:
        st.error(f"This app has nothing to draw with. {error}", icon=":material/error:")
        st.stop()


def opened(file: str) -> Opened:
    """Begin the page in this file: its configuration, the menu, and the chosen model. The first call of most pages."""
    page(file)
    name = chosen_model()
    return Opened(name, fitting(file, name), look.current())


def chosen_model() -> str:
    """The name of the model that the address asks for (`?model=`), if there is one of that name."""
    asked = st.query_params.get("model", USUAL)
    if asked == USUAL or visitor.find(asked) or asked in branched.models():
        return asked
    st.warning(f"There is no model {asked:.40} here. You see {USUAL} instead.", icon=":material/link_off:")
    del st.query_params["model"]
    return USUAL


def model(name: str) -> branched.Explorable:
    """A model: loaded once for all visitors, or this visitor's own. If it can't be loaded the page says why, offers the
    others, and ends."""
    try:
        return models.get(name)
    except (branched.BranchedError, OSError) as error:
        st.error(f"The model {name} could not be loaded. {error}", icon=":material/error:")
        for other in branched.models():
            if other != name:
                st.page_link("app.py", label=f"Open the model {other}", query_params={"model": other})
        st.stop()


def fitting(file: str, name: str) -> Any:
    """A model, for the page in this file and of its family. Where it lacks what the page needs, the page says so, and
    ends."""
    chosen = model(name)
    if PAGES[file].fits(chosen):
        return chosen
    if chosen.form.kind == "rows" and PAGES["pages/table.py"].fits(chosen):
        st.info(f"The model {visitor.title(name)} is of a table, and makes rows of numbers. This page shows pictures; "
                "the page \"Tables\" shows what such a model can do, and \"About the model\" has others.",
                icon=":material/table_chart:")
        st.page_link("pages/table.py", label="Go to \"Tables\"", icon=":material/arrow_forward:",
                     query_params={"model": name})
    else:
        st.info(WHY.get(chosen.family, OTHERS).format(visitor.title(name)), icon=":material/info:")
        if chosen.family == PAGES["pages/clusters.py"].family:
            st.page_link("pages/clusters.py", label="Go to \"Without labels\", which shows such trees",
                         icon=":material/arrow_forward:", query_params={"model": name})
        if chosen.family == "label":
            st.page_link("pages/others.py", label="Go to \"Other ways\", where such models draw side by side",
                         icon=":material/arrow_forward:")
    st.stop()
