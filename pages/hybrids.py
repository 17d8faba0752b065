"""Hybrids of two classes, or of two sets: what they share until their ways part, and how the choice comes about."""
import streamlit as st

from pages.ui.figures.standing_tree import CHART, DARK, LIGHT
from pages.ui.frame import link, shell, words
from pages.ui.hybrids import parting
from pages.ui.parts import pictures, reels
from pages.ui.parts.film import film
from pages.ui.serve import queue

INTRODUCTION = "Choose two sides. Until their ways part, the model draws them as one: what it has then is a **hybrid**."
LINES = "Thick lines: what both share, then in its own colour each side's way. The dots go with the slider."
EXPLANATION = """
The model takes noise away step by step, from the top of the tree to the bottom. As long as two classes look alike under
all the noise, it keeps one picture for both. The moment just before it must decide is their **meeting point**; what it
has there is a **hybrid**. That is mostly noise to the eye, so look at the model's **best guess** too: the finished
picture that it expects, a mean over all that can still become of it. Then the ways part, and the same picture is
finished once as each class: in the rows at the bottom each column has the same beginning.

A second network, a **classifier** that had no part in the drawing, tells what each best guess looks like.

At time *t* the model's state is a picture with noise mixed in. At this meeting point the shares are:
"""


def change(changed: str, other: str) -> None:
    """A class is on one side only; other sides meet at another time, so the film goes to where they part."""
    state = st.session_state
    state[changed], state[other], note = parting.settled(state[changed], state[other], state._sides[changed])
    state.time = None
    if note:
        st.toast(note, icon=":material/info:")


shell.page("pages/hybrids.py")
name = shell.chosen_model()
model = shell.image_model(name)
tree = model.tree
if len(model.labels) < 2:
    st.info("This model has one class alone: there is nothing to mix.", icon=":material/info:")
    st.stop()
usual = parting.default(tree)
settings = (link.several("a", model.labels, usual[:1], least=1), link.several("b", model.labels, usual[1:], least=1),
            link.whole("seed", 0, 9999, 0), link.choice("view", reels.VIEWS, "guess"),
            link.number("time", 0, 1, None))
link.open_link("hybrids", *settings)
parting.open_sides(usual)

dark = shell.dark()
st.html(parting.style(*((DARK["lit"], DARK["other"], "#000") if dark else (LIGHT["lit"], LIGHT["other"], "#fff"))))
st.title("Between two classes", anchor=False)
st.markdown(INTRODUCTION)
one, two, draw = st.columns([5, 5, 2], gap="medium")
a = one.pills("One side", model.labels, selection_mode="multi", wrap=True, key="a", on_change=change,
              args=["a", "b"])
b = two.pills("The other side", model.labels, selection_mode="multi", wrap=True, key="b", on_change=change,
              args=["b", "a"])
st.session_state._sides = {"a": a, "b": b}
seed = draw.number_input("Draw number", 0, 9999, key="seed",
                         help="Every number gives other pictures, and the same number the same pictures.")
a, b = (tuple(label for label in model.labels if label in side) for side in (a, b))
st.subheader(parting.headline(tree, a, b), anchor=False)
st.markdown(parting.kinship(tree, a, b))
left, right = st.columns(2, gap="large")
with left:
    st.plotly_chart(parting.tree_figure(name, a, b, dark, tree), key="tree", **CHART,
                    alt=f"The class tree: {parting.headline(tree, a, b)}")
    st.caption(LINES)
with right:
    view = st.segmented_control("What to look at", list(reels.VIEWS), key="view", required=True,
                                format_func=reels.VIEWS.get, label_visibility="collapsed")
    scrubber, sheet = st.container(), st.empty()
    link.write_link("hybrids", *settings)
    judge = shell.judge(name, model)
    found = queue.work(
        ("hybrids", name, a, b, seed), lambda: parting.part(model, a, b, seed, judge),
        queue.seldom(lambda frame: sheet.html(pictures.sheet(pictures.growing(a + b, frame.denoised)))))
    sheet.html(pictures.sheet(parting.rows(found, a, b)))
with scrubber:
    times, asked = found.reel.times, st.session_state.time
    start = found.meeting if asked is None else parting.nearest(times, asked)
    rest = film("parting", found.reel.shown(view), parting.frames(tree, a, b, found), rows=a + b, start=start,
                marks={found.meeting: "they part"}, ends=("noise", "picture"), over="tree", height=56, seconds=6)
    st.session_state.time = None if rest == found.meeting else times[rest]
    link.write_link("hybrids", *settings)
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(EXPLANATION)
    st.latex(words.mixture(tree.meeting_point(a, b)))
