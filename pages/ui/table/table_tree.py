"""The tree of a model of a table, and what there is at a branch point: the features of two sides, and between them."""
import numpy as np
import plotly.graph_objects as go
import streamlit as st

from branched import Branch, BranchedModel, ClassTree

from ..figures import lying_tree
from ..figures.standing_tree import CHART
from ..frame import words
from ..frame.visitor import remembered
from ..parts.touch import touch
from . import letter, multiples, tables

HYBRIDS = """For each feature: how its values are distributed in {a} and in {b}, and in the **hybrid**, the row that the
model expects while it still keeps one for both. Dots are the means. First comes what tells the two sides apart most."""
FLAT = "The tree of this model is flat: its classes share nothing but the noise, so there are no hybrids."
ALT = "The class tree along diffusion time. The list 'Branch point' names the same points."


def show(name: str, model: BranchedModel, dark: bool) -> None:
    """This part of the page."""
    tree, state = model.tree, st.session_state
    if not tree.branch_points:
        st.info(FLAT, icon=":material/info:")
        return
    left, right = st.columns([2, 3], gap="large")
    branch = tree[state.node]
    one, other = tables.sides(tree, branch, state.sides)
    with left:
        st.segmented_control("Zoom", list(lying_tree.ZOOMS), key="zoom", format_func=lying_tree.ZOOMS.get,
                             required=True, label_visibility="collapsed")
        st.plotly_chart(parting(name, branch.id, one, other, state.zoom, dark, tree), key="tree", alt=ALT,
                        on_select=lambda: _pick(tree), selection_mode="points", **CHART)
        touch()
        _pairs(tree, branch)
    with right:
        _place(tree, branch, one, other)
        _hybrids(name, model, branch, one, other, dark)


def go_to(node: int) -> None:
    """Choose a branch point; it has sides of its own."""
    st.session_state.node, st.session_state.sides = node, ""


def _pick(tree: ClassTree) -> None:
    """A click on the tree; on a class it chooses the point where that class leaves."""
    points = st.session_state.tree.selection.points
    node = tables.point_of(tree, int(points[-1]["customdata"][0])) if points else None
    if node is not None:
        go_to(node)


def _pairs(tree: ClassTree, branch: Branch) -> None:
    """The pairs of classes that part last; choosing one chooses its branch point."""
    pairs = [pair for pair in tables.closest(tree) if tree.meeting_branch(*pair)]
    at = {pair: tree.meeting_branch(*pair).id for pair in pairs}
    if at.get(st.session_state.get("pair")) != branch.id:
        st.session_state.pair = next((pair for pair in pairs if at[pair] == branch.id), None)

    def choose() -> None:
        if st.session_state.pair:
            go_to(at[st.session_state.pair])

    st.pills("Most alike: the pairs that part last", pairs, key="pair", on_change=choose, wrap=True,
             format_func=lambda pair: f"{' and '.join(map(tables.escaped, pair))}, "
                                      f"{words.at(tree.meeting_point(*pair))}")


def _place(tree: ClassTree, branch: Branch, one: tables.Side, other: tables.Side) -> None:
    """The branch point, and which of its sides are compared, as lists."""
    state, groups = st.session_state, tables.pairs_of_sides(tree, branch)
    st.selectbox("Branch point", [point.id for point in tree.branch_points], key="node", filter_mode=None,
                 format_func=lambda node: tables.place(tree, tree[node]), on_change=lambda: go_to(state.node))
    if len(groups) > 1:
        state["two sides"] = next(key for key in groups if tables.sides(tree, branch, key) == (one, other))
        st.selectbox("Compare two of its sides", list(groups), key="two sides", format_func=groups.get,
                     filter_mode=None, on_change=lambda: state.update(sides=state["two sides"]))


def _hybrids(name: str, model: BranchedModel, branch: Branch, one: tables.Side, other: tables.Side,
             dark: bool) -> None:
    """The features of two sides of a branch point, and of the hybrids between them."""
    tour, features = tables.tour(name, model, st.session_state.seed), model.features
    a, b = (np.concatenate([tour.finished[label] for label in side]) for side in (one, other))
    middle = tour.guesses[branch.id]
    inside = tables.between(a, middle, b)
    entries = [(title, kind, letter.sketch(features, rows.mean(0), kind, dark)) for title, kind, rows in
               ((tables.brief(one), "lit", a), ("the hybrid", "both", middle), (tables.brief(other), "other", b))]
    a, middle, b = map(model.rounded, (a, middle, b))
    limits = [tables.edges(*ends) for ends in zip(model.form.low, model.form.high, model.form.whole, strict=True)]
    distance = tables.apart(a, b, limits)
    order = np.argsort(-distance, kind="stable").tolist()
    st.html(multiples.STYLE + multiples.said(tables.interpolation(features, distance, inside))
            + multiples.key(entries, dark)
            + multiples.distributions(features, order, limits, (a, middle, b), model.form, dark))
    st.caption(HYBRIDS.format(a=tables.escaped(tables.brief(one)), b=tables.escaped(tables.brief(other)))
               + multiples.of_all(features))


@remembered(128)
def parting(name: str, node: int, one: tables.Side, other: tables.Side, zoom: str, dark: bool,
            _tree: ClassTree) -> go.Figure:
    """The tree with a branch point and two of its sides lit. Never change what this returns: all visitors share it."""
    return lying_tree.figure(_tree, node, paths(_tree, node, one, other), zoom, dark)


def paths(tree: ClassTree, node: int, one: tables.Side, other: tables.Side) -> dict[int, str]:
    """How branches are lit: "lit" and "other" below the two sides of a branch point, "both" from noise down to it."""
    below = {branch.id: kind for kind, side in (("lit", one), ("other", other)) for branch in tree.branches
             if set(branch.classes) <= set(side)}
    return below | {branch.id: "both" for branch in tree.path(one[0]) if branch.t_low >= tree[node].t_low}
