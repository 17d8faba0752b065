"""The engine with its thread: what answers tell, in however many threads; and the shipped models, in company."""
import gc
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from at_work import Asks, Counting, Learns

import branched
from branched import AHEAD, Bounds, Busy, Engine, Sampling
from branched.errors import BranchedError


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.close()


@dataclass(frozen=True)
class Waits:
    """It holds the engine until it is let go, or waits so between two things that it yields."""

    gate: threading.Event = field(default_factory=threading.Event, compare=False)
    before: int = 1

    def work(self, model):
        for k in range(self.before):
            yield f"thing {k}"
        assert self.gate.wait(20)
        yield "late"
        return "done"


def eventually(true, seconds=20.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.002)
    return true()


# -- answers -----------------------------------------------------------------------------------------------------------

def test_an_answer_tells_the_latest_and_the_result(engine):
    request = Waits()
    answer = engine.ask("fake", request, None)
    assert answer.wait(20) and not answer.done
    assert eventually(lambda: answer.latest == "thing 0")
    while answer.wait(0):
        pass
    assert not answer.wait(0.01)
    request.gate.set()
    assert answer.result() == "done" and answer.done and answer.latest == "late"
    assert answer.wait(0) and answer.expected == 0


def test_only_the_newest_counts(engine):
    request = Waits(before=1000)
    answer = engine.ask("fake", request, None)
    assert eventually(lambda: answer.latest == "thing 999")
    assert answer.wait(1) and not answer.wait(0.01)
    request.gate.set()
    answer.result()


def test_nobody_who_does_not_look_holds_the_engine_up(engine):
    network = Counting()
    left = [engine.ask("fake", Asks(number, times=50), network, str(number)) for number in range(5)]
    assert len(engine.ask("fake", Asks(9), network, "x").result()) == 3
    assert all(len(answer.result()) == 50 for answer in left)


def test_an_error_is_the_same_in_the_thread_that_asked(engine):
    answer = engine.ask("fake", Asks(-1), Counting())
    with pytest.raises(ValueError, match="A condition is not negative"):
        answer.result()
    assert len(engine.ask("fake", Asks(1), Counting()).result()) == 3


def test_private_things_are_shared_by_one_visitor_alone(engine):
    network = Counting()
    gate = Waits()
    hold = engine.ask("fake", gate, None)
    answers = [engine.ask("fake", Asks(1), network, visitor, private=True) for visitor in ("a", "a", "b", "", "")]
    gate.gate.set()
    for answer in answers:
        answer.result()
    assert hold.result() and network.rows(1) == 4 * 3


def test_two_models_of_one_name_are_one_if_it_is_not_private(engine):
    gate = Waits()
    engine.ask("fake", gate, None, "x")
    network = Counting()
    answers = [engine.ask("fake", Asks(1), network, visitor) for visitor in "abc"]
    gate.gate.set()
    assert len({id(answer.result()) for answer in answers}) == 1 and network.rows(1) == 3


def test_what_needs_no_network_is_worked_by_who_asks(engine):
    @dataclass(frozen=True)
    class Inline:
        inline = True

        def work(self, model):
            yield 0.5
            if model is None:
                raise BranchedError("There is no model.")
            return threading.current_thread()

    assert engine.ask("fake", Inline(), 1).result() is threading.current_thread()
    assert engine.load().seconds == 0
    answer = engine.ask("fake", Inline(), None)
    assert answer.done and answer.latest == 0.5
    with pytest.raises(BranchedError, match="no model"):
        answer.result()


# -- leaving -----------------------------------------------------------------------------------------------------------

def test_an_answer_that_nobody_holds_is_dropped(engine):
    log: list[Any] = []
    answer = engine.ask("fake", Asks(1, times=10**9, log=log), Counting(), "a")
    assert answer.wait(20)
    del answer
    gc.collect()
    assert eventually(lambda: log == ["ended"]) and eventually(lambda: engine.load().tasks == 0)


def test_what_is_paused_goes_with_its_answer(engine):
    log: list[Any] = []
    answer = engine.ask("fake", Learns(1, steps=10**9, log=log), Counting(), "a")
    assert answer.wait(20)
    answer.leave()
    assert eventually(lambda: engine.load().paused == 1)
    assert engine.ask("fake", Learns(1, steps=10**9), Counting(), "a").latest is not None  # and it is dropped at once
    gc.collect()
    del answer
    gc.collect()
    assert eventually(lambda: log[-1] == "ended") and engine.load()[:3] == (0, 0, 0)


def test_what_was_left_goes_on_where_it_was(engine):
    log: list[Any] = []
    answer = engine.ask("fake", Learns(1, steps=10**9, log=log), Counting(), "a")
    assert answer.wait(20)
    answer.leave()
    again = engine.ask("fake", Learns(1, steps=10**9), Counting(), "a")
    assert again.wait(0) and eventually(lambda: len(log) > 1000)
    again.drop()
    assert eventually(lambda: log[-1] == "ended") and log[:-1] == list(range(len(log) - 1))


def test_dropping_begins_anew(engine):
    logs: list[list[Any]] = [[], []]
    answer = engine.ask("fake", Learns(1, steps=10**9, log=logs[0]), Counting(), "a")
    assert answer.wait(20)
    answer.drop()
    again = engine.ask("fake", Learns(1, steps=10**9, log=logs[1]), Counting(), "a")
    assert again.wait(20) and eventually(lambda: logs[0][-1] == "ended") and logs[1][0] == 0


def test_closing_tells_all_who_wait():
    engine = Engine()
    request = Learns(1, steps=10**9)
    answer = engine.ask("fake", request, Counting())
    assert answer.wait(20)
    engine.close()
    with pytest.raises(BranchedError, match="is closed"):
        answer.result()
    assert engine.ask("fake", Asks(1), Counting()).result()
    engine.close()
    engine.close()


def test_an_engine_whose_thread_dies_says_so_and_begins_anew(monkeypatch):
    engine = Engine()
    request = Waits()
    hold = engine.ask("fake", request, None)
    waiting = [engine.ask("fake", Asks(number, times=10**9), Counting()) for number in range(3)]
    monkeypatch.setattr(engine._loop, "turn", lambda: 1 / 0)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    request.gate.set()
    for answer in waiting:
        with pytest.raises(BranchedError, match="has stopped; please ask again"):
            answer.result()
    monkeypatch.undo()
    assert hold.done and len(engine.ask("fake", Asks(1), Counting()).result()) == 3
    engine.close()


# -- bounds ------------------------------------------------------------------------------------------------------------

def test_too_much_is_refused_where_it_is_asked():
    engine, request = Engine(Bounds(each=2)), Waits()
    answers = [engine.ask("fake", request, None, "a"), engine.ask("fake", Asks(1), Counting(), "a")]
    with pytest.raises(Busy, match="already at work on 2 things for you"):
        engine.ask("fake", Asks(2), Counting(), "a")
    request.gate.set()
    for answer in answers:
        answer.result()
    assert eventually(lambda: engine.load().tasks == 0)
    engine.ask("fake", Asks(2), Counting(), "a").result()
    engine.close()


# -- many threads ------------------------------------------------------------------------------------------------------

def test_eight_threads_ask_and_leave_at_once(engine):
    """Each gets what it asked for, whatever the others do."""
    network, wrong = Counting(chunk=16), []

    def visit(name: int) -> None:
        for k in range(12):
            number = 100 * name + k
            answer = engine.ask("fake", Asks(number, rows=1 + k % 3, times=4), network, str(name),
                                urgency=AHEAD if k % 4 == 3 else branched.FRONT)
            if k % 3 == 2:
                answer.wait(0.001)
                answer.leave()
                continue
            shared = engine.ask("fake", Asks(7, times=2), network, str(name)) if k % 5 == 0 else None
            got = answer.result()
            alone = [each for each in got if not torch.equal(each, plain(number, 1 + k % 3))]
            wrong.extend(alone if len(got) == 4 else got)
            if shared is not None and not torch.equal(shared.result()[0], plain(7, 1)):
                wrong.append(7)

    threads = [threading.Thread(target=visit, args=(name,)) for name in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong and not any(thread.is_alive() for thread in threads)
    assert eventually(lambda: engine.load()[:3] == (0, 0, 0))


def plain(number: int, rows: int) -> torch.Tensor:
    from at_work import estimate
    with torch.inference_mode():
        return estimate(Counting(), number, rows)


# -- a trained model ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Draw:
    """As a page asks."""

    label: str
    sampling: Sampling
    alone: bool = False

    def work(self, model):
        for frame in model.sampling(self.label, sampling=self.sampling):
            yield frame.evaluations
        return frame.result


def some(alone=False):
    return [Draw(str(k % 10), Sampling(n=1 + k % 3, steps=2 + k % 3, seed=k, guidance=k % 2, solver=solver), alone)
            for k, solver in enumerate(3 * ["ddim", "heun", "ddpm"])]


def levels(images):
    return np.round(images * 255).astype(int)


@pytest.fixture(scope="module")
def mnist():
    return branched.load("mnist")


@pytest.fixture(scope="module")
def alone(mnist):
    """What the requests give without an engine."""
    return [mnist.sample(request.label, sampling=request.sampling) for request in some()]


def at_once(engine, requests, model):
    """The results of requests that are asked while the engine is held: so that all are there when it begins."""
    gate = Waits()
    engine.ask("fake", gate, None)
    answers = [engine.ask("mnist", request, model) for request in requests]
    gate.gate.set()
    return [answer.result() for answer in answers]


def test_in_company_as_alone(engine, mnist, alone):
    merged = at_once(engine, some(), mnist)
    apart = np.concatenate([np.abs(levels(a.images) - levels(b.images)).ravel()
                            for a, b in zip(alone, merged, strict=True)])
    assert apart.max() <= 1 and (apart == 0).mean() >= 0.9999
    assert [result.evaluations for result in merged] == [result.evaluations for result in alone]


def test_rows_are_as_many_and_calls_fewer(engine, mnist, alone):
    at_once(engine, some(), mnist)
    load = engine.load()
    assert load.rows == sum(result.evaluations for result in alone)
    assert load.batches < sum(result.waves for result in alone) / 2


def test_alone_no_bit_differs(engine, mnist, alone):
    results = at_once(engine, some(alone=True), mnist)
    assert all(np.array_equal(a.images, b.images) for a, b in zip(alone, results, strict=True))


@pytest.mark.parametrize("name", ["letters", "mnist-unlabelled", "mnist-guided", "mnist-cbn", "mnist-latent-kl"])
def test_models_of_other_families(engine, name):
    model = branched.load(name)
    labels = model.labels[:3]
    plain = [list(model.sampling(label, sampling=Sampling(n=2, steps=3, seed=1)))[-1].result for label in labels]
    merged = at_once(engine, [Draw(label, Sampling(n=2, steps=3, seed=1)) for label in labels], model)
    for a, b in zip(plain, merged, strict=True):
        np.testing.assert_allclose(a.made, b.made, atol=1e-3)
    waves = [result.waves for result in plain]  # who comes a moment later joins at a later one
    assert max(waves) <= engine.load().batches < sum(waves)


def test_threads_that_come_later_compute_by_themselves():
    """Or there are more of OpenMP's than cores, which then sleep at once."""
    found, own = [], torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        for _ in range(2):
            with closing(Engine()) as engine:
                assert engine.ask("any", Threads(), None).result() == 2
                later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
                later.start()
                later.join()
        assert found == [1, 1] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(own)


class Threads:
    """How many threads an evaluation has, where requests are worked."""

    def work(self, model):
        yield 0.0
        return torch.get_num_threads()
