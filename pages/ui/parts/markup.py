"""Text among markup. HTML comes from templates, files beside the Python that fills them: what is filled in is text, and
never markup. In Markdown, and in a figure's labels, text from outside (a model's file, the address, a visitor) goes
through a function here before it is shown.
"""
import html
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..language import _

MARKS = re.compile(r"[\\`*_\[\]<$~]|&(?=#?\w+;)|:(?=[^\W\d]|[+-])")  # what means something wherever it stands
FIRST = re.compile(r"^([#+=>-]|\d+(?=[.)]))(?!\d)")                 # ... and at the beginning of a line
# Of what Streamlit makes links, arrows and emoji only after that: here nothing but a letter that is not seen helps.
LATER = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=\S@)(?=\S)|(?<=[<>=~-])(?=[<>=-])|(?<=:)(?=[\w+-]+:|material)")
JOINER = "\N{WORD JOINER}"
STRANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MOST = 2_000  # letters of one text


def literal(text: object) -> str:
    """Text as it is, for where Streamlit reads Markdown: it is no link there, no picture, no formula, no emphasis."""
    plain = STRANGE.sub(" ", str(text))
    plain = plain if len(plain) <= MOST else f"{plain[:MOST]} …"
    return FIRST.sub(_first, MARKS.sub(r"\\\g<0>", LATER.sub(JOINER, plain)))


def _first(mark: re.Match) -> str:
    return f"{mark[0]}\\" if mark[0][0].isdigit() else f"\\{mark[0]}"


def label(text: object) -> str:
    """Text as it is, for where Plotly reads a few tags of HTML."""
    return html.escape(STRANGE.sub(" ", str(text)), quote=False)


@cache
def _environment(folder: Path) -> Environment:
    made = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)
    made.globals["_"] = _  # a template's own words
    return made


def filled(file: Path, **values: Any) -> str:
    """A template with its values; its own words are in the visitor's language. Raises UndefinedError where the
    template asks for one that is not given."""
    return _environment(file.parent).get_template(file.name).render(values)
