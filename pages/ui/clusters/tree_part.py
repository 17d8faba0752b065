"""The tree with what is in its leaves, and what there is at a node that is clicked."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from branched import BranchedError, OutlineNode, Sampling

from .. import serve
from ..frame import link
from ..language import N_, _
from ..parts import pictures
from ..parts.markup import literal
from ..parts.picture_tree import picture_tree
from . import controls, shown, told
from .measured import masses, members
from .opened import Opened
from .work import Below, Decode, Draw, Drawn, Inner

FEW, MANY = 8, 24  # objects of each leaf in the figure; of one that is looked at
QUICK = 10         # steps at an inner node, where the visitor sees no control of them
FACING = "facing"  # the part in which both trees face each other


@dataclass(frozen=True)
class Content:
    """What is in the leaves: objects (leaves, n, ...), how probable their leaf was (leaves, n), if that is known, and
    the counted classes (leaves, classes), if they were counted."""

    made: np.ndarray
    probabilities: np.ndarray | None
    counts: np.ndarray | None


def show(page: Opened) -> None:
    """The part of the page."""
    if page.model.form.kind == "rows":
        return table(page)
    st.markdown(_(told.TRY))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        kind = page.setting.kind.segments(_("What is in the leaves"), wrap=True)
        if controls.drawer(page, kind):
            controls.drawing(page.setting, steps=kind != "decoder")
    alone = kind != "members" and not controls.drawer(page, kind)
    st.caption(f"{_(told.HOW[kind])} {_(told.KEPT_ALONE) * alone}")
    explorer(page, gathered(page, kind))
    lesson(page)


def lesson(page: Opened) -> None:
    """The machine's answer, and how it compares with the class tree."""
    if answer := told.neighbours(page.model.outline(), names(page)):
        st.html(shown.details(_(told.ANSWER), answer))
    st.markdown(told.beside(page.measured.data and page.measured.data.record.agreement))
    if FACING in page.setting.part.options:
        st.button(_(told.FACE), on_click=page.setting.part.set, args=[FACING], icon=":material/compare_arrows:")


def names(page: Opened) -> dict[str, str]:
    """The class of each leaf, if that is known."""
    return shown.digits(page.model.outline(), page.measured.counts("members"), page.measured.classes)


def gathered(page: Opened, kind: str) -> Content | None:
    """What is to be shown in the leaves; None where there is nothing."""
    counts = page.measured.counts(kind)
    if kind == "members":
        made = members(page.model, page.measured)
        return None if made is None else Content(made, None, counts)
    drawn = decoded(page) if kind == "decoder" else drawn_by(page, kind)
    return Content(drawn.made, drawn.probabilities, counts)


def decoded(page: Opened) -> Drawn:
    """Objects by the leaves' own decoders."""
    return serve.ask(page.name, Decode(MANY, page.setting.seed.value))


def drawn_by(page: Opened, kind: str) -> Drawn:
    """Pictures by diffusion: kept ones, if they are of these settings or nobody can draw others, else drawn now."""
    setting, kept = page.setting, page.measured.pictures(kind)
    as_kept = setting.seed.value == page.measured.seed and setting.steps.value == page.measured.steps
    if kept is not None and (as_kept or not controls.drawer(page, kind)):
        return Drawn(kept, decoded(page).probabilities if kind == "diffusion" and as_kept else None)
    return drawn_now(page, kind, page.model.groups, FEW)


def drawn_now(page: Opened, kind: str, groups: tuple[str, ...], n: int) -> Drawn:
    """Pictures of some leaves by diffusion, seen while they come about."""
    setting, place = page.setting, st.empty()
    steps, seed = setting.steps.value, setting.seed.value
    sampling = Sampling(n, steps, seed=seed) if kind == "bridged" else page.model.usual(n, steps, seed)
    drawn = serve.ask(controls.drawer(page, kind), Draw(tuple(groups), sampling), lambda frame: place.html(
        pictures.sheet(pictures.growing(groups, frame.denoised))))
    place.empty()
    return drawn


@st.fragment
def explorer(page: Opened, content: Content | None) -> None:
    """The figure and what is clicked. A click runs this part of the page alone."""
    place = st.container(key="grove")
    with link.shared("clusters", page.setting.node, page.setting.more):
        node = looked_at(page)
        with place.container():
            figure(page, content, node)
        with place.container(key="clicked"):
            st.subheader(literal(told.headline(page.model.outline(), node, names(page))), anchor=False)
            leaf(page, content, node) if node.is_leaf else inner(page, content, node)


def figure(page: Opened, content: Content | None, node: OutlineNode) -> None:
    """The tree with what is in its leaves."""
    outline, mass, classes = page.model.outline(), masses(page.model, page.measured), page.measured.classes
    made, p, counts = (None,) * 3 if content is None else (content.made[:, :FEW], content.probabilities, content.counts)
    picture_tree(
        "clusters", shown.knots(outline, mass, shown.says(outline, mass, counts, classes)),
        shown.leaves(outline, mass, counts, classes, None if p is None else p[:, :FEW], names(page)), made,
        classes=classes, chosen=node.id, pick=lambda picked: pick(page, picked), follow="clicked",
        label=N_("The tree of clusters"))


def pick(page: Opened, node: int) -> None:
    """Look at another node, of which nobody has asked for more yet."""
    page.setting.node.set(node)
    page.setting.more.set(False)


def looked_at(page: Opened) -> OutlineNode:
    """The node that was clicked; at first the most mixed leaf, if that is known, else the first."""
    outline, wanted = page.model.outline(), page.setting.node.value
    if wanted is not None:
        return outline[wanted]
    counts = page.measured.counts("members")
    place = 0 if counts is None else int(np.argmin(counts.max(1) / np.maximum(1, counts.sum(1))))
    return outline.leaf(outline.groups[place])


def leaf(page: Opened, content: Content | None, node: OutlineNode) -> None:
    """More of a leaf, and what it is mixed up with."""
    place, kind = page.model.groups.index(node.name), page.setting.kind.value
    if content is None:
        st.info(_(told.NOTHING))
        return
    if content.counts is not None:
        st.markdown(told.content(kind, content.counts[place], page.measured.classes))
    drawn = Drawn(content.made[place], None if content.probabilities is None else content.probabilities[place])
    can_draw = kind in ("diffusion", "bridged") and controls.drawer(page, kind)
    if page.setting.more.value and can_draw and len(drawn.made) < MANY:
        more = drawn_now(page, kind, (node.name,), MANY)
        drawn = Drawn(more.made[0], None if more.probabilities is None else more.probabilities[0])
    st.html(shown.sheet([shown.Row("", shown.cells(drawn.made[:MANY], drawn.probabilities))]))
    if len(drawn.made) < MANY and can_draw:
        st.button(_(told.MORE), on_click=page.setting.more.set, args=[True], icon=":material/add_photo_alternate:")
    if drawn.probabilities is not None and (drawn.probabilities < shown.IMPROBABLE).any():
        st.caption(_(told.FAINT))
    if kind == "members" and content.counts is not None:
        st.markdown(told.elsewhere(place, content.counts, page.model.groups, page.measured.classes))
    if content.counts is not None and content.counts[place].sum():
        st.caption(told.purity(content.counts[place]))


def inner(page: Opened, content: Content | None, node: OutlineNode) -> None:
    """What the leaves below a node share, who they are, and how many go where."""
    st.markdown(literal(told.parting(page.model.outline(), node, masses(page.model, page.measured), names(page))))
    if controls.has_diffusion(page.model):
        shared(page, node)
    elif content is not None:
        st.markdown(_(told.BELOW_ALONE))
        places = [page.model.groups.index(group) for group in node.groups]
        st.html(shown.sheet([shown.Row(group, shown.cells(content.made[place, :FEW]))
                             for group, place in zip(node.groups, places, strict=True)]))
        st.caption(_(told.UNTOLD))


def shared(page: Opened, node: OutlineNode) -> None:
    """What the leaves below a node share, and one start from there for each of them."""
    seen, steps = page.setting.kind.value in ("diffusion", "bridged"), page.setting.steps.value
    how, many = (steps if seen else min(steps, QUICK), page.setting.seed.value), len(node.groups)
    st.markdown(_(told.SHARE))
    try:
        seen_coming(page, Inner(node.id, FEW, *how), ("",))
    except BranchedError as error:
        st.info(literal(error))
    st.markdown(_(told.BELOW))
    seen_coming(page, Below(node.id, FEW if many <= FEW // 2 else FEW // 2, *how), node.groups)


def seen_coming(page: Opened, asked: Inner | Below, names: Sequence[str]) -> None:
    """A row of pictures for each name, seen while they come about, where they stay."""
    place = st.empty()

    def show(images: np.ndarray) -> None:
        rows = images.reshape(len(names), -1, *page.model.shape)
        place.html(shown.sheet([shown.Row(name, shown.cells(row)) for name, row in zip(names, rows, strict=True)]))

    show(serve.ask(page.name, asked, show))


def table(page: Opened) -> Any:
    """A tree of rows of a table: its figure, and the means of what its leaves draw."""
    outline, mass = page.model.outline(), masses(page.model, page.measured)
    picture_tree("clusters", shown.knots(outline, mass, shown.says(outline, mass, None, ())),
                 shown.leaves(outline, mass, None, ()), label=N_("The tree of clusters"))
    controls.drawing(page.setting, steps=False)
    st.markdown(_(told.TABLE))
    st.html(shown.means(outline, page.model.features, serve.ask(page.name, Decode(200, page.setting.seed.value)).made))
