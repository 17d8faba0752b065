"""About the model: how it was made, how good it is and how that was measured, where it fails; and the choice of one."""
import streamlit as st

import branched
from pages.ui.about import facts, table_facts
from pages.ui.figures.standing_tree import CHART
from pages.ui.frame import link, shell, visitor, words

PUBLISHED = """Published: Tseng, Biancalani, Shen and Scalia, *Hierarchically branched diffusion models*
([arXiv 2212.10777](https://arxiv.org/abs/2212.10777)), whose idea this is: 1,000 steps of an older solver, pictures
judged by eye; for the distance, 1,000 drawings against 1,000 real training pictures of each class, as here."""
REAL = """"Real pictures" says what real test pictures reach in place of drawings: the best that can be asked for."""
FAILS = """
- **It knows nothing but {labels}.** Give it {other}, and it will make one of these of it, without a doubt.
- **Pictures are small**: {height} × {width} pixels. For anything else it would have to be trained anew.
- **A drawing to be turned must look like what it learnt from**: one figure, centred, about as large and as thick. The
  app centres and scales what you draw or upload; a faint or cluttered photo may still be misread.
- **What is kept** when one class is turned into another (slant, stroke) depends on *when* the walk turns round. On
  digits we did not find that the meeting point of a pair keeps more than the same time does for another pair.
- **A "hybrid" is rarely half and half.** At a branch point one can often tell already what a picture will become.
- **Rare kinds of pictures are rarer still** in what it draws than in what it learnt from.
- **The classifier that counts right classes is a program, too**, and makes mistakes of its own.
- **The same draw number gives the same picture** on the same kind of machine; another kind rounds differently.
"""
OWN = """
Put model files (`.safetensors`, as `python -m branched train` writes them) into a folder, and start the app with the
name of the folder in the environment: `BRANCHED_MODELS=my-models streamlit run app.py`. The files are then in the list
above by their names. A file that is damaged is there as well; choosing it tells what is wrong. For safety, no path can
be typed into this page, and a model file holds numbers and text alone, no program.
"""
WORK = r"\frac{\text{each class alone}}{\text{through the tree}} = \frac{%d}{%.2f} = %.2f"


def choose() -> None:
    """The chosen model goes into the address; from there the menu takes it to all pages."""
    st.query_params["model"] = st.session_state.chosen_model


shell.page("pages/about.py")
name = shell.chosen_model()
st.title("About the model", anchor=False)
mine = [visitor.held().name] if visitor.held() else []
choice, _ = st.columns([1, 2])
st.session_state.chosen_model = name
choice.selectbox("Model", sorted({*branched.models(), name}.difference(mine)) + mine, key="chosen_model",
                 on_change=choose, filter_mode=None, format_func=visitor.title,
                 help="All pages show the model that is chosen here.")
model = shell.model(name)
settings = (link.choice("way", facts.WAYS, "stochastic"),)
link.open_link("about", *settings)
tree, dark, stored = model.tree, shell.dark(), model.facts.stored

st.html(facts.pairs_table(facts.story(model, visitor.title(name))))
st.subheader("How good is it?", anchor=False)
if model.features:
    quality, told, real = table_facts.quality(stored), facts.protocol(stored, "rows", "rows"), "Real rows"
else:
    quality = facts.quality(stored, facts.ceiling(shell.judge(name, model)))
    told, real = facts.protocol(stored), "Real pictures"
if quality:
    published = any(row.published for rows in quality.values() for row in rows)
    notes = (table_facts.REAL, table_facts.PROTOCOL) if model.features else (REAL, PUBLISHED)
    st.markdown(f"{f'How it was measured: {told}. ' if told else ''}{notes[0]}{f' {notes[1]}' if published else ''}")
else:
    st.info("This model's file tells of no measured quality: nobody has measured it yet "
            "(`python -m branched evaluate --store` does).", icon=":material/info:")
left, right = st.columns(2, gap="large")
with left:
    if "generation" in quality:
        st.subheader("Making rows" if model.features else "Drawing", anchor=False)
        st.html(facts.quality_table(quality["generation"], real))
    if by_class := facts.per_class(stored, model.labels, dark):
        st.markdown("Right class, in percent, of each class (the scale does not begin at 0):")
        st.plotly_chart(by_class, key="classes", alt="Right class in percent for each class", **CHART)
    if model.features and (distances := table_facts.distances(stored, model.labels, dark)):
        st.markdown("Distance (Fréchet) of each class; less is better:")
        st.plotly_chart(distances, key="distances", alt="Distance from real rows for each class", **CHART)
with right:
    if quality.keys() & facts.WAYS.keys():
        st.subheader("Turning one class into another", anchor=False)
        way = st.segmented_control("How", facts.WAYS, key="way", format_func=facts.WAYS.get, required=True)
        if way in quality:
            st.html(facts.quality_table(quality[way], real))
        if (shares := facts.per_pair(stored, way, model.labels)) is not None:
            st.markdown("Right class, in percent, of every class turned into every other"
                        f"{' (numbers where it is less than 95)' if len(model.labels) > facts.SOME else ''}:")
            st.plotly_chart(facts.matrix(shares, model.labels, dark), key="matrix", **CHART,
                            alt="Right class in percent for each pair of classes")
    if "classification" in quality:
        st.subheader("Recognising, by the tree itself", anchor=False)
        st.html(facts.quality_table(quality["classification"], real))
link.write_link("about", *settings)
st.subheader("When this fails", anchor=False)
other = "a letter" if all(label.isdecimal() for label in model.labels) else "something else"
if model.features:
    st.markdown(table_facts.FAILS.format(labels=words.listed(model.labels), many=len(model.features)))
else:
    st.markdown(FAILS.format(labels=words.listed(model.labels), other=other, height=model.shape[0],
                             width=model.shape[1]))
with st.expander("Models of your own", icon=":material/folder_open:"):
    st.markdown(OWN)
with st.expander("What am I looking at?", icon=":material/help:"):
    st.markdown("""Facts that the model's file carries, and figures that were measured once and stored in it: nothing on
this page is computed while you look, but one number. Added up, the branches of the tree are shorter than all ways from
noise to the classes would be, each walked alone; so making one of each class through the tree saves work:""")
    st.latex(WORK % (len(tree.labels), tree.total_length, len(tree.labels) / tree.total_length))
