"""What a visitor gives, as a model sees it: a picture that was chosen, drawn, uploaded or photographed."""
from __future__ import annotations

import io
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from branched import BranchedError

from .request import Numbers, Request

DRAWN = "your drawing"  # what a picture is called that was drawn
SHOWN = 280  # pixels of the longer side of an original, where it is shown


@dataclass(frozen=True)
class Source:
    """A picture as the model sees it, (H, W[, 3]) in [0, 1], and as it was given; `private`: a visitor's own. `label`
    is its class, where that is known."""

    picture: Numbers
    original: np.ndarray | None  # None: there is no other than what the model sees
    name: str
    private: bool = False
    label: str | None = None


@dataclass(frozen=True)
class Preparation(Request[Source | str]):
    """What the model sees in a visitor's drawing or in a file's bytes; a sentence, where it cannot be used."""

    data: bytes | Numbers = field(repr=False)
    name: str
    private = inline = True

    @classmethod
    def of(cls, data: bytes | np.ndarray, kind: str) -> Preparation:
        """What is asked of what was handed over, by its kind: "draw", "upload" or "camera"."""
        return cls(data if isinstance(data, bytes) else Numbers(data),
                   DRAWN if kind == "draw" else "your picture")

    def work(self, model: Any) -> Generator[float, None, Source | str]:
        yield 0.0
        data = self.data.array if isinstance(self.data, Numbers) else self.data
        try:
            picture = model.prepare(data)
        except BranchedError as error:
            return str(error)
        return Source(Numbers(picture), thumbnail(data), self.name, private=True)


def thumbnail(data: bytes | np.ndarray) -> np.ndarray | None:
    """A small copy of a picture that was already found to be good, upright; uint8 (h, w) or (h, w, 3).

    None where there is no easy one.
    """
    if isinstance(data, np.ndarray):
        return data
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "TIFF")) as image:
            image.draft(None, (SHOWN, SHOWN))
            small = ImageOps.exif_transpose(image)
            if small.mode.startswith(("I", "F")):
                return None
            small = small.convert("RGBA" if small.has_transparency_data else "RGB")
            small.thumbnail((SHOWN, SHOWN))
            ground = Image.new("RGBA", small.size, "white")
            return np.asarray(Image.alpha_composite(ground, small.convert("RGBA")).convert("RGB"))
    except Exception:  # noqa: BLE001 - what decoders raise is their own affair; this is a look at it, no more
        return None
