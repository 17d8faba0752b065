"""What can be chosen on the page "Generate", and the comparison beside the pictures."""
from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

import branched
from branched import Sampling

from .. import serve
from ..frame import link
from ..frame.controls import SEED, draw_number
from ..frame.look import Look
from ..parts import reels
from . import shown, told
from .work import Alone, Draw, DrawAlone, Drawn

PICTURES = 320  # at most, of all classes together
RACE = 10_000   # evaluations, at most, of a comparison
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
    race: link.Switch = link.switch("race", True)
    view: link.Options = link.choice("view", reels.VIEWS, "now")


def settings(labels: Mapping[str, str], guides: tuple[str, ...] = ()) -> Settings:
    """The settings for a model with these classes, each with what stands on its button, which these can guide."""
    guidance = link.number("guidance", 0, STRONGEST if guides else 0, 0.0, digits=2)
    by = {guide: told.guide(guide)[0] for guide in guides or (Sampling.guide,)}
    return Settings(link.several("labels", labels, labels), guidance, link.choice("guide", by, next(iter(by))))


def order(setting: Settings) -> Draw | None:
    """All that is asked for, by its widgets; None if that is no class. Where all would be too many, fewer of each."""
    classes, number, steps, seed = st.columns([4, 2, 2, 1.3], gap="medium")
    labels = setting.labels.pills("Classes", classes, wrap=True)
    wanted = setting.n.slider("Pictures of each class", number)
    setting.steps.slider("Steps", steps, help=told.STEPS)
    draw_number(into=seed)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _all_or_none(setting.labels, labels)
        with st.popover("More settings", icon=":material/tune:"):
            st.caption(told.solver(setting.solver.selectbox("How the steps are taken"))[1])
            if setting.guidance.high > 0:
                _guidance(setting)
        setting.view.segments("What to look at", label_visibility="collapsed")
    if not labels:
        return None
    n = per_class(wanted, len(labels))
    if n < wanted:
        number.caption(f"At most {PICTURES} pictures at once: so {n} of each class.")
    guided = {"guidance": setting.guidance.value, "guide": setting.guide.value} if setting.guidance.value else {}
    sampling = Sampling(n=n, steps=setting.steps.value, solver=setting.solver.value, seed=setting.seed.value, **guided)
    return Draw(tuple(label for label in setting.labels.options if label in labels), sampling)


def _guidance(setting: Settings) -> None:
    """How strongly steps are pushed towards their classes, and by what; each told where it is chosen."""
    strength = setting.guidance.slider("Guidance", step=0.25, help=told.GUIDANCE)
    if len(setting.guide.options) > 1:
        setting.guide.segments("Guided by")
    if strength:
        st.caption(told.guide(setting.guide.value)[1])


def _all_or_none(setting: link.Options, chosen: list[str]) -> None:
    every = list(setting.options)
    st.button("All", on_click=setting.set, args=[every], disabled=len(chosen) == len(every))
    st.button("None", on_click=setting.set, args=[[]], disabled=not chosen)


def per_class(n: int, classes: int) -> int:
    """How many of each class are drawn where n are wanted."""
    return max(1, min(n, PICTURES // classes))


def comparison(name: str, draw: Draw, drawn: Drawn, race: link.Switch, look: Look) -> None:
    """What the tree saved, measured now: the same classes one by one, in view of the visitor."""
    st.subheader("What the tree saves", anchor=False)
    pulled = told.PULLED if draw.sampling.takes_gradients else ""
    if len(draw.labels) == 1:
        st.markdown(told.single(drawn) + pulled)
        return
    st.markdown(told.LOOK + pulled)
    wanted = race.toggle("Draw each class by itself, too, to compare")
    chart, text = st.empty(), st.empty()
    alone = _raced(name, draw, drawn, look, chart, text) if wanted and drawn.alone <= RACE else None
    chart.html(shown.bars(drawn, alone, look, len(draw.labels)))
    text.markdown(told.saving(drawn, alone))
    if wanted and alone is None:
        st.caption(told.too_many(drawn))


def _raced(name: str, draw: Draw, drawn: Drawn, look: Look, chart: Any, text: Any) -> Alone:
    """The same class by class, with its bar growing."""
    def show(so_far: Alone) -> None:
        chart.html(shown.bars(drawn, so_far, look, len(draw.labels)))
        text.markdown(f"For comparison: each class by itself, now {draw.labels[so_far.done]} …")

    return serve.ask(name, DrawAlone(draw.labels, draw.sampling), show)
