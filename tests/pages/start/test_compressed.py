"""What goes out compressed is the file itself; it is compressed once, and nothing else is touched."""
import asyncio
import gzip

import pytest
from awaited import awaited

from pages.start.compressed import Compressed

FILE = b"const answer = 42;\n" * 500
LASTING = {"content-type": "text/javascript", "cache-control": "public, immutable, max-age=31536000", "etag": "it"}


class Site:
    """An application that counts how often it is asked, and answers with the file after a moment."""

    def __init__(self, status: int = 200, **headers: str):
        self.asked, self.status = [], status
        self.headers = LASTING | {name.replace("_", "-"): value for name, value in headers.items()}

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        await asyncio.sleep(0.01)
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": FILE[:100], "more_body": True})
        await send({"type": "http.response.body", "body": FILE[100:]})


async def get(app, path: str = "/static/js/plotly.js", method: str = "GET", accepts: str = "gzip, br",
              client: str = "192.168.1.30", **headers: str):
    """What a browser gets: the status, headers and body."""
    sent, asks = [], {"accept-encoding": accepts, **headers}

    async def send(message):
        sent.append(message)

    await app({"type": "http", "method": method, "path": path, "client": (client, 50000),
               "headers": [(name.encode(), value.encode()) for name, value in asks.items()]}, None, send)
    start, *parts = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(part.get("body", b"") for part in parts)


def test_a_file_comes_compressed_and_is_the_same():
    status, headers, body = awaited(get(Compressed(Site())))
    assert status == 200 and gzip.decompress(body) == FILE and len(body) < len(FILE) / 10
    assert headers["content-encoding"] == "gzip" and headers["content-length"] == str(len(body))
    assert headers["cache-control"] == LASTING["cache-control"] and headers["vary"].lower() == "accept-encoding"
    assert "etag" not in headers


def test_thirty_at_once_cost_one():
    site = Site()
    app = Compressed(site)

    async def class_of_thirty():
        return await asyncio.gather(*(get(app, f"/static/js/{k % 2}.js") for k in range(30)))

    answers = awaited(class_of_thirty())
    assert sorted(site.asked) == ["/static/js/0.js", "/static/js/1.js"]
    assert {gzip.decompress(body) for _, _, body in answers} == {FILE}


@pytest.mark.parametrize("asks", [
    {"path": "/"}, {"path": "/media/film.gif"}, {"path": "/static/media/font.woff2"}, {"path": "/_stcore/health"},
    {"method": "HEAD"}, {"accepts": "br"}, {"client": "127.0.0.1"}, {"client": "::1"},
    {"range": "bytes=0-99"}])
def test_what_is_no_such_file_or_not_asked_so_goes_out_as_it_is(asks):
    site = Site()
    app = Compressed(site)
    for _ in range(2):
        assert awaited(get(app, **asks)) == (200, LASTING, FILE)
    assert len(site.asked) == 2


@pytest.mark.parametrize("site", [Site(404), Site(cache_control="no-cache"), Site(content_encoding="br")])
def test_what_does_not_last_is_not_kept(site):
    """A name that is not there gets the page itself: thousands of such names must not fill the memory."""
    app = Compressed(site)
    for _ in range(2):
        assert awaited(get(app)) == (site.status, site.headers, FILE)
    assert len(site.asked) == 2


def test_a_web_socket_passes():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    awaited(Compressed(app)({"type": "websocket", "path": "/static/a.js", "headers": []}, None, None))
    assert len(seen) == 1
