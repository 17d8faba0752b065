"""HTML from templates: files beside the Python that fills them. What is filled in is text, and never markup."""
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment(folder: Path) -> Environment:
    return Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)


def filled(file: Path, **values: Any) -> str:
    """A template with its values. Raises UndefinedError where the template asks for one that is not given."""
    return _environment(file.parent).get_template(file.name).render(values)
