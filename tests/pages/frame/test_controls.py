"""What several pages show alike."""
import json

from streamlit.testing.v1 import AppTest


def _page():
    import plotly.graph_objects as go
    import streamlit as st

    from pages.ui.frame import controls, link

    with link.shared("page", controls.SEED):
        st.session_state.drawn = controls.draw_number("rows", st.container(), width=180)
        figure = go.Figure(go.Scatter(x=[0], y=[0], customdata=[[7, "seven"]]))
        controls.chart(figure, "A figure", clicked=lambda node: st.session_state.update(node=node))
        controls.chart(figure, "Another", key="other")
        with controls.explanation():
            st.write("It is a page.")


def picked(app: AppTest, points: list) -> AppTest:
    """As a browser that tells of points which were clicked on."""
    chart = next(one for one in app.get("plotly_chart") if one.key == "tree")
    states = app._tree.get_widget_states()
    state = states.widgets.add()
    state.id = chart.proto.id
    state.string_value = json.dumps({"selection": {"points": points, "point_indices": [], "box": [], "lasso": []}})
    return app._run(states)


def test_the_draw_number_and_the_explanation():
    app = AppTest.from_function(_page).run()
    number = app.number_input(key="seed")
    assert not app.exception and (number.min, number.max, number.value) == (0, 9999, 0)
    assert number.help == "Same number, same rows. Try another."
    assert app.expander[0].label == "What am I looking at?" and "a page" in app.expander[0].markdown[0].value
    number.set_value(8).run()
    assert app.session_state["drawn"] == 8 and app.query_params["seed"] in ("8", ["8"])


def test_a_click_tells_the_node():
    """A second click on it, which clears the selection, does not."""
    app = AppTest.from_function(_page).run()
    point = {"curve_number": 0, "point_number": 0, "point_index": 0, "x": 0, "y": 0, "customdata": [7, "seven"]}
    picked(app, [point])
    assert not app.exception and app.session_state["node"] == 7
    app.session_state["node"] = 3
    picked(app, [])
    assert not app.exception and app.session_state["node"] == 3


def test_charts_have_no_bar_of_tools_and_a_text_for_who_cannot_see():
    one, other = AppTest.from_function(_page).run().get("plotly_chart")
    assert "false" in json.dumps(json.loads(one.proto.config)["displayModeBar"])
    assert one.proto.id != other.proto.id and other.proto.selection_mode == [] != one.proto.selection_mode
