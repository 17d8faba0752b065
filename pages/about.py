"""About the model: how it was made, how good it is and how that was measured, where it fails; and the choice of one."""
import streamlit as st

from pages.ui.about import controls, of_clusters, shown, told
from pages.ui.frame import link, look, shell, visitor
from pages.ui.frame.controls import chart, explanation

shell.page("pages/about.py")
name = shell.chosen_model()
st.title("About the model", anchor=False)
controls.model(name)
model, colours = shell.fitting("pages/about.py", name), look.current()
form, figures = told.form_of(model), told.quality(model)

with link.shared("about", controls.WAY):
    for css in (shown.FACTS_CSS, shown.CSS):
        st.html(css)
    st.html(shown.story(told.story(model, visitor.title(name))))
    st.subheader("How good is it?", anchor=False)
    if figures:
        st.markdown(told.measuring(model, figures))
    else:
        st.info(told.UNMEASURED.get(model.family, told.NOT_MEASURED), icon=":material/info:")
    left, right = st.columns(2, gap="large")
    with left:
        if "generation" in figures:
            st.subheader(form.HEADING, anchor=False)
            st.html(shown.table(figures["generation"], form.THINGS))
        if by_class := shown.right_classes(model, colours):
            st.markdown("Right class, in percent, of each class (the scale does not begin at 0):")
            chart(by_class, "Right class in percent for each class", "classes")
        if distances := shown.distances(model, colours):
            st.markdown("Distance (Fréchet) of each class; less is better:")
            chart(distances, "Distance from real rows for each class", "distances")
    with right:
        if figures.keys() & told.WAYS.keys():
            st.subheader("Turning one class into another", anchor=False)
            way = controls.WAY.segments("How")
            if way in figures:
                st.html(shown.table(figures[way], form.THINGS))
            if (shares := shown.per_pair(model, way)) is not None:
                st.markdown("Right class, in percent, of every class turned into every other"
                            f"{' (numbers where it is less than 95)' if len(model.labels) > shown.SOME else ''}:")
                chart(shown.matrix(shares, model.labels, colours), "Right class in percent for each pair of classes",
                      "matrix")
        if "classification" in figures:
            st.subheader("Recognising, by the tree itself", anchor=False)
            st.html(shown.table(figures["classification"], form.THINGS))
st.subheader("When this fails", anchor=False)
st.markdown(told.fails(model))
if told.is_of_clusters(model):
    st.subheader("In Python, and made anew", anchor=False)
    st.code(of_clusters.asking(model, name, form.THINGS), wrap_lines=True)
    st.code(of_clusters.commands(model), "bash", wrap_lines=True)
with st.expander("Models of your own", icon=":material/folder_open:"):
    st.markdown(told.OWN)
with explanation():
    text, equation = told.explained(model)
    st.markdown(text)
    st.latex(equation)
shell.onward("pages/about.py")
