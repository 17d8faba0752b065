"""The line in front of the model: order, fairness, abandoning, keeping."""
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.serve import queue


def test_turns_come_in_order_of_arrival_and_one_at_a_time():
    waiting, order, inside, most = queue.Line(), [], [], []

    def visit(k: int) -> None:
        with waiting.turn(lambda before: None):
            inside.append(k)
            most.append(len(inside))
            time.sleep(0.02)
            order.append(k)
            inside.remove(k)

    threads = []
    with waiting.turn(lambda before: None):
        for k in range(6):
            threads.append(threading.Thread(target=visit, args=(k,)))
            threads[-1].start()
            while len(waiting._tickets) < k + 2:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(6)) and max(most) == 1


def test_who_waits_is_told_how_many_are_before(monkeypatch):
    monkeypatch.setattr(queue, "PATIENCE", 0.01)
    waiting, told, may_end = queue.Line(), [], threading.Event()

    def first() -> None:
        with waiting.turn(told.append):
            may_end.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    while not waiting._tickets:
        time.sleep(0.001)

    def tell(before: int) -> None:
        told.append(before)
        may_end.set()

    with waiting.turn(tell):
        pass
    thread.join()
    assert set(told) == {1}


def test_who_gives_up_leaves_the_line_to_the_others(monkeypatch):
    monkeypatch.setattr(queue, "PATIENCE", 0.01)
    waiting = queue.Line()

    def give_up(before: int) -> None:
        raise RuntimeError

    with waiting.turn(lambda before: None):
        with pytest.raises(RuntimeError), waiting.turn(give_up):
            pass
        assert len(waiting._tickets) == 1
    with pytest.raises(ValueError), waiting.turn(lambda before: None):
        raise ValueError
    with waiting.turn(lambda before: pytest.fail("nobody is there")):
        pass


def counting(result, calls: list):
    def job():
        calls.append(1)
        yield 0.5
        return result
    return job


def test_work_is_done_once_for_all_and_shown_on_the_way():
    calls, shown = [], []
    key = ("test", object())
    first = queue.work(key, counting("made", calls), shown.append)
    assert first == queue.work(key, counting("made", calls), shown.append) == "made"
    assert len(calls) == 1 and shown == [0.5]


def test_many_visitors_wanting_the_same_cost_one_work():
    calls, key = [], ("same", object())

    def job():
        calls.append(1)
        yield 0.5
        time.sleep(0.05)
        return 7

    found = []
    threads = [threading.Thread(target=lambda: found.append(queue.work(key, job))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 5 and len(calls) == 1


def test_abandoned_work_is_not_kept():
    key, calls = ("abandoned", object()), []

    def stop(progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        queue.work(key, counting(1, calls), stop)
    assert queue.work(key, counting(2, calls)) == 2 and len(calls) == 2


def _private_page():
    import streamlit as st

    from pages.ui.serve import queue

    def job():
        yield 0.1
        st.session_state.calls = st.session_state.get("calls", 0) + 1
        return "mine"

    st.write(queue.work(("private",), job, private=True))


def test_private_work_stays_with_its_visitor():
    one, other = AppTest.from_function(_private_page).run(), AppTest.from_function(_private_page).run()
    one.run()
    assert one.session_state.calls == other.session_state.calls == 1
    assert queue._kept(("private",), private=False) is None


@dataclass
class Thing:
    picture: np.ndarray
    name: str


def test_size_counts_what_is_in_a_result():
    picture = np.zeros((10, 28, 28), np.uint8)
    assert queue.size(picture) == 7840
    assert 7840 <= queue.size(Thing(picture, "x")) < 8200
    assert 2 * 7840 <= queue.size({"a": [picture], "b": (picture,)}) < 17000


def test_what_is_kept_is_bounded():
    store, _ = queue._shared()
    for k in range(12):
        queue.work(("big", k), counting(np.zeros(queue.SHARED // 8, np.uint8), []))
    assert store.currsize <= queue.SHARED and ("big", 11) in store and ("big", 0) not in store
    store.clear()
