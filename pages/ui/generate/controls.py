"""What can be chosen on the page "Generate", and the comparison beside the pictures."""
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import streamlit as st

import branched
from branched import Sampling

from .. import serve
from ..frame import link
from ..frame.controls import SEED, draw_number
from ..frame.look import Look
from ..language import N_, _
from ..parts import reels
from ..parts.film import film
from . import shown, told
from .work import TURNS, Draw, Drawn, Measure

PICTURES = 320  # at most, of all classes together
MEASURED = 20_000  # evaluations, at most, of measuring
STRONGEST = 5   # guidance: more spoils every picture


class Settings(NamedTuple):
    """All that the page's link says."""

    labels: link.Options
    guidance: link.Range
    guide: link.Options
    n: link.Range = link.whole("n", 1, 32, 8)
    steps: link.Range = link.whole("steps", 5, 100, 20)
    solver: link.Options = link.choice("solver", {name: told.solver(name)[0] for name in branched.SOLVERS},
                                       branched.SOLVER)
    seed: link.Range = SEED
    measure: link.Switch = link.switch("measure", False)
    view: link.Options = link.choice("seen", reels.VIEWS, "now")


def settings(labels: Mapping[str, str], guides: tuple[str, ...] = ()) -> Settings:
    """The settings for a model with these classes, each with what stands on its button, which these can guide."""
    guidance = link.number("guidance", 0, STRONGEST if guides else 0, 0.0, digits=2)
    by = {guide: told.guide(guide)[0] for guide in guides or (Sampling.guide,)}
    return Settings(link.several("labels", labels, labels), guidance, link.choice("guide", by, next(iter(by))))


def order(setting: Settings) -> Draw | None:
    """All that is asked for, by its widgets; None if that is no class. Where all would be too many, fewer of each."""
    classes, number, steps, seed = st.columns([3.4, 2, 2, 1.8], gap="medium")
    labels = setting.labels.pills(told.kinds(setting.labels.options), classes, wrap=True)
    wanted = setting.n.slider(_("Pictures of each"), number)
    setting.steps.slider(_("Steps"), steps, help=_(told.STEPS))
    draw_number(into=seed)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _all_or_none(setting.labels, labels)
        with st.popover(_("More settings"), icon=":material/tune:"):
            solver = setting.solver.selectbox(_("How the steps are taken"))
            st.caption(_(told.solver(solver)[1]))
            if setting.guidance.high > 0:
                _guidance(setting)
        setting.view.segments(_("What to look at"), label_visibility="collapsed")
    if not labels:
        return None
    n = per_class(wanted, len(labels))
    if n < wanted:
        number.caption(_("At most {most} pictures at once: so {n} of each.").format(most=PICTURES, n=n))
    guided = {"guidance": setting.guidance.value, "guide": setting.guide.value} if setting.guidance.value else {}
    sampling = Sampling(n=n, steps=setting.steps.value, solver=setting.solver.value, seed=setting.seed.value, **guided)
    return Draw(tuple(label for label in setting.labels.options if label in labels), sampling)


def _guidance(setting: Settings) -> None:
    """How strongly steps are pushed towards their classes, and by what; each told where it is chosen."""
    strength = setting.guidance.slider(_("Guidance"), step=0.25, help=_(told.GUIDANCE))
    if len(setting.guide.options) > 1:
        setting.guide.segments(_("Guided by"))
    if strength:
        st.caption(_(told.guide(setting.guide.value)[1]))


def _all_or_none(setting: link.Options, chosen: list[str]) -> None:
    every = list(setting.options)
    st.button(_("All"), on_click=setting.set, args=[every], disabled=len(chosen) == len(every))
    st.button(_("None"), on_click=setting.set, args=[[]], disabled=not chosen)


def per_class(n: int, classes: int) -> int:
    """How many of each class are drawn where n are wanted."""
    return max(1, min(n, PICTURES // classes))


def comparison(name: str, draw: Draw, drawn: Drawn, measure: link.Switch, view: str, look: Look) -> None:
    """What the tree saved: counted, as a race, and for those who ask measured in view of the visitor."""
    st.header(_("What the tree saves"), anchor=False)
    pulled = [_(told.PULLED)] * draw.sampling.takes_gradients
    if len(draw.labels) == 1:
        st.markdown(" ".join([told.single(drawn), *pulled]))
        return
    st.markdown(" ".join([told.saving(drawn), *pulled]))
    st.html(shown.bars(drawn, look))
    if len(draw.labels) <= shown.MANY:
        st.markdown(_(told.RACE))
        pictures, frames, done = shown.race(drawn, view)
        film("race", pictures, frames, rows=(_("Together"), _("One by one")), start=done, height=shown.RACING,
             ends=(_("start"), _("all done")), seconds=12, label=N_("Steps of the model"))
    st.markdown(_(told.STEP))
    if measure.toggle(_(told.MEASURE)):
        _measured(name, draw, drawn)


def _measured(name: str, draw: Draw, drawn: Drawn) -> None:
    """Both ways measured, where that does not take too long."""
    if TURNS * (drawn.evaluations + drawn.alone) > MEASURED:
        st.markdown(told.too_many())
        return
    result = serve.ask(name, Measure(draw.labels, draw.sampling))
    st.markdown(told.measured(drawn, result, _now()))


def _now() -> datetime:
    """The time where the visitor is."""
    zone = st.context.timezone
    return datetime.now(ZoneInfo(zone)) if zone else datetime.now(UTC).astimezone()
