"""The parts Turn many and One by hand: rows of a table that become another class, and what they keep."""
from __future__ import annotations

import streamlit as st

from branched import BranchedModel

from ..frame.look import Look
from ..language import _
from ..parts.markup import literal
from ..serve.request import Numbers
from . import controls, letter, numbers, shown, told, work


def show_many(name: str, model: BranchedModel, settings: controls.Settings, look: Look) -> None:
    """Many rows of a class before and after."""
    source, target, plain = controls.classes(model, settings)
    turned = controls.asked(name, work.TurnMany(source, target, settings.seed.value, plain))
    spoken = letter.words(model.features)
    panels = shown.scatters(spoken, turned.before, turned.after, turned.r, model.form, look)
    st.html(shown.part(told.success(turned, target), look, panels=panels[:shown.FEW], shape="square"))
    st.caption(_(told.MANY).format(a=literal(source), b=literal(target)))
    if panels[shown.FEW:]:
        with st.expander(_(told.KEPT).format(count=len(spoken))):
            st.html(shown.part("", look, panels=panels, shape="square"))
            if more := told.of_all(model.features, shown.MOST):
                st.caption(more)


def show_one(name: str, model: BranchedModel, settings: controls.Settings, look: Look) -> None:
    """One row, changed by hand, before and after."""
    source, target, plain = controls.classes(model, settings)
    seed = settings.seed.value
    row = controls.asked(name, work.OneRow(source, seed))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_(told.CHANGED if settings.edit.value else told.GIVEN).format(label=literal(source)))
        row = controls.edited(model, row)
    turned = controls.asked(name, work.TurnOne(Numbers(row), source, target, seed, plain))
    with right:
        _show_moves(model, turned, source, target, look)


def _show_moves(model: BranchedModel, turned: work.Turned, source: str, target: str, look: Look) -> None:
    """What one row became, what moved, and where the other tries went."""
    spoken, before, after = letter.words(model.features), turned.before[0], turned.after[0]
    entries = [shown.Entry(_("before: {label}").format(label=source), "lit"),
               shown.Entry(_("after: {label}").format(label=target), "other")]
    moves = shown.moves(spoken, before, turned.after, numbers.moved(model, before, after), model.form)
    sentence = told.moves(model, [each.name for each in spoken], turned, target)
    st.html(shown.part(sentence, look, entries, moves=moves[:2 * shown.FEW]))
    st.caption(" ".join([_(told.ONE), *[_(told.TRIES)] * (len(turned.after) > 1)]))
    if moves[2 * shown.FEW:]:
        with st.expander(_(told.MOVED).format(count=len(spoken))):
            st.html(shown.part("", look, moves=moves))
            if more := told.of_all(model.features, shown.MOST):
                st.caption(more)
