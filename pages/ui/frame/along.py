"""What is said by the address of every page, and comes along from one to the next: the class's room, and the view that
a teacher has set."""
import streamlit as st

KEYS = ("room", "view")


def arrived() -> None:
    """Note what this page's address says of them; where it is silent, it says again what held before."""
    for key in KEYS:
        if key in st.query_params:
            put(key, st.query_params[key])
        elif value(key):
            st.query_params[key] = value(key)


def value(key: str) -> str:
    """What holds at the moment; "" for nothing."""
    return st.session_state.get(_place(key), "")


def put(key: str, text: str) -> None:
    """From now on something else, or nothing ("")."""
    st.session_state[_place(key)] = text
    if text and st.query_params.get(key) != text:
        st.query_params[key] = text
    elif not text and key in st.query_params:
        del st.query_params[key]


def asked() -> dict[str, str]:
    """What the addresses of other pages are to say."""
    return {key: value(key) for key in KEYS if value(key)}


def _place(key: str) -> str:
    return f"_along {key}"
