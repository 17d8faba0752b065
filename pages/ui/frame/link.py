"""Everything is a link: each setting of a page is one row of its table, read from the address and written to it.

A setting's name is its key in the address and in `st.session_state`. It knows what values make sense, and draws its own
widget: so its bounds and options are written once. What an address asks for is checked; where it makes no sense, the
default is taken and the visitor is told.
"""
import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import streamlit as st
from streamlit.errors import StreamlitAPIException

from ..language import _
from ..parts.markup import literal


@dataclass(frozen=True)
class Setting:
    """A name, a default, and how the value is read from text (ValueError: it makes no sense) and written as text."""

    name: str
    default: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str

    @property
    def value(self) -> Any:
        """What it is set to at the moment."""
        return st.session_state[self.name]

    def set(self, value: Any) -> None:
        """Set it: in a callback, or before its widget is drawn."""
        st.session_state[self.name] = value


@dataclass(frozen=True)
class Options(Setting):
    """One or some of some options, shown by their own names or, if they are a mapping, by its texts.

    Each widget takes where it goes (`into`), and whatever else Streamlit's own takes.
    """

    options: Mapping[Any, str] | Sequence[Any] = ()
    many: bool = False

    def pills(self, label: str, into: Any = st, **more: Any) -> Any:
        """The options side by side."""
        return into.pills(label, **self._widget(selection=True) | more)

    def segments(self, label: str, into: Any = st, **more: Any) -> Any:
        """The options in one bar."""
        return into.segmented_control(label, **self._widget(selection=True) | more)

    def selectbox(self, label: str, into: Any = st, **more: Any) -> Any:
        """The options in a list that opens; nothing can be typed."""
        return into.selectbox(label, **self._widget() | {"filter_mode": None} | more)

    def _widget(self, selection: bool = False) -> dict[str, Any]:
        plain = literal if selection else str  # what stands on buttons is Markdown, and in a list it is not
        shown = {"format_func": lambda one: _(self.options[one]) if isinstance(self.options, Mapping) else plain(one)}
        mode = {"selection_mode": "multi"} if self.many else {"required": True}
        return {"options": list(self.options), "key": self.name} | shown | (mode if selection else {})


@dataclass(frozen=True)
class Range(Setting):
    """A number between two others, both included."""

    low: float = 0
    high: float = 1

    def slider(self, label: str, into: Any = st, **more: Any) -> Any:
        """A slider over the whole range."""
        return into.slider(label, self.low, self.high, key=self.name, **more)

    def number_input(self, label: str, into: Any = st, **more: Any) -> Any:
        """A number to type, or to change step by step."""
        return into.number_input(label, self.low, self.high, key=self.name, **more)


@dataclass(frozen=True)
class Switch(Setting):
    """On or off."""

    def toggle(self, label: str, into: Any = st, **more: Any) -> bool:
        """A switch."""
        return into.toggle(label, key=self.name, **more)


@dataclass(frozen=True)
class Text(Setting):
    """Something that the visitor may type."""

    def text_input(self, label: str, into: Any = st, **more: Any) -> str:
        """A line to type."""
        return into.text_input(label, key=self.name, **more)


def choice(name: str, options: Iterable, default: Any) -> Options:
    """One of some options; with a mapping, its values are what is shown."""
    options = options if isinstance(options, Mapping) else list(options)
    known = {str(option): option for option in options}
    return Options(name, default, lambda text: _one_of(known, text), options=options)


def several(name: str, options: Iterable[str], default: Iterable[str], least: int = 0) -> Options:
    """Some of some options, with commas between them, in the order of the options; with a mapping, its values are what
    is shown."""
    options = options if isinstance(options, Mapping) else list(options)
    known = {str(option): option for option in options}

    def read(text: str) -> list[str]:
        asked = {_one_of(known, part) for part in unpacked(text)}
        if len(asked) < least:
            raise ValueError
        return [option for option in known.values() if option in asked]

    return Options(name, list(default), read, packed, options, many=True)


def packed(values: Iterable[Any]) -> str:
    """Names with commas between them; a comma in a name has a backslash before it."""
    return ",".join(re.sub(r"([\\,])", r"\\\1", str(value)) for value in values)


def unpacked(text: str) -> list[str]:
    """The names that `packed` put together."""
    return [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:[^\\,]|\\.)+", text)]


def whole(name: str, low: int, high: int, default: int) -> Range:
    """A whole number."""
    return Range(name, default, lambda text: _within(int(text), low, high), low=low, high=high)


def number(name: str, low: float, high: float, default: float | None, digits: int = 3) -> Range:
    """A number, which the address has to so many digits after the point."""
    return Range(name, default, lambda text: _within(round(float(text), digits), low, high),
                 lambda value: f"{value:.{digits}f}".rstrip("0").rstrip("."), low=float(low), high=float(high))


def switch(name: str, default: bool, on: str = "on", off: str = "off") -> Switch:
    """On or off, and what the address has for either."""
    return Switch(name, default, lambda text: _one_of({on: True, off: False}, text),
                  lambda value: on if value else off)


def text(name: str, default: str, read: Callable[[str], str]) -> Text:
    """A text. `read` raises ValueError if it makes no sense."""
    return Text(name, default, read)


def missing(what: str) -> str:
    """That a link asks for what there is not."""
    return _("The link asks for something that is not there ({what}). You see the usual instead.").format(what=what)


@contextlib.contextmanager
def shared(page: str, *settings: Setting) -> Iterator[None]:
    """All of a page that depends on its settings, and may change them, goes inside.

    Before it, what the address asks for becomes the settings' values, and the address says all that was changed since
    the page ran last, so that it is true also while the model works. After it, the address says what has changed on
    the way; and settings that no widget showed are held, or Streamlit would drop them. A part of the page that runs by
    itself (`st.fragment`) has one of its own, for the settings that it shows.
    """
    _read(page, *settings)
    _write(page, *settings)
    yield
    _hold(settings)
    _write(page, *settings)


def _read(page: str, *settings: Setting) -> None:
    """Put what the address says into the session state: on arrival, and when the browser's Back or Forward changed it.

    Arriving from another page of the app, whose menu drops the address, a visitor finds the page as it was left.
    """
    state, asked = st.session_state, {setting.name: st.query_params.get(setting.name) for setting in settings}
    place = _place(page)
    left = state.setdefault("_kept", {}).setdefault(place, {})  # as the page was left
    arrived, wrong = state.get("_page") != place, []
    before = {} if arrived else state._asked
    for setting in settings:
        text, here = asked[setting.name], not arrived and setting.name in state
        if here and text == before.get(setting.name):
            if setting.value is None and setting.default is not None:  # a browser that drew two runs at once lost it
                setting.set(left.get(setting.name, setting.default))
            continue
        value = setting.default if here else left.get(setting.name, setting.default)
        try:
            state[setting.name] = value if text is None else setting.read(text)
        except ValueError:
            state[setting.name] = setting.default
            wrong.append(literal(f"{setting.name} = {text:.40}"))
    state._page, state._asked = place, before | asked
    if wrong:
        st.warning(missing("; ".join(wrong)), icon=":material/link_off:")


def _write(page: str, *settings: Setting) -> None:
    """Put the settings of the page into the address (the defaults go without saying), for sharing what one sees."""
    state = st.session_state
    state._kept[_place(page)] |= {setting.name: setting.value for setting in settings}
    texts = {setting.name: setting.write(setting.value) for setting in settings if setting.value != setting.default}
    address = st.query_params.to_dict()
    others = {key: value for key, value in address.items() if key not in {setting.name for setting in settings}}
    if others | texts != address:
        st.query_params.from_dict(others | texts)
    state._asked |= {setting.name: texts.get(setting.name) for setting in settings}


def _hold(settings: Iterable[Setting]) -> None:
    """Keep those settings that no widget shows at the moment: or Streamlit drops them."""
    for setting in settings:
        with contextlib.suppress(StreamlitAPIException):  # which it raises where a widget of this run shows it
            setting.set(setting.value)


def _place(page: str) -> tuple[str, str]:
    """What settings belong to: a page of a model, for another model may have other classes."""
    return st.query_params.get("model", ""), page


def _one_of(known: dict[str, Any], text: str) -> Any:
    if text not in known:  # a name may be written in other code points that look the same
        known, text = {normalize("NFC", name): value for name, value in known.items()}, normalize("NFC", text)
    if text not in known:
        raise ValueError
    return known[text]


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError
    return value
