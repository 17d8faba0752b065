"""Which pages there are, the menu of them, and the path along which each leads to the next."""
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

import branched

from ..language import N_, _, current
from . import along, language, view

USUAL = "mnist"  # the model of who asks for none
HERE = Path(__file__).parent
_marks = st.components.v2.component("menu_marks", js=(HERE / "menu.js").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Page:
    """A page in the menu, or under `more` there; what it needs of a model, a `family` ("": any will do) and a kind of
    `form`, which is "images", "rows", or "" for either; which file is `next` on the path, and what one `goes` for."""

    name: str
    icon: str
    next: str
    goes: str
    family: str = branched.BranchedModel.family
    form: str = "images"
    more: bool = False

    def fits(self, model: Any) -> bool:
        """Whether a model has all that the page needs."""
        return self.family in ("", model.family) and self.form in ("", model.form.kind)


WATCH = N_("watch noise become pictures, down the tree")
PAGES = {
    "app.py": Page(N_("Watch"), ":material/account_tree:", "pages/transmute.py",
                   N_("draw one yourself, and turn it into another")),
    "pages/transmute.py": Page(N_("Turn"), ":material/swap_horiz:", "pages/teach.py",
                               N_("teach the model something that it has never seen")),
    "pages/teach.py": Page(N_("Teach"), ":material/school:", "pages/discovery.py",
                           N_("see why some part early and others late")),
    "pages/discovery.py": Page(N_("Why"), ":material/query_stats:", "pages/hybrids.py",
                               N_("mix two, and see what is between them"), form=""),
    "pages/lesson.py": Page(N_("Lesson"), ":material/cast_for_education:", "app.py", WATCH, more=True),
    "pages/wall.py": Page(N_("Class wall"), ":material/dashboard:", "pages/transmute.py",
                          N_("draw one yourself, and turn it into another"), family="", form="", more=True),
    "pages/hybrids.py": Page(N_("Hybrids"), ":material/join_inner:", "pages/transmute.py",
                             N_("turn one of your own into another"), more=True),
    "pages/generate.py": Page(N_("Generate"), ":material/grid_view:", "pages/transmute.py",
                              N_("draw one yourself, and turn it into another"), more=True),
    "pages/table.py": Page(N_("Tables"), ":material/table_chart:", "pages/discovery.py",
                           N_("see how such a tree is found"), form="", more=True),  # of images: a shipped table
    "pages/clusters.py": Page(N_("Without labels"), ":material/label_off:", "app.py", WATCH,
                              family="cluster tree", form="", more=True),
    "pages/others.py": Page(N_("Other ways"), ":material/compare:", "app.py", WATCH,
                            family="", form="", more=True),  # shipped models, by their names
    "pages/about.py": Page(N_("About"), ":material/info:", "app.py", WATCH, family="", form="", more=True),
}


def show(file: str, model: str) -> None:
    """The menu, on the page in this file: the path's pages, and all others in a list that opens. Each link takes the
    model of this name along."""
    here = PAGES[file]
    with st.container(horizontal=True, key="menu"):
        _links(model, more=False)
        title = _("More: **{page}**").format(page=_(here.name)) if here.more else _("More")
        with st.popover(title, type="tertiary", key=f"more-{Path(file).stem}"):
            _links(model, more=True)
            language.choice()
    _marks(key="marks", data={"here": _(here.name), "more": here.more, "pages": _("Pages"), "language": current(),
                              "view": " ".join(view.words())})


def onward(file: str, model: str) -> None:
    """What comes after the page in this file on the path. The model of this name comes along."""
    here = PAGES[file]
    with st.container(key="onward", horizontal=True, gap="large"):
        st.page_link(here.next, label=_("**Next:** {what}").format(what=_(here.goes)), icon=":material/arrow_forward:",
                     query_params=asking(model))
        if file == "app.py":
            lesson = "pages/lesson.py"
            st.page_link(lesson, label=_("For a class: a lesson that runs itself"), icon=PAGES[lesson].icon,
                         query_params=asking(model))


def asking(model: str) -> dict[str, str]:
    """What an address says of a model, of the language, where one was chosen, and of the class's room."""
    return ({} if model == USUAL else {"model": model}) | language.asking() | along.asked()


def _links(model: str, more: bool) -> None:
    for target, page in PAGES.items():
        if page.more == more:
            st.page_link(target, label=_(page.name), icon=page.icon, query_params=asking(model))
