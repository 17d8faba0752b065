"""Requests are data: equal ones are one, they can be sent away, and what works for a page needs no screen."""
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from requests_for_tests import Count, Echo, Look

from pages.ui.serve import Numbers, Request, is_private
from pages.ui.serve.request import digest

ROOT = Path(__file__).resolve().parents[3]
WORKS = [f"pages.ui.{path.parent.name}.work" for path in sorted((ROOT / "pages/ui").glob("*/work.py"))]
PICTURE = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)


def test_arrays_compare_by_what_is_in_them():
    one = Numbers(PICTURE)
    assert one == Numbers(PICTURE.copy()) and hash(one) == hash(Numbers(PICTURE.copy()))
    others = (PICTURE + 1, PICTURE.reshape(4, 3), PICTURE.astype(np.float64), PICTURE[:2])
    assert all(Numbers(other) != one for other in others) and one != PICTURE.tobytes()


def test_nobody_can_write_into_a_request():
    source = PICTURE.copy()
    held = Numbers(source)
    source[:] = 0
    assert held == Numbers(PICTURE)
    for numbers in (held, pickle.loads(pickle.dumps(held))):
        with pytest.raises(ValueError):
            numbers.array[0, 0] = 1
    assert "0." not in repr(held)


def test_a_digest_is_of_the_contents():
    assert digest(PICTURE.T) == digest(np.ascontiguousarray(PICTURE.T)) != digest(PICTURE)
    assert digest(b"a") == digest(b"a") != digest(b"b")


@pytest.mark.parametrize("asked", [Echo("a"), Look(Numbers(PICTURE), True), Count(3)])
def test_a_request_can_be_sent_away(asked):
    sent = pickle.loads(pickle.dumps(asked))
    assert sent == asked and hash(sent) == hash(asked) and sent.private == asked.private


def test_what_is_private():
    assert not is_private("mnist") and not is_private("mnist", Look(Numbers(PICTURE)), "own-1")
    assert is_private("own-12") and is_private("mnist", 3, Look(Numbers(PICTURE), private=True))


@pytest.mark.parametrize("name", ["pages.ui.serve.request", *WORKS])
def test_what_works_for_a_page_needs_no_screen(name):
    """Not by itself, nor by way of others: imported in a process of its own, it brings no Streamlit along."""
    script = f"import sys, {name}; sys.exit(bool({{'streamlit', 'plotly'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("name", WORKS)
def test_every_request_is_a_frozen_record(name):
    found = [thing for thing in vars(import_module(name)).values()
             if isinstance(thing, type) and issubclass(thing, Request) and thing.__module__ == name]
    assert found, "a work.py without a request"
    for kind in found:
        assert kind.__dataclass_params__.frozen and kind.__dataclass_params__.eq and kind.__hash__, kind


def test_a_request_is_worked_where_there_is_no_screen():
    """In another process, to which it was sent."""
    script = ("import pickle, sys; request = pickle.load(sys.stdin.buffer); steps = request.work(None)\n"
              "try:\n    while True: next(steps)\nexcept StopIteration as end: result = end.value\n"
              "assert 'streamlit' not in sys.modules; print(result)")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, input=pickle.dumps(Look(Numbers(PICTURE))),
                          env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests/tools'}"}, capture_output=True, check=True)
    assert float(done.stdout) == pytest.approx(PICTURE.mean())
