"""Settings in the address: read, checked, written, and kept from page to page."""
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.frame import link

KINDS = [
    (link.choice("x", [3, 5], 5), [("3", 3), ("5", 5)], ["4", "", "five", "3.0"]),
    (link.several("x", ["4", "9", "a b"], ["4"]), [("9,4", ["4", "9"]), ("a b", ["a b"]), ("", [])], ["4,8", "x"]),
    (link.several("x", "49", "4", least=1), [("9", ["9"])], ["", ","]),
    (link.several("x", {"4": "a four", "9": "a nine"}, ["4"]), [("9,4", ["4", "9"])], ["a four"]),
    (link.several("x", ["a, b", "\\", "e\u0301", "$_*<"], []), [
        ("a\\, b,\\\\", ["a, b", "\\"]), ("\u00e9", ["e\u0301"]), ("$_*<", ["$_*<"])], ["a, b"]),
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
    settings = (link.whole("n", 1, 9, 4), link.choice("which", ["a", "b"], "a"),
                link.number("free", 0, 1, 0.0))
    with link.shared(page, *settings):
        st.session_state.said = st.query_params.to_dict()  # while the page runs
        settings[0].number_input("n")
        if "hide" not in st.session_state:
            settings[1].selectbox("which")
        if "stop" in st.session_state:
            st.stop()
        if "set" in st.session_state:
            st.session_state.free = 0.5


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


def test_the_address_is_true_while_the_page_still_works():
    app = opened()
    app.number_input[0].set_value(8).run()
    assert app.session_state["said"] == {"n": "8"} and said(app) == {"n": "8"}


def test_what_the_page_itself_sets_is_in_the_address_too():
    app = opened(n="7")
    app.session_state["set"] = True
    assert said(app.run()) == {"n": "7", "free": "0.5"}


def test_settings_that_no_widget_shows_are_held():
    app = opened(which="b")
    app.session_state["hide"] = True
    for _ in range(3):
        app.run()
    assert app.session_state["which"] == "b" and said(app) == {"which": "b"}
    del app.session_state["hide"]
    assert app.run().selectbox[0].value == "b"


def test_a_page_that_stops_loses_no_choice():
    app = opened(n="7")
    app.session_state["stop"] = True
    app.number_input[0].set_value(3).run()
    assert said(app) == {"n": "3"}
    del app.session_state["stop"]
    assert app.run().number_input[0].value == 3 and said(app) == {"n": "3"}


def test_a_choice_that_the_browser_lost_is_back():
    """As it may, where two runs come at once."""
    app = opened(which="b")
    app.session_state["hide"] = True
    app.run()
    app.session_state["which"] = None
    app.run()
    assert app.session_state["which"] == "b" and said(app) == {"which": "b"}


WIDGETS = [
    (link.choice("x", {3: "three", 5: "five"}, 5), ["pills", "segments", "selectbox"]),
    (link.several("x", ["4", "9"], ["4"]), ["pills", "segments"]),
    (link.several("x", {"4": "a four", "9": "a nine"}, ["4"]), ["pills", "segments"]),
    (link.whole("x", 0, 9, 7), ["slider", "number_input"]),
    (link.number("x", 0, 1, 0.5), ["slider", "number_input"]), (link.switch("x", True), ["toggle"]),
    (link.text("x", "a", str), ["text_input"])]


@pytest.mark.parametrize(("setting", "draw"), [(setting, draw) for setting, ways in WIDGETS for draw in ways])
def test_a_setting_draws_its_widget_with_its_own_bounds(setting, draw):
    """And gives its value."""
    def page(setting, draw) -> None:
        import streamlit as st

        from pages.ui.frame import link

        with link.shared("page", setting):
            st.session_state.value = getattr(setting, draw)("Name", st.container(), help="Meaning")

    app = AppTest.from_function(page, args=(setting, draw)).run()
    assert not app.exception and app.session_state["value"] == setting.default
    [widget] = (one for one in app.main if getattr(one, "key", None) == "x")
    assert widget.label == "Name" and widget.value == setting.default
    if isinstance(setting, link.Range):
        assert (widget.min, widget.max) == (setting.low, setting.high)
    if isinstance(setting, link.Options):
        shown = setting.options.values() if isinstance(setting.options, dict) else setting.options
        assert list(widget.options) == [str(text) for text in shown]
