"""The looks of every page in the page itself, as it is first sent.

Streamlit loads what shows a style sheet (`st.html`) later than what shows texts: so a visitor saw a page in Streamlit's
looks first, and then all of it jump.
"""
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from .compressed import Answer, fetched

SHEETS = tuple(Path(__file__).parents[1] / "ui" / name for name in ("frame/shell.css", "tree/tree.css"))
END = b"</body>"  # after Streamlit's own styles, or these would count for less
AGAIN = (b"if-none-match", b"if-modified-since")  # what was sent before may have had other looks


class Styled:
    """An ASGI application whose pages have our style sheets in them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        looks = "\n".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
        self.looks = f"<style>{looks}</style>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not wanted(scope):
            await self.app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in AGAIN]
        answer = await fetched(self.app, scope | {"headers": headers}, receive)
        await dressed(answer, self.looks).send(send)


def wanted(scope: Scope) -> bool:
    """Whether a browser asks for a page."""
    return (scope["type"] == "http" and scope["method"] == "GET"
            and "text/html" in Headers(scope=scope).get("accept", ""))


def dressed(answer: Answer, looks: bytes) -> Answer:
    """A page with these looks; any other answer as it is."""
    headers = MutableHeaders(raw=list(answer.start["headers"]))
    if not headers.get("content-type", "").startswith("text/html") or END not in answer.body:
        return answer
    body = answer.body.replace(END, looks + END, 1)
    for name in ("etag", "last-modified"):
        del headers[name]
    headers["content-length"] = str(len(body))
    return Answer(answer.start | {"headers": headers.raw}, body)
