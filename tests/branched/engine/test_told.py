"""What is told between the processes of a pool, and what its front does when the other end goes; all without Ray."""
from __future__ import annotations

import asyncio
import io
import os
import pickle
import time

import pytest
from awaited import awaited
from errands import Count, Fail

from branched import BranchedError, Busy, Engine
from branched.engine import courier, pool
from branched.engine.answer import Answer, News
from branched.engine.courier import Frame
from branched.engine.order import FRONT
from branched.engine.replica import Replica
from branched.engine.told import Asked, Told, telling

STAND_IN = """
import sys
sys.path.insert(0, {folder!r})
from courier import READY, TOLD, LOST, DIED, Frame, read
said = lambda *frame: (sys.stdout.buffer.write(Frame(*frame).packed()), sys.stdout.flush())
said(0, READY)
while frame := read(sys.stdin.buffer):
    {does}
"""


class Nobody:
    """No part in any task; says how often it was left."""

    def __init__(self):
        self.left = 0

    def expected(self):
        return 3.0

    def leave(self):
        self.left += 1

    drop = leave


class Unsendable(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} {two}")


def unpacked(parts):
    return [pickle.loads(part) for part in parts]


async def all_of(messages, slow=0.0):
    """All messages, by a reader who takes his time over each."""
    read = []
    async for message in messages:
        read.append(message)
        await asyncio.sleep(slow)
    return read


@pytest.fixture
def engine():
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def front(engine, monkeypatch, tmp_path):
    """A pool whose courier is a stand-in that `does` something with each frame."""
    fronts = []

    def made(does):
        script = tmp_path / "stand_in.py"
        script.write_text(STAND_IN.format(folder=os.path.dirname(courier.__file__), does=does))
        monkeypatch.setattr(pool, "find_spec", lambda name: name)
        monkeypatch.setattr(courier, "__file__", str(script))
        fronts.append(pool.Pool("auto", engine))
        assert fronts[-1].wait(30)
        return fronts[-1]

    yield made
    for each in fronts:
        each.close()


# -- messages ----------------------------------------------------------------------------------------------------------

def test_a_slow_reader_holds_nobody_up_and_gets_the_newest():
    news, nobody = News(), Nobody()

    async def story():
        async def tell():
            for k in range(200):
                news.tell(k)
                await asyncio.sleep(0.001)
            news.end("the end")
        began = time.monotonic()
        telling_all = asyncio.create_task(tell())
        read = asyncio.create_task(all_of(telling(Answer(news, nobody, lambda: None)), slow=0.2))
        await telling_all
        return time.monotonic() - began, await read

    seconds, read = awaited(story())
    seen = [told.latest for told in read if told.new]
    assert seconds < 3 and seen == sorted(seen) and 2 <= len(seen) < 50 and seen[-1] == 199
    assert read[-1].done and read[-1].result == "the end" and read[0].expected == 3.0 and nobody.left == 1


def test_who_stops_reading_has_left():
    nobody = Nobody()

    async def story():
        messages = telling(Answer(News(), nobody, lambda: None))
        await anext(messages)
        await messages.aclose()

    awaited(story())
    assert nobody.left == 1


def test_there_is_a_sign_of_life_where_there_is_no_news(monkeypatch):
    monkeypatch.setattr("branched.engine.told.BEAT", 0.05)
    news = News()

    async def story():
        reading = asyncio.create_task(all_of(telling(Answer(news, Nobody(), lambda: None))))
        await asyncio.sleep(0.5)
        news.end()
        return await reading

    read = awaited(story())
    assert 4 <= len(read) <= 12 and all(told.expected == 3.0 and not told.new for told in read[:-1])


@pytest.mark.parametrize("error", [BranchedError("no"), Busy.for_all(7.0), Busy.for_one(3, None), KeyError("k")])
def test_an_error_arrives_as_it_was(error):
    told = pickle.loads(Told(done=True, error=error).packed())
    assert type(told.error) is type(error) and str(told.error) == str(error) and vars(told.error) == vars(error)


def test_what_cannot_be_sent_is_told_in_words():
    assert str(pickle.loads(Told(done=True, error=Unsendable(1, 2)).packed()).error) == "Unsendable: 1 2"
    assert "lambda" in str(pickle.loads(Told(done=True, result=lambda: 0).packed()).error)


def test_frames_are_read_as_they_were_written():
    frames = [Frame(1, courier.ASKED, b"abc"), Frame(2**40, courier.LEFT), Frame(3, courier.TOLD, bytes(100_000))]
    pipe = io.BytesIO(b"".join(frame.packed() for frame in frames) + b"\0\0")
    assert [courier.read(pipe) for _ in range(4)] == [*frames, None]


# -- a replica ---------------------------------------------------------------------------------------------------------

def worked(request, load=str.upper):
    """What a replica tells of a request."""
    replica = Replica(load)
    read = awaited(all_of(replica.work(pickle.dumps(Asked("a", request, "", False, FRONT)))))
    replica.close()
    return unpacked(read)


def test_a_replica_tells_how_it_goes_and_the_end():
    first, *_, last = worked(Count(5))
    assert not first.done and last.done and last.result == os.getpid() and last.latest == (4, os.getpid())


def test_a_replica_tells_what_goes_wrong():
    def no_such_model(name):
        raise BranchedError(f"There is no model {name}.")

    assert str(worked(Fail(BranchedError("It failed.")))[-1].error) == "It failed."
    assert str(worked(Count(1), no_such_model)[-1].error) == "There is no model a."


def test_a_replica_loads_each_model_once():
    loaded = []
    replica = Replica(lambda name: loaded.append(name))

    async def thirty():
        asked = [pickle.dumps(Asked("ab"[k % 2], Count(1), str(k), True, FRONT)) for k in range(30)]
        await asyncio.gather(*(all_of(replica.work(each)) for each in asked))

    awaited(thirty())
    replica.close()
    assert sorted(loaded) == ["a", "b"]


# -- the front, whose courier is a stand-in ----------------------------------------------------------------------------

def test_what_was_on_its_way_when_the_pool_went_is_worked_here(front):
    answer = front("sys.exit()").ask("a", Count(5), None)
    assert answer.result() == os.getpid() and answer.latest == (4, os.getpid())


def test_the_log_says_once_that_the_pool_has_gone_and_once_that_it_is_there(front, monkeypatch, caplog):
    monkeypatch.setattr(pool, "AGAIN", 0.01)
    away = front("sys.exit()")
    assert away.ask("a", Count(1), None).result() == os.getpid()
    assert away.wait(30)
    assert [word for record in caplog.records for word in ("is reached", "has gone") if word in record.message][:3] == [
        "is reached", "has gone", "is reached"]


def test_while_the_pool_is_away_all_is_worked_here_and_errors_too(front):
    away = front("sys.exit()")
    assert away.ask("a", Count(1), None).result() == os.getpid()
    with pytest.raises(BranchedError, match="It failed"):
        away.ask("a", Fail(BranchedError("It failed.")), None).result()


def test_a_request_that_the_courier_lost_is_worked_here(front):
    assert front("said(frame.number, LOST)").ask("a", Count(2), None).result() == os.getpid()


def test_a_request_of_which_replicas_die_is_not_worked_here(front):
    with pytest.raises(BranchedError, match="went down over this"):
        front("said(frame.number, DIED)").ask("a", Count(2), None).result()


def test_a_busy_replica_is_told_where_one_asks_and_asked_again_by_itself_later(front, monkeypatch):
    """The stand-in says twice that it is busy, the second time later than anybody waits; then it answers."""
    monkeypatch.setattr(pool, "AGAIN", 0.1)
    busy, done = Told(done=True, error=Busy.for_all(0.1)).packed(), Told(done=True, result=1).packed()
    there = front(f"n = globals().get('n', 0) + 1; import time; time.sleep(1.3 if n == 2 else 0); "
                  f"said(frame.number, TOLD, {busy!r} if n < 3 else {done!r})")
    with pytest.raises(Busy, match="Please try again"):
        there.ask("a", Count(1), None)
    assert there.ask("a", Count(1), None).result() == 1


def test_what_others_share_has_a_key_that_all_processes_know():
    shared, same, other, private = (pool.Errand(Asked("a", request, "v", secret, FRONT), None, None).frame() for
                                    request, secret in ((Count(1), False), (Count(1), False), (Count(2), False),
                                                        (Count(1), True)))
    assert shared.kind == same.kind == courier.KEYED and private.kind == courier.ASKED
    assert shared.body[:courier.KEY] == same.body[:courier.KEY] != other.body[:courier.KEY]


def test_a_pool_that_cannot_be_is_told_in_a_sentence(engine, monkeypatch):
    with pytest.raises(BranchedError, match="pip install -r requirements-pool.txt"):
        monkeypatch.setattr(pool, "find_spec", lambda name: None)
        pool.Pool("auto", engine)
    with pytest.raises(BranchedError, match="by host and port"):
        monkeypatch.setattr(pool, "find_spec", lambda name: name)
        pool.Pool("ray://10.0.0.1:10001", engine)
