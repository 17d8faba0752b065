"""What a visitor wrote in her own words at each station: in the session, and in her browser's tab, so that a reload
loses nothing; in no link, and seen by nobody else."""
from collections.abc import Collection

import msgspec
import streamlit as st

from ..language import _
from ..parts import keeper

SHELF, HELD = keeper.Shelf("lesson-words", tab=True), "_own_words"
MOST = 2_000  # letters at a station


def arrived(stations: Collection[str]) -> None:
    """Have them back from the browser, where this visit has just begun."""
    if HELD not in st.session_state and (text := keeper.found(SHELF)) is not None:
        st.session_state[HELD] = found = read(text, stations)
        st.session_state.update({_key(station): words for station, words in found.items()})


def kept() -> None:
    """The browser keeps them, as they are now; nothing, where there are none any more."""
    if HELD in st.session_state:
        words = st.session_state[HELD]
        keeper.keep(SHELF, msgspec.json.encode(words).decode() if words else "")


def forget() -> None:
    """For the next class."""
    st.session_state[HELD] = {}
    for key in [key for key in st.session_state if str(key).startswith("_words_")]:
        del st.session_state[key]


def asked(station: str, prompt: str) -> None:
    """A place to write."""
    held, key = st.session_state.get(HELD, {}), _key(station)
    st.session_state.setdefault(key, held.get(station, ""))
    text = st.text_area(prompt, key=key, max_chars=MOST, placeholder=_("Two sentences in your own words"))
    if text or station in held:
        st.session_state[HELD] = held | {station: text}


def _key(station: str) -> str:
    return f"_words_{station}"


def read(text: str, stations: Collection[str]) -> dict[str, str]:
    """Words by station, from what a browser kept; none where it makes no sense."""
    try:
        stored = msgspec.json.decode(text, type=dict[str, str]) if text else {}
    except (ValueError, RecursionError):
        return {}
    return {key: words[:MOST] for key, words in stored.items() if key in stations}
