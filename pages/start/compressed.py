"""The frontend's files, compressed: a first visit fetches a third of its bytes.

Streamlit sends them as they are, since its own compression would work anew at every request. Their names change with
their contents, so each is compressed once and kept, and browsers keep what they have fetched.
"""
import asyncio
import gzip
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILES, KINDS = "/static/", (".js", ".css")
LEVEL = 6                    # of gzip's 9: 0.3 s for all that the first page loads, once
HERE = ("127.0.0.1", "::1")  # a browser on this machine, whose first visit need not wait for that


@dataclass(frozen=True)
class Answer:
    """What an application answers to a request: its first message, and the whole body."""

    start: Message
    body: bytes

    async def send(self, send: Send) -> None:
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body})


class Compressed:
    """An ASGI application whose script and style files go out as gzip, to whoever takes that."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[str, Answer] = {}
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not wanted(scope):
            await self.app(scope, receive, send)
        elif (answer := self._kept.get(scope["path"])) is not None:
            await answer.send(send)
        else:
            await (await self._first(scope, receive)).send(send)

    async def _first(self, scope: Scope, receive: Receive) -> Answer:
        """The answer to what was not asked before. Thirty may ask at once: all but one wait, and find it."""
        async with self._lock:
            if (answer := self._kept.get(scope["path"])) is None:
                answer = await fetched(self.app, scope, receive)
                if is_lasting(answer):
                    answer = self._kept[scope["path"]] = await asyncio.to_thread(packed, answer)
            return answer


def wanted(scope: Scope) -> bool:
    """Whether a request is for such a file, whole, by a browser elsewhere that takes gzip. Who comes by a proxy here is
    elsewhere, if the proxy says for whom it asks (X-Forwarded-For)."""
    if scope["type"] != "http" or scope["method"] != "GET" or (scope.get("client") or ("",))[0] in HERE:
        return False
    headers = Headers(scope=scope)
    return (FILES in scope["path"] and scope["path"].endswith(KINDS) and "range" not in headers
            and "gzip" in headers.get("accept-encoding", ""))


async def fetched(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """What the application itself answers."""
    start, parts = [], []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope | {"extensions": {}}, receive, keep)  # no extensions: the body comes as bytes
    return Answer(start[0], b"".join(parts))


def is_lasting(answer: Answer) -> bool:
    """Whether the answer is the file itself, the same for ever: in place of one that is not there the page comes."""
    headers = Headers(raw=answer.start["headers"])
    return (answer.start["status"] == 200 and "immutable" in headers.get("cache-control", "")
            and "content-encoding" not in headers)


def packed(answer: Answer) -> Answer:
    """The answer with its body compressed."""
    body = gzip.compress(answer.body, LEVEL, mtime=0)
    headers = MutableHeaders(raw=list(answer.start["headers"]))
    for name in ("etag", "last-modified", "accept-ranges"):  # said of the file as it is
        if name in headers:
            del headers[name]
    headers["content-encoding"], headers["content-length"] = "gzip", str(len(body))
    headers.add_vary_header("accept-encoding")
    return Answer(answer.start | {"headers": headers.raw}, body)
