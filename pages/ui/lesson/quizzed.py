"""The quiz on the page: six questions to answer, what came of them, and the table to take along."""
import streamlit as st

from ..frame import link
from ..language import _, current
from . import quiz, told
from .controls import Settings


def ask(own: link.Text, when: str) -> None:
    """Six questions, and a button that takes the answers; once that is done, nothing can be changed."""
    if own.value != quiz.NOTHING:
        st.markdown(_("Your answers are taken. The same questions come again at the end.") if when == "before" else
                    _("Your answers are taken."))
        return
    with st.form(f"_quiz_{when}", border=False):
        for k, item in enumerate(quiz.QUIZ):
            st.radio(f"**{k + 1}.** {_(item.text)}", list(quiz.LETTERS), index=None, key=_key(when, k),
                     format_func=lambda letter, item=item: _(item.answers[quiz.LETTERS.index(letter)]))
        st.form_submit_button(_("Hand in"), type="primary", on_click=_take, args=[own, when])
    if st.session_state.pop("_quiz_empty", "") == when:
        st.warning(_("Nothing is chosen yet. Answer at least one question."), icon=":material/touch_app:")


def _take(own: link.Text, when: str) -> None:
    said = "".join(st.session_state.get(_key(when, k)) or quiz.OPEN for k in range(len(quiz.QUIZ)))
    if said == quiz.NOTHING:
        st.session_state["_quiz_empty"] = when
    else:
        own.set(said)


def _key(when: str, number: int) -> str:
    return f"_quiz_{when}_{number}"


def result(setting: Settings, name: str) -> None:
    """How it went, the right answers once all is handed in, and one line of a table: no names."""
    before, after = setting.before.value, setting.after.value
    if after != quiz.NOTHING:
        counts = [None if said == quiz.NOTHING else quiz.right(said) for said in (before, after)]
        st.markdown(f"**{told.scores(*counts, len(quiz.QUIZ))}**")
        with st.expander(_("The right answers"), icon=":material/check:"):
            st.markdown("\n".join(f"{k}. {_(item.text)} **{_(item.answers[quiz.LETTERS.index(item.right)])}**"
                                  for k, item in enumerate(quiz.QUIZ, 1)))
    st.download_button(_("Take the answers along (CSV, no names)"), icon=":material/download:", on_click="ignore",
                       data=quiz.table([(name, current(), before, after)]), file_name="lesson-quiz.csv",
                       mime="text/csv", key="csv",
                       help=_("One line for each device: a teacher puts them below each other."))
