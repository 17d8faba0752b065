"""What every page begins with: its configuration and looks, the menu, and the model that was chosen."""
from typing import Any

import streamlit as st

import branched

from ..serve import models
from . import visitor

PAGES = {  # file: name in the menu, icon
    "app.py": ("Class tree", ":material/account_tree:"),
    "pages/generate.py": ("Generate", ":material/grid_view:"),
    "pages/hybrids.py": ("Hybrids", ":material/join_inner:"),
    "pages/transmute.py": ("Transmute", ":material/swap_horiz:"),
    "pages/table.py": ("Tables", ":material/table_chart:"),
    "pages/teach.py": ("Teach", ":material/school:"),
    "pages/discovery.py": ("How the tree is found", ":material/query_stats:"),
    "pages/about.py": ("About the model", ":material/info:"),
}
USUAL = "mnist"
STYLE = """<style>
.stMainBlockContainer {max-width: 96rem; padding: .9rem clamp(1rem, 3vw, 3rem) 2rem}
.stAppHeader {background: transparent}
.stAppHeader, .stAppHeader * {pointer-events: none !important} /* its toolbar lies upon the menu */
.stAppHeader :is(button, button *) {pointer-events: auto !important}
h1 {font-size: clamp(1.6rem, 3.2vw, 2.2rem) !important; padding: 0 !important}
h3 {font-size: 1.3rem !important; padding: .2rem 0 0 !important}
.st-key-menu {flex-wrap: nowrap !important; overflow-x: auto; gap: .1rem !important; padding: 2px 3rem 2px 2px;
  scrollbar-width: none; border-bottom: 1px solid #8884; margin-bottom: .4rem}
.st-key-menu > div {flex: none !important; width: auto !important}
.st-key-menu a {white-space: nowrap}
@media (max-width: 1000px) {.st-key-menu a {padding-inline: .3rem} .st-key-menu {gap: 0 !important}}
.stPlotlyChart .nsewdrag {cursor: pointer !important}
.st-key-fall {min-height: 84px}
.sheet {container-type: inline-size}
.row {display: grid; align-items: center; margin: .25rem 0; gap: .15rem 1rem;
  grid-template-columns: 9rem 476px}
.row img {width: 100%; image-rendering: pixelated; border-radius: 0; display: block}
.row .name {text-align: right; line-height: 1.25; font-weight: 600}
.row.short .name {font-size: 1.1rem}
.row .name small {display: block; font-weight: 400; font-size: .875rem; opacity: .8}
.row.bare {grid-template-columns: 476px}
.then {font-weight: 600; margin: .9rem 0 .3rem; padding-top: .55rem; border-top: 1px solid #8886}
@container (max-width: 635px) {
  .row {grid-template-columns: 1rem 476px; gap: .15rem .5rem}
  .row:not(.short) > * {grid-column: -2}
  .row .name {text-align: left}
  .row .name small {display: inline; margin-left: .5rem}
}
@container (max-width: 499px) {
  .row {grid-template-columns: 1rem minmax(0, 357px)}
  .row.bare {grid-template-columns: minmax(0, 357px)}
}
@media (max-width: 640px) {.stMainBlockContainer {padding-left: 1rem; padding-right: 1rem}}
</style>"""


def page(file: str) -> None:
    """Configure the page in this file and show the menu. The first Streamlit call of every page."""
    st.set_page_config(page_title=f"{PAGES[file][0]} · Branched Diffusion Explorer", page_icon="🌿",
                       layout="wide", initial_sidebar_state="collapsed")
    st.html(STYLE)
    asked = st.query_params.get("model", USUAL)
    same_model = {} if asked == USUAL else {"model": asked}
    with st.container(horizontal=True, key="menu"):
        for target, (name, icon) in PAGES.items():
            st.page_link(target, label=name, icon=icon, query_params=same_model)


def chosen_model() -> str:
    """The name of the model that the address asks for (`?model=`), if there is one of that name."""
    asked = st.query_params.get("model", USUAL)
    if asked == USUAL or visitor.find(asked) or asked in branched.models():
        return asked
    st.warning(f"There is no model {asked:.40} here. You see {USUAL} instead.", icon=":material/link_off:")
    del st.query_params["model"]
    return USUAL


def model(name: str) -> branched.BranchedModel:
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


def image_model(name: str) -> branched.BranchedModel:
    """A model, for a page that shows pictures. Where it is one of a table, the page says so, and ends."""
    found = model(name)
    if not found.features:
        return found
    st.info(f"The model {visitor.title(name)} is of a table, and makes rows of numbers. This page shows pictures; the "
            "page \"Tables\" shows what such a model can do, and \"About the model\" has others.",
            icon=":material/table_chart:")
    st.page_link("pages/table.py", label="Go to \"Tables\"", icon=":material/arrow_forward:",
                 query_params={"model": name})
    st.stop()


@visitor.remembered(4)
def judge(name: str, _model: branched.BranchedModel) -> Any:
    """The independent classifier for a model's pictures, loaded once; None if there is none, or a damaged one."""
    try:
        return _model.judge()
    except (branched.BranchedError, OSError):
        return None


def dark() -> bool:
    """Whether this visitor sees the dark theme."""
    return st.context.theme.type == "dark"
