"""What a visitor gives, as a model sees it: a picture that was chosen, drawn, uploaded or photographed."""
from __future__ import annotations

import io
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from branched import BranchedError

from ..language import N_, _
from .request import Numbers, Request

DRAWN = N_("your drawing")  # what a picture is called that was drawn
SEVERAL = N_("There are {count} figures in this picture. Choose one, or drag a box around it.")
TWO = N_("There seem to be several figures on the canvas. Draw one alone.")
Crop = tuple[float, float, float, float]  # left, top, right, bottom, in shares of the sides of a picture
Looked = tuple[np.ndarray | None, tuple[Crop, ...]]
MOST_PIXELS = 50_000_000  # the library reads no more
LARGE = 560  # pixels of the longer side of a photo of which a part can be chosen
SHOWABLE = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")  # of which there is a small copy
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
    crop: Crop | None = None
    private = inline = True

    @classmethod
    def of(cls, data: bytes | np.ndarray, kind: str, crop: Crop | None = None) -> Preparation:
        """What is asked of what was handed over, by its kind: "draw", "upload" or "camera", or of a part of it."""
        return cls(data if isinstance(data, bytes) else Numbers(data),
                   DRAWN if kind == "draw" else N_("your picture"), crop)

    def work(self, model: Any) -> Generator[float, None, Source | str]:
        yield 0.0
        data = self.data.array if isinstance(self.data, Numbers) else self.data
        try:
            found = model.figures(data, self.crop)
        except BranchedError as error:
            return str(error)
        if len(found) > 1 and self.name != DRAWN:
            return _(SEVERAL).format(count=len(found))
        if len(found) != 1:
            return _(TWO)
        return Source(Numbers(found[0].picture), thumbnail(data), self.name, private=True)


@dataclass(frozen=True)
class Places(Request[Looked]):
    """A small copy of a picture in a file's bytes, None where there is none to be had, and where there are figures."""

    data: bytes = field(repr=False)
    private = inline = True

    def work(self, model: Any) -> Generator[float, None, Looked]:
        yield 0.0
        try:
            places = tuple(figure.box for figure in model.figures(self.data))
        except BranchedError:
            places = ()
        return thumbnail(self.data, LARGE), places


def thumbnail(data: bytes | np.ndarray, side: int = SHOWN) -> np.ndarray | None:
    """A small copy of a picture, upright, with so many pixels along its longer side; uint8 (h, w) or (h, w, 3).

    None where there is no easy one.
    """
    if isinstance(data, np.ndarray):
        return data
    try:
        with Image.open(io.BytesIO(data), formats=SHOWABLE) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft(None, (side, side))
            small = ImageOps.exif_transpose(image)
            if small.mode.startswith(("I", "F")):
                return None
            small = small.convert("RGBA" if small.has_transparency_data else "RGB")
            small.thumbnail((side, side))
            ground = Image.new("RGBA", small.size, "white")
            return np.asarray(Image.alpha_composite(ground, small.convert("RGBA")).convert("RGB"))
    except Exception:  # noqa: BLE001 - what decoders raise is their own affair; this is a look at it, no more
        return None
