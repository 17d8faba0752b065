"""Requests are data: equal ones are one, they can be sent away, and what works for a page needs no screen."""
import pickle
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin, get_type_hints

import numpy as np
import pytest
from requests_for_tests import Count, Echo, Look

from branched import Sampling
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


REQUESTS = [kind for name in WORKS for kind in vars(import_module(name)).values()
            if isinstance(kind, type) and issubclass(kind, Request) and kind.__module__ == name]
SAMPLES = {str: "4", int: 3, float: 0.4, bool: True, bytes: b"GIF", tuple: ("4", "9"), Numbers: Numbers(PICTURE),
           Sampling: Sampling(n=2)}


def sample(kind: type[Request]) -> Request:
    """A request with something in every field, made anew."""
    hints = {name: get_args(hint)[0] if get_origin(hint) is UnionType else hint
             for name, hint in get_type_hints(kind).items()}
    return kind(**{field.name: _sample(get_origin(hints[field.name]) or hints[field.name]) for field in fields(kind)})


def _sample(kind: type) -> object:
    return sample(kind) if issubclass(kind, Request) else SAMPLES[kind]


def test_every_page_that_works_asks_by_requests():
    assert {kind.__module__ for kind in REQUESTS} == set(WORKS)


@pytest.mark.parametrize("kind", REQUESTS)
def test_every_request_is_a_record_that_can_be_sent_away(kind):
    assert kind.__dataclass_params__.frozen
    request = sample(kind)
    sent = pickle.loads(pickle.dumps(request))
    assert sent == request == sample(kind) and hash(sent) == hash(request) and sent.private == request.private


@pytest.mark.parametrize("kind", REQUESTS)
def test_who_holds_arrays_or_files_says_whether_they_are_a_visitors_own(kind):
    if {Numbers, bytes} & {part for hint in get_type_hints(kind).values() for part in (hint, *get_args(hint))}:
        assert "private" in vars(kind) or "private" in {field.name for field in fields(kind)}


def test_a_request_is_worked_where_there_is_no_screen():
    """In another process, to which it was sent."""
    script = ("import pickle, sys; request = pickle.load(sys.stdin.buffer); steps = request.work(None)\n"
              "try:\n    while True: next(steps)\nexcept StopIteration as end: result = end.value\n"
              "assert 'streamlit' not in sys.modules; print(result)")
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, input=pickle.dumps(Look(Numbers(PICTURE))),
                          env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests/tools'}"}, capture_output=True, check=True)
    assert float(done.stdout) == pytest.approx(PICTURE.mean())
