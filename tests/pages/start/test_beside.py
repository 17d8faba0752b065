"""What the server answers beside Streamlit's pages: short links, news, the check of a device."""
import asyncio
import io
import json
import re
import time

import numpy as np
import pytest
from awaited import awaited
from PIL import Image
from starlette.routing import Router

from pages.class_room import LINKS, ROOMS, Room, work
from pages.start import beside, checked
from pages.ui.language import LANGUAGES


async def asked(path: str, query: str = "", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What a browser gets: the status, headers and body."""
    sent = []

    async def send(message):
        sent.append(message)

    await Router(beside.ROUTES)({"type": "http", "method": "GET", "path": path, "query_string": query.encode(),
                                 "headers": [(name.replace("_", "-").encode(), value.encode("latin-1"))
                                             for name, value in headers.items()]}, None, send)
    start, *parts = sent
    return (start["status"], {name.decode(): value.decode() for name, value in start["headers"]},
            b"".join(part.get("body", b"") for part in parts))


def get(*given: str, **headers: str) -> tuple[int, dict[str, str], str]:
    status, found, body = awaited(asked(*given, **headers))
    return status, found, body.decode("latin-1")


def version(code: str, since: str = "") -> int:
    return json.loads(get(f"/news/{code}", f"since={since}")[2])["version"]


@pytest.fixture
def here() -> Room:
    ROOMS._opened.clear()
    return ROOMS.open()


def test_a_short_link_leads_to_its_view(here):
    code = LINKS.shorten("transmute?target=9")
    leads = {text: get(f"/go/{text}") for text in (code, code.lower(), here.code, "ZZZZ", "..", "\0", "<b>", "x" * 99)}
    assert {status for status, *_ in leads.values()} == {307}
    places = {text: headers["location"] for text, (_, headers, _) in leads.items()}
    assert places.pop(code) == places.pop(code.lower()) == "../transmute?target=9"
    assert places.pop(here.code) == f"../?room={here.code}" and set(places.values()) == {"../wall?lost=yes"}


def test_news_come_as_soon_as_there_are_any(here, monkeypatch):
    assert version(here.code) == here.version

    async def meanwhile() -> tuple:
        began, waiting = time.monotonic(), asyncio.create_task(asked(f"/news/{here.code}", f"since={here.version}"))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        here.poll("q", "?", {"a": "A"})
        return json.loads((await waiting)[2])["version"], time.monotonic() - began

    found, took = awaited(meanwhile())
    assert found == here.version and took < 5
    monkeypatch.setattr(beside, "PATIENCE", 0.1)
    assert version(here.code, str(here.version)) == here.version
    assert [version(code, "0") for code in ("ZZZZ", "<b>", "x" * 99)] == [-1] * 3


def test_no_more_listen_than_there_is_room_for(here, monkeypatch):
    monkeypatch.setattr(beside, "_listening", beside.LISTENERS)
    assert get(f"/news/{here.code}", "since=0")[0] == 503
    monkeypatch.setattr(beside, "_listening", 0)
    assert get(f"/news/{here.code}", "since=x")[0] == 200 and beside._listening == 0


def test_a_picture_is_fetched_once_all_may_see_it_and_is_the_work(here):
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, 8, 3), dtype=np.uint8)
    here.post(work("turned", pixels), "me")
    assert get(f"/works/{here.code}/1.png")[0] == 404
    here.unlocked(here.key).approve()
    status, headers, body = get(f"/works/{here.code}/1.png")
    sheet = np.asarray(Image.open(io.BytesIO(body.encode("latin-1"))).convert("RGBA"))
    assert status == 200 and headers["cache-control"] == "no-store" and headers["content-type"] == "image/png"
    np.testing.assert_array_equal(sheet[:9, 10:18, :3], pixels[1])
    np.testing.assert_array_equal(sheet[11:20, 10:18, :3], pixels[6])
    assert sheet.shape == (20, 48, 4) and not sheet[:9, 8:10, 3].any(), "between them nothing"
    for path in ("ZZZZ/1", f"{here.code}/2", f"{here.code}/-1", f"{here.code}/x", f"{here.code}/99999999999"):
        assert get(f"/works/{path}.png")[0] == 404
    here.unlocked(here.key).delete(1)
    assert get(f"/works/{here.code}/1.png")[0] == 404


def test_who_looks_at_a_wall_keeps_it(here):
    here.attended = before = here.now() - 100
    version(here.code)
    assert here.attended > before


@pytest.mark.parametrize(("wish", "header", "found"), [
    ("", "de-AT,de;q=0.9,en;q=0.8", "de"), ("", "pt, fr;q=0.5", "fr"), ("", "", "en"), ("es", "de", "es"),
    ("<b>", "de", "de"), ("", "\x7f,;;=,," * 50, "en")])
def test_a_device_is_told_in_its_own_language(wish, header, found):
    status, _, page = get("/check", f"lang={wish}", accept_language=header)
    assert status == 200 and f'<html lang="{found}">' in page and found in LANGUAGES
    assert set(re.findall(r'<li id="(\w+)" data-state="wait"', page)) == set(checked.CHECKS)
    assert "<b>" not in page.replace("<p><b>", "")


def test_what_the_check_runs_and_fetches_is_there():
    script = get("/check.js")[2]
    assert set(re.findall(r"told\('(\w+)'", script)) == set(checked.CHECKS) and len(get("/check.bin")[2]) == 2 ** 18
