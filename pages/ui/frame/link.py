"""Everything is a link: each setting of a page is one row of its table, read from the address and written to it.

A setting's name is its key in the address and in `st.session_state`, so that a widget with this key shows it. What an
address asks for is checked; where it makes no sense, the default is taken and the visitor is told.
"""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class Setting:
    """A name, a default, and how the value is read from text (ValueError: it makes no sense) and written as text."""

    name: str
    default: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def choice(name: str, options: Iterable, default: Any) -> Setting:
    """One of some options."""
    known = {str(option): option for option in options}
    return Setting(name, default, lambda text: _one_of(known, text))


def several(name: str, options: Iterable[str], default: Iterable[str], least: int = 0) -> Setting:
    """Some of some options, with commas between them, in the order of the options."""
    known = {str(option): option for option in options}

    def read(text: str) -> list[str]:
        asked = {_one_of(known, part) for part in text.split(",") if part}
        if len(asked) < least:
            raise ValueError
        return [option for option in known.values() if option in asked]

    return Setting(name, list(default), read, lambda values: ",".join(map(str, values)))


def whole(name: str, low: int, high: int, default: int) -> Setting:
    """A whole number."""
    return Setting(name, default, lambda text: _within(int(text), low, high))


def number(name: str, low: float, high: float, default: float, digits: int = 3) -> Setting:
    """A number, which the address has to so many digits after the point."""
    return Setting(name, default, lambda text: _within(round(float(text), digits), low, high),
                   lambda value: f"{value:.{digits}f}".rstrip("0").rstrip("."))


def switch(name: str, default: bool) -> Setting:
    """On or off."""
    return Setting(name, default, lambda text: _one_of({"on": True, "off": False}, text),
                   lambda value: "on" if value else "off")


def open_link(page: str, *settings: Setting) -> None:
    """Put what the address says into the session state: on arrival, and when the browser's Back or Forward changed it.

    Arriving from another page of the app, whose menu drops the address, a visitor finds the page as it was left.
    """
    state, asked = st.session_state, {own.name: st.query_params.get(own.name) for own in settings}
    place = _place(page)
    kept = state.setdefault("_kept", {}).setdefault(place, {})
    arrived = state.get("_page") != place or any(own.name not in state for own in settings)
    wrong = []
    for own in settings:
        text = asked[own.name]
        if not arrived and text == state._asked.get(own.name):
            continue
        value = kept.get(own.name, own.default) if arrived else own.default
        try:
            state[own.name] = value if text is None else own.read(text)
        except ValueError:
            state[own.name] = own.default
            wrong.append(f"{own.name} = {text:.40}")
    state._page, state._asked = place, asked
    if wrong:
        st.warning(f"The link asks for something that is not there ({'; '.join(wrong)}). You see the usual instead.",
                   icon=":material/link_off:")


def write_link(page: str, *settings: Setting) -> None:
    """Put the settings of the page into the address (the defaults go without saying), for sharing what one sees."""
    state = st.session_state
    state._kept[_place(page)] = {own.name: state[own.name] for own in settings}
    said = {own.name: own.write(state[own.name]) for own in settings if state[own.name] != own.default}
    others = {key: value for key, value in st.query_params.to_dict().items() if key not in {s.name for s in settings}}
    if others | said != st.query_params.to_dict():
        st.query_params.from_dict(others | said)
    state._asked = {own.name: said.get(own.name) for own in settings}


def hold(settings: Iterable[Setting], *shown: str) -> None:
    """Keep those settings that no widget shows at the moment: or Streamlit drops them."""
    for own in settings:
        if own.name not in shown:
            st.session_state[own.name] = st.session_state[own.name]


def _place(page: str) -> tuple[str, str]:
    """What settings belong to: a page of a model, for another model may have other classes."""
    return st.query_params.get("model", ""), page


def _one_of(known: dict[str, Any], text: str) -> Any:
    if text not in known:
        raise ValueError
    return known[text]


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError
    return value
