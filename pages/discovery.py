"""How the tree is found: curves of similarity, where they meet, and the tree that follows; with a guessing game."""
import streamlit as st

import branched
from pages.ui.discovery import finding, guessing
from pages.ui.figures import lying_tree
from pages.ui.figures.standing_tree import CHART
from pages.ui.frame import link, shell
from pages.ui.parts.touch import touch

INTRODUCTION = """Nobody drew the tree by hand: it was read off the {data}. Two classes are joined from the time on at
which noise hides the difference between them."""
OWN_EYES = " But you can try to tell its classes apart yourself."
GAME = """Some of these noisy pictures are {a}, some are {b} (the model's own drawings). Pull the slider to the right,
and stop as soon as you can tell them apart. Were you earlier than the rule?"""
WITHOUT = """This model's file has no curves of similarity: its tree was given, not found. So there is nothing to see of
the rule here.{game}"""


def pick() -> None:
    """A click on the tree chooses the pair that meets there."""
    points = st.session_state.tree.selection.points
    if points:
        state.a, state.b = finding.pair_of(tree, tree[int(points[-1]["customdata"][0])], met)


shell.page("pages/discovery.py")
name = shell.chosen_model()
model = shell.model(name)
state, dark, things = st.session_state, shell.dark(), "rows" if model.features else "pictures"
st.title("How the tree is found", anchor=False)
if len(model.labels) < 2:
    st.info("This model knows one class only: there is no tree to find.", icon=":material/info:")
    st.stop()
told, curves = finding.rule(model.facts), finding.curves(model)
settings = finding.settings(model, told, curves)
link.open_link("discovery", *settings)
finding.keep_apart(model.labels)
st.markdown(INTRODUCTION.format(data="data" if model.features else "pictures"))
left, right = st.columns([3, 2], gap="large")
with left:
    first, second, third = st.columns([1, 1, 2], vertical_alignment="bottom")
    a = first.selectbox("Compare", model.labels, key="a", filter_mode=None)
    b = second.selectbox("with", [label for label in model.labels if label != a], key="b", filter_mode=None)
tree, found, meets = model.tree, None, model.tree.meeting_point(a, b)
if curves is None:
    left.info(WITHOUT.format(game="" if model.features else OWN_EYES), icon=":material/info:")
    right.subheader("The model's tree", anchor=False)
else:
    third.segmented_control("Show", finding.ZOOMS, key="zoom", format_func=finding.ZOOMS.get, required=True)
    with right:
        st.subheader("The tree that follows", anchor=False)
        chosen = finding.sliders(finding.limits(told, curves), told, {own.name: own.default for own in settings[-3:]})
    gaps = finding.gaps(name, chosen["smoothing"], curves)
    met = finding.meetings(curves.times, gaps, chosen["epsilon"])
    try:
        found = branched.tree_from_similarity(curves.labels, curves.times, curves.similarity, branched.Rule(**chosen))
        tree = found
    except branched.BranchedError as error:
        right.warning(f"{error} You see the model's own tree.", icon=":material/warning:")
    between, within = curves.pair(a, b, chosen["smoothing"])
    together = finding.meeting(curves.times, between, within, chosen["epsilon"])
    left.plotly_chart(finding.chart(curves, a, b, chosen, gaps, state.zoom == "near", dark,
                                    "data" if model.features else "picture"), key="curves", **CHART,
                      alt=f"Similarity of noisy {things} over time, within and between {a} and {b}")
    left.markdown(finding.verdict(a, b, together, tree.meeting_point(a, b)))
    meets = meets if together is None else together
with right:
    lying = bool(model.features) or len(model.labels) > lying_tree.MANY
    together_at = tree.meeting_branch(a, b)
    st.plotly_chart(finding.small_tree(tree, together_at and together_at.id, dark, lying), key="tree", **CHART,
                    alt=f"The tree; {a} and {b} part at t = {tree.meeting_point(a, b):.2f}.",
                    **({"on_select": pick, "selection_mode": "points"} if curves else {}))
    touch()
    if found:
        st.markdown("\n".join(f"- {line}" for line in finding.changes(model.tree, found, a, b)))

if not model.features:
    st.subheader("Can you tell them apart?", anchor=False)
    st.markdown(GAME.format(a=a, b=b))
    draw, show, _ = st.columns([1, 2, 3], vertical_alignment="bottom")
    seed = draw.number_input("Draw number", 0, 9999, key="seed",
                             help="Every number gives other pictures, in another order.")
    revealed = (a, b) if show.toggle("Show which is which", key="reveal") else ()
    state.time = guessing.play(guessing.game(name, model, a, b, seed), revealed, state.time, f"{a} and {b} meet", meets)
link.write_link("discovery", *settings)
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(finding.explanation(table=bool(model.features)))
    if curves:
        st.latex(finding.equation(curves.times, between, within, chosen["epsilon"]))
    if not model.features:
        st.latex(guessing.noising(state.time))
