"""Pictures of chosen classes, drawn together down the tree, and what that saved."""
import streamlit as st

import branched
from pages.ui.frame import link, shell
from pages.ui.generate import files, generating
from pages.ui.parts import reels
from pages.ui.parts.film import film
from pages.ui.serve import queue

INTRODUCTION = "The model draws pictures of many classes out of noise. What they have in common it draws only once."
COLUMNS = "Each row is a class. Each column began as the same noise, and was one picture until ways part."
EXPLANATION = """
Every picture begins as pure noise. At each **step** the network looks at what it has and takes a little of the noise
away. As long as classes look alike under all that noise, the model keeps **one** picture for all of them; it makes
copies only where their ways part (see *Class tree*). So it needs fewer looks at pictures than if each class were drawn
by itself, and gives the very same pictures. With more classes, and with more alike ones, more is saved.

How many looks that takes: on each branch of the tree the number of steps there, summed over all branches, for each of
the pictures of a class.
"""


def choose(labels: list[str]) -> None:
    """All classes or none, by a button."""
    st.session_state.labels = labels


shell.page("pages/generate.py")
name = shell.chosen_model()
model = shell.image_model(name)
settings = (
    link.several("labels", model.labels, model.labels), link.whole("n", 1, 32, 8), link.whole("steps", 5, 100, 20),
    link.choice("solver", branched.SOLVERS, generating.USUAL), link.whole("seed", 0, 9999, 0),
    link.switch("race", True), link.choice("view", reels.VIEWS, "now"))
link.open_link("generate", *settings)

st.title("Many classes at once", anchor=False)
st.markdown(INTRODUCTION)
classes, number, steps, seed = st.columns([4, 2, 2, 1.3], gap="medium")
chosen = classes.pills("Classes", model.labels, selection_mode="multi", wrap=True, key="labels")
n = number.slider("Pictures of each class", 1, 32, key="n")
steps = steps.slider("Steps", 5, 100, key="steps", help="In how many steps the noise is taken away. More take longer.")
seed = seed.number_input("Draw number", 0, 9999, key="seed",
                         help="Every number gives other pictures, and the same number the same pictures.")
with st.container(horizontal=True, gap="small", vertical_alignment="center"):
    st.button("All", on_click=choose, args=[list(model.labels)], disabled=len(chosen) == len(model.labels))
    st.button("None", on_click=choose, args=[[]], disabled=not chosen)
    with st.popover("More settings", icon=":material/tune:"):
        solver = st.selectbox("How the steps are taken", list(branched.SOLVERS), key="solver", filter_mode=None,
                              format_func=lambda key: generating.SOLVERS.get(key, (key,))[0])
        st.caption(generating.SOLVERS.get(solver, ("", ""))[1])
    view = st.segmented_control("What to look at", list(reels.VIEWS), key="view", required=True,
                                format_func=reels.VIEWS.get, label_visibility="collapsed")
if not chosen:
    link.write_link("generate", *settings)
    st.info("Choose at least one class.", icon=":material/touch_app:")
    st.stop()

order = generating.Order(tuple(label for label in model.labels if label in chosen),
                         generating.per_class(n, len(chosen)), steps, solver, seed)
if order.n < n:
    number.caption(f"At most {generating.PICTURES} pictures at once: so {order.n} of each class.")
left, right = st.columns([3, 2], gap="large") if order.n <= 12 else (st.container(), st.container())
with left:
    grid = st.empty()
    link.write_link("generate", *settings)
    drawn = queue.work(("generate", name, order), lambda: generating.draw(model, order), queue.seldom(
        lambda frame: grid.html(generating.rows(order.labels, reels.on_the_way(frame, view)))))
    with grid.container():
        place = st.session_state.setdefault("_place", {})  # where the film of the same order was left
        start = place.get((name, order), len(drawn.reel.times) - 1)
        st.session_state._place = {(name, order): film(
            "walk", drawn.reel.shown(view), generating.frames(drawn.reel), rows=order.labels, start=start,
            ends=("noise", "picture"), height=generating.CELL)}
    if len(chosen) > 1:
        st.markdown(COLUMNS)
    files.downloads(name, model.labels, order, drawn, view)
with right:
    generating.comparison(name, model, order, drawn)
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(EXPLANATION)
    st.latex(generating.equation(model.tree, order, drawn))
