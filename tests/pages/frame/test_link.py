"""Settings in the address: read, checked, written, and kept from page to page."""
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.frame import link

KINDS = [
    (link.choice("x", [3, 5], 5), [("3", 3), ("5", 5)], ["4", "", "five", "3.0"]),
    (link.several("x", ["4", "9", "a b"], ["4"]), [("9,4", ["4", "9"]), ("a b", ["a b"]), ("", [])], ["4,8", "x"]),
    (link.several("x", "49", "4", least=1), [("9", ["9"])], ["", ","]),
    (link.whole("x", 0, 99, 7), [("0", 0), ("99", 99)], ["-1", "100", "1e1", "", "x", "3.5", "9" * 5000]),
    (link.number("x", 0.0, 1.0, 0.5), [("0.25", 0.25), ("1", 1.0), ("0.12349", 0.123)],
     ["nan", "inf", "-0.1", "2", ""]),
    (link.switch("x", True), [("on", True), ("off", False)], ["1", "true", ""]),
]


@pytest.mark.parametrize("setting, right, wrong", KINDS)
def test_reading_and_writing(setting, right, wrong):
    for text, value in right:
        assert setting.read(text) == value
        assert setting.read(setting.write(value)) == value
    for text in wrong:
        with pytest.raises(ValueError):
            setting.read(text)


def _page():
    import streamlit as st

    from pages.ui.frame import link

    page = st.session_state.get("turn", "one")
    settings = (link.whole("n", 1, 9, 4), link.choice("which", ["a", "b"], "a"))
    link.open_link(page, *settings)
    st.number_input("n", 1, 9, key="n")
    st.selectbox("which", ["a", "b"], key="which")
    link.write_link(page, *settings)


def opened(**query) -> AppTest:
    app = AppTest.from_function(_page)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def said(app: AppTest) -> dict:
    assert not app.exception
    return {key: value if isinstance(value, str) else value[0] for key, value in app.query_params.items()}


def test_defaults_go_without_saying():
    app = opened()
    assert app.number_input[0].value == 4 and said(app) == {} and not app.warning


def test_a_link_is_followed_and_kept_up_to_date():
    app = opened(n="7", other="x")
    assert app.number_input[0].value == 7 and said(app) == {"n": "7", "other": "x"}
    app.selectbox[0].select("b").run()
    assert said(app) == {"n": "7", "which": "b", "other": "x"}
    app.number_input[0].set_value(4).run()
    assert said(app) == {"which": "b", "other": "x"}


def test_a_wrong_value_is_told_and_gone():
    app = opened(n="70", which="b")
    assert app.number_input[0].value == 4 and app.selectbox[0].value == "b"
    assert "n = 70" in app.warning[0].value and said(app) == {"which": "b"}
    assert not app.run().warning


def test_back_and_forward_change_the_page():
    app = opened(n="7")
    app.number_input[0].set_value(2).run()
    app.query_params["n"] = "7"  # the browser's Back
    assert app.run().number_input[0].value == 7
    del app.query_params["n"]
    assert app.run().number_input[0].value == 4


def test_a_page_is_found_as_it_was_left():
    app = opened(n="7", which="b")
    app.session_state["turn"] = "two"
    app.query_params.clear()
    app.run()
    assert app.number_input[0].value == 4
    app.number_input[0].set_value(3).run()
    app.session_state["turn"] = "one"
    app.query_params.clear()
    app.run()
    assert app.number_input[0].value == 7 and said(app) == {"n": "7", "which": "b"}
