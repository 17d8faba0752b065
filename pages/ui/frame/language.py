"""Which language a visitor reads: what the address says (`lang=`), else what was chosen in this session, else the
browser's; and the list in which one chooses."""
import streamlit as st

from ..language import ENGLISH, KEY, LANGUAGES, current

ADDRESS, CHOSEN = "lang", "_language_chosen"
TITLE = "Language"  # in no other language: who cannot read the page looks for this word


def settle() -> str:
    """Find this visitor's language, for all of the run. Returns what the address asks for, if there is no such
    language; else ""."""
    asked, wrong = st.query_params.get(ADDRESS), ""
    if asked in LANGUAGES:
        st.session_state[CHOSEN] = asked
    elif asked is not None:
        wrong = asked
        del st.query_params[ADDRESS]
    chosen = st.session_state.get(CHOSEN)
    if chosen and not asked:
        st.query_params[ADDRESS] = chosen  # a link of what is seen is in the language in which it is seen
    st.session_state[KEY] = chosen or spoken(st.context.locale)
    return wrong


def spoken(locale: str | None) -> str:
    """The language of a browser ("de-AT"), English where the app does not know it."""
    code = (locale or "").replace("_", "-").partition("-")[0].lower()
    return code if code in LANGUAGES else ENGLISH


def asking() -> dict[str, str]:
    """What an address says of the language: nothing, where it is the browser's own."""
    chosen = st.session_state.get(CHOSEN)
    return {ADDRESS: chosen} if chosen else {}


def choice() -> None:
    """The list of languages, each by its own name."""
    def choose() -> None:
        st.session_state[CHOSEN] = st.query_params[ADDRESS] = st.session_state["language"]

    st.session_state["language"] = current()
    st.selectbox(TITLE, list(LANGUAGES), format_func=LANGUAGES.get, key="language", filter_mode=None, on_change=choose)
