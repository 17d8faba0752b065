"""The line in front of the model: order, fairness, abandoning."""
import threading
import time

import pytest

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
            while len(waiting) < k + 2:
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
    while not len(waiting):
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
        assert len(waiting) == 1
    with pytest.raises(ValueError), waiting.turn(lambda before: None):
        raise ValueError
    with waiting.turn(lambda before: pytest.fail("nobody is there")):
        pass
