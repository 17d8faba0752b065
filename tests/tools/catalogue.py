"""The catalogues of the app's words, brought up to date: `python tests/tools/catalogue.py`.

What is marked in the code (`_`, `N_`, `ngettext`) is extracted by Babel; what is new comes into each language's
catalogue untranslated, what is gone leaves it. A translator then fills in what is empty; `tests/pages/language` says
what lacks.
"""
import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from pages.ui.language import ENGLISH, LANGUAGES  # noqa: E402 - found by the line before
from pages.ui.language.catalogues import file  # noqa: E402

METHODS = [("**.py", "python"), ("**.html", "jinja2")]
MARKS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
SINCE = datetime(2026, 11, 27, tzinfo=UTC)  # no date that changes whenever it is written
OTHERS = [code for code in LANGUAGES if code != ENGLISH]


def extracted() -> Catalog:
    """All marked texts of app and pages, and of what the library says of a model."""
    texts = Catalog()
    for _, message, _, context in extract_from_file("python", ROOT / "app.py", keywords=MARKS):
        texts.add(message, context=context)
    for folder in ("pages", "branched/shown"):
        for _, _, message, _, context in extract_from_dir(ROOT / folder, METHODS, keywords=MARKS):
            texts.add(message, context=context)
    return texts


def stored(code: str) -> Catalog:
    """A language's catalogue as it is in its file; an empty one, where there is none yet."""
    if not file(code).exists():
        return Catalog(locale=code)
    with file(code).open("rb") as source:
        return read_po(source, locale=code)


def renewed(before: Catalog, texts: Catalog) -> Catalog:
    """A catalogue with just these texts, and the translations that there are of them."""
    after = Catalog(locale=before.locale, header_comment="", project="Branched Diffusion Explorer", version="1",
                    msgid_bugs_address="the project", last_translator="the project", creation_date=SINCE,
                    revision_date=SINCE, fuzzy=False, charset="utf-8")
    for message in texts:
        if message.id:
            known = before.get(message.id, message.context)
            after.add(message.id, known.string if known else None, context=message.context)
    return after


def lacking(catalogue: Catalog) -> list:
    """The texts without a translation."""
    return [message.id for message in catalogue if message.id and not all(parts(message.string))]


def parts(text: str | tuple | list | None) -> tuple:
    """A translation's forms: one, or as many as the language has plurals."""
    return tuple(text) if isinstance(text, (tuple, list)) else (text,)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    texts = extracted()
    for code in OTHERS:
        catalogue = renewed(stored(code), texts)
        file(code).parent.mkdir(parents=True, exist_ok=True)
        written = io.BytesIO()
        write_po(written, catalogue, width=120, no_location=True, sort_output=True)
        file(code).write_bytes(written.getvalue())
        print(f"{LANGUAGES[code]}: {len(catalogue)} texts, {len(lacking(catalogue))} untranslated")


if __name__ == "__main__":
    main()
