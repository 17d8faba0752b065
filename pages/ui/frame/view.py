"""What a teacher hides or locks by a link (`view=bare,fixed`), or makes large for a projector. What these words do is
in `view.css`, which goes by a mark on the page; only the lock is Python's."""
import streamlit as st

from ..language import N_
from . import along

KEY, OLDER = "view", "seen"
WORDS = {"projector": N_("For the projector: letters a third larger, nothing in small print"),
         "bare": N_("Without the menu"),
         "simple": N_("Without settings"),
         "fixed": N_("With a fixed dice roll")}
BEFORE = ("now", "guess")  # what pages had under this key, in links of earlier days


def arrived() -> str:
    """Read the address, before anything is shown. Returns what of it means nothing, "" if all does."""
    text = st.query_params.get(KEY, "")
    if text in BEFORE:
        st.query_params[OLDER] = text
    wrong = [word for word in text.split(",") if word and word not in (*WORDS, *BEFORE)]
    if text and text != (clean := ",".join(word for word in WORDS if word in text.split(","))):
        along.put(KEY, clean)
    return ", ".join(wrong)


def has(word: str) -> bool:
    """Whether a word holds."""
    return word in words()


def words() -> list[str]:
    """All words that hold."""
    return [word for word in along.value(KEY).split(",") if word in WORDS]
