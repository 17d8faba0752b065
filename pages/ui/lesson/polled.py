"""The lesson's questions in a class's room: what each one says counts as a vote there, and who has answered sees how
many said what."""
import contextlib

import streamlit as st

from ...class_room import Refused, Room
from ..frame import in_class
from ..language import _, decimal
from ..parts.news import news
from ..questions import Question
from .sheet import plain

LONGEST = 40  # letters of a poll's name


def name(question: Question, model: str) -> str:
    """What a question's poll is called: another model has other answers."""
    return f"{question.key} {in_class.model(model)}"[:LONGEST]


def opened(question: Question, model: str) -> None:
    """The question hangs on the wall, if this visitor is in a room; how many said what follows there."""
    if room := in_class.room():
        choices = {key: plain(said) for key, said in question.options.items()}
        with contextlib.suppress(Refused):  # the room is full or closed: the lesson goes on without it
            room.poll(name(question, model), said=plain(question.text), choices=choices)


def vote(question: Question, model: str, choice: str) -> None:
    """What this visitor says, once."""
    if room := in_class.room():
        with contextlib.suppress(Refused):
            room.vote(name(question, model), choice, in_class.voter())


def counted(question: Question, model: str) -> None:
    """How many said what, as it comes in; only who has answered may see it."""
    if room := in_class.room():
        _counts(question, name(question, model), room)


@st.fragment
def _counts(question: Question, poll: str, room: Room) -> None:
    news(room.code, room.version)
    said = {key: count for key, count in room.counts(poll).items() if count and key in question.options}
    if said:
        counts = ", ".join(f"{plain(question.options[key])}: {decimal(count)}" for key, count in said.items())
        st.markdown(_("**Your class so far.** {counts}").format(counts=counts))
