"""Who goes first: on standings alone, and by what a counting network saw."""
import pytest
from at_work import Asks, Bench, Learns

from branched.engine.order import AHEAD, FRONT, PATIENCE, SLACK, Shares, Standing, company, leader


def stand(urgency=FRONT, seen=False, served=0.0, since=0.0):
    return Standing(urgency, seen, served, since)


@pytest.mark.parametrize(("first", "second"), [
    (stand(), stand(seen=True)),
    (stand(served=9), stand(seen=True)),
    (stand(seen=True, served=9), stand(AHEAD)),
    (stand(served=1), stand(served=2)),
    (stand(since=1), stand(since=2)),
])
def test_the_first_goes_first(first, second):
    assert leader([second, first], lambda it: it, 0, 0.0) is first


def test_every_fifth_turn_goes_to_whoever_has_waited_longest():
    old, new = stand(AHEAD, True, 99, since=1.0), stand(since=2.0)
    now = 1.01 + PATIENCE
    assert [leader([new, old], lambda it: it, turn, now) is old for turn in range(10)] == 2 * [*4 * [False], True]


def test_who_has_not_waited_long_is_not_favoured():
    old, new = stand(AHEAD, since=1.0), stand(since=2.0)
    assert leader([new, old], lambda it: it, 4, 0.99 + PATIENCE) is new


def test_company_is_of_the_same_rank_and_not_far_ahead():
    lead, near, far, seen = stand(), stand(served=SLACK), stand(served=SLACK + 0.01), stand(seen=True)
    assert company(lead, [far, seen, near, lead], lambda it: it) == [lead, near]


def test_who_comes_has_had_as_much_as_the_least():
    shares = Shares()
    shares.keep({"a", "b"})
    shares.charge(["a"], 5)
    shares.charge(["a", "b"], 4)
    shares.keep({"a", "b", "c"})
    assert [shares.of(name) for name in "abc"] == [7, 2, 2]


def test_who_has_been_away_is_forgotten():
    shares = Shares()
    shares.keep({"a", "b"})
    shares.charge(["a"], 5)
    shares.keep({"b"})
    shares.charge(["b"], 9)
    shares.keep({"a", "b"})
    assert shares.of("a") == 9


def test_first_pictures_come_before_the_rest_of_anybodys():
    bench = Bench(chunk=4)
    bench.ask(Asks(1, rows=4, times=9))
    bench.turns(2)
    for number in (2, 3):
        bench.ask(Asks(number, times=4, shows=False))
    bench.turns(4)
    assert bench.network.batches[2:] == 4 * [[2, 3]]


def test_a_number_is_nothing_to_be_seen():
    bench = Bench()
    shown, _ = bench.ask(Asks(1, times=9))
    told, _ = bench.ask(Asks(2, times=9, shows=False))
    bench.turns(1)
    assert shown.seen and not told.seen


def test_what_is_made_ahead_waits():
    bench = Bench()
    bench.ask(Asks(1, times=2), urgency=AHEAD)
    bench.ask(Asks(2, times=2))
    bench.turns()
    assert bench.network.batches == [[2], [2], [1], [1]]


def test_somebody_in_front_who_wants_the_same_brings_it_forward():
    bench = Bench()
    bench.ask(Asks(1, times=1), urgency=AHEAD)
    bench.ask(Asks(2, times=1), urgency=AHEAD)
    bench.ask(Asks(2, times=1))
    bench.turns()
    assert bench.network.batches == [[2], [1]]


def test_a_visitor_with_long_work_holds_nobody_up():
    """Two share the processor by time, not by questions: the small one is done after about twice its own work."""
    bench = Bench(chunk=64)
    large, _ = bench.ask(Asks(1, rows=64, times=100))
    bench.turns(5)
    began = bench.clock.now
    small, _ = bench.ask(Asks(2, rows=1, times=50))
    while not small.over:
        bench.loop.turn()
    alone = 50 * 0.02
    assert alone < bench.clock.now - began < 2 * alone + 2 * 0.65 and not large.over


def test_equals_share_evaluations_to_the_end():
    bench = Bench(chunk=64)
    for number in range(6):
        bench.ask(Asks(number, rows=2, times=20))
    bench.turns()
    assert {len(batch) for batch in bench.network.batches} == {12} and len(bench.network.batches) == 20


def test_nothing_starves():
    """First pictures come without end, and yet what had been begun gets on."""
    bench, number = Bench(), 10
    old, _ = bench.ask(Asks(1, times=5))
    for _ in range(1000):
        if not bench.loop.turn() or number < 10_000:
            number += 1
            bench.ask(Asks(number, rows=8, times=1))
        if old.over:
            break
    assert old.over and bench.clock.now < 5 * (PATIENCE + 5 * 0.09 + 0.1)


@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_what_weighs_more_has_a_larger_share(weight):
    """While both have work, of every second 3/4 are the lesson's that weighs 3."""
    bench = Bench()
    bench.ask(Asks(1, times=10_000), "a")
    bench.turns(3)
    lesson, _ = bench.ask(Learns(1, steps=10_000, weight=weight), "b")
    began, log = bench.clock.now, lesson.request.log
    while bench.clock.now < began + 60:
        bench.loop.turn()
    assert len(log) * 0.1 / (bench.clock.now - began) == pytest.approx(weight / (1 + weight), abs=0.1)


def test_a_lesson_goes_on_by_turns():
    """A step of it is a turn: between two of them others are served."""
    bench = Bench()
    lesson, _ = bench.ask(Learns(1, steps=60, log=(log := [])), "learner")
    other, _ = bench.ask(Asks(2, times=30), "other")
    while not other.over:
        bench.loop.turn()
    seconds = 30 * 0.02
    assert 5 <= len(log) <= 8 and not lesson.over and bench.clock.now == pytest.approx(seconds + 0.1 * len(log))


def test_three_lessons_share_alike():
    bench, logs = Bench(), [[] for _ in range(3)]
    for number, log in enumerate(logs):
        bench.ask(Learns(number, steps=20, log=log))
    bench.turns(30)
    steps = [len(log) for log in logs]
    assert sum(steps) == 3 + 30 and max(steps) - min(steps) <= 2  # who came later began with what the first had had
