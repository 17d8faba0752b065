"""The worksheet as a file that a word processor opens and edits (Office Open XML)."""
import io

from docx import Document
from docx.document import Document as Doc
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from ..language import _, current
from .sheet import GROUP, INTRODUCTION, SOLUTIONS, Paper, Task, plain, runs

WIDE, NARROW, MARGIN = 12.5, 9.0, 1.8  # centimetres: of a picture of many side by side, of one of few, of the rim
BOX, LINES = "☐", 2  # before an answer; lines to write on
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def document(paper: Paper) -> bytes:
    """The worksheet and its solutions, A4."""
    doc = _blank(paper)
    number = 0
    for page in paper.pages:
        if number:
            doc.add_page_break()
        else:
            _head(doc, paper)
        for task in page:
            number += 1
            _task(doc, number, task)
    doc.add_page_break()
    _solutions(doc, paper)
    file = io.BytesIO()
    doc.save(file)
    return file.getvalue()


def _blank(paper: Paper) -> Doc:
    doc = Document()
    section, normal = doc.sections[0], doc.styles["Normal"]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(MARGIN)
    normal.font.size, normal.font.name = Pt(11), "Calibri"
    normal.paragraph_format.space_after = Pt(4)
    for found in doc.styles.element.iter(qn("w:lang")):  # in which spelling is checked
        found.set(qn("w:val"), current())
    doc.core_properties.title, doc.core_properties.author = paper.title, ""
    return doc


def _head(doc: Doc, paper: Paper) -> None:
    doc.add_heading(paper.title, 1)
    doc.add_paragraph(_(GROUP))
    doc.add_paragraph(_(INTRODUCTION))


def _task(doc: Doc, number: int, task: Task) -> None:
    doc.add_heading(f"{number} · {task.title}", 2)
    if task.picture is not None:
        inline = doc.add_picture(io.BytesIO(task.picture), width=Cm(_width(task.picture)))
        inline._inline.docPr.set("descr", task.alt)  # which python-docx has no name for
        doc.add_paragraph(task.alt)
    else:
        _box(doc, task.alt)
    asked = doc.add_paragraph()
    for text, bold in runs(task.text):
        asked.add_run(text).bold = bold
    if task.options:
        doc.add_paragraph("     ".join(f"{BOX} {plain(option)}" for option in task.options))
    doc.add_paragraph(task.explain)
    for _line in range(LINES):
        doc.add_paragraph("_" * 84)


def _width(png: bytes) -> float:
    """How wide a picture is printed, in centimetres, by its shape."""
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])  # as PNG's header has them
    return WIDE if width > 3.5 * height else NARROW


def _box(doc: Doc, text: str) -> None:
    """An empty frame in which to draw."""
    table = doc.add_table(1, 1, style="Table Grid")
    table.cell(0, 0).text = text
    table.rows[0].height = Cm(3.2)


def _solutions(doc: Doc, paper: Paper) -> None:
    doc.add_heading(_(SOLUTIONS), 1)
    doc.add_paragraph(_("Read from the model {name}; another one may answer differently.").format(name=paper.model))
    for number, task in enumerate(paper.tasks, 1):
        line = doc.add_paragraph()
        line.add_run(f"{number} · {task.title}: ").bold = True
        line.add_run(plain(task.answer) or _("not asked of this model")).bold = True
        if task.reason:
            doc.add_paragraph(plain(task.reason))
