"""What browsers are told to keep from a page, and how much a visitor may send.

A page asks no other host for anything, whatever stands in a model's file or in the address; and no script runs but
those that come from here, and the one that Streamlit's page itself has.
"""
import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = {
    "default-src": "'self'", "script-src": "'self' blob:",  # blob: our components, as Streamlit runs them
    "style-src": "'self' 'unsafe-inline'", "img-src": "'self' data: blob:", "media-src": "'self' data: blob:",
    "font-src": "'self' data:", "connect-src": "'self' ws: wss: data: blob:", "worker-src": "'self' blob:",
    "frame-src": "'self' data: blob:", "object-src": "'none'", "base-uri": "'self'", "form-action": "'self'",
    "frame-ancestors": "'self'"}
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "SAMEORIGIN"}
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
UPLOADS = "/_stcore/upload_file/"
MOST_FILES, MOST_BYTES = 200, 200_000_000  # that one visitor has sent and not taken back
ALL_BYTES = 2_000_000_000                  # ... and all of them
IN_MEMORY = 21 << 20                       # of a form, above server.maxUploadSize: it touches no disk


class Guarded:
    """An ASGI application whose answers have these headers, and to which nobody sends without end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = HEADERS | {"content-security-policy": policy(streamlits_page())}
        self.sent: dict[str, dict[str, int]] = {}  # bytes of each file of each session
        MultiPartParser.spool_max_size = IN_MEMORY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif UPLOADS in scope["path"] and (refusal := self._refused(scope)):
            await PlainTextResponse(refusal, 413)(scope, receive, headed)
        else:
            await self.app(scope, receive, headed)

    def _refused(self, scope: Scope) -> str:
        """Why an upload is not taken, in a sentence; "" where it is. What is taken or taken back is noted."""
        session, _, file = scope["path"].partition(UPLOADS)[2].partition("/")
        if scope["method"] == "DELETE":
            self.sent.get(session, {}).pop(file, None)
        if scope["method"] != "PUT":
            return ""
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdecimal():
            return "How long the file is has to be said."
        self.sent = {name: files for name, files in self.sent.items() if files and is_here(name)}
        files = self.sent.get(session, {}) | {file: int(length[:12])}
        if len(files) > MOST_FILES or sum(files.values()) > MOST_BYTES or _all(self.sent, files) > ALL_BYTES:
            return "Enough was sent from this page. Take files back, or open it anew."
        self.sent[session] = files
        return ""


def policy(page: bytes) -> str:
    """What may be loaded and run (Content Security Policy, level 3): the scripts in a page by their checksums."""
    marks = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in INLINE.findall(page)]
    scripts = " ".join([POLICY["script-src"], *(f"'sha256-{mark}'" for mark in marks)])
    return "; ".join(f"{name} {where}" for name, where in (POLICY | {"script-src": scripts}).items())


def streamlits_page() -> bytes:
    """The page that Streamlit sends for every one of ours."""
    found = find_spec("streamlit")
    return (Path(found.origin).parent / "static" / "index.html").read_bytes() if found and found.origin else b""


def _all(sent: Mapping[str, Mapping[str, int]], new: Mapping[str, int]) -> int:
    return sum(new.values()) + sum(sum(files.values()) for files in sent.values())


def is_here(session: str) -> bool:
    """Whether a visitor's session is still kept; its files go with it."""
    from streamlit import runtime

    found: Any = runtime.exists() and runtime.get_instance()
    return bool(found) and found.is_active_session(session)
