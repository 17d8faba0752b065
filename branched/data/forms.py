"""Which forms of data there are: a row for each, by the word under which a model's file keeps it."""
from __future__ import annotations

from typing import Any

from .. import believed
from .form import Form
from .images import Images
from .table import Table

FORMS: dict[str, type[Form]] = {"images": Images, "table": Table}


def to_header(form: Form) -> dict[str, Any]:
    """What a model's file says of its form. Of images the network's shape says all that there is to say."""
    [word] = [word for word, kind in FORMS.items() if type(form) is kind]
    return {} if isinstance(form, Images) else {word: form.saved()}


def from_header(header: dict[str, Any]) -> Form:
    """The form that a model's file speaks of: images, unless it says otherwise."""
    words = FORMS.keys() & header.keys()
    if not words:
        return Images(believed.shape(header["network"]["shape"]))
    [word] = words
    return believed.record(FORMS[word], header[word])
