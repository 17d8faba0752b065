"""Before anybody comes: what a server imports at once, what later in threads, and who waits for whom."""
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pages.start import ahead

ROOT = Path(__file__).resolve().parents[3]
LIBRARY = """
import threading
released, begun = threading.Event(), threading.Event()
begun.set()
released.wait(20)
whole = True
"""


@pytest.fixture
def slow(tmp_path, monkeypatch):
    """A library whose import lasts until it is released."""
    (tmp_path / "slow_library.py").write_text(LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(ahead, "LIBRARIES", ("slow_library",))
    yield lambda name: getattr(sys.modules["slow_library"], name)
    del sys.modules["slow_library"]


def until(holds):
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it has not come about")


def test_who_comes_while_a_library_is_half_imported_waits_and_what_is_first_does_not(slow):
    seen, first = [], threading.Event()
    threads = ahead.begin(first.set)
    until(lambda: "slow_library" in sys.modules and hasattr(sys.modules["slow_library"], "begun"))

    def visit():
        ahead.wait()
        seen.append(hasattr(sys.modules["slow_library"], "whole"))

    visitor = threading.Thread(target=visit)
    visitor.start()
    assert first.wait(10)
    visitor.join(0.1)
    assert seen == []
    slow("released").set()
    for thread in (*threads, visitor):
        thread.join(10)
    assert seen == [True]


def test_nobody_waits_for_ever_where_something_fails(monkeypatch, caplog):
    monkeypatch.setattr(ahead, "LIBRARIES", ("there_is_no_such_library",))

    def first():
        raise RuntimeError("no first picture")

    for thread in ahead.begin(first):
        thread.join(10)
    ahead.wait()
    assert "there_is_no_such_library" in caplog.text and "no first picture" in caplog.text


def told(source: str) -> str:
    """What a fresh Python prints."""
    return subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_server_answers_before_anything_large_is_imported():
    large = told("import sys, app; print([name for name in ('torch', 'pandas', 'branched', 'pages.ui') "
                 "if name in sys.modules])")
    assert large == "[]\n"


def test_the_first_page_needs_no_scientific_libraries():
    """SciPy and scikit-learn are imported late: a second that no visitor of the first page has to wait."""
    found = told("import sys, branched, pages.ui.tree.first, pages.ui.tree.controls, pages.ui.frame.shell, "
                 "pages.ui.parts.film; print([name for name in ('scipy', 'sklearn', 'sympy') if name in sys.modules])")
    assert found.splitlines()[-1] == "[]"
