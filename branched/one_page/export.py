"""A model as one HTML file: put together from its network, the runtime, the engine and what people see."""
from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path

from ..class_tree.model import BranchedModel
from ..errors import BranchedError
from ..files import write_atomically
from . import runtime
from .bundle import bundled
from .network import graph_of
from .told import told
from .weights import packed

HERE = Path(__file__).parent
FACE = HERE / "face"
# What the page may do: run its one script (by its checksum), a worker and a runtime that it makes of its own text, and
# show pictures that it draws. Nothing may be fetched from anywhere.
POLICY = {"default-src": "'none'", "script-src": "'{script}' blob: 'wasm-unsafe-eval'", "worker-src": "blob:",
          "style-src": "'unsafe-inline'", "img-src": "data: blob:", "base-uri": "'none'", "form-action": "'none'"}
PLACE = re.compile(r"\{\{(\w+)\}\}")


def export_page(model: BranchedModel, path: str | Path) -> int:
    """Write a model as one HTML file that needs no server; gives its bytes. Raises BranchedError for a model of
    something else than images in a class tree."""
    page = page_of(model)
    write_atomically(Path(path), lambda temporary: Path(temporary).write_bytes(page))
    return len(page)


def page_of(model: BranchedModel) -> bytes:
    """The file itself."""
    if not isinstance(model, BranchedModel) or model.form.kind != "images":
        raise BranchedError("Only a model of images with a class tree fits into one page; choose such a one.")
    graph, script = graph_of(model.denoise.network), _script()
    carried = {"graph": graph.model(), "weights": packed(graph.weights.values())}
    parts = {"title": html.escape(_title(model)), "policy": policy(script), "script": script,
             "style": _joined("*.css"), "face": _joined("*.html"), "facts": _facts(model),
             "engine": bundled(HERE / "engine/worker.js"), **runtime.packed(),
             **{name: _text(gzip.compress(what, mtime=0)) for name, what in carried.items()}}
    page = PLACE.sub(lambda place: parts[place[1]], (HERE / "page.html").read_text(encoding="utf-8"))
    return page.encode()


def policy(script: str) -> str:
    """The content security policy of a page whose one script this is."""
    mark = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return "; ".join(f"{name} {where}" for name, where in POLICY.items()).replace("{script}", f"sha256-{mark}")


def _title(model: BranchedModel) -> str:
    return f"Branched Diffusion Explorer: {', '.join(model.labels)}"


def _facts(model: BranchedModel) -> str:
    """As JSON in which nothing ends the element that holds it, whatever classes are called."""
    return json.dumps(told(model), separators=(",", ":")).replace("<", "\\u003c")


@cache
def _script() -> str:
    """What runs in the page itself: the engine's host, then what people see."""
    return "'use strict';\n" + (HERE / "host.js").read_text(encoding="utf-8") + _joined("*.js")


def _joined(pattern: str) -> str:
    """The face's files of a kind, by their names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FACE.glob(pattern)))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
