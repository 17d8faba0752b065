"""Rows of a table that become another class: many at once, with what they keep; and one, changed by hand."""
import numpy as np
import streamlit as st

from branched import BranchedModel

from ..transmute.transmuting import nearest
from . import letter, multiples, tables

MANY = """Each dot is a row: to the right its value as {a}, upwards as {b}. On the dashed line nothing changed; a cloud
along it means that much was kept (r near 1), a round cloud that nothing was (r near 0)."""
ONE = """From the orange dot to the blue one: what moved, the biggest movers first. Bold is what moved by more than its
usual spread."""
TRIES = " The pale bar is where 8 of 10 of the tries went; each had noise of its own."
GIVEN = """A row of **{}**, {}. **Change its numbers**, or take another row by the draw number above."""
ROOMY = 40  # features: with more, their numbers scroll


def show_many(name: str, model: BranchedModel, dark: bool) -> None:
    """Many rows of a class before and after."""
    source, target = _classes(model)
    turned = tables.turn(name, model, source, target, st.session_state.seed, st.session_state.way == "plain")
    st.html(multiples.STYLE + multiples.said(tables.success(turned, target))
            + multiples.scatters(model.features, turned.before, turned.after, turned.r, model.form, dark))
    st.caption(MANY.format(a=tables.escaped(source), b=tables.escaped(target)) + multiples.of_all(model.features))


def show_one(name: str, model: BranchedModel, dark: bool) -> None:
    """One row, changed by hand, before and after."""
    state = st.session_state
    source, target = _classes(model)
    row, features = tables.own_row(name, model, source, state.seed).copy(), model.features
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(GIVEN.format(tables.escaped(source),
                                 "with your changes" if state.edit else "as the model made it"))
        _numbers(model, row)
    for place, value in state.edit.items():
        row[place] = value
    turned = tables.turn_one(name, model, row, source, target, state.seed, state.way == "plain")
    entries = [(f"before: {source}", "lit", letter.sketch(features, row, "lit", dark)),
               (f"after: {target}", "other", letter.sketch(features, turned.after[0], "other", dark))]
    with right:
        st.html(multiples.STYLE + multiples.said(tables.told_moves(model, turned, target))
                + multiples.key(entries, dark)
                + multiples.moves(features, row, turned.after, tables.moved(model, turned), model.form, dark))
        st.caption(ONE + (TRIES if len(turned.after) > 1 else "") + multiples.of_all(features))


def _classes(model: BranchedModel) -> tuple[str, str]:
    """Which class becomes which, and how."""
    state = st.session_state
    one, two, three = st.columns([1, 1, 2])
    source = one.selectbox("Turn", model.labels, key="source", on_change=tables.start_anew, filter_mode=None)
    state["into"] = state.target or nearest(model.tree, source)
    target = two.selectbox("into", [label for label in model.labels if label != source], key="into", filter_mode=None,
                           on_change=lambda: state.update(target=state["into"]))
    three.segmented_control("How", list(tables.WAYS), key="way", format_func=tables.WAYS.get, required=True)
    return source, target


def _numbers(model: BranchedModel, row: np.ndarray) -> None:
    """A number to change for each feature of a row (F,)."""
    state, form = st.session_state, model.form
    box = st.container(key="numbers", height=520 if len(row) > ROOMY else "content")
    columns = box.columns(4)
    for k, feature in enumerate(model.features):
        kind, ends = (int if form.whole[k] else float), (form.low[k], form.high[k])
        usual = kind(min(max(float(row[k]), ends[0]), ends[1]))
        state[f"feature {k}"] = kind(state.edit.get(k, usual))
        columns[k % 4].number_input(
            tables.escaped(feature), *map(kind, ends), key=f"feature {k}", on_change=_change, args=[k, usual],
            step=kind(tables.step(*ends, form.whole[k])), disabled=ends[0] == ends[1],
            format=f"%.{tables.digits(*ends, form.whole[k])}f" if kind is float else None,
            help=letter.MEANINGS[feature] if letter.is_letters(model.features) else None)
    st.button("Back to the model's own row", on_click=tables.start_anew, icon=":material/undo:", type="tertiary",
              disabled=not state.edit)


def _change(place: int, usual: float) -> None:
    """One feature by hand; to set it back is to say nothing."""
    state, value = st.session_state, st.session_state[f"feature {place}"]
    others = {key: kept for key, kept in state.edit.items() if key != place}
    state.edit = others if value == usual else {**others, place: float(value)}
