"""The catalogues: each language's texts by the English ones, read from its file when it is first wanted."""
import gettext
import io
from functools import cache
from pathlib import Path

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "de": "Deutsch", "fr": "Français", "es": "Español"}  # by their codes, as they say it
FOLDER = Path(__file__).parents[2] / "locale"


def file(code: str) -> Path:
    """Where the catalogue of a language is."""
    return FOLDER / code / "messages.po"


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """All texts of a language; those of English are in the code. What lacks in a catalogue is English, too."""
    if code == ENGLISH:
        return gettext.NullTranslations()
    from babel.messages import mofile, pofile  # visitors who read English need not wait for it

    with file(code).open("rb") as source:
        texts = pofile.read_po(source, locale=code)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, texts)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
