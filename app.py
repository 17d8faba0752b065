"""The class tree: click where classes part, and see what the model draws there. Start: `streamlit run app.py`."""
import streamlit as st

from pages.ui import explore, pictures, setup, words
from pages.ui.touch import touch

INTRODUCTION = "This model makes pictures out of noise, and decides late what they become. Click a point of the tree."
COLUMNS = "Each column is one picture: read it from top to bottom."
EXPLANATION = """
The model begins with pure noise, at the top of the tree, and takes a little of it away at each step, until a clean
picture is left at the bottom. As long as there is much noise, a 4 and a 9 look much alike. So the model puts the choice
off: it draws *all* classes together, and at each **branch point** some of them part, the least alike first.

Click a branch point and you see what the model has there, still mostly noise; its **best guess** of the finished
picture, often a **hybrid**, with something of each class that it may become; and what really becomes of it along each
way down. Click a class at the bottom to see finished pictures of it. All work above a branch point is done only once,
however many classes there are below.
"""


def pick() -> None:
    """A click on the tree; a second click on the same node clears the selection, and is ignored."""
    points = st.session_state.tree.selection.points
    if points:
        st.session_state.node = int(points[-1]["customdata"][0])


setup.page("Class tree")
model = setup.model()
tree = model.tree
explore.open_link(tree)

st.title("Where classes part", anchor=False)
st.markdown(INTRODUCTION)
left, right = st.columns(2, gap="large")
with right:
    controls = st.columns([2, 1])
    node = controls[0].selectbox("Place in the tree", explore.in_order(tree), key="node", filter_mode=None,
                                 format_func=lambda key: words.name(tree, tree[key]))
    seed = controls[1].number_input("Draw number", 0, 9999, key="seed", bind="query-params",
                                    help="Every number gives other pictures, and the same number the same pictures.")
    explore.write_link(tree, node)
with left:
    st.plotly_chart(explore.tree_figure(node, setup.dark()), key="tree", on_select=pick, selection_mode="points",
                    theme=None, config={"displayModeBar": False, "scrollZoom": False},
                    alt="The class tree along diffusion time. The list 'Place in the tree' names the same nodes.")
    touch()
with right:
    branch = tree[node]
    st.subheader(words.headline(tree, branch), anchor=False)
    st.markdown(words.company(tree, branch) if branch.is_leaf else COLUMNS)
    with st.spinner("The model is drawing …"):
        rows = explore.rows(node, seed)
    st.html(pictures.sheet(rows))
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(EXPLANATION)
    st.caption(words.training(model.facts))
