"""The class tree: click where classes part, and see what the model draws there. Start: `streamlit run app.py`.

Streamlit imports this file for the server, and runs it for each visitor of the page.
"""
import streamlit as st

if __name__ == "__main__":
    from pages.ui import serve
    from pages.ui.frame import link, shell
    from pages.ui.frame.controls import draw_number
    from pages.ui.language import _
    from pages.ui.serve.descent import Descent
    from pages.ui.tree import controls, shown, told

    name, model, look = shell.opened("app.py")
    setting = controls.settings(model.outline())
    st.html(shown.CSS)
    with link.shared("tree", *setting):
        st.title(told.title(model), anchor=False)
        st.markdown(told.introduction(model))
        with st.container(key="watch"):
            fall = st.container(key="fall")
            with st.container(key="dice", horizontal=True, gap="large", vertical_alignment="bottom"):
                descent = Descent(draw_number(width=180))
                setting.pictures.toggle(_("Pictures on the tree"))
            body = st.container(key="body").empty()
        if not serve.is_kept(name, descent):
            with body.container():
                controls.first_look(name, model, descent, setting, look)
        tour = serve.ask(name, descent)
        with fall:
            controls.played(name, descent, tour, setting, model.outline())
        with body.container():
            controls.explorer(name, model, descent, tour, setting, look)
    shell.onward("app.py")
else:
    from pages import start

    def first() -> None:
        """Prepare what the first visitor will see, and then what other pages show at first."""
        from pages.ui.tree import first as tree

        tree.prepare()
        start.ahead.views()

    app = st.App(__file__, **start.served(first))
