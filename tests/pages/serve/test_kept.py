"""What is kept, for whom, and how much of it."""
from dataclasses import dataclass

import numpy as np
from requests_for_tests import Look
from streamlit.testing.v1 import AppTest

from pages.ui.serve import Numbers, kept


@dataclass
class Thing:
    picture: np.ndarray
    name: str


def test_size_counts_what_is_in_a_result():
    picture = np.zeros((10, 28, 28), np.uint8)
    assert kept.size(picture) == 7840
    assert 7840 <= kept.size(Thing(picture, "x")) < 8200
    assert 2 * 7840 <= kept.size({"a": [picture], "b": (picture, None, 3)}) < 17000
    assert kept.size("x" * 5000) >= 5000 and kept.size(object()) == kept.UNKNOWN


def test_what_is_kept_is_bounded():
    store = kept.Store(800)
    for k in range(12):
        store.put(k, b"x" * 136)
    assert store.bytes <= 800 and store.get(11) == b"x" * 136 and store.get(0) is kept.MISSING
    store.put("large", b"x" * 900)
    assert store.get("large") is kept.MISSING and store.get(11) is not kept.MISSING, "nothing is lost for it"
    store.put("none", None)
    assert store.get("none") is None
    store.clear()
    assert store.keys() == [] and store.bytes == 0


def test_a_thing_is_made_once_for_what_was_handed_over_by_position():
    calls = []

    @kept.kept
    def chart(name: str, node: int, *, tour: list) -> list:
        calls.append((name, node))
        return [tour]

    first = chart("mnist", 3, tour=[1])
    assert chart("mnist", 3, tour=[2]) is first == [[1]]
    assert chart("mnist", 4, tour=[2]) == [[2]] and chart("letters", 3, tour=[3]) == [[3]] and len(calls) == 3


def _page():
    import streamlit as st
    from requests_for_tests import Look

    from pages.ui.serve import Numbers, kept

    @kept.kept
    def chart(name: str, *key) -> str:
        st.session_state.calls = st.session_state.get("calls", 0) + 1
        return name

    chart("own-12")
    chart("mnist", Look(Numbers([3.0]), private=True))


def test_what_is_private_is_kept_in_its_session():
    """What was made with an own model, and what was made for a private request."""
    before = set(kept.SHARED.keys())
    one, other = AppTest.from_function(_page).run(), AppTest.from_function(_page).run()
    one.run()
    assert not one.exception and one.session_state.calls == other.session_state.calls == 2
    assert set(kept.SHARED.keys()) == before
    [(*_, name), (*_, request)] = one.session_state["_kept_things"].keys()
    assert name == "own-12" and request == Look(Numbers([3.0]), private=True)
