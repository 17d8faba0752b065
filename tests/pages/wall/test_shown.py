"""What the wall shows: orders, one picture of all, polls, QR codes; and where this machine is found."""
import io
import re
import socket
from collections import namedtuple

import numpy as np
import pytest
from PIL import Image

from pages.class_room import Post, Room, work
from pages.ui.wall import address, panel, shown, told


def post(number: int, kind: str = "turned", grey: float = 0.5, many: int = 2, **facts) -> Post:
    return Post(number, work(kind, np.full((many, 28, 28), grey), **{"source": "4", "target": "9"} | facts), b"", "me")


def test_works_are_sorted_as_the_teacher_likes():
    posts = [post(1, target="9", seed=5, place=2.0), post(2, target="1", seed=7, place=0.5), post(3, seed=1, place=1.0)]
    found = {order: [one.number for one in shown.ordered(posts, order)] for order in told.ORDERS}
    assert found == {"came": [3, 2, 1], "target": [2, 1, 3], "seed": [3, 1, 2], "tree": [2, 3, 1]}
    assert set(shown.ORDERS) == set(told.ORDERS)


def test_a_work_is_told_in_words():
    posts = [post(1, time=0.345), post(2, "hybrid", time=0.3, source=""), post(3, "taught"), post(4, target="*")]
    assert [told.name(one) for one in posts] == ["4 → 9", "between a new symbol and 9", "a new symbol, beside 4",
                                                 "4 → all others"]
    assert told.alt(posts[0]) == "4, and what became of it: 9, turned at t = 0.34"
    assert "between what becomes of it" in told.alt(posts[1]) and told.note(posts[2]) == ""
    assert all(told.alt(one) for one in posts)


def test_all_works_are_one_picture():
    """Planted: each work has a grey of its own, in its place."""
    posts = [post(k, grey=(k + 1) / 10, many=1 + k % 3) for k in range(8)]
    sheet = Image.open(io.BytesIO(shown.poster(posts, "What the class made"))).convert("L")
    levels = {level for _, level in sheet.getcolors(10_000)}
    assert {int((k + 1) / 10 * 255 + 0.5) for k in range(8)} <= levels
    empty = Image.open(io.BytesIO(shown.poster([], "→ \N{SNOWMAN}")))
    assert empty.width > 100 and sheet.height > empty.height


def test_polls_are_bars_of_text():
    here = Room("BCDM")
    here.poll("q", "**Which** <b>one</b>?", {"a": "![x](http://h)", "b": "<script>"})
    for k in range(4):
        here.vote("q", "ab"[k == 0], str(k))
    html = shown.polls(here.polls)
    assert "<script>" not in html and "<b>one</b>" not in html and "Which &lt;b&gt;one" in html and "4 answers" in html
    assert [float(width) for width in re.findall(r"width: ([\d.]+)%", html)] == pytest.approx([100, 100 / 3])


def test_a_qr_code_is_its_link():
    """Read back by another library's reader."""
    text = "http://192.168.178.20:8501/go/BCDM"
    zxing = pytest.importorskip("zxingcpp")
    matrix = np.pad(shown.modules(text), shown.QUIET)
    image = np.where(matrix, 0, 255).astype(np.uint8).repeat(6, 0).repeat(6, 1)
    assert [found.text for found in zxing.read_barcodes(image)] == [text]


def test_what_is_drawn_is_the_code_itself():
    import base64

    uri = shown.qr("http://a/go/BCDM")
    drawing = base64.b64decode(uri.split(",")[1]).decode()
    matrix = shown.modules("http://a/go/BCDM")
    squares = {(int(y) - shown.QUIET, int(x) - shown.QUIET) for x, y in re.findall(r"M(\d+) (\d+)h1", drawing)}
    assert squares == {tuple(map(int, place)) for place in np.argwhere(matrix)}
    assert matrix[0, :7].all() and matrix[:7, 0].all() and not matrix[1, 1:6].any(), "a finder in its corner"


Card, Stats = namedtuple("Card", "family address"), namedtuple("Stats", "isup")


@pytest.fixture
def network(monkeypatch):
    cards = {"lo": [Card(socket.AF_INET, "127.0.0.1")], "docker0": [Card(socket.AF_INET, "172.17.0.1")],
             "wlan0": [Card(socket.AF_INET6, "fe80::1"), Card(socket.AF_INET, "192.168.1.7")],
             "eth0": [Card(socket.AF_INET, "10.0.0.3")], "odd": [Card(socket.AF_INET, "169.254.3.4")]}
    monkeypatch.setattr(address.psutil, "net_if_addrs", lambda: cards)
    monkeypatch.setattr(address.psutil, "net_if_stats", lambda: {name: Stats(name != "eth0") for name in cards})
    monkeypatch.setattr(address, "_usual", lambda: "192.168.1.7")


def test_this_machine_is_found_on_its_networks(network):
    """The usual way out first; no card that is off, no talk to itself, no address that a card made up."""
    assert [(own.host, own.card) for own in address.cards()] == [("192.168.1.7", "wlan0"), ("172.17.0.1", "docker0")]
    assert [own.host for own in address.all_of("http://localhost:8501/wall")] == ["192.168.1.7", "172.17.0.1"]
    named = [own.host for own in address.all_of("https://app.school/wall")]
    assert named == ["app.school", "192.168.1.7", "172.17.0.1"]
    assert [own.host for own in address.all_of("http://172.17.0.1:1/")] == ["172.17.0.1", "192.168.1.7"]
    assert address.url("http://localhost:8501/wall", "192.168.1.7", "go/BCDM") == "http://192.168.1.7:8501/go/BCDM"
    assert address.url("https://app.school/wall?x=1", "app.school", "check") == "https://app.school/check"


def test_where_the_real_machine_is_nothing_fails():
    assert all(address.is_reachable(own.host) for own in address.cards()) and isinstance(address._usual(), str)


@pytest.mark.parametrize(("pasted", "found"), [
    ("http://localhost:8501/", ("app.py", {})),
    ("https://a.b/hybrids?a=4&b=9", ("pages/hybrids.py", {"a": "4", "b": "9"})),
    ("transmute?target=9&embed=true&embed_options=light_theme", ("pages/transmute.py", {"target": "9"})),
    ("http://a/nowhere", None), ("javascript:alert(1)", None), ("http://a/start", None), ("data:text/html,x", None)])
def test_pasted_addresses_are_read(pasted, found):
    assert panel.read(pasted) == found


def test_links_are_what_pages_understand():
    assert panel.link("app.py", {}) == "" and panel.link("app.py", {"room": "BCDM"}) == "?room=BCDM"
    assert panel.link("pages/hybrids.py", {"a": "4", "view": "projector"}) == (
        "hybrids?a=4&view=projector&embed_options=light_theme")
