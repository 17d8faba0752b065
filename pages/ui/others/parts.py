"""The parts of the page "Other ways", of which one is seen at a time: each shows some of what was measured."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

import branched
from branched import BranchedError, MeasuredMethods, Sampling

from .. import serve
from ..frame.controls import chart, draw_number
from ..frame.look import Look
from ..language import N_, _
from ..parts import pictures
from ..parts.film import film
from ..serve import Request
from . import controls, shown, told
from .controls import Settings
from .work import Attention, Drawn, Ten

Part = Callable[[MeasuredMethods, Settings, Look], None]


def rows(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """All methods, one below the other."""
    if not methods.record.rows:
        st.info(_(told.NOTHING))
        return
    text, place = st.columns([5, 2], gap="large", vertical_alignment="bottom")
    text.markdown(_(told.READING))
    draw = setting.draw.slider(_("Dice roll"), place, help=_(told.DRAW))
    with st.container(key="ways"):
        st.html(shown.comparison(methods, draw))
    st.markdown(told.summary(methods))
    st.caption(told.protocol(methods))


def strength(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """Right class against coverage as guidance grows, and the pictures at each strength; scrubbed in the browser."""
    if not setting.curve.options:
        st.info(_(told.NOTHING))
        return
    st.markdown(_(told.STRENGTH))
    curve = setting.curve.pills(_("Which guidance"), label_visibility="collapsed", wrap=True,
                                on_change=setting.strength.set, args=[None])
    left, right = st.columns(2, gap="large")
    with left:
        chart(shown.curve(methods, curve, look), told.alt(curve), key="trade")
        st.caption(told.along_curves(methods))
    with right:
        _dial(methods, setting, curve)


def _dial(methods: MeasuredMethods, setting: Settings, curve: str) -> None:
    """The slider of the strength, with the ten digits; where it rests goes into the link."""
    points = methods.record.curves[curve]
    if methods.of("curve", curve) is None:
        st.info(_(told.NOTHING))
        return
    images, frames = shown.strengths(methods, curve)
    usual = controls.start(methods, curve, None)
    marks = {k: told.short(point.guidance) for k, point in enumerate(points)}
    rest = film("strength_film", images, frames, start=controls.start(methods, curve, setting.strength.value),
                marks=marks, over="trade", height=112, label=N_("Strength of the guidance"))
    setting.strength.set(None if rest == usual else points[rest].guidance)


def live(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """Two methods draw the same digit from the same noise, here and now."""
    if not setting.first.options:
        st.info(_(told.NOTHING))
        return
    st.markdown(_(told.WATCH))
    one, other, seed = st.columns([3, 3, 2], gap="medium")
    chosen = [setting.first.selectbox(_("One way"), one), setting.second.selectbox(_("The other way"), other)]
    draw_number(into=seed)
    digit = setting.digit.pills(_("Digit"), wrap=True)
    orders = [_order(methods, name, setting.seed.value) for name in chosen]
    if _is_asked(setting, orders) and (drawn := _drawn(orders)):
        _duel([told.method(name).name for name in chosen], drawn, digit)


def _order(methods: MeasuredMethods, name: str, seed: int) -> tuple[str, Ten]:
    """The model of a method, and what is asked of it: drawing as it was measured, from this draw number."""
    row, record = methods.record.rows[name], methods.record
    usual = Sampling(n=1, steps=record.steps, solver=record.solver or branched.SOLVER, seed=seed)
    return row.model, Ten(replace(usual, guidance=row.guidance, guide=row.guide) if row.guidance else usual)


def _drawn(orders: list[tuple[str, Ten]]) -> list[Drawn]:
    """What comes of both; nothing, and a sentence, if a model can't be had."""
    place, results = st.empty(), []
    for name, order in orders:
        try:
            results.append(serve.ask(name, order, lambda frame: place.html(
                pictures.sheet([pictures.Row("", "", pictures.strip(frame.denoised[:, 0]), _("Being drawn"))]))))
        except (BranchedError, OSError) as error:
            place.error(told.cannot_draw(name, error), icon=":material/error:")
            return []
    place.empty()
    return results


def _duel(names: list[str], drawn: list[Drawn], digit: str) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        images, frames = shown.duel(drawn, digit)
        film("duel", images, frames, rows=names, start=len(frames) - 1, ends=(_("noise"), _("picture")), height=150,
             autoplay=True)
    with right:
        st.markdown(f"**{_(told.JUST_NOW)}**")
        st.html(shown.just_drawn(names, drawn))


def latent(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """Through the autoencoder and back; and what a model of codes listens to, while it draws here and now."""
    if not setting.code.options:
        st.info(_(told.NOTHING))
        return
    st.markdown(_(told.LATENT))
    code = setting.code.pills(_("Codes"), label_visibility="collapsed", wrap=True)
    if (images := methods.of("reconstruction", code)) is not None:
        st.html(shown.reconstruction(images))
    st.markdown(told.lost(methods.record.autoencoders[code]))
    if f"latent-{code}" in methods.record.rows:
        st.subheader(_("What it listens to"), anchor=False)
        st.markdown(_(told.ATTENTION))
        _attention(methods, f"latent-{code}", setting)


def _attention(methods: MeasuredMethods, row: str, setting: Settings) -> None:
    """The film of attention, of a digit and a draw number, once somebody asks for it."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    digit = setting.digit.pills(_("Digit"), left, wrap=True)
    draw_number(into=right)
    name, order = _order(methods, row, setting.seed.value)
    order = Attention(digit, order.sampling)
    if not _is_asked(setting, [(name, order)]):
        return
    try:
        seen = serve.ask(name, order)
    except (BranchedError, OSError) as error:
        st.error(told.cannot_draw(name, error), icon=":material/error:")
        return
    images, frames = shown.attention(seen)
    film("attention", images, frames, rows=told.layers(seen.maps.shape[1]),
         start=len(frames) - 1, ends=(_("noise"), _("picture")), height=104, seconds=6)


def _is_asked(setting: Settings, orders: Sequence[tuple[str, Request]]) -> bool:
    """Whether something is to be drawn now: somebody has asked, or it is there already. Else a button asks."""
    asked = setting.live.value or all(serve.is_kept(*order) for order in orders)
    if not asked:
        st.button(_("Draw, here and now"), on_click=setting.live.set, args=[True], type="primary",
                  icon=":material/draw:")
    return asked


def mended(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """Two methods that had failed: failing, and mended."""
    if not setting.kind.options:
        st.info(_(told.NOTHING))
        return
    st.markdown(_(told.FAILED))
    kind = setting.kind.pills(_("Which"), label_visibility="collapsed", wrap=True)
    st.markdown(_(told.WHY[kind]))
    st.html(shown.variants(methods, kind))


def numbers(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """A map of neighbours, and a score; both may say nothing."""
    left, right = st.columns(2, gap="large")
    with left:
        if setting.near.options:
            st.markdown(_(told.MAP))
            row = setting.near.selectbox(_("Whose pictures"), label_visibility="collapsed")
            chart(shown.neighbours(methods, row, look), told.alt_map(row), key="map")
            st.markdown(_(told.SEPARABLE))
    with right:
        st.markdown(_(told.SCORE))
        st.html(shown.scores(methods))
        if text := told.inflated(methods):
            st.markdown(text)


def abilities(methods: MeasuredMethods, setting: Settings, look: Look) -> None:
    """Methods by what they can."""
    st.markdown(_(told.ABILITIES))
    st.html(shown.can(methods))


PARTS: dict[str, Part] = {"rows": rows, "strength": strength, "live": live, "latent": latent, "mended": mended,
                          "numbers": numbers, "abilities": abilities}
