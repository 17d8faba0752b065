"""The steps of the lesson as they are seen: the start, six stations, the end, and the worksheet."""
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from branched import BranchedModel

from .. import serve
from ..frame import link, menu
from ..frame.controls import chart
from ..frame.look import Look
from ..language import _, decimal
from ..parts.markup import literal
from ..questions import Question, of_model, of_tree
from ..serve.descent import Descent, Tour
from ..serve.judge import judge_for
from ..serve.request import Numbers
from . import controls, own_words, polled, quizzed, sheet_part, shown, steps, told
from .work import Read, Styles, most_unlike

SEED = 0  # the draw number of the lesson's pictures: the one that Watch shows at first


class Class(NamedTuple):
    """Who is taught with what: the model, its name, the look of the page, the questions, and the settings."""

    name: str
    model: BranchedModel
    look: Look
    questions: Sequence[Question]
    setting: controls.Settings

    @property
    def tour(self) -> Tour:
        """The pictures of the lesson, on their way down the tree."""
        return serve.ask(self.name, Descent(SEED))


def show(here: Class) -> None:
    """The step that is chosen."""
    step = here.setting.step.value
    with st.container(key="station"):
        if step in steps.STATIONS:
            _station(here, step)
        else:
            {steps.START: _start, steps.END: _end, steps.SHEET: sheet_part.show}[step](here)
    controls.on(here.setting)


def _start(here: Class) -> None:
    """What will be done, for how long, and the quiz before."""
    setting = here.setting
    st.markdown(_(told.INTRODUCTION))
    with st.container(horizontal=True, gap="large", vertical_alignment="bottom"):
        setting.minutes.segments(_("Minutes"))
        setting.teacher.toggle(_("Teacher's version"))
    if setting.teacher.value:
        _overview(here)
    else:
        st.markdown("\n".join(f"{k}. {_(own.title)}" for k, own in enumerate(steps.STATIONS.values(), 1)))
    with st.expander(_("Before the lesson: six questions"), icon=":material/quiz:"):
        quizzed.ask(setting.before, "before")
    st.caption(_(told.PRIVATE))


def _overview(here: Class) -> None:
    """For the teacher: all stations with their time and the right answers."""
    whole = here.setting.minutes.value
    head = [_("Station"), _("Time"), _("Right answer")]
    lines = [f"| {' | '.join(head)} |", "|---|---|---|"]
    for key, own in steps.STATIONS.items():
        question = told.question_of(here.questions, key)
        right = told.answer(question) if question else _("not asked of this model")
        lines.append(f"| {_(own.title)} | {told.time_of(key, whole)} | {right} |")
    with st.container(key="teacher-says"):
        st.markdown("\n".join(lines))
        rest = sum(steps.minutes(step, whole) for step in (steps.START, steps.END))
        st.markdown(_("The other {count} min are for the quiz before and after, and for talking. A link without "
                      "*teacher=1* shows students no answers.").format(count=decimal(rest)))


def _station(here: Class, key: str) -> None:
    """A station: what it is about, the question, what is seen before the answer and after it, and what to do."""
    own, number = steps.STATIONS[key], list(steps.STATIONS).index(key) + 1
    question = told.question_of(here.questions, key)
    said = here.setting.said[key].value if question else None
    st.header(f"{number} · {_(own.title)}", anchor=False)
    with st.container(key="lead"):
        st.markdown(_(own.lead))
    left, right = st.columns([3, 2], gap="large")
    with right:
        if question:
            controls.asked(question, here.setting.said[key], here.name)
        if question and said is not None:
            st.container(key="outcome").markdown(told.outcome(question, said))
            polled.counted(question, here.name)
        if here.setting.teacher.value:
            _teacher(here, key, question)
    with left:
        SEEN[key](here, said is not None or question is None)
    if said is not None or question is None:
        with right:
            _doing(here, key)


def _teacher(here: Class, key: str, question: Question | None) -> None:
    """What the teacher alone reads."""
    own = steps.STATIONS[key]
    with st.container(key="teacher-says"):
        lines = [_("**Time:** {time}").format(time=told.time_of(key, here.setting.minutes.value))]
        if question:
            right = told.answer(question)
            lines.append(_("**Right:** {answer}. {reason}").format(answer=right, reason=question.reason))
        lines += [_("**What students usually think:** {text}").format(text=_(own.think)),
                  _("**Ask further:** {text}").format(text=_(own.further))]
        st.markdown("\n\n".join(lines))


def _doing(here: Class, key: str) -> None:
    """What to look at, to try, and to explain, once the answer is known."""
    own = steps.STATIONS[key]
    st.markdown(_("**Look.** {text}").format(text=_(own.look)))
    st.markdown(_(told.TRY))
    file, label, query = TRY[key](here)
    st.page_link(file, label=label, icon=":material/open_in_new:", query_params=menu.asking(here.name) | query)
    own_words.asked(key, _("**Explain.** {text}").format(text=_(own.explain)))


# -- what is seen ------------------------------------------------------------------------------------------------------

def _trunk(here: Class, answered: bool) -> None:
    outline = here.model.outline()
    if answered:
        chart(shown.root(here.name, here.look, outline=outline), shown.tree_alt(outline), key="lesson-tree")
        _list_twin(here)
    else:
        st.html(shown.way(outline, outline.groups[-1], here.tour))


def _kin(here: Class, answered: bool) -> None:
    label = of_tree.subject(here.model.tree)
    if not answered or label is None:
        st.html(shown.classes(here.tour, here.model.labels, several=4))
        return
    near, _time = of_tree.relatives(here.model.tree, label)
    chart(shown.together(here.name, label, near[0], here.look, model=here.model), shown.tree_alt(here.model.outline()),
          key="lesson-tree")
    _list_twin(here)


def _list_twin(here: Class) -> None:
    """The tree as a list, for who walks it with a screen reader, or wants to read it."""
    with st.expander(_("The tree as a list"), icon=":material/list:"):
        st.markdown("\n".join(f"- {line}" for line in told.points(here.model.outline())))


def _hybrid(here: Class, answered: bool) -> None:
    pair = of_tree.closest(here.model.tree)
    if pair is None:
        st.html(shown.classes(here.tour, here.model.labels, several=4))
        return
    meeting, tour = here.model.tree.meeting(*pair), here.tour
    read = serve.ask(here.name, Read(Numbers(tour.guesses[meeting.id])))
    alt = told.hybrids_alt(*pair, meeting.time, read)
    st.html(shown.hybrids(tour, meeting.id, alt, meeting.branch.classes if answered else ()))


def _style(here: Class, answered: bool) -> None:
    if len(here.model.labels) < 2:
        st.html(shown.classes(here.tour, here.model.labels))
        return
    a, b = of_model.pair(here.model.tree)
    drawn = here.tour.finished[a]
    three = most_unlike(drawn, shown.measure(drawn, here.model.form.shows is None))
    turned = serve.ask(here.name, Styles(Numbers(three), a, b))
    st.html(shown.styles(three, turned, a, b, answered))
    if answered:
        places = of_model.order(a, b)
        st.markdown(told.kept(shown.slants(three[places]), shown.slants(turned[places])))


def _forget(here: Class, answered: bool) -> None:
    st.html(shown.classes(here.tour, here.model.labels, several=8 if answered else 4))


def _fails(here: Class, answered: bool) -> None:
    st.html(shown.classes(here.tour, here.model.labels))
    judge = judge_for(here.model)
    if answered and (said := told.judged(here.model, judge.facts.get("test_accuracy") if judge else None)):
        st.markdown(said)


SEEN: dict[str, Callable[[Class, bool], None]] = {"trunk": _trunk, "kin": _kin, "hybrid": _hybrid, "style": _style,
                                                  "forget": _forget, "fails": _fails}


# -- where it is tried -------------------------------------------------------------------------------------------------

Try = tuple[str, str, dict[str, str]]  # a page's file, what the link says, and settings of that page


def _try_trunk(here: Class) -> Try:
    return "app.py", _("Watch noise go down the tree: press play, and count the pictures"), {}


def _try_kin(here: Class) -> Try:
    label = of_tree.subject(here.model.tree)
    if label is None:
        return "app.py", _("Click a branch point on the page Watch"), {}
    near, _time = of_tree.relatives(here.model.tree, label)
    text = _("Open the branch point of {a} and {b} on the page Watch")
    return ("app.py", text.format(a=literal(label), b=literal(near[0])),
            {"node": str(here.model.tree.meeting(label, near[0]).id)})


def _try_hybrid(here: Class) -> Try:
    if (pair := of_tree.closest(here.model.tree)) is None:
        return "app.py", _("Click a branch point on the page Watch"), {}
    a, b = pair
    return ("pages/hybrids.py", _("Pull the slider between {a} and {b}: when do you see them part?").format(
        a=literal(a), b=literal(b)), {"a": link.packed([a]), "b": link.packed([b])})


def _try_style(here: Class) -> Try:
    return "pages/transmute.py", _("Draw one that leans far to the left, and turn it into another"), {}


def _try_forget(here: Class) -> Try:
    return "pages/teach.py", _("Invent a symbol, bet where it joins, and teach it"), {}


def _try_fails(here: Class) -> Try:
    return "pages/about.py", _("Read “When this fails”, and think of a case that is not there"), {}


TRY: dict[str, Callable[[Class], Try]] = {"trunk": _try_trunk, "kin": _try_kin, "hybrid": _try_hybrid,
                                          "style": _try_style, "forget": _try_forget, "fails": _try_fails}


# -- the end -----------------------------------------------------------------------------------------------------------

def _end(here: Class) -> None:
    """The quiz after, what came of it, and a line for the table."""
    setting = here.setting
    right = [question.is_right(setting.said[question.key].value) for question in here.questions
             if setting.said[question.key].value is not None]
    st.header(_("What do you know now?"), anchor=False)
    if right:
        text = _("You guessed {right} of {count} before the model showed it. What counts is what you can explain now.")
        st.markdown(text.format(right=decimal(sum(right)), count=decimal(len(right))))
    quizzed.ask(setting.after, "after")
    quizzed.result(setting, here.name)
    st.button(_("Begin anew, for the next class"), icon=":material/restart_alt:", on_click=controls.anew,
              args=[setting], key="anew")
