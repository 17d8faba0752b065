"""The class tree: click where classes part, and see what the model draws there. Start: `streamlit run app.py`."""
import streamlit as st

import branched
from pages.ui.figures.standing_tree import CHART, figure
from pages.ui.frame import link, shell, words
from pages.ui.parts import pictures
from pages.ui.parts.film import film
from pages.ui.parts.touch import touch
from pages.ui.serve import queue
from pages.ui.tree import explore

INTRODUCTION = "This model makes pictures out of noise, and decides late what they become. Click a point of the tree."
COLUMNS = "Each column is one picture: read it from top to bottom."
ALT = "The class tree along diffusion time. The list 'Place in the tree' names the same nodes."
EXPLANATION = """
The model begins with pure noise, at the top of the tree, and takes a little of it away at each step, until a clean
picture is left at the bottom. As long as there is much noise, a 4 and a 9 look much alike. So the model puts the choice
off: it draws *all* classes together, and at each **branch point** some of them part, the least alike first.

Click a branch point and you see what the model has there, still mostly noise; its **best guess** of the finished
picture, often a **hybrid**, with something of each class that it may become; and what really becomes of it along each
way down. Click a class at the bottom to see finished pictures of it, and what they were on their way. All work above a
branch point is done only once, however many classes there are below.
"""


def pick() -> None:
    """A click on the tree; a second click on the same node clears the selection, and is ignored."""
    points = st.session_state.tree.selection.points
    if points:
        st.session_state.node = int(points[-1]["customdata"][0])


@st.fragment
def explorer(name: str, model: branched.BranchedModel, found: explore.Tour) -> None:
    """The tree and what there is at the chosen node. A click runs this part of the page alone."""
    tree, seed, pictures = model.tree, st.session_state.seed, st.session_state.pictures
    left, right = st.columns(2, gap="large")
    with right:
        node = st.selectbox("Place in the tree", explore.in_order(tree), key="node", filter_mode=None,
                            format_func=lambda key: words.name(tree, tree[key]))
        link.write_link("tree", *explore.settings(tree))
        branch = tree[node]
        st.subheader(words.headline(tree, branch), anchor=False)
        st.markdown(words.company(tree, branch) if branch.is_leaf else COLUMNS)
        st.html(explore.sheet(name, seed, node, tree, found))
    with left:
        st.plotly_chart(explore.tree_figure(name, seed, node, shell.dark(), pictures, tree, found), key="tree",
                        on_select=pick, selection_mode="points", alt=ALT, **CHART)
        touch()
    with st.expander("What am I looking at?", icon=":material/help:"):
        st.markdown(EXPLANATION)
        st.markdown(f"As an equation: at {words.at(branch.t_low)} the model has a mixture of a picture and noise,")
        st.latex(words.mixture(branch.t_low))
        st.caption(words.training(model.facts))


def first_look(name: str, model: branched.BranchedModel) -> None:
    """The bare tree, and the pictures of the chosen node as they come about; kept for all, so it is seldom needed."""
    tree, state = model.tree, st.session_state
    left, right = st.columns(2, gap="large")
    with left:
        st.plotly_chart(figure(tree, state.node, {} if state.pictures else None, shell.dark()), key="early", alt=ALT,
                        **CHART)
    sheet = right.empty()
    labels = tree[state.node].classes
    places = [model.labels.index(label) for label in labels]
    explore.tour(name, model, state.seed, queue.seldom(lambda frame: sheet.html(
        pictures.sheet(pictures.growing(labels, frame.denoised[places])))))


shell.page("app.py")
name = shell.chosen_model()
model = shell.image_model(name)
link.open_link("tree", *explore.settings(model.tree))

st.title("Where classes part", anchor=False)
st.markdown(INTRODUCTION)
left, right = st.columns(2, gap="large", vertical_alignment="bottom")
fall = left.container(key="fall")
with right.container(horizontal=True, gap="large", vertical_alignment="bottom"):
    seed = st.number_input("Draw number", 0, 9999, key="seed", width=180,
                           help="Every number gives other pictures, and the same number the same pictures.")
    st.toggle("Pictures on the tree", key="pictures")
body = st.empty()
if not explore.is_known(name, seed):
    with body.container():
        first_look(name, model)
found = explore.tour(name, model, seed)
with fall:
    film("film", *found.falling, over="tree", start=explore.MOMENTS, label="Time: let noise go down the tree")
with body.container():
    explorer(name, model, found)
