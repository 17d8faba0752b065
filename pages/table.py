"""Beyond pictures: a model of a table. Its tree, what is between its classes, and rows that become another class."""
import streamlit as st

from pages.ui.frame import link, shell
from pages.ui.table import letter, table_tree, table_turned, tables

INTRODUCTION = """The same kind of model, but of a **table**: every row has {many} numbers, and belongs to one of
{classes} classes. All rows on this page were made by the model itself; no real data are shown."""
LETTERS = """ Each row tells of one printed letter, by {many} numbers measured on its picture: how wide it is, how much
ink it has, and where. The model never saw a picture."""
NONE = """There is no model of a table here: this page needs the file letters.safetensors, or another that was trained
on a table."""
EXPLANATION = """
Diffusion models need not make pictures. Here noise is added to the **numbers of a row**, until nothing is left of them,
and the model learns to take it away again. As with pictures, it decides late what a row becomes: classes that are alike
stay one for long, and part at the **branch points** of the tree.

**Hybrids.** Just before classes part, the model has one noisy row for all of them. Its best guess of the finished row
is a mean over all that can still become of it. So in most features it lies between the two sides, and varies less.

**Turning rows.** Noise covers a row up to the time at which the two classes part; then the model takes it away on the
way to the other class. What the noise left is still there at the end, and so rows keep something of what they were.
*Without chance* the model walks its own way backwards instead of adding noise.

**r** is Pearson's correlation: 1 if high values stay high and low ones low, 0 if one says nothing about the other.
"""

shell.page("pages/table.py")
found = tables.chosen(shell.chosen_model())
st.title("Beyond pictures", anchor=False)
if found is None:
    st.info(NONE, icon=":material/info:")
    st.stop()
name, model = found
settings = tables.settings(model)
link.open_link("table", *settings)
tables.keep_apart()
drawn = letter.is_letters(model.features)
st.markdown((INTRODUCTION + LETTERS * drawn).format(many=len(model.features), classes=len(model.labels)))
choice, draw = st.columns([4, 1], vertical_alignment="bottom")
parts = tables.PARTS if len(model.labels) > 1 else {"tree": tables.PARTS["tree"]}
if st.session_state.part not in parts:
    st.session_state.part = "tree"
part = choice.segmented_control("What to look at", list(parts), key="part", format_func=parts.get, required=True,
                                label_visibility="collapsed")
draw.number_input("Draw number", 0, 9999, key="seed", on_change=tables.start_anew,
                  help="Every number gives other rows, and the same number the same rows.")
link.hold(settings, "part", "seed", *(("zoom", "node") if part == "tree" else ("source", "way")))
link.write_link("table", *settings)
if part == "tree":
    table_tree.show(name, model, shell.dark())
elif part == "many":
    table_turned.show_many(name, model, shell.dark())
else:
    table_turned.show_one(name, model, shell.dark())
if drawn and part != "many":
    st.caption(letter.SKETCH)
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown(EXPLANATION)
    if drawn:
        st.markdown(letter.meanings())
