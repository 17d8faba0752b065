"""Asking: once for all who want the same, in view of the visitor; left, and gone on with."""
import threading
import time
from dataclasses import dataclass

import pytest
from requests_for_tests import WORKED, Count, Echo
from streamlit.testing.v1 import AppTest

from pages.ui import serve
from pages.ui.serve import desk, kept, models


@pytest.fixture(autouse=True)
def no_models(monkeypatch):
    """None of these requests looks at a model."""
    monkeypatch.setattr(models, "get", lambda name: None)
    WORKED.clear()


def test_equal_requests_are_worked_once_and_shown_on_the_way():
    shown = []
    assert not serve.is_kept("test", Echo("once"))
    assert serve.ask("test", Echo("once"), shown.append) == serve.ask("test", Echo("once"), shown.append) == "once"
    assert WORKED[Echo("once")] == 1 and shown == [0.5] and serve.is_kept("test", Echo("once"))
    serve.ask("another", Echo("once"))
    assert WORKED[Echo("once")] == 2, "another model, another answer"


@dataclass(frozen=True)
class Slow(Echo):
    """Takes a moment."""

    def work(self, model):
        time.sleep(0.05)
        return (yield from super().work(model))


def test_many_visitors_wanting_the_same_cost_one_work():
    results = []
    threads = [threading.Thread(target=lambda: results.append(serve.ask("test", Slow("same")))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["same"] * 5 and WORKED[Slow("same")] == 1


def stop(progress) -> None:
    raise KeyboardInterrupt


def test_abandoned_work_is_not_kept():
    with pytest.raises(KeyboardInterrupt):
        serve.ask("test", Echo("abandoned"), stop)
    assert not serve.is_kept("test", Echo("abandoned")) and len(desk.LINE) == 0
    assert serve.ask("test", Echo("abandoned")) == "abandoned" and WORKED[Echo("abandoned")] == 2


def test_redraws_are_seldom():
    seen = []
    show = desk.seldom(seen.append, pause=0.05)
    show(1), show(2)
    time.sleep(0.06)
    show(3)
    assert seen == [1, 3]


# -- work that is left and gone on with --------------------------------------------------------------------------------

def _lesson():
    import streamlit as st
    from requests_for_tests import Count

    from pages.ui import serve

    state = st.session_state

    def show(progress) -> None:
        state["seen"] = [*state.get("seen", []), progress]
        if len(progress) == state.get("until"):
            st.stop()

    if state.get("drop"):
        serve.drop("test", Count(5))
    state["before"] = serve.latest("test", Count(5))
    state["result"] = serve.ask("test", Count(5), show)


def test_work_that_was_left_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(desk, "PAUSE", 0.0)
    monkeypatch.setattr(desk, "seldom", lambda draw: draw)
    app = AppTest.from_function(_lesson)
    app.session_state["until"] = 2
    app.run()
    assert not app.exception and "result" not in app.session_state and app.session_state["before"] is None
    app.session_state["until"], app.session_state["seen"] = 4, []
    app.run()
    assert app.session_state["before"] == (0, 1), "the page can see at once how far it is"
    assert [len(progress) for progress in app.session_state["seen"]] == [2, 3, 4] and WORKED[Count(5)] == 1
    app.session_state["until"] = None
    app.run()
    assert app.session_state["result"] == 5 and WORKED[Count(5)] == 1
    assert app.session_state["_left"] == {}
    assert ("test", Count(5)) not in set(kept.SHARED.keys())


def test_work_that_was_dropped_begins_anew(monkeypatch):
    monkeypatch.setattr(desk, "seldom", lambda draw: draw)
    app = AppTest.from_function(_lesson)
    app.session_state["until"] = 2
    app.run()
    app.session_state["until"], app.session_state["drop"] = None, True
    app.run()
    assert app.session_state["result"] == 5 and WORKED[Count(5)] == 2


@dataclass(frozen=True)
class Failing(Count):
    """Goes wrong half way."""

    def work(self, model):
        WORKED[self] += 1
        yield (0,)
        raise ValueError


def test_work_that_failed_is_not_gone_on_with():
    for times in (1, 2):
        with pytest.raises(ValueError):
            serve.ask("test", Failing(2))
        assert WORKED[Failing(2)] == times and serve.latest("test", Failing(2)) is None
