"""The usual model as one file at /class: made once, compressed for who takes that, and under the page's own policy."""
import asyncio
import gzip

from awaited import awaited

from pages.start.one_file import OneFile

PAGE = (b'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:">'
        + b"many words " * 1000)


class Site:
    """The application before one that answers 204; `made` counts how often the page was made."""

    def __init__(self, page: bytes | Exception = PAGE):
        self.page, self.made, self.app = page, 0, OneFile(self._behind, self._make)

    def _make(self) -> bytes:
        self.made += 1
        if isinstance(self.page, Exception):
            raise self.page
        return self.page

    async def _behind(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def get(self, path: str = "/class", method: str = "GET", **headers: str) -> tuple[int, dict, bytes]:
        sent = []

        async def send(message):
            sent.append(message)

        said = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await self.app({"type": "http", "method": method, "path": path, "headers": said}, None, send)
        return (sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]},
                b"".join(message.get("body", b"") for message in sent[1:]))


def test_the_page_is_made_once_for_all_who_ask():
    async def several():
        site = Site()
        return site, await asyncio.gather(*(site.get("/prefix/class") for _ in range(5)))

    site, answers = awaited(several())
    assert site.made == 1 and {(status, body) for status, _, body in answers} == {(200, PAGE)}


def test_it_is_compressed_and_not_sent_twice():
    async def twice():
        site = Site()
        first = await site.get(accept_encoding="gzip, br")
        return first, await site.get(if_none_match=first[1]["etag"])

    (_, headers, body), again = awaited(twice())
    assert headers["content-encoding"] == "gzip" and gzip.decompress(body) == PAGE and len(body) < len(PAGE) / 5
    assert again[0] == 304 and not again[2]


def test_the_server_says_what_the_page_says_that_it_may_do():
    _, headers, _ = awaited(Site().get())
    assert headers["content-security-policy"] == "default-src 'none'; img-src data:"
    assert headers["content-type"].startswith("text/html") and headers["x-content-type-options"] == "nosniff"


def test_all_else_goes_on():
    assert {awaited(Site().get(path))[0] for path in ("/", "/classes", "/class/other")} == {204}
    assert awaited(Site().get(method="POST"))[0] == 204


def test_what_fails_is_said_and_tried_again():
    async def twice():
        site = Site(ValueError("no model"))
        first = await site.get()
        site.page = PAGE
        return first, await site.get()

    first, second = awaited(twice())
    assert first[0] == 500 and b"the server's log says why" in first[2] and second[0] == 200
