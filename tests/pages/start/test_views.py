"""What pages show at first is asked before anybody comes: just what they ask themselves, and at the lowest urgency."""
import importlib
import logging
import types
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import branched
from pages.start import ahead
from pages.ui.serve import desk, engines, models
from pages.ui.serve.kept import SHARED

ROOT = Path(__file__).resolve().parents[3]
PAGES = {room: f"pages/{room}.py" for room in ahead.ROOMS}


class Asked(Exception):
    """A page has come to ask for what takes long."""


def first_of(room: str) -> tuple[str, list]:
    """What a room asks ahead: its model's name, and its requests. Only what needs no network is worked."""
    first, seen = importlib.import_module(f"pages.ui.{room}.first"), []
    model = models.shared(first.MODEL)

    def ask(request):
        seen.append(request)
        return desk.finished(request.work(model)) if request.inline else None

    ahead.answered(first.asks(model), ask)
    return first.MODEL, seen


@pytest.mark.parametrize("room", PAGES)
def test_it_is_what_the_page_asks(room, nothing_kept, monkeypatch):
    name, asked, usual = *first_of(room), desk.ask
    met = []

    def ask(whose, request, show=None):
        met.append((whose, request))
        if request.inline:
            return usual(whose, request)
        raise Asked

    monkeypatch.setattr(desk, "ask", ask)
    AppTest.from_file(ROOT / "app.py", default_timeout=60).switch_page(PAGES[room]).run()
    assert met == [(name, request) for request in asked[:len(met)]] and not met[-1][1].inline


def test_each_is_asked_ahead_and_kept(nothing_kept, monkeypatch):
    """By an engine that counts, and gives what the page needs to go on."""
    counted = []

    class Engine:
        def ask(self, name, request, model, urgency):
            counted.append((name, type(request).__name__, urgency))
            found = desk.finished(request.work(model)) if request.inline else "drawn"
            return types.SimpleNamespace(result=lambda: found)

    monkeypatch.setattr(engines, "get", Engine)
    ahead.views()
    assert {urgency for *_, urgency in counted} == {branched.AHEAD}
    assert [kind for _, kind, _ in counted] == [
        "Gallery", "Turning", "Sharpened", "Guess", "Hybrids", "Draw", "Descent"]
    ahead.views()
    assert len(counted) == 7 and sum(thing == "drawn" for thing in map(SHARED.get, SHARED.keys())) == 6


def test_where_one_fails_the_others_are_asked(monkeypatch, caplog):
    seen = []
    monkeypatch.setattr(ahead, "ROOMS", ("nowhere", "hybrids"))
    monkeypatch.setattr(ahead, "_view", lambda first: seen.append(first.__name__))
    with caplog.at_level(logging.ERROR):
        ahead.views()
    assert seen == ["pages.ui.hybrids.first"] and "nowhere" in caplog.text
