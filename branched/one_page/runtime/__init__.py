"""onnxruntime-web, which evaluates a page's network in the browser: as it lies here, and how it is fetched anew.

`python -m branched.one_page.runtime` downloads the version that `runtime.json` names from npm, checks it, and writes
the two files of it that a page needs, compressed. Its licence (MIT) lies beside them.
"""
from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from ...errors import BranchedError

HERE = Path(__file__).parent
FILES = {"runtime": "ort.wasm.bundle.min.mjs", "wasm": "ort-wasm-simd-threaded.wasm"}  # by what a page calls them


def said() -> dict[str, Any]:
    """Name, version, licence, source and checksums of what lies here."""
    return json.loads((HERE / "runtime.json").read_text())


def packed() -> dict[str, str]:
    """The files of the runtime by what a page calls them, as gzip in base64. Raises BranchedError for one that is
    missing."""
    try:
        return {name: base64.b64encode((HERE / f"{file}.gz").read_bytes()).decode() for name, file in FILES.items()}
    except OSError as error:
        raise BranchedError(f"A part of the page's runtime is missing ({error.filename}); fetch it anew with "
                            "python -m branched.one_page.runtime.") from None


def unlike() -> list[str]:
    """The files that are not those of the version named."""
    return [file for file, mark in said()["files"].items()
            if hashlib.sha256(gzip.decompress((HERE / f"{file}.gz").read_bytes())).hexdigest() != mark]
