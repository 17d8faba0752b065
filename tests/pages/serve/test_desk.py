"""Asking: once for all who want the same, in view of the visitor; left, and gone on with; too much at once."""
import gc
import threading
import time
import weakref
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from requests_for_tests import WORKED, Count, Echo
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.testing.v1 import AppTest

import branched
from pages.ui import serve
from pages.ui.serve import desk, engines, kept, models, told

LET_GO = threading.Event()


@pytest.fixture(autouse=True)
def no_models(monkeypatch):
    """None of these requests looks at a model; each test has an engine of its own."""
    monkeypatch.setattr(models, "get", lambda name: None)
    engine = branched.Engine(branched.Bounds(each=2, all=4))
    monkeypatch.setattr(engines, "get", lambda: engine)
    WORKED.clear()
    LET_GO.clear()
    yield engine
    LET_GO.set()
    engine.close()
    desk._left().clear()


@dataclass(frozen=True)
class Held(Echo):
    """Tells how far it is, and does not end before the test wants it to."""

    def work(self, model):
        WORKED[self] += 1
        while not LET_GO.is_set():
            yield 0.5
            time.sleep(0.01)
        return self.text


@dataclass(frozen=True)
class Seen(Held):
    """Has something to be seen at once."""

    def work(self, model):
        yield f"first of {self.text}"
        return (yield from super().work(model))


def until(holds) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_equal_requests_are_worked_once():
    assert not serve.is_kept("test", Echo("once"))
    assert serve.ask("test", Echo("once")) == serve.ask("test", Echo("once")) == "once"
    assert WORKED[Echo("once")] == 1 and serve.is_kept("test", Echo("once"))
    serve.ask("another", Echo("once"))
    assert WORKED[Echo("once")] == 2, "another model, another answer"


def test_what_comes_is_shown_on_the_way_and_the_latest_is_not_left_out():
    shown = []

    def show(latest):
        shown.append(latest)
        if latest == 0.5:
            LET_GO.set()

    assert serve.ask("test", Seen("a"), show) == "a" and shown[-1] == 0.5
    assert shown in (["first of a", 0.5], [0.5])


@pytest.mark.parametrize("kind", [Held, Seen])
def test_many_visitors_wanting_the_same_cost_one_work(kind, no_models):
    results = []
    threads = [threading.Thread(target=lambda: results.append(serve.ask("test", kind("same")))) for _ in range(5)]
    for thread in threads:
        thread.start()
    until(lambda: sum(len(task.visitors) for task in no_models._wanted) == len(threads))  # or the last comes too late
    LET_GO.set()
    for thread in threads:
        thread.join()
    assert results == ["same"] * 5 and WORKED[kind("same")] == 1


@dataclass(frozen=True)
class AtOnce(Echo):
    """Needs no network."""

    inline = True

    def work(self, model):
        time.sleep(0.05)
        WORKED[self] += 1
        assert threading.current_thread().name != "engine"
        yield 0.5
        return self.text


def test_what_needs_no_network_is_worked_by_who_asks_and_once(no_models):
    results = []
    threads = [threading.Thread(target=lambda: results.append(serve.ask("test", AtOnce("x")))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["x"] * 5 and WORKED[AtOnce("x")] == 1 and no_models.load().tasks == 0
    assert len(desk._WORKING) == 0, "nothing is left of it"


def stop(progress) -> None:
    raise KeyboardInterrupt


def test_abandoned_work_ends_and_is_not_kept(no_models):
    with pytest.raises(KeyboardInterrupt):
        serve.ask("test", Held("abandoned"), stop)
    until(lambda: no_models.load()[:2] == (0, 0))
    assert not serve.is_kept("test", Held("abandoned"))
    LET_GO.set()
    assert serve.ask("test", Held("abandoned")) == "abandoned" and WORKED[Held("abandoned")] == 2


def again(progress) -> None:
    raise RerunException(RerunData())


def test_a_script_that_runs_again_has_its_work_back(no_models):
    """The visitor moved a slider that the work does not depend on."""
    with pytest.raises(RerunException):
        serve.ask("test", Held("again"), again)
    LET_GO.set()
    assert serve.ask("test", Held("again")) == "again" and WORKED[Held("again")] == 1 and desk._left() == {}


def test_a_script_that_runs_again_and_wants_another_thing_lets_the_first_go(no_models):
    with pytest.raises(RerunException):
        serve.ask("test", Held("not wanted"), again)
    assert no_models.load().tasks == 1
    serve.ask("test", Echo("wanted"))
    until(lambda: no_models.load()[:2] == (0, 0))
    assert desk._left() == {}


def test_work_for_which_nobody_comes_back_ends(no_models, monkeypatch):
    monkeypatch.setattr(desk, "GRACE", 0.05)
    with pytest.raises(RerunException):
        serve.ask("test", Held("forgotten"), again)
    until(lambda: no_models.load()[:2] == (0, 0))
    assert desk._left() == {}


# -- waiting -----------------------------------------------------------------------------------------------------------

class Place:
    """Where something would be on the page: remembers what was put there."""

    def __init__(self):
        self.put = []

    def __getattr__(self, kind):
        return lambda *said, **_: self.put.append((kind, *said))


def answer(latest=None, expected=None) -> SimpleNamespace:
    return SimpleNamespace(latest=latest, expected=expected)


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(now=0.0)
    monkeypatch.setattr(desk, "time", SimpleNamespace(monotonic=lambda: now.now))
    return now


def test_redraws_are_seldom_and_the_latest_comes_in_the_end(clock):
    seen = []
    screen = desk.Screen(Place(), seen.append)
    for clock.now, latest in ((0.0, "a"), (0.05, "b"), (0.1, "c"), (0.25, "c"), (0.5, "c"), (0.6, "d")):
        screen.turn(answer(latest))
    assert seen == ["a", "c", "d"]


def test_a_short_wait_says_nothing_and_a_long_one_when_it_ends(clock, no_models, monkeypatch):
    place = Place()
    screen = desk.Screen(place, str)
    for clock.now, expected in ((0.0, 9.0), (0.3, 9.0), (1.4, 9.0), (1.6, 2.0), (1.7, None)):
        screen.turn(answer(None, expected))
    assert place.put == []
    monkeypatch.setattr(engines, "get", lambda: SimpleNamespace(load=lambda: SimpleNamespace(tasks=12)))
    for clock.now, expected in ((2.1, 8.2), (2.3, 5.0), (2.7, 7.2)):  # in between it is not reckoned
        screen.turn(answer(None, expected))
    told_so = "Many are drawing just now. The first of yours comes soon, the last in about {} seconds."
    assert [said[1] for said in place.put] == [told_so.format(k) for k in (8, 7)]
    clock.now = 3.0
    screen.turn(answer("a picture", 6.0))
    screen.turn(answer("a picture", 6.0))
    assert place.put[2:] == [("empty",)], "a picture says more than a sentence"


def test_numbers_move_a_bar_where_it_is_worth_it(clock):
    place = Place()
    screen = desk.Screen(place, None)
    for clock.now, share in ((0.1, 0.1), (0.5, 0.5), (1.0, 1.5)):
        screen.turn(answer(share, 8.0))
    assert place.put == [("progress", 0.5, "The model is drawing … about 8 seconds left"),
                         ("progress", 1.0, "The model is drawing … about 8 seconds left")]


def test_who_waits_is_told_at_the_top_of_the_page(clock):
    """And what comes is shown where it belongs. Nothing is left there in the end, nor by a run that was stopped."""
    top, place = Place(), Place()
    screen = desk.Screen(place, None, desk.Board(top))
    for clock.now, share in ((0.0, None), (2.0, None), (3.0, 0.5)):
        screen.turn(answer(share, 8.0))
    assert top.put == [("info", "Yours is ready in about 8 seconds."), ("empty",)]
    assert [kind for kind, *_ in place.put] == ["progress"]
    screen.end()
    assert place.put[1:] == [("empty",)] and top.put[2:] == []


def _asks():
    import streamlit as st
    from requests_for_tests import Echo

    from pages.ui import serve
    from pages.ui.serve import desk

    if "_board" not in st.session_state:
        desk.board(st.empty())
        st.session_state["_board"].tell("Yours is ready in about 5 seconds.")
    else:
        serve.ask("test", Echo("once"))


def test_what_a_stopped_run_has_told_is_taken_away():
    app = AppTest.from_function(_asks).run()
    assert app.session_state["_board"].text
    app.run()
    assert not app.exception and app.session_state["_board"].text == ""


def test_times_in_words():
    assert [told.counted(seconds) for seconds in (0.2, 3.4, 8.6, 12, 44, 170)] == [
        "1 second", "3 seconds", "9 seconds", "10 seconds", "45 seconds", "3 minutes"]
    assert told.waiting(3.0, 30) == told.waiting(None, 30) == "" and "Something else" in told.waiting(5.0, 2)
    assert told.waiting(5.0, 1) == "Yours is ready in about 5 seconds."
    assert "moment" in told.busy(None) and "about 10 seconds" in told.busy(11.0)


def test_where_there_is_no_room_one_waits_and_it_begins_by_itself(no_models, monkeypatch):
    monkeypatch.setattr(desk, "AGAIN", 0.05)
    said, results = [], []
    monkeypatch.setattr(desk.Screen, "tell", lambda self, text: said.append(text))
    threads = [threading.Thread(target=lambda k=k: results.append(serve.ask("test", Held(str(k))))) for k in range(6)]
    for thread in threads:
        thread.start()
    until(lambda: sum("All places are taken" in text for text in said) >= 2)
    assert no_models.load().tasks == 4
    LET_GO.set()
    for thread in threads:
        thread.join()
    assert sorted(results) == list("012345"), "nothing is lost"


def test_who_waits_for_room_can_go(no_models, monkeypatch):
    LET_GO.clear()
    blockers = [no_models.ask("test", Held(f"b{k}"), None) for k in range(4)]
    looks = []

    def look_up():
        looks.append(0)
        if len(looks) == 2:
            raise RerunException(RerunData())

    monkeypatch.setattr(desk, "_look_up", look_up)
    with pytest.raises(RerunException):
        serve.ask("test", Echo("late"))
    assert WORKED[Echo("late")] == 0 and not any(blocker.done for blocker in blockers)


# -- work that is left and gone on with --------------------------------------------------------------------------------

def _lesson():
    import streamlit as st
    from requests_for_tests import Count

    from pages.ui import serve

    state = st.session_state

    def show(progress) -> None:
        state["seen"] = [*state.get("seen", []), len(progress)]
        if len(progress) >= state.get("until", 1000):
            st.stop()

    if state.get("drop"):
        serve.drop("test", Count(60))
    state["before"] = serve.latest("test", Count(60))
    state["result"] = serve.ask("test", Count(60), show)


def test_work_that_was_left_goes_on_where_it_was(no_models, monkeypatch):
    monkeypatch.setattr(desk, "PAUSES", (0.0, 0.0))
    app = AppTest.from_function(_lesson, default_timeout=30)
    app.session_state["until"] = 2
    app.run()
    assert not app.exception and "result" not in app.session_state and app.session_state["before"] is None
    until(lambda: no_models.load()[:2] == (0, 1))
    was = app.session_state["seen"][-1]
    app.session_state["until"], app.session_state["seen"] = was + 10, []
    app.run()
    assert len(app.session_state["before"]) >= was, "the page can see at once how far it is"
    assert app.session_state["seen"][0] >= was and app.session_state["seen"] == sorted(set(app.session_state["seen"]))
    app.session_state["until"] = 1000
    app.run()
    assert app.session_state["result"] == 60 and WORKED[Count(60)] == 1
    assert app.session_state["_left"] == {}
    assert ("test", Count(60)) not in set(kept.SHARED.keys())


def test_work_that_was_dropped_begins_anew(monkeypatch):
    monkeypatch.setattr(desk, "PAUSES", (0.0, 0.0))
    app = AppTest.from_function(_lesson, default_timeout=30)
    app.session_state["until"] = 2
    app.run()
    app.session_state["until"], app.session_state["drop"] = 1000, True
    app.run()
    assert app.session_state["result"] == 60 and WORKED[Count(60)] == 2


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


# -- visitors who come and go ------------------------------------------------------------------------------------------

def _visit():
    import streamlit as st
    from requests_for_tests import Count

    from pages.ui import serve

    serve.ask("test", Count(st.session_state["to"]), lambda progress: st.stop())


def test_of_visitors_who_have_gone_nothing_is_left(no_models):
    """What they left half done is let go with their sessions."""
    answers = []
    for k in range(20):
        app = AppTest.from_function(_visit)
        app.session_state["to"] = 1000 + k
        app.run()
        [left] = app.session_state["_left"].values()
        answers.append(weakref.ref(left))
        assert no_models.load().paused >= 1
        del left
        app = None
    gc.collect()
    assert not any(answer() for answer in answers)
    until(lambda: no_models.load()[:2] == (0, 0))
    assert len(desk._WORKING) == 0 and not {("test", Count(1000 + k)) for k in range(20)} & set(kept.SHARED.keys())
