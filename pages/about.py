"""About the model: three numbers and when it fails; in drawers how it was made, how good it is, how that was
measured. And the choice of another."""
import streamlit as st

from pages.ui.about import controls, measured, of_clusters, shown, told
from pages.ui.frame import link, look, shell, visitor
from pages.ui.frame.controls import explanation, one_file
from pages.ui.language import _

shell.page("pages/about.py")
name = shell.chosen_model()
st.title(_("About the model"), anchor=False)
controls.model(name)
model, colours = shell.fitting("pages/about.py", name), look.current()
form, figures = told.form_of(model), told.quality(model)

with link.shared("about", controls.WAY):
    for css in (shown.FACTS_CSS, shown.CSS):
        st.html(css)
    with st.container(key="numbers"):
        st.html(shown.numbers(told.numbers(model)))
    one_file(model, visitor.short(name))
    st.header(_("When this fails"), anchor=False)
    st.markdown(told.fails(model))
    st.header(_("The data sheet"), anchor=False)
    if not figures:
        st.info(_(told.UNMEASURED.get(model.family, told.NOT_MEASURED)), icon=":material/info:")
    with st.expander(_("How it was made"), icon=":material/construction:"):
        st.html(shown.story(told.story(model, visitor.title(name))))
    measured.show(model, figures, colours)
    if told.is_of_clusters(model):
        with st.expander(_("In Python, and made anew"), icon=":material/code:"):
            st.code(of_clusters.asking(model, name, _(form.THINGS)), wrap_lines=True)
            st.code(of_clusters.commands(model), "bash", wrap_lines=True)
    with st.expander(_("Models of your own"), icon=":material/folder_open:"):
        st.markdown(_(told.OWN))
    with explanation():
        text, equation = told.explained(model)
        st.markdown(text)
        st.latex(equation)
shell.onward("pages/about.py")
