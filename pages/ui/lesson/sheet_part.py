"""The worksheet on the page: as it is printed, and as a file to edit."""
import base64
from pathlib import Path
from typing import Any

import streamlit as st

from .. import serve
from ..frame import visitor
from ..language import _
from ..parts.component import component
from ..parts.markup import filled
from ..questions import of_model
from ..serve.request import Numbers
from . import sheet, shown
from .work import Styles, most_unlike

TEMPLATE = Path(__file__).with_name("sheet.html")
_printing = component("printing", "printing")


def show(here: Any) -> None:
    """What can be printed and taken along."""
    from . import document  # which takes a moment to import, and is wanted here alone

    with st.container(key="taking"):
        st.header(_("Worksheet"), anchor=False)
        st.markdown(_("Two pages and the solutions, with the pictures and answers of this model. Print them from here, "
                      "or take the file and change it."))
        paper = made(here)
        with st.container(horizontal=True, vertical_alignment="center"):
            _printing(key="printing", data={"text": _("Print")})
            st.download_button(_("Worksheet to edit (.docx)"), document.document(paper), "worksheet.docx",
                               document.TYPE, icon=":material/description:", on_click="ignore", key="docx")
    st.html(page(paper))


def made(here: Any) -> sheet.Paper:
    """The worksheet of the model that is loaded."""
    tour, three, turned = here.tour, None, None
    if len(here.model.labels) > 1:
        a, b = of_model.pair(here.model.tree)
        three = most_unlike(tour.finished[a], shown.measure(tour.finished[a], here.model.form.shows is None))
        turned = serve.ask(here.name, Styles(Numbers(three), a, b))
    return sheet.paper(visitor.title(here.name), here.model, here.questions, tour, turned, three)


def page(paper: sheet.Paper) -> str:
    """The worksheet as HTML, a section for each sheet of paper."""
    def source(task: sheet.Task) -> str:
        return "data:image/png;base64," + base64.b64encode(task.picture).decode() if task.picture else ""

    return filled(TEMPLATE, paper=paper, source=source, runs=sheet.runs, plain=sheet.plain, group=_(sheet.GROUP),
                  introduction=_(sheet.INTRODUCTION), solutions=_(sheet.SOLUTIONS))
