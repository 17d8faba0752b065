"""What can be chosen in the lesson: the step, an answer to each question, how long it takes, and for whom it is shown.

All of it is in the address: so a lesson is gone on with where it was left, and a link leads there.
"""
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from ..frame import link
from ..language import N_, _
from ..questions import Question
from . import own_words, polled, quiz, steps

NAMES = {steps.START: N_("Start"), steps.END: N_("End"), steps.SHEET: N_("Worksheet")}


@dataclass(frozen=True)
class Settings:
    """All that the page's link says; `said` has a setting for the answer to each question, None before there is one."""

    step: link.Options
    minutes: link.Options
    teacher: link.Switch
    before: link.Text
    after: link.Text
    said: Mapping[str, link.Options]

    def all(self) -> list[link.Setting]:
        """The settings side by side."""
        return [self.step, self.minutes, self.teacher, self.before, self.after, *self.said.values()]


def settings(questions: list[Question]) -> Settings:
    """The settings for these questions."""
    return Settings(
        link.choice("step", steps.STEPS, steps.START), link.choice("minutes", (steps.SHORT, steps.LONG), steps.SHORT),
        link.switch("teacher", False, "1", "0"),
        link.text("before", quiz.NOTHING, quiz.checked), link.text("after", quiz.NOTHING, quiz.checked),
        {question.key: link.choice(question.key, list(question.options), None) for question in questions})


def name(setting: Settings, step: str) -> str:
    """What a step is called where all of them stand side by side: a station has its number, and a tick once its
    question is answered."""
    if step in NAMES:
        return _(NAMES[step])
    own = setting.said.get(step)
    return f"{list(steps.STATIONS).index(step) + 1}{' ✓' if own and own.value is not None else ''}"


def way(setting: Settings) -> None:
    """All steps side by side; the one that is seen is marked."""
    st.session_state["_step"] = setting.step.value
    st.pills(_("Stations"), steps.STEPS, format_func=lambda step: name(setting, step), key="_step", required=True,
             label_visibility="collapsed", wrap=True, on_change=lambda: go(setting, st.session_state["_step"]))


def go(setting: Settings, step: str) -> None:
    """To a step of the lesson."""
    setting.step.set(step)


def on(setting: Settings) -> None:
    """The step before, and the next."""
    place = steps.STEPS.index(setting.step.value)
    with st.container(horizontal=True, key="on"):
        if place:
            st.button(_("Back"), icon=":material/arrow_back:", on_click=go, args=[setting, steps.STEPS[place - 1]],
                      key="back")
        if place < len(steps.STEPS) - 2:  # the worksheet is beside the way
            ready = setting.said.get(setting.step.value)
            kind = "primary" if ready is None or ready.value is not None else "secondary"
            text = _("Begin") if not place else _("Next station") if place < len(steps.STATIONS) else _("To the end")
            st.button(text, icon=":material/arrow_forward:", type=kind, key="forward", on_click=go,
                      args=[setting, steps.STEPS[place + 1]])


def asked(question: Question, own: link.Options, model: str) -> None:
    """A question, its answers to choose from, and the button that commits to one; once that is done, what was said. Of
    which `model` it is, a class's room is told, where the visitor is in one."""
    polled.opened(question, model)
    with st.container(key="asked"):
        st.markdown(question.text)
        if own.value is not None:
            st.markdown(_("You said: **{answer}**").format(answer=question.options[own.value]))
            return
        key = f"_choice_{question.key}"
        options = {"options": list(question.options), "format_func": question.options.get, "key": key}
        if all(len(one) < 3 or "![" in one for one in question.options.values()):
            st.pills(_("Your answer"), **options, wrap=True)
        else:
            st.radio(_("Your answer"), **options, index=None)
        st.button(_("That is my answer"), type="primary", key="commit", on_click=_commit,
                  args=[question, own, key, model])
        if st.session_state.pop("_nothing_chosen", False):
            st.warning(_("Choose an answer first. A wrong guess is a good beginning."), icon=":material/touch_app:")


def _commit(question: Question, own: link.Options, key: str, model: str) -> None:
    """From now on it stands, and the tree may be seen."""
    chosen = st.session_state.get(key)
    if chosen in question.options:
        own.set(chosen)
        polled.vote(question, model, chosen)
    else:
        st.session_state["_nothing_chosen"] = True


def anew(setting: Settings) -> None:
    """Nothing is answered any more: for the next class."""
    for own in setting.all():
        if own.name not in ("minutes", "teacher"):
            own.set(own.default)
    for key in [key for key in st.session_state if str(key).startswith(("_choice_", "_quiz_"))]:
        del st.session_state[key]
    own_words.forget()
    go(setting, steps.START)
