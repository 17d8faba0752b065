"""What can be chosen on the tree page, and the part of it that runs by itself after a click."""
from typing import NamedTuple

import streamlit as st

from branched import BranchedModel, Outline

from .. import serve
from ..figures.graph import graph
from ..figures.standing_tree import figure
from ..frame import controls, link, words
from ..frame.look import Look
from ..parts import pictures
from ..parts.touch import touch
from . import shown, told
from .work import Descent, Tour


class Settings(NamedTuple):
    """All that the page's link says."""

    node: link.Options
    pictures: link.Switch
    seed: link.Range = controls.SEED


def settings(outline: Outline) -> Settings:
    """The settings for a tree. At first that branch point is chosen which is last on the way to data, where the classes
    are most alike."""
    first = (outline.points or outline.nodes)[-1].id
    names = {node: told.name(outline, outline[node]) for node in in_order(outline)}
    return Settings(link.choice("node", names, first), link.switch("pictures", True))


def in_order(outline: Outline) -> list[int]:
    """All nodes: branch points from noise to data, then the leaves from left to right."""
    nodes = graph(outline).nodes
    return sorted(nodes, key=lambda node: (nodes[node]["leaf"], -nodes[node]["t"], nodes[node]["x"]))


def first_look(name: str, model: BranchedModel, descent: Descent, setting: Settings, look: Look) -> None:
    """The bare tree, and the pictures of the chosen node as they come about; kept for all, so it is seldom needed."""
    outline, node = model.outline(), setting.node.value
    left, right = st.columns(2, gap="large")
    bare = figure(outline, node, {} if setting.pictures.value else None, look)
    controls.chart(bare, told.ALT, key="early", into=left)
    labels, sheet = outline[node].groups, right.empty()
    places = [outline.groups.index(label) for label in labels]
    serve.ask(name, descent, lambda frame: sheet.html(
        pictures.sheet(pictures.growing(labels, frame.denoised[places]))))


@st.fragment
def explorer(name: str, model: BranchedModel, descent: Descent, tour: Tour, setting: Settings, look: Look) -> None:
    """The tree and what there is at the chosen node. A click runs this part of the page alone."""
    left, right = st.columns(2, gap="large")
    outline = model.outline()
    with link.shared("tree", setting.node):
        chosen = setting.node.selectbox("Place in the tree", right)
        node = outline[chosen]
        with right:
            st.subheader(told.headline(outline, node), anchor=False)
            st.markdown(told.company(outline, node) if node.is_leaf else told.READING)
            st.html(shown.sheet(name, descent, chosen, outline=outline, tour=tour))
        with left:
            tree = shown.tree(name, descent, chosen, look, setting.pictures.value, outline=outline, tour=tour)
            controls.chart(tree, told.ALT, clicked=setting.node.set)
            touch()
        with controls.explanation():
            st.markdown(told.EXPLANATION)
            st.markdown(f"As an equation: at {words.at(node.low)} the model has a mixture of a picture and noise,")
            st.latex(words.mixture(node.low))
            st.caption(told.training(model.facts))
