"""The looks of every page in the page itself, as it is first sent.

Streamlit loads what shows a style sheet (`st.html`) later than what shows texts: so a visitor saw a page in Streamlit's
looks first, and then all of it jump. Pages go on sending their own, for browsers that know no nested rules.
"""
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from .compressed import Answer, fetched

UI = Path(__file__).parents[1] / "ui"
FOR_ALL = (UI / "frame/shell.css", UI / "frame/view.css", UI / "tree/tree.css", UI / "parts/stage.css",
           UI / "parts/facts.css", Path(__file__).with_name("room.css"))
FOR_ONE = tuple(sorted(set(UI.glob("*/*.css")) - set(FOR_ALL) - set(UI.glob("parts/*.css"))))  # pages
ONLY = "body:has(.st-key-more-{}) {{\n{}}}"  # as the menu tells which page is seen, and goes on telling by its links
END = b"</body>"  # after Streamlit's own styles, or these would count for less
LEFT_OUT = (b"if-none-match", b"if-modified-since",  # what was sent before may have had other looks
            b"accept-encoding")                      # into what is compressed nothing can be put


class Styled:
    """An ASGI application whose pages have our style sheets in them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.looks = f"<style>{looks()}</style>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not wanted(scope):
            await self.app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in LEFT_OUT]
        answer = await fetched(self.app, scope | {"headers": headers}, receive)
        await dressed(answer, self.looks).send(send)


def looks() -> str:
    """All sheets: those of single pages hold on these alone, and count for more."""
    texts = {sheet: sheet.read_text(encoding="utf-8") for sheet in (*FOR_ALL, *FOR_ONE)}
    return "\n".join(ONLY.format(sheet.stem, text) if sheet in FOR_ONE else text for sheet, text in texts.items())


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
