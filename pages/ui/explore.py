"""What the tree page asks of the model: a picture for every node, rows for the chosen one. Cached for all visitors."""
import plotly.graph_objects as go
import streamlit as st

from branched import Branch, ClassTree

from . import setup
from .pictures import Row, strip
from .tree_figure import figure, graph
from .words import listed

COLUMNS = 8


def default(tree: ClassTree) -> int:
    """The node shown at first: the last branch point on the way to data, where the classes are most alike."""
    return (tree.branch_points or tree.branches)[-1].id


def chosen(tree: ClassTree, asked: str | None) -> int:
    """The node that a link asks for, if the tree has it."""
    return next((branch.id for branch in tree.branches if str(branch.id) == asked), default(tree))


def open_link(tree: ClassTree) -> None:
    """Go to the node in the address: at the start, and whenever the browser's Back or Forward has changed it."""
    asked = st.query_params.get("node")
    if "node" not in st.session_state or asked != st.session_state.link:
        st.session_state.node = chosen(tree, asked)


def write_link(tree: ClassTree, node: int) -> None:
    """Put the node into the address, so that what one sees can be shared as a link."""
    asked, wanted = st.query_params.get("node"), str(node)
    if wanted != (asked or str(default(tree))):
        st.query_params.node = asked = wanted
    st.session_state.link = asked


def in_order(tree: ClassTree) -> list[int]:
    """All nodes: branch points from noise to data, then the leaves from left to right."""
    nodes = graph(tree).nodes
    return sorted(nodes, key=lambda n: (nodes[n]["leaf"], -nodes[n]["t"], nodes[n]["x"]))


@st.cache_resource(show_spinner="Drawing the small pictures of the tree …")
def thumbnails() -> dict:
    """A picture for every node: the hybrid at a branch point, a sample at a leaf. All grow from the same noise."""
    model = setup.model()
    with setup.lock():
        samples = model.sample(n=1)
        leaves = [model.tree.leaf(label).id for label in samples.labels]
        found = dict(zip(leaves, samples.images[:, 0], strict=True))
        for branch in model.tree.branch_points:
            one, other, *_ = (child.classes[0] for child in model.tree.children(branch))
            found[branch.id] = model.hybrid(one, other, n=1).denoised[0]
    return found


@st.cache_resource(max_entries=128, show_spinner=False)
def tree_figure(node: int, dark: bool) -> go.Figure:
    """The tree with one node chosen. Never change what this returns: all visitors share it."""
    return figure(setup.model().tree, node, thumbnails(), dark)


@st.cache_data(max_entries=512, show_spinner=False)
def rows(node: int, seed: int) -> list[Row]:
    """What there is to see at a node: hybrids and what becomes of them, or samples of a class."""
    branch = setup.model().tree[node]
    return _samples(branch, seed) if branch.is_leaf else _hybrids(branch, seed)


def _samples(branch: Branch, seed: int) -> list[Row]:
    with setup.lock():
        images = setup.model().sample(branch.classes, n=2 * COLUMNS, seed=seed).images[0]
    return [Row("", "", strip(half), f"{COLUMNS} pictures of {branch.classes[0]}")
            for half in (images[:COLUMNS], images[COLUMNS:])]


def _hybrids(branch: Branch, seed: int) -> list[Row]:
    model = setup.model()
    first, *rest = (child.classes for child in model.tree.children(branch))
    with setup.lock():
        found = model.hybrid(first, sum(rest, ()), n=COLUMNS, seed=seed)
    who = listed(branch.classes)
    return [
        Row("This moment", "what the model has", strip(found.noisy), f"{COLUMNS} noisy pictures that {who} share"),
        Row("Best guess", "of the finished picture", strip(found.denoised),
            f"The model's best guesses of the finished pictures: between {who}"),
        Row("What becomes of it further down:", "", "", ""),
        *(Row(label, "", strip(found.endings[label]), f"What each becomes as {label}", "short")
          for child in (first, *rest) for label in child),
    ]
