"""A drawing on its way through the tree: which edges it takes, how sure the leaves are of it, and what each model makes
of it."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from branched import BranchedError, Outline, Sampling

from .. import serve
from ..frame import link
from ..language import N_, _
from ..language import percent as per_cent
from ..parts.given import STAYS, handed_over
from ..parts.markup import filled, literal
from ..parts.picker import picker
from ..parts.picture_tree import Knot, Leaf, picture_tree
from ..parts.pictures import levels, png
from ..parts.pictures import picture as image
from ..serve.given import Places, Preparation, Source
from ..serve.request import Numbers
from . import controls, shown
from .measured import members
from .opened import Opened
from .work import Rebuild, Redraw, Route, Routed

HERE = Path(__file__).parent
KINDS = {"test": N_("One of these"), "draw": N_("Draw"), "upload": N_("Upload"), "camera": N_("Camera")}
GIVEN = link.choice("given", KINDS, "test")
PICK = link.whole("pick", 0, 999, 0)
MOST, ACROSS = 40, 8    # pictures to choose from, and in a row of them
SURE = 0.6              # below it no leaf is sure
LIKELY = 0.5            # from here on a node is on the way that is lit
LITTLE = 0.05           # below it an edge is hardly used
EXPLANATION = N_("At every fork a small network looks at the picture, and says how probably it goes left or right. "
                 "Lit is the path that is more probable than not; a line is as thick as it is probable that the "
                 "picture comes along it.")
EMPTY = N_("This tree's file keeps no pictures. Draw one, or upload one.")
UNTOLD = N_("What a diffusion model makes of it is not here: this file holds the tree alone.")


def settings(model: Any) -> Sequence[link.Setting]:
    """What the link says of this part; of a visitor's own picture nothing."""
    return GIVEN, PICK


def show(page: Opened) -> None:
    """The part of the page."""
    if page.model.form.kind != "images":
        st.info(_("This part of the page needs a tree of pictures."), icon=":material/info:")
        return
    dropped = st.container(key="dropped")
    left, right = dropped.container(), dropped.container()
    with left:
        source = chosen(page)
    if source is None:
        return
    routed = serve.ask(page.name, Route(source.picture, source.private))
    with left:
        st.markdown(told(page.model.groups, routed.probabilities, digits(page)))
    with right:
        figure(page, routed)
        st.markdown(told_way(page.model.outline(), routed.reached, digits(page)))
        st.caption(_(EXPLANATION))
    st.subheader(_("What each model makes of it"), anchor=False)
    st.html(remade(page, source, routed))


# -- the picture -------------------------------------------------------------------------------------------------------

def chosen(page: Opened) -> Source | None:
    """The controls, and the picture. As long as they give none, it is the one from before."""
    state, held = st.session_state, f"_given {page.name}"
    kind = GIVEN.pills(_("Where the picture comes from"), label_visibility="collapsed", wrap=True)
    found = _from_some(page) if kind == "test" else _from_visitor(page, kind)
    if isinstance(found, str):
        st.warning(literal(found), icon=":material/image_not_supported:")
    elif found:
        state[held] = found
    seen = state.get(held) or _one(page, 0)
    if kind != "test":
        still = seen and not isinstance(found, Source)
        before = [_("Until then you see {name}.").format(name=_(seen.name))] if still else []
        st.caption(" ".join([*before, _(STAYS)]))
    return seen


def _from_visitor(page: Opened, kind: str) -> Source | str | None:
    handed = handed_over(kind, lambda data: serve.ask(page.name, Places(data)))
    return None if handed is None else serve.ask(page.name, Preparation.of(handed.data, kind, handed.crop))


def _from_some(page: Opened) -> Source | None:
    """One of some real pictures, chosen by a click."""
    pictures = some(page)
    if not len(pictures):
        st.info(_(EMPTY), icon=":material/draw:")
        return None
    place = min(PICK.value, len(pictures) - 1)
    picker("some", pictures, [_("Picture {number}").format(number=k + 1) for k in range(len(pictures))], place, ACROSS,
           _("Real pictures: choose one"), PICK.set)
    st.caption(_("Test pictures: the tree has never seen them.") if _tested(page) else _("Pictures that it grew from."))
    return _one(page, place)


def _one(page: Opened, place: int) -> Source | None:
    pictures = some(page)
    return Source(Numbers(pictures[place]), None, N_("one of the real pictures")) if len(pictures) else None


def _tested(page: Opened) -> bool:
    return bool(page.measured.data) and page.measured.data.test is not None


def some(page: Opened) -> np.ndarray:
    """Real pictures (n, H, W[, 3]) in [0, 1]: test pictures, else members of the leaves."""
    if _tested(page):
        return page.measured.data.test[:MOST].astype(np.float32) / 255
    found = members(page.model, page.measured)
    if found is None:
        return np.zeros((0, *page.model.shape), np.float32)
    each = max(1, MOST // len(found))
    found = levels(found[:, :each]).astype(np.float32) / 255
    return found.reshape(-1, *found.shape[2:])


# -- the way ----------------------------------------------------------------------------------------------------------

def figure(page: Opened, routed: Routed) -> None:
    """The tree with the way lit, and a bar of probability below each leaf."""
    outline, found = page.model.outline(), members(page.model, page.measured)
    picture_tree("routes", knots(outline, routed.reached), leaves(outline, routed.probabilities),
                 None if found is None else found[:, :1], classes=("",),
                 label=N_("The picture's path through the tree"))


def knots(outline: Outline, reached: Mapping[int, float]) -> list[Knot]:
    """The nodes; an edge is as thick as it is probable that the picture comes along it."""
    says = {node.id: _("{name}: comes here with {share}").format(name=node.name, share=percent(reached[node.id]))
            for node in outline.nodes}
    texts = {node.id: percent(reached[node.id]) for node in outline.nodes
             if not node.is_leaf and node.parent is not None and reached[node.id] >= LITTLE}
    return [replace(knot, share=knot.mass, text=texts.get(knot.id, ""), kind=kind(knot.mass))
            for knot in shown.knots(outline, reached, says)]


def kind(p: float) -> str:
    """How a node is drawn that is reached with a probability."""
    return "lit" if p >= LIKELY else "" if p >= LITTLE else "dim"


def leaves(outline: Outline, probabilities: np.ndarray) -> list[Leaf]:
    """The leaves, each with its probability (leaves,) in percent and as a bar."""
    return [Leaf(outline.leaf(group).id, group, percent(p), (p if p >= 0.005 else 0.0,))
            for group, p in zip(outline.groups, probabilities.tolist(), strict=True)]


# -- in words ----------------------------------------------------------------------------------------------------------

def digits(page: Opened) -> dict[str, str]:
    """The most frequent class of each leaf, if it was looked up."""
    return shown.digits(page.model.outline(), page.measured.counts("members"), page.measured.classes)


def percent(p: float) -> str:
    """A probability in percent; nothing is certain."""
    return f">{per_cent(0.99)}" if p > 0.995 else shown.percent(p)


def named(group: str, names: Mapping[str, str]) -> str:
    """leaf F (the 3s), or leaf F."""
    text = _("leaf {leaf} (the {label}s)") if group in names else _("leaf {leaf}")
    return literal(text.format(leaf=group, label=names.get(group)))


def told(groups: Sequence[str], probabilities: np.ndarray, names: Mapping[str, str]) -> str:
    """Where the picture lands, from the probabilities of the leaves (leaves,)."""
    best, second = np.argsort(-probabilities, kind="stable")[:2].tolist()
    (first, p), (other, q) = ((named(groups[k], names), float(probabilities[k])) for k in (best, second))
    if p < SURE:
        text = _("**No leaf is sure of this picture.** At best it would lie in {first} ({p}), or in {other} ({q}).")
        return text.format(first=first, p=percent(p), other=other, q=percent(q))
    sure = _("The tree is all but certain.") if p > 0.995 else _("The tree is {share} sure.").format(share=percent(p))
    following = [_("Next comes {other} ({share}).").format(other=other, share=percent(q))] * (q >= LITTLE)
    return " ".join([_("It lies in **{leaf}**.").format(leaf=first), sure, *following])


def told_way(outline: Outline, reached: Mapping[int, float], names: Mapping[str, str]) -> str:
    """At which fork on the most probable way it was least clear where to go."""
    best = max(outline.groups, key=lambda group: reached[outline.leaf(group).id])
    turns = [(reached[node.id] / max(reached[node.parent], 1e-9), node) for node in outline.path(best)
             if node.parent is not None]
    if not turns:
        return ""
    share, node = min(turns, key=lambda turn: turn[0])
    if share > 0.95:
        return _("At each of its {count} forks it was clear where to go.").format(count=len(turns)) * (len(turns) > 1)
    sides = (" ".join(names.get(group, group) for group in child.groups)
             for child in outline.children(outline[node.parent]))
    return _("It was least clear at the fork {sides}: {share} for the side that it took.").format(
        sides=literal(" | ".join(sides)), share=percent(share))


# -- what the models make of it ----------------------------------------------------------------------------------------

def remade(page: Opened, source: Source, routed: Routed) -> str:
    """The picture, and beside it what each model makes of it, as HTML."""
    x, private, steps, seed = source.picture, source.private, page.setting.steps.value, page.setting.seed.value
    figures = [(_("What the models see"), _(source.name), x.array),
               (_("The tree itself"), _("its leaf's decoder (TreeVAE)"),
                serve.ask(page.name, Rebuild(x, "decoder", steps, seed, private)))]
    if controls.has_diffusion(page.model):
        figures.append((_("Diffusion"), _("told the path to the leaf (TreeDiffusion)"),
                        serve.ask(page.name, Rebuild(x, "diffusion", steps, seed, private))))
    figures += redrawn(page, source, page.model.groups[int(routed.probabilities.argmax())])
    return filled(HERE / "remade.html", figures=[
        {"name": name, "note": note, "source": png(image(levels(array) / 255))} for name, note, array in figures],
        missing="" if controls.has_diffusion(page.model) else _(UNTOLD))


def redrawn(page: Opened, source: Source, group: str) -> list[tuple[str, str, np.ndarray]]:
    """What the branched model makes of it whose classes are the leaves; nothing, where there is none."""
    if not (name := controls.bridged(page.measured)):
        return []
    asked = Sampling(1, page.setting.steps.value, seed=page.setting.seed.value)
    try:
        drawn = serve.ask(name, Redraw(source.picture, group, asked, source.private))
    except (BranchedError, OSError):
        return []
    reads = _("covered with noise, and drawn anew as leaf {leaf}; by itself it takes it for {label}").format(
        leaf=group, label=drawn.taken_for)
    return [(_("Branches"), reads, drawn.image)]
