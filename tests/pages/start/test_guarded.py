"""Browsers are told to ask no other host and to run no foreign script; and nobody sends without end."""
import base64
import hashlib

import pytest
from awaited import awaited
from starlette.formparsers import MultiPartParser

from pages.start import guarded
from pages.start.guarded import Guarded, policy, streamlits_page


async def answer(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"whole"})


async def ask(app, method: str, path: str, **headers: str):
    messages = []

    async def send(message):
        messages.append(message)

    await app({"type": "http", "method": method, "path": path,
               "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]},
              None, send)
    start = messages[0]
    return start["status"], {name.decode(): value.decode() for name, value in start["headers"]}


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setattr(guarded, "is_here", lambda session: session != "gone")
    return Guarded(answer)


def put(app, session: str, file: str, size: int | None) -> int:
    headers = {} if size is None else {"content_length": str(size)}
    return awaited(ask(app, "PUT", f"/_stcore/upload_file/{session}/{file}", **headers))[0]


def test_every_answer_tells_what_a_page_may_do(app):
    for path in ("/", "/_stcore/health", "/static/a.js"):
        status, headers = awaited(ask(app, "GET", path))
        told = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert status == 200 and headers["content-type"] == "text/html"
        assert told["img-src"] == "'self' data: blob:" and told["frame-ancestors"] == told["default-src"] == "'self'"
        assert "unsafe" not in told["script-src"] and told["object-src"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


def test_the_scripts_of_streamlits_page_may_run_and_no_others():
    mark = base64.b64encode(hashlib.sha256(b"a()").digest()).decode()
    assert f"'sha256-{mark}'" in policy(b"<script>a()</script><script src='b.js'></script>")
    assert "sha256" not in policy(b"<p>") and b"<script" in streamlits_page()


def test_a_visitor_sends_so_much_and_no_more(app):
    twenty = 20_000_000
    assert [put(app, "a", str(k), twenty) for k in range(11)] == [200] * 10 + [413]
    assert put(app, "a", "3", twenty) == 200                       # the same file anew
    assert awaited(ask(app, "DELETE", "/_stcore/upload_file/a/3"))[0] == 200
    assert put(app, "a", "x", twenty) == 200 and put(app, "b", "0", twenty) == 200
    assert [put(app, "c", str(k), 1) for k in range(guarded.MOST_FILES + 1)].count(413) == 1


def test_all_visitors_send_so_much_and_what_the_gone_sent_does_not_count(app, monkeypatch):
    monkeypatch.setattr(guarded, "ALL_BYTES", 300)
    assert [put(app, name, "0", 100) for name in "abcd"] == [200, 200, 200, 413]
    app.sent["gone"] = app.sent.pop("a")
    assert put(app, "d", "0", 100) == 200 and "gone" not in app.sent


def test_a_file_of_unknown_length_is_refused_and_none_touches_the_disk(app):
    assert put(app, "a", "0", None) == 413 and put(app, "a", "0", 10**30) == 413
    assert MultiPartParser.spool_max_size > 20 << 20
