"""The bet: where a new class will join the tree, guessed before the lesson shows it."""
import streamlit as st

from branched import BranchedModel

from ..frame import words
from ..parts.faces import faces
from ..parts.markup import literal

ASKED = "**Your bet:** which of these will it share the longest path with?"


def place(model: BranchedModel) -> None:
    """Where one bets, once or again, as long as nothing is known."""
    def take() -> None:
        st.session_state["_bet"] = st.session_state["bet"]

    st.pills(ASKED, list(model.labels), format_func=faces(model).get, key="bet", on_change=take,
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
    if guess not in near:
        return (f"You bet on **{guess}**. Not this time: its path and {label}'s part at {when} already; "
                f"with {words.listed(near)} it is together until {words.at(time)}.")
    if len(near) == len(model.labels) - 1 > 1:
        return f"You bet on **{guess}**, and nobody could lose: {label} leaves them all at once, at {words.at(time)}."
    if len(near) == 1:
        return f"You bet on **{guess}**: right! They share their path until {words.at(time)}, longer than any other."
    others = words.listed(other for other in near if other != guess)
    return f"You bet on **{guess}**: right! It is as near as {others}: they share their path until {words.at(time)}."


def nearest(model: BranchedModel, label: str) -> tuple[list[str], float]:
    """The classes with which a class shares the longest path, and the time at which they part."""
    times = {other: model.tree.meeting(label, other).time for other in model.labels if other != label}
    least = min(times.values())
    return [other for other, time in times.items() if time == least], least
