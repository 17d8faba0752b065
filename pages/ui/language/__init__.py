"""The words of the app in the visitor's language: `_("Draw it again")`.

The text in the code is English, and is its own key (gettext). What stands among the words goes in afterwards, by name:
`_("{count} of {all}").format(...)`; numbers by `decimal` and `percent`. Texts of tables, which are there before any
visitor is, are marked by `N_` and go through `_` when they are shown. Each other language has a catalogue in
`pages/locale`; `python tests/tools/catalogue.py` brings these up to date. Nothing here imports Streamlit. What the
library says of a model is said in this language, too.
"""
import branched

from .catalogues import ENGLISH, LANGUAGES
from .current import KEY, current
from .numbers import decimal, localised, percent
from .texts import N_, _, ngettext, pgettext

__all__ = ["ENGLISH", "KEY", "LANGUAGES", "N_", "_", "current", "decimal", "localised", "ngettext", "percent",
           "pgettext"]

branched.speak(text=_, plural=ngettext, decimal=decimal, percent=percent)
