"""The class under load: the judgement and its words against planted machines; three students and the real app."""
import argparse
import json
from itertools import count
from random import Random

import classroom
import pytest
from awaited import awaited
from classroom import ENOUGH, USUAL, Class, Outcome, parsed, recovered, remembered, served_within, verdict
from served import App, NotHere, found
from spread import Spread
from students import ANEW, CLICK, DRAWN, FIRST, WHOLE, Draw, Number, Turn, star, stroke


def group(app=None, students=3, screens=0, **more) -> Class:
    app = app or App("http://127.0.0.1:1", None)
    return Class(app, students, screens, 180, None, count(), argparse.Namespace(**more))


def test_work_of_one_s_own():
    """A thousand pieces of work, and no two alike; each is to turn into another digit than it is."""
    turns = [Turn.own(k) for k in range(1000)]
    assert len(set(turns)) == 1000 and len({turn.pick for turn in turns[:100]}) == 100
    assert all(turn.pick // 10 != turn.target and 1 <= turn.seed <= 9999 for turn in turns)
    assert len({turn.target for turn in turns[:30]}) == 10
    assert len({Draw.own(k) for k in range(1000)}) == len({Number.own(k) for k in range(1000)}) == 1000


def test_a_stroke_goes_through_its_corners():
    line = stroke([(0, 0), (0.5, 1)], side=100, steps=2)
    assert line == [0, 0, 25, 50, 50, 100]
    assert all(0 <= place <= 280 for place in stroke(star(Random(1))))


@pytest.mark.parametrize(("limit", "begins", "many"), [(100, 30, (60, 64)), (40, 30, (34, 40)), (30, 30, (27, 30)),
                                                       (12, 30, (10, 12)), (1, 30, (1, 1)), (0, 30, (0, 0))])
def test_how_many_are_served_is_found_by_halving(monkeypatch, limit, begins, many):
    """A planted machine that serves so many, and nobody in time when one more comes."""
    tried = []

    async def at_once(self, tasks, screens=None, patience=None, meanwhile=None):
        tried.append(len(tasks))
        return Outcome({FIRST: [1.0 if len(tasks) <= limit else None] * len(tasks)})

    monkeypatch.setattr(Class, "at_once", at_once)
    began = classroom.time.monotonic()
    good, sure = awaited(served_within(group(students=begins), begins <= limit, began))
    assert many[0] <= good <= many[1] and sure == (limit < 64) and len(tried) <= 6
    tried.clear()
    late = classroom.time.monotonic() - 1000
    assert awaited(served_within(group(students=begins), True, late)) == (begins, False) and tried == []


def test_the_verdict_in_words():
    assert "nobody within 3 seconds" in verdict(0, True) and ENOUGH == 3
    assert verdict(1, True) == "serves one student at once within 3 seconds (95 of 100)"
    assert "about 30 students" in verdict(30, True) and "at least 64 students" in verdict(64, False)
    words = classroom.sentence(Spread.of([1.0, 1.4, 2.8]), Spread.of([4.0, 5.0, 12.0]))
    assert words == ("first picture after 1.40 s (median), 2.80 s (95 of 100); whole films after 5.00 s, 12 s")


def test_recovery_after_a_blow():
    """Answers of one second; two wait when something is struck at 100, one of them for ever; then all is as before."""
    log = [(90.0, 1.0), (95.0, 1.0), (99.5, 6.0), (99.8, None), (101.0, 5.0), (104.0, 1.5), (106.0, 1.0)]
    rows = dict(recovered(log, 100.0))
    assert rows["first picture before"].seconds == (1.0, 1.0)
    waited = rows["first picture of those who waited at that moment"]
    assert waited.seconds == (6.0,) and waited.missing == 1
    assert rows["first picture of those who asked later"].seconds == (1.0, 1.5, 5.0)
    assert rows["seconds until the next answer"] == "5.50 s"
    assert rows[USUAL] == "1.00 s"
    assert dict(recovered(log[2:], 100.0))[USUAL] == "not known: nobody was answered before"
    assert dict(recovered(log[:2] + log[3:4], 100.0))["seconds until the next answer"] == "none came"


def test_memory_that_stays_and_memory_that_grows():
    level = [(10.0 * k, 300 + 20 * min(k, 4)) for k in range(40)]
    rows = dict(remembered([*level, (500.0, 350.0)], 40))
    assert "380 MB: a plateau (+0.0 MB a minute" in rows["memory in the last quarter"]
    assert rows["memory when all have left"] == "350 MB"
    rising = dict(remembered([(10.0 * k, 300 + 5.0 * k) for k in range(40)], 40))
    assert "still rising (+30.0 MB a minute" in rising["memory in the last quarter"]
    assert "memory when all have left" not in rising


@pytest.mark.parametrize("address", ["http://192.168.1.2:8501", "http://example.org", "https://localhost:8501",
                                     "localhost:8501"])
def test_load_goes_to_this_machine_alone(address):
    with pytest.raises(NotHere, match="not on this machine"):
        found(address)


@pytest.mark.parametrize("wrong", [["--students", "1000"], ["--students", "0"], ["--browsers", "11"], ["pool"],
                                   ["--patience", "9999"], ["nothing"], ["--root", "/"],
                                   ["--before", ".", "--address", "http://localhost:1"]])
def test_what_makes_no_sense_is_refused(wrong, capsys):
    with pytest.raises(SystemExit):
        parsed(wrong)
    assert "error: " in capsys.readouterr().err


def test_figures_are_written_scenario_by_scenario(tmp_path):
    path = tmp_path / "classroom.json"
    classroom._stored(path, "transmute, 2 students", {FIRST: Spread.of([1.0, None]).figures})
    classroom._stored(path, "before: alone", {"the processor": "idle"})
    stored = json.loads(path.read_text())["figures"]
    assert stored["transmute, 2 students"][FIRST] == {"median": 1.0, "95th": None, "longest": None, "times": 2,
                                                      "no answer": 1}
    assert stored["before: alone"] == {"the processor": "idle"}


@pytest.mark.browser  # it wants the app's server, which those share
def test_three_students_and_the_real_app(address):
    """Each transmutes, then draws, types a number, clicks: they see pictures of their own, and no error."""
    app = found(address)

    async def school():
        mine = group(app)
        await classroom.warmed(app)
        for tasks in ([mine.own(kind) for kind in (Turn, Draw, Number)],
                      classroom.clickers(3, every=1.0, seconds=2.0)):
            yield await mine.at_once(tasks)

    async def attended():
        return [outcome async for outcome in school()]

    first, second = awaited(attended())
    assert first.failures == second.failures == []
    assert {name: len(waits) for name, waits in first.waits.items()} == {FIRST: 2, WHOLE: 2, DRAWN: 1, ANEW: 1}
    assert all(None not in waits for waits in first.waits.values())
    assert all(early <= late for one, other in ((FIRST, WHOLE), (DRAWN, ANEW))
               for early, late in zip(first.waits[one], first.waits[other], strict=True))
    assert len(second.waits[CLICK]) >= 3 and None not in second.waits[CLICK]
    assert "of one core: the app" in first.shares and app.memory() > 100
