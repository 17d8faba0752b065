"""The game: two rows of noisy pictures, to tell apart with one's own eyes, and to say so before the answer."""
from __future__ import annotations

import numpy as np
import streamlit as st

from .. import serve
from ..frame import words
from ..language import _
from ..parts.film import film
from ..parts.markup import literal
from ..parts.reels import Frame
from . import shown, told
from .controls import Settings
from .work import MOMENTS, Guess, Round, frame_at

HEIGHT = 88  # CSS pixels of a picture, where there is room


def show(name: str, setting: Settings, a: str, b: str, meets: float) -> None:
    """A round, and the score. `meets` is when the rule begins to tell the two apart."""
    asked = Guess(a, b, setting.seed.value)
    rounds = st.session_state.setdefault("_rounds", {})
    played = rounds.get((name, asked))
    st.header(literal(_("Can you tell {a} and {b} apart?").format(a=a, b=b)), anchor=False)
    st.markdown(_(told.GAME).format(a=literal(a), b=literal(b)))
    game = serve.ask(name, asked)
    time = _film(setting, shown.film_of(game), told.rows((game.upper, game.lower), played), meets if played else None)
    if played is None:
        before = st.session_state.get("_least", {}).get((name, asked), 1.0)
        _question(name, asked, game.upper, min(time, before), meets)
    else:
        _answer(setting, played, game.upper)
    score = told.score([one for one in rounds.values() if one.guess])
    if score:
        st.markdown(score)


def _film(setting: Settings, contents: tuple[np.ndarray, list[Frame]], rows: tuple[str, str],
          meets: float | None) -> float:
    """The two rows under their slider; once it is told, with the rule's time. Gives the time at which it rests."""
    state, (pictures, frames) = st.session_state, contents
    marks = {} if meets is None else {frame_at(meets): _("the rule: {time}").format(time=words.at(meets))}
    if state.get("_looked") != state.time:  # a film stays where it is: a time from elsewhere takes a new one
        state._films = state.get("_films", 0) + 1
    place = film(f"game-{state._films}", pictures, frames, rows=rows, start=frame_at(state.time), height=HEIGHT,
                 marks=marks, ends=(_("noise"), _("picture")), seconds=12)
    state.time = state._looked = float(MOMENTS[place])
    return state.time


def _question(name: str, asked: Guess, upper: str, time: float, meets: float) -> None:
    """Which row is which: said before the answer, at the least noise that was looked at."""
    state = st.session_state
    state._least = {(name, asked): time}
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for guess in (asked.a, asked.b):
            said = literal(_("The upper row is {label}").format(label=guess))
            st.button(said, on_click=_play, type="primary", key=f"_guess_{guess}",
                      args=[(name, asked), Round(guess, guess == upper, time, meets)])
        st.button(_("Just show me"), on_click=_play, args=[(name, asked), Round("", False, time, meets)],
                  type="tertiary")


def _play(key: tuple[str, Guess], played: Round) -> None:
    st.session_state._rounds[key] = played


def _answer(setting: Settings, played: Round, upper: str) -> None:
    """How one did, and another round."""
    st.markdown(told.answer(played, upper))
    st.button(_("Another round"), on_click=_again, args=[setting], icon=":material/casino:", type="primary")


def _again(setting: Settings) -> None:
    """Other pictures, from pure noise on."""
    seed = setting.seed
    seed.set(int(seed.low) + (seed.value + 1 - int(seed.low)) % int(seed.high - seed.low + 1))
    setting.time.set(setting.time.default)
