"""The part Tree and hybrids: the tree of a table; at a branch point what tells its sides apart, and is between them."""
from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from branched import Branch, BranchedModel, ClassTree

from ..figures import lying_tree
from ..frame import words
from ..frame.controls import chart
from ..frame.look import Look
from ..language import N_, _
from ..parts.markup import literal
from ..parts.spoken import spoken
from ..parts.touch import touch
from ..serve.kept import kept
from . import controls, letter, numbers, shown, told, work
from .sides import Side, pairs_of_sides, point_of, sides, ways

CLOSEST = 8  # pairs in the list
ALT = N_("The class tree along diffusion time. The list 'Branch point' names the same points.")


def show(name: str, model: BranchedModel, settings: controls.Settings, look: Look) -> None:
    """This part of the page."""
    tree = model.tree
    if not tree.branch_points:
        st.info(_(told.FLAT), icon=":material/info:")
        return
    left, right = st.columns([2, 3], gap="large")
    branch = tree[settings.node.value]
    one, other = sides(tree, branch, settings.sides.value)
    with left:
        zoom = settings.zoom.segments(_("Zoom"), label_visibility="collapsed")
        figure = parting(name, branch.id, one, other, zoom, look, tree=tree)
        chart(figure, _(ALT), clicked=lambda node: _pick(tree, node))
        touch()
    spoken(told.place(tree, branch))
    with right:
        _place(tree, branch, one, other, settings)
        _hybrids(name, model, branch, one, other, look)
        _pairs(tree, branch)


def go_to(node: int) -> None:
    """Choose a branch point; it has sides of its own."""
    st.session_state.node, st.session_state.sides = node, ""


def _pick(tree: ClassTree, node: int) -> None:
    """A click on the tree; on a class it chooses the point where that class leaves."""
    if (point := point_of(tree, node)) is not None:
        go_to(point)


def _pairs(tree: ClassTree, branch: Branch) -> None:
    """The pairs of classes that part last; choosing one chooses its branch point."""
    meetings = {pair: tree.meeting(*pair) for pair in tree.closest_pairs(CLOSEST)}
    at = {pair: meeting.branch.id for pair, meeting in meetings.items() if meeting.branch}
    if at.get(st.session_state.get("pair")) != branch.id:
        st.session_state.pair = next((pair for pair in at if at[pair] == branch.id), None)

    def choose() -> None:
        if st.session_state.pair:
            go_to(at[st.session_state.pair])

    st.pills(_("Most alike: the pairs that part last"), list(at), key="pair", on_change=choose, wrap=True,
             format_func=lambda pair: f"{words.listed(map(literal, pair))}, {words.at(meetings[pair].time)}")


def _place(tree: ClassTree, branch: Branch, one: Side, other: Side, settings: controls.Settings) -> None:
    """The branch point, and which of its sides are compared, as lists."""
    state = st.session_state
    settings.node.selectbox(_("Branch point"), on_change=lambda: go_to(state.node))
    pairs = pairs_of_sides(tree, branch)
    if len(pairs) > 1:
        names = {key: words.listed(map(told.brief, pair)) for key, pair in pairs.items()}
        state["two sides"] = next(key for key, pair in pairs.items() if pair == (one, other))
        st.selectbox(_("Compare two of its sides"), list(names), key="two sides", format_func=names.get,
                     filter_mode=None, on_change=lambda: state.update(sides=state["two sides"]))


def _hybrids(name: str, model: BranchedModel, branch: Branch, one: Side, other: Side, look: Look) -> None:
    """The features of two sides of a branch point, and of the hybrids between them."""
    rows, spoken = controls.asked(name, work.Descent(st.session_state.seed)), letter.words(model.features)
    a, b = (np.concatenate([rows.finished[label] for label in side]) for side in (one, other))
    sets = a, rows.guesses[branch.id], b
    inside, limits = numbers.between(*sets), numbers.all_edges(model.form)
    rounded = tuple(map(model.rounded, sets))
    distance = numbers.apart(rounded[0], rounded[2], limits)
    order, ordered = np.argsort(-distance, kind="stable").tolist(), numbers.has_order(model.form)
    first = [k for k in order if ordered[k]][:max(1, min(shown.FEW, int((distance[ordered] >= numbers.CLEAR).sum())))]
    entries = [shown.Entry(title, kind) for title, kind in
               ((told.brief(one), "lit"), (_("the hybrid"), "both"), (told.brief(other), "other"))]
    st.html(shown.part(told.interpolation([each.name for each in spoken], distance, inside[ordered]), look, entries,
                       shown.contrasts(spoken, first, sets, model.form)))
    st.caption(_(told.HYBRIDS))
    with st.expander(_(told.ALL).format(count=len(spoken))):
        st.caption(_(told.DISTRIBUTIONS).format(a=literal(told.brief(one)), b=literal(told.brief(other)))
                   + told.of_all(model.features, shown.MOST))
        st.html(shown.part("", look, entries,
                           panels=shown.distributions(spoken, order, limits, rounded, model.form, look)))


@kept
def parting(name: str, node: int, one: Side, other: Side, zoom: str, look: Look, *, tree: ClassTree) -> go.Figure:
    """The tree with a branch point and two of its sides lit. Never change what this returns: all visitors share it."""
    return lying_tree.figure(tree.outline(), node, ways(tree, node, one, other), zoom, look)
