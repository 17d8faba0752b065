"""Tasks turn by turn: joining, sharing, leaving, pausing, failing; and PyTorch's modes, which stay each task's own."""
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from at_work import Asks, Bench, Learns, estimate
from greenlet import GreenletExit

from branched.engine.bounds import Bounds
from branched.engine.task import processor_seconds
from branched.errors import BranchedError


def leave(bench, task, wish):
    for each in bench.wanted.leave(task, wish):
        bench.loop.look(each)


def drop(bench, task, wish):
    bench.wanted.drop(task, wish)
    bench.loop.look(task)


# -- joining, sharing, leaving -----------------------------------------------------------------------------------------

def test_who_comes_joins_at_the_next_wave():
    bench = Bench()
    bench.ask(Asks(1, times=4, shows=False))
    bench.turns(1)
    bench.ask(Asks(2, times=2, shows=False))
    bench.turns()
    assert bench.network.batches == [[1], [1, 2], [1, 2], [1]]


def test_two_who_want_the_same_share_one_computation():
    bench = Bench()
    one, _ = bench.ask(Asks(1), "a")
    bench.turns(1)
    two, _ = bench.ask(Asks(1), "b")
    bench.turns()
    assert one is two and bench.network.batches == [[1], [1], [1]]


def test_what_two_share_is_paid_by_both():
    bench = Bench(chunk=64)
    bench.ask(Asks(1, rows=20, times=9), "a")
    bench.ask(Asks(1, rows=20, times=9), "b")
    bench.turns(1)
    assert bench.loop._shares.of("a") == bench.loop._shares.of("b") == pytest.approx(0.21 / 2)


def test_it_goes_on_as_long_as_one_of_them_wants_it():
    bench = Bench()
    task, first = bench.ask(Asks(1), "a")
    _, second = bench.ask(Asks(1), "b")
    bench.turns(1)
    leave(bench, task, first)
    bench.turns(1)
    assert not task.over
    leave(bench, task, second)
    bench.turns()
    assert task.over and len(bench.network.batches) == 2


def test_what_nobody_wants_ends_where_it_is():
    bench = Bench()
    task, wish = bench.ask(Asks(1, rows=20, times=9, log=(log := [])))
    bench.turns(1)
    leave(bench, task, wish)
    assert task.over and log == ["ended"] and bench.turns() == 0 and bench.network.rows(1) == 7
    with pytest.raises(BranchedError, match="asked again"):
        task.news.result()


def test_what_was_left_and_is_asked_again_begins_anew():
    bench = Bench()
    task, wish = bench.ask(Asks(1))
    bench.turns(2)
    leave(bench, task, wish)
    again, _ = bench.ask(Asks(1))
    bench.turns()
    assert again is not task and len(again.news.result()) == 3 and bench.network.rows(1) == 5


def test_what_is_asked_again_before_it_has_ended_goes_on():
    bench = Bench()
    task, wish = bench.ask(Asks(1))
    bench.turns(2)
    bench.wanted.leave(task, wish)
    again, _ = bench.ask(Asks(1))
    bench.loop.look(task)  # the engine looks later than they ask
    bench.turns()
    assert again is task and len(task.news.result()) == 3


# -- pausing -----------------------------------------------------------------------------------------------------------

def test_what_is_resumable_is_paused_and_goes_on():
    bench = Bench()
    task, wish = bench.ask(Learns(1, log=(log := [])), "a")
    bench.turns(1)
    leave(bench, task, wish)
    assert bench.turns() == 0 and log == [0, 1] and bench.loop.load.paused == 1
    again, _ = bench.ask(Learns(1), "a")
    assert again is task and again.news.latest == "step 1"
    bench.turns()
    assert task.news.result() == 4 and log == [0, 1, 2, 3, "ended"]


def test_a_question_can_be_paused():
    bench = Bench()
    task, wish = bench.ask(Asks(1, rows=20, resumable=True), "a")
    bench.turns(1)
    leave(bench, task, wish)
    assert bench.turns() == 0
    bench.ask(Asks(1, rows=20, resumable=True), "a")
    bench.turns()
    assert len(task.news.result()) == 3 and bench.network.rows(1) == 60


def test_what_is_dropped_is_forgotten():
    bench = Bench()
    task, wish = bench.ask(Learns(1, log=(log := [])), "a")
    leave(bench, task, wish)
    drop(bench, task, wish)
    assert task.over and log == [0, "ended"] and bench.loop.load.paused == 0


def test_what_one_has_dropped_the_other_keeps():
    bench = Bench()
    task, first = bench.ask(Learns(1), "a")
    bench.ask(Learns(1), "b")
    drop(bench, task, first)
    again, _ = bench.ask(Learns(1), "a")
    bench.turns()
    assert again is not task and task.news.result() == again.news.result() == 4


def test_a_visitor_pauses_so_much_and_no_more():
    bench, logs = Bench(bounds=Bounds(paused=2)), [[] for _ in range(4)]
    for number, log in enumerate(logs):
        bench.clock.now += 1
        leave(bench, *bench.ask(Learns(number, log=log), "a"))
    assert [log[-1] for log in logs] == ["ended", "ended", 0, 0] and bench.loop.load.paused == 2


def test_what_others_pause_does_not_count():
    bench = Bench(bounds=Bounds(paused=1))
    for number, visitor in enumerate("abc"):
        leave(bench, *bench.ask(Learns(number), visitor))
    assert bench.loop.load.paused == 3


# -- what goes wrong ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Fails:
    error: BaseException = field(compare=False)
    asks: bool = False

    def work(self, model):
        yield 0.5
        if self.asks:
            with torch.inference_mode():
                estimate(model, 1, 1)
        raise self.error


@pytest.mark.parametrize("error", [ValueError("This is wrong."), BranchedError("So is this."), KeyboardInterrupt(),
                                   SystemExit(1), GreenletExit(), GeneratorExit()])
@pytest.mark.parametrize("asks", [True, False])
def test_what_a_request_raises_is_raised_where_its_result_is_wanted(error, asks):
    bench = Bench()
    task, _ = bench.ask(Fails(error, asks))
    other, _ = bench.ask(Asks(2))
    bench.turns()
    with pytest.raises(type(error)) as raised:
        task.news.result()
    assert raised.value is error and len(other.news.result()) == 3


def test_a_request_that_cannot_even_begin_fails_alone():
    @dataclass(frozen=True)
    class Broken:
        def work(self, model):
            raise OSError("There is no such file.")

    bench = Bench()
    task, _ = bench.ask(Broken())
    with pytest.raises(OSError, match="no such file"):
        task.news.result()


@dataclass(frozen=True)
class Stubborn:
    """It does not want to end."""

    log: list[Any] = field(default_factory=list, compare=False)

    def work(self, model):
        while True:
            try:
                with torch.inference_mode():
                    estimate(model, 1, 1)
            except BaseException as error:  # noqa: BLE001
                self.log.append(type(error).__name__)
            yield 0.5


def test_a_request_that_does_not_want_to_end_is_abandoned():
    bench = Bench()
    task, wish = bench.ask(Stubborn(log := []))
    other, _ = bench.ask(Asks(2, times=9))
    bench.turns(1)
    leave(bench, task, wish)
    bench.turns()
    assert task.over and log == ["Left"] and other.over and bench.network.rows(1) == 1


# -- PyTorch's modes ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Trains:
    """Each step down a gradient is followed by a stop; in between it asks in inference mode."""

    steps: int = 6

    def work(self, model):
        weight, seen = torch.ones(3, requires_grad=True), []
        for _ in range(self.steps):
            seen.append((torch.is_grad_enabled(), torch.is_inference_mode_enabled()))
            loss = (weight * 2).square().sum()
            with torch.inference_mode():
                estimate(model, 1, 1)
                seen.append((torch.is_grad_enabled(), torch.is_inference_mode_enabled()))
            loss.backward()
            with torch.no_grad():
                estimate(model, 1, 1)
                weight -= 0.1 * weight.grad
                seen.append((torch.is_grad_enabled(), torch.is_inference_mode_enabled()))
            weight.grad = None
            yield seen[-1]
        return seen


@dataclass(frozen=True)
class Walks:
    """All of it in inference mode, as a walk's generator is."""

    steps: int = 9

    @torch.inference_mode()
    def work(self, model):
        seen = []
        for _ in range(self.steps):
            x0 = estimate(model, 2, 1)
            seen.append((torch.is_grad_enabled(), torch.is_inference_mode_enabled(), x0.is_inference()))
            yield x0
        return seen


def test_no_mode_leaks_from_one_to_another():
    bench = Bench()
    trains, _ = bench.ask(Trains())
    walks, _ = bench.ask(Walks())
    bench.turns()
    assert trains.news.result() == 6 * [(True, False), (False, True), (False, False)]
    assert walks.news.result() == 9 * [(False, True, True)]
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
    assert [1, 2] in bench.network.batches


def test_no_mode_is_left_behind_by_who_is_left():
    bench = Bench()
    task, wish = bench.ask(Walks())
    bench.turns(2)
    leave(bench, task, wish)
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


# -- what a request may know of itself ---------------------------------------------------------------------------------

@dataclass(frozen=True)
class Clocked(Asks):
    """Tells what it has had of the processor."""

    def work(self, model):
        began = processor_seconds()
        with torch.inference_mode():
            for _ in range(self.times):
                estimate(model, self.number, self.rows)
        model.clock.now += 0.5  # something of its own
        yield processor_seconds() - began
        return processor_seconds() - began


def test_a_request_is_told_its_own_share_of_the_processor():
    """Of a batch its rows' part; nothing of what others do meanwhile."""
    bench = Bench(chunk=4)
    one, _ = bench.ask(Clocked(1, rows=3, times=2))
    other, _ = bench.ask(Clocked(2, rows=1, times=2))
    bench.ask(Learns(3, steps=5, seconds=9.0))
    bench.turns()
    assert sorted(map(sorted, bench.network.batches)) == [[1, 1, 1, 2]] * 2
    assert one.news.result() == pytest.approx(2 * 0.05 * 3 / 4 + 0.5)
    assert other.news.result() == pytest.approx(2 * 0.05 * 1 / 4 + 0.5)
    before = processor_seconds()
    assert 0 <= processor_seconds() - before < 1, "outside of an engine it is a clock"
