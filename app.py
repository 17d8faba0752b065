"""The class tree: click where classes part, and see what the model draws there. Start: `streamlit run app.py`."""
import streamlit as st

from pages.ui import explore, line, link, pictures, setup, words
from pages.ui.film import film
from pages.ui.touch import touch
from pages.ui.tree_figure import CHART

INTRODUCTION = "This model makes pictures out of noise, and decides late what they become. Click a point of the tree."
COLUMNS = "Each column is one picture: read it from top to bottom."
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


setup.page("app.py")
name = setup.chosen_model()
model = setup.model(name)
tree = model.tree
settings = (link.choice("node", explore.in_order(tree), explore.default(tree)), link.whole("seed", 0, 9999, 0),
            link.switch("pictures", True))
link.open_link("tree", *settings)

st.title("Where classes part", anchor=False)
st.markdown(INTRODUCTION)
left, right = st.columns(2, gap="large")
with right:
    controls = st.columns([2, 1], vertical_alignment="bottom")
    node = controls[0].selectbox("Place in the tree", explore.in_order(tree), key="node", filter_mode=None,
                                 format_func=lambda key: words.name(tree, tree[key]))
    seed = controls[1].number_input("Draw number", 0, 9999, key="seed",
                                    help="Every number gives other pictures, and the same number the same pictures.")
    branch = tree[node]
    st.subheader(words.headline(tree, branch), anchor=False)
    st.markdown(words.company(tree, branch) if branch.is_leaf else COLUMNS)
    sheet = st.empty()
    link.write_link("tree", *settings)
with left:
    fall = st.container(key="fall")
    alt = "The class tree along diffusion time. The list 'Place in the tree' names the same nodes."
    shown = setup.dark(), st.session_state.pictures, tree
    if first_look := not explore.is_known(name, seed) and "seen" not in st.session_state:
        st.plotly_chart(explore.tree_figure(name, -1, node, *shown, None), key="early", alt=alt, **CHART)
with right:
    found = explore.tour(name, model, seed, line.seldom(lambda frame: sheet.html(
        pictures.sheet(explore.growing(branch, model.labels, frame.denoised)))))
    st.session_state.seen = True
    if first_look:  # the pictures belong upon the tree that is already there
        st.rerun()
    sheet.html(pictures.sheet(explore.rows(tree, branch, found)))
with left:
    with fall:
        film("film", *found.falling, over="tree", start=explore.MOMENTS, label="Time: let noise go down the tree")
    st.plotly_chart(explore.tree_figure(name, seed, node, *shown, found), key="tree", on_select=pick,
                    selection_mode="points", alt=alt, **CHART)
    touch()
    st.toggle("Pictures on the tree", key="pictures")
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(EXPLANATION)
    st.markdown(f"As an equation: at {words.at(branch.t_low)} what the model has is a mixture of a picture and noise,")
    st.latex(words.mixture(branch.t_low))
    st.caption(words.training(model.facts))
