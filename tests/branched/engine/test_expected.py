"""What is expected, on a clock that the work itself moves; what is too much is refused in a sentence."""
from dataclasses import dataclass

import pytest
from at_work import Asks, Bench, Learns

from branched.engine.bounds import Bounds, Busy
from branched.engine.costs import size
from branched.engine.order import AHEAD
from branched.errors import BranchedError


def until_over(bench, task):
    began = bench.clock.now
    while not task.over:
        bench.loop.turn()
    return bench.clock.now - began


def taught(chunk=64, **more):
    """A bench that has worked requests of these kinds before, in company and alone."""
    bench = Bench(chunk)
    for company in (1, 1, 2, 4, 8, 16):
        for number in range(company):
            bench.ask(Asks(number, rows=2, times=10))
        bench.turns()
    bench.ask(Learns(1, steps=20))
    bench.turns()
    bench.wanted.bounds = Bounds(**more)
    return bench


def test_nothing_is_known_of_what_never_ended():
    bench = Bench()
    task, _ = bench.ask(Asks(1))
    assert bench.expected(task) is None
    bench.turns()
    assert bench.expected(task) == 0


def test_what_fails_teaches_nothing():
    bench = Bench()
    bench.ask(Asks(-1))
    bench.turns()
    assert bench.expected(bench.ask(Asks(-2))[0]) is None


@pytest.mark.parametrize("company", [0, 1, 5, 12])
@pytest.mark.parametrize("lessons", [0, 2])
@pytest.mark.parametrize("weight", [1.0, 10.0])
def test_what_is_expected_is_true_within_a_third(company, lessons, weight):
    bench = taught()
    for number in range(company):
        bench.ask(Asks(100 + number, rows=2, times=10))
    for number in range(lessons):
        bench.ask(Learns(100 + number, steps=20, weight=weight))
    task, _ = bench.ask(Asks(99, rows=2, times=10))
    expected = bench.expected(task)
    assert expected == pytest.approx(until_over(bench, task), rel=1 / 3)


def test_it_grows_less_as_work_goes_on():
    bench = taught()
    task, _ = bench.ask(Asks(99, rows=2, times=10))
    seen = [bench.expected(task)]
    while not task.over:
        bench.loop.turn()
        seen.append(bench.expected(task))
    assert seen == sorted(seen, reverse=True) and seen[0] > 0.2 and seen[-1] == 0


def test_what_is_made_ahead_does_not_count():
    bench = taught()
    for number in range(10):
        bench.ask(Asks(100 + number, rows=2, times=10), urgency=AHEAD)
    task, _ = bench.ask(Asks(99, rows=2, times=10))
    assert bench.expected(task) == pytest.approx(until_over(bench, task), rel=1 / 3)


def test_more_than_one_visitor_may_ask_is_refused():
    bench = taught(each=3, all=9)
    for number in range(3):
        bench.ask(Asks(number, rows=2, times=10), "a")
    with pytest.raises(Busy, match=r"^The model is already at work on 3 things for you\. Please try again in about "
                                   r"1 second\.$") as refused:
        bench.ask(Asks(9), "a")
    assert isinstance(refused.value, BranchedError)
    assert refused.value.seconds == pytest.approx(until_over(bench, list(bench.wanted)[0]), rel=1 / 3)


def test_another_visitor_is_not_refused():
    bench = taught(each=3, all=9)
    for number in range(3):
        bench.ask(Asks(number, rows=2, times=10), "a")
    bench.ask(Asks(9), "b")


def test_more_than_there_is_room_for_is_refused_and_then_not():
    bench = taught(each=3, all=4)
    for number in range(4):
        bench.ask(Asks(number, rows=2, times=10))
    with pytest.raises(Busy, match="at work for as many as it can serve at once. Please try again in about") as refused:
        bench.ask(Asks(9))
    assert refused.value.seconds == pytest.approx(until_over(bench, list(bench.wanted)[0]), rel=1 / 3)
    bench.ask(Asks(9))


def test_where_nothing_is_known_that_is_said():
    bench = Bench(bounds=Bounds(each=1))
    bench.ask(Asks(1), "a")
    with pytest.raises(Busy, match="try again in a moment") as refused:
        bench.ask(Asks(2), "a")
    assert refused.value.seconds is None


def test_who_wants_what_is_there_is_never_refused():
    bench = Bench(bounds=Bounds(each=1, all=1))
    task, _ = bench.ask(Asks(1), "a")
    assert bench.ask(Asks(1), "b")[0] is task


def test_what_is_made_ahead_leaves_room_for_the_page_in_front():
    bench = Bench(bounds=Bounds(each=4))
    for number in range(2):
        bench.ask(Asks(number), "a", AHEAD)
    with pytest.raises(Busy):
        bench.ask(Asks(2), "a", AHEAD)
    bench.ask(Asks(2), "a")


def test_what_is_paused_takes_no_room():
    bench = Bench(bounds=Bounds(each=1, all=1))
    bench.wanted.leave(*bench.ask(Learns(1), "a"))
    bench.ask(Learns(2), "a")


@pytest.mark.parametrize("name", ["each", "all", "paused"])
def test_an_engine_takes_something(name):
    with pytest.raises(BranchedError, match=f"{name} is 0"):
        Bounds(**{name: 0})


def test_seeds_and_words_say_nothing_of_the_work():
    @dataclass(frozen=True)
    class Drawn:
        labels: tuple[str, ...]
        n: int
        seed: int
        word: str = ""

    assert size(Drawn(("1", "2"), 3, 4)) == size(Drawn(("5", "6"), 3, 7, "other"))
    assert size(Drawn(("1", "2"), 3, 4)) != size(Drawn(("1",), 3, 4))
    assert size(Drawn(("1", "2"), 3, 4)) != size(Drawn(("1", "2"), 5, 4))
