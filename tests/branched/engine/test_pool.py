"""A pool of two replicas, by a real Ray: it answers as an engine does, and nobody notices that a replica dies."""
from __future__ import annotations

import os
import signal
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest
from errands import Count, Draw, Fail

from branched import BranchedError, Busy, Engine, Pool, load
from branched.engine import cluster

pytestmark = [pytest.mark.skipif(find_spec("ray") is None, reason="the pool needs Ray: see requirements-pool.txt"),
              pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # Ray's own
LONG = 60  # seconds to wait for what should come at once, on a machine that has much to do


@pytest.fixture(scope="module")
def address():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "tools"))
        with cluster.pool(load, replicas=2, threads=1) as address:
            yield address


@pytest.fixture(scope="module")
def engine():
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def pool(address, engine):
    pool = Pool(address, engine)
    assert pool.wait(LONG)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def model():
    return load("mnist")


def newest(answer):
    """The newest thing that has come of an answer, waited for."""
    while answer.latest is None and not answer.done:
        answer.wait(LONG)
    return answer.latest


def processes(pool, n=4):
    """Which processes answer, when several ask at once: so long that none has ended when the last asks."""
    answers = [pool.ask("mnist", Count(20, 0.05), None, visitor=str(k), private=True) for k in range(n)]
    return {answer.result() for answer in answers}


def test_the_same_picture_comes_from_the_pool_as_alone(pool, model):
    drawn = pool.ask("mnist", Draw(7), model).result()
    alone = model.sample(n=2, steps=3, seed=7).images
    apart = np.abs(np.rint(drawn * 255) - np.rint(alone * 255))
    assert apart.max() <= 1 and (apart == 0).mean() > 0.9999


def test_two_replicas_share_what_many_ask(pool):
    working = processes(pool)
    assert len(working) == 2 and os.getpid() not in working


def test_what_is_yielded_comes_in_order_and_then_the_end(pool):
    answer, seen = pool.ask("mnist", Count(30), None), []
    while not answer.done:
        if answer.wait(LONG) and answer.latest:
            seen.append(answer.latest[0])
    assert seen == sorted(seen) and len(set(seen)) > 5 and seen[-1] == 29
    assert answer.result() != os.getpid()


def test_who_asks_the_same_shares_it(pool, tmp_path):
    """Once for each who asked would be 60 steps."""
    answers = [pool.ask("mnist", Count(20, 0.05, str(tmp_path / "diary")), None) for _ in range(3)]
    assert len({answer.result() for answer in answers}) == 1
    assert (tmp_path / "diary").stat().st_size == 20


def test_who_leaves_is_worked_for_no_more(pool, tmp_path):
    answer = pool.ask("mnist", Count(2000, 0.05, str(tmp_path / "diary")), None)
    newest(answer)
    assert pool.load().tasks == 1
    answer.leave()
    assert pool.load().tasks == 0
    time.sleep(1)
    steps = (tmp_path / "diary").stat().st_size
    time.sleep(1)
    assert (tmp_path / "diary").stat().st_size == steps
    with pytest.raises(BranchedError, match="Nobody waited"):
        answer.result()


def test_an_answer_that_nobody_holds_is_left(pool, tmp_path):
    answer = pool.ask("mnist", Count(2000, 0.05, str(tmp_path / "diary")), None)
    newest(answer)
    del answer
    time.sleep(1)
    steps = (tmp_path / "diary").stat().st_size
    time.sleep(1)
    assert (tmp_path / "diary").stat().st_size == steps


def test_what_the_work_raises_is_raised_here(pool):
    with pytest.raises(BranchedError, match="no such class"):
        pool.ask("mnist", Fail(BranchedError("There is no such class.")), None).result()
    with pytest.raises(BranchedError, match="There is no file"):
        pool.ask("no-such-model", Count(1), None).result()


def test_who_asks_too_much_is_told_so_where_he_asks(pool):
    answers = []
    with pytest.raises(Busy, match="already at work on 12 things for you"):
        for k in range(100):
            answers.append(pool.ask("mnist", Count(1000 + k), None, visitor="greedy"))
    assert 12 <= len(answers) <= 24
    for answer in answers:
        answer.leave()


def test_ones_own_models_and_what_can_be_left_half_done_are_worked_here(pool, model):
    assert pool.ask("own-1", Count(1), model).result() == os.getpid()
    assert pool.ask("mnist", Count(1, resumable=True), model).result() == os.getpid()


def test_the_pool_listens_to_this_machine_alone(pool):
    processes(pool, 1)
    listening = [at for process in psutil.Process().children(recursive=True) for at in process.net_connections()
                 if at.status == psutil.CONN_LISTEN]
    assert listening and {at.laddr.ip.removeprefix("::ffff:") for at in listening} == {"127.0.0.1"}


def test_a_replica_dies_and_what_it_was_asked_is_answered_all_the_same(pool):
    many = [pool.ask("mnist", Count(40, seconds=0.03 + k / 1000), None, visitor=str(k)) for k in range(6)]
    victim = newest(many[0])[1]
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic()
    assert victim not in {answer.result() for answer in many}
    while len(processes(pool)) < 2:
        assert time.monotonic() - killed < LONG
    print(f"back after {time.monotonic() - killed:.1f} s")
