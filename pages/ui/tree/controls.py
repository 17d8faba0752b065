"""What can be chosen on the tree page, and the part of it that runs by itself after a click."""
from typing import NamedTuple

import streamlit as st

from branched import BranchedModel, Outline, OutlineNode, graph, moves, of_tree

from .. import serve
from ..figures.standing_tree import figure
from ..frame import controls, link, menu, words
from ..frame.look import Look
from ..language import _
from ..parts import pictures
from ..parts.film import film
from ..parts.markup import literal
from ..parts.steering import steering
from ..parts.touch import touch
from ..serve.descent import Descent, Tour
from . import shown, told


class Settings(NamedTuple):
    """All that the page's link says."""

    node: link.Options
    pictures: link.Switch
    seed: link.Range = controls.SEED


def settings(outline: Outline) -> Settings:
    """The settings for a tree. At first that branch point is chosen which is last on the way to data, where the classes
    are most alike."""
    first = (outline.points or outline.nodes)[-1].id
    names = {node: of_tree.name(outline, outline[node]) for node in in_order(outline)}
    return Settings(link.choice("node", names, first), link.switch("pictures", True))


def in_order(outline: Outline) -> list[int]:
    """All nodes: branch points from noise to data, then the leaves from left to right."""
    nodes = graph(outline).nodes
    return sorted(nodes, key=lambda node: (nodes[node]["leaf"], -nodes[node]["t"], nodes[node]["x"]))


def is_usual(setting: Settings) -> bool:
    """Whether the page is as one finds it who comes without a link that asks for more."""
    return all(own.value == own.default for own in setting)


def played(name: str, descent: Descent, tour: Tour, setting: Settings, outline: Outline) -> None:
    """The film; the first that a visitor sees of the page as it usually is plays once by itself."""
    seen = st.session_state.get("_played", False)
    st.session_state._played = seen or is_usual(setting)
    film("film", *shown.falling(name, descent, outline=outline, tour=tour), over="tree", start=shown.MOMENTS,
         seconds=shown.SECONDS, autoplay=is_usual(setting) and not seen, label=_("Noise level, from noise to pictures"))


def first_look(name: str, model: BranchedModel, descent: Descent, setting: Settings, look: Look) -> None:
    """The bare tree, and the pictures of the chosen node as they come about; kept for all, so it is seldom needed."""
    outline, node = model.outline(), setting.node.value
    left, right = st.columns(2, gap="large")
    bare = figure(outline, node, {} if setting.pictures.value else None, look)
    controls.chart(bare, _(told.ALT), key="early", into=left)
    labels, sheet = outline[node].groups, right.empty()
    places = [outline.groups.index(label) for label in labels]
    serve.ask(name, descent, lambda frame: sheet.html(
        pictures.sheet(pictures.growing(labels, frame.denoised[places]))))


@st.fragment
def explorer(name: str, model: BranchedModel, descent: Descent, tour: Tour, setting: Settings, look: Look) -> None:
    """The tree and what there is at the chosen node. A click runs this part of the page alone."""
    left, right = st.columns(2, gap="large")
    outline, told_of = model.outline(), right.container(key="told")
    with link.shared("tree", setting.node):
        with right.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="choosing"):
            chosen = setting.node.selectbox(_("Branch point or {one}").format(one=told.kind(model, 1)), width=320)
            if not outline[chosen].is_leaf:
                _enlarged(name, descent, outline, outline[chosen])
        with told_of:
            _told(name, descent, outline, outline[chosen], tour)
        with left:
            tree = shown.tree(name, descent, chosen, look, setting.pictures.value, outline=outline, tour=tour)
            with st.container(key="steered"):  # it stays, and so does the focus on it; each figure is a new element
                controls.chart(tree, _(told.ALT), clicked=setting.node.set)
            touch()
            steering(moves(outline), chosen, of_tree.headline(outline, outline[chosen]), setting.node.set)
        with controls.explanation():
            st.markdown(_(of_tree.EXPLANATION))
            node = outline[chosen]
            st.markdown(_("As an equation: at {time} the model has a mixture of a picture and noise,").format(
                time=words.at(node.low)))
            st.latex(words.mixture(node.low))
            st.caption(literal(of_tree.training(model.facts)))


def _enlarged(name: str, descent: Descent, outline: Outline, point: OutlineNode) -> None:
    """The way to the page where what is shared at a branch point is large, and parts."""
    first, *others = [child.groups for child in outline.children(point)]
    sides = {"a": ",".join(first), "b": ",".join(group for groups in others for group in groups)}
    st.page_link("pages/hybrids.py", label=told.enlarged(point), icon=":material/join_inner:",
                 query_params=menu.asking(name) | sides | {"seed": str(descent.seed)})


def _told(name: str, descent: Descent, outline: Outline, node: OutlineNode, tour: Tour) -> None:
    """What there is to know and to see of a node."""
    st.subheader(literal(of_tree.headline(outline, node)), anchor=False)
    st.markdown(literal(of_tree.company(outline, node)) if node.is_leaf else _(of_tree.READING))
    st.html(shown.sheet(name, descent, node.id, outline=outline, tour=tour))
