"""The bet: where a new class will join the tree, guessed before the lesson shows it."""
import streamlit as st

from branched import BranchedModel

from ..frame import words
from ..language import N_, _
from ..parts.faces import faces
from ..parts.markup import literal

ASKED = N_("**Your bet:** which of these will it share the longest path with?")


def place(model: BranchedModel) -> None:
    """Where one bets, once or again, as long as nothing is known."""
    def take() -> None:
        st.session_state["_bet"] = st.session_state["bet"]

    st.pills(_(ASKED), list(model.labels), format_func=faces(model).get, key="bet", on_change=take,
             default=st.session_state.get("_bet"))


def chosen() -> str | None:
    """What is bet at the moment."""
    return st.session_state.get("_bet")


def settle(label: str) -> None:
    """The bet was about this class."""
    st.session_state.setdefault("_bets", {})[label] = st.session_state.pop("_bet", None)


def of(label: str) -> str | None:
    """What was bet about a class, if anything was."""
    return st.session_state.get("_bets", {}).get(label)


def answer(model: BranchedModel, label: str, guess: str | None) -> str:
    """How a guess turned out, kindly; "" where nobody guessed."""
    if guess not in model.labels:
        return ""
    near, time = nearest(model, label)
    when = words.at(model.tree.meeting(label, guess).time)
    label, guess, near = literal(label), literal(guess), [literal(one) for one in near]
    said = {"guess": guess, "label": label, "when": when, "time": words.at(time), "near": words.listed(near),
            "others": words.listed(other for other in near if other != guess)}
    if guess not in near:
        text = _("You bet on **{guess}**. Not this time: its path and that of {label} part at {when} already; with "
                 "{near} it is together until {time}.")
    elif len(near) == len(model.labels) - 1 > 1:
        text = _("You bet on **{guess}**, and nobody could lose: {label} leaves them all at once, at {time}.")
    elif len(near) == 1:
        text = _("You bet on **{guess}**: right! They share their path until {time}, longer than any other.")
    else:
        text = _("You bet on **{guess}**: right! It is as near as {others}: they share their path until {time}.")
    return text.format(**said)


def nearest(model: BranchedModel, label: str) -> tuple[list[str], float]:
    """The classes with which a class shares the longest path, and the time at which they part."""
    times = {other: model.tree.meeting(label, other).time for other in model.labels if other != label}
    least = min(times.values())
    return [other for other, time in times.items() if time == least], least
