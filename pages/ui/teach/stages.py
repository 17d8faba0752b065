"""Two stages of the page "Teach" as they are laid out: what is shown, and what goes on; `result` has the third."""
from collections.abc import Callable

import streamlit as st

from branched import BranchedError, BranchedModel

from .. import serve
from ..figures.standing_tree import figure
from ..frame import visitor, words
from ..frame.controls import chart
from ..frame.look import Look
from ..language import _
from ..parts import keeper, stage
from ..parts.markup import literal
from . import bet, controls, kept, lessons, shown, told
from .work import Digits, Progress


def aloud(model: BranchedModel, lesson: lessons.Begun | None, taught: visitor.Own | None,
          settings: controls.Showing) -> str:
    """Where the visitor is, in a few words, for those who hear the page."""
    if lesson:
        return told.learning(lesson.label)
    if taught:
        return told.triumph(taught.added[-1], taught.taught[taught.added[-1]])
    return "" if settings.kind.value == "digit" else told.so_far(len(controls.examples(model)))


def show(name: str, model: BranchedModel, look: Look, settings: controls.Showing) -> None:
    """What the new class looks like, its name, and the tree that it will join."""
    with st.container(key="kept"):  # so that what comes and goes there moves nothing below
        kept.drawings(model)
    kind = settings.kind.pills(_("How to show it"))
    giving, seeing, where = stage.columns()
    with giving:
        controls.place_to_show(model, kind, settings)
        controls.notes()
        controls.smaller_model(model)
        controls.replaced(name)
        if visitor.find(name):
            st.button(_("Back to what it knows"), icon=":material/arrow_back:", on_click=controls.another, args=[None])
    with seeing:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if kind != "digit":
                settings.name.text_input(_("What is it called?"), max_chars=words.LONGEST, width=240,
                                         placeholder=_("an emoji, or a few letters"))
            st.button(_("Teach it"), type="primary", icon=":material/school:", on_click=lessons.begin,
                      args=[name, model], width=150)
        controls.complaints()
        controls.shown_so_far(model, kind)
        bet.place(model)
    with where:
        chart(figure(model.outline(), look=look, height=shown.HEIGHT), _("The class tree"))


# -- the lesson --------------------------------------------------------------------------------------------------------

def watch(begun: lessons.Begun, model: BranchedModel, look: Look) -> None:
    """The lesson, while it goes on."""
    keeper.warn()
    giving, seeing, where = stage.columns()
    with giving:
        st.header(literal(told.learning(begun.label)), anchor=False)
        bar, wait, curve = st.empty(), st.container(), st.empty()
        st.button(_("Stop here and keep what it knows"), icon=":material/stop:", on_click=lessons.stop,
                  width="stretch")
        st.button(_("Cancel"), type="tertiary", on_click=lessons.cancel)
    guess, sheet, tree, drawn = seeing.empty(), seeing.empty(), where.empty(), None
    chart(figure(model.outline(), look=look, height=shown.HEIGHT), _("The class tree"), into=tree)

    if not begun.progress.latest:
        with guess.container():
            bet.place(model)

    def draw(progress: Progress) -> None:
        nonlocal drawn
        bar.progress(progress.share, told.progress(progress))
        curve.html(shown.curve(progress, look))
        if progress.latest is drawn and progress.records:
            return
        if progress.latest:
            chart(shown.growing(begun.label, progress, look), _("The class tree, with a new leaf"),
                  f"tree {len(progress.records)}", into=tree)
            guess.markdown(bet.answer(progress.latest.model, begun.label, bet.chosen()))
        drawn = progress.latest
        sheet.html(shown.previews(progress))

    draw(begun.progress)
    try:
        with wait:
            _teach(begun, draw, lambda share: bar.progress(
                share, _("The model {name} draws {count} pictures for it …").format(
                    name=controls.TEACHER, count=controls.LESSON)))
    except BranchedError as error:
        lessons.cancel()
        controls.complain(str(error))
    except Exception:
        lessons.cancel()
        raise
    st.rerun()


def _teach(begun: lessons.Begun, draw: Callable[[Progress], None], prepare: Callable[[float], None]) -> None:
    """Teach, when it is this visitor's turn. Raises BranchedError.

    Where another model has to draw the examples first, `prepare` is told how far that is.
    """
    if begun.images is None:
        digits = serve.ask(controls.TEACHER, Digits(begun.label, controls.LESSON), prepare)
        begun = lessons.taught_by_another(begun, digits)
    progress = serve.ask(begun.base, begun.lesson, draw)
    lessons.finish(begun, progress, "early" if progress.latest.step < progress.latest.steps else "")
