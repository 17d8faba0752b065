"""Arrays of pictures as PNGs, and rows of pictures with a name beside each."""
import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from branched import of_tree

from ..language import _
from .markup import filled

# Files of pictures that a visitor may upload.
TYPES = ["png", "jpg", "jpeg", "jfif", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "heif"]
FRAMED = 3  # how many times larger a picture in a frame is
GAP = 2  # pixels between the pictures of a row, before it is enlarged
SEAM = 0.62  # how bright the lines between the pictures of a mosaic are, from 0 to 1


@dataclass(frozen=True)
class Row:
    """Pictures side by side, and what they are. `kind` is "" or "short" (a name of a few letters)."""

    name: str
    note: str
    source: str
    alt: str
    kind: str = ""


def png(image: Image.Image) -> str:
    """An image as a data URI."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def svg(drawing: str) -> str:
    """An SVG as a data URI: st.html lets no other pass."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def levels(pictures: np.ndarray) -> np.ndarray:
    """Pictures as bytes, from floats in [0, 1]."""
    if pictures.dtype == np.uint8:
        return pictures
    return (np.fmin(np.fmax(pictures, 0), 1) * 255 + 0.5).astype(np.uint8)  # fmax takes 0 rather than NaN


def picture(array: np.ndarray) -> Image.Image:
    """An array (H, W) or (H, W, 3) in [0, 1] as an image."""
    return Image.fromarray((np.clip(array, 0, 1) * 255).round().astype(np.uint8))


def strip(arrays: np.ndarray, columns: int = 0) -> str:
    """Pictures (n, H, W) or (n, H, W, 3) side by side on a transparent ground, unscaled, as a data URI.

    Given a number of columns, more are put into rows below, and fewer leave room.
    """
    columns, (height, width) = columns or len(arrays), arrays.shape[1:3]
    rows = -(-len(arrays) // columns)
    sheet = Image.new("RGBA", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP))
    for k, array in enumerate(arrays):
        sheet.paste(picture(array), (k % columns * (width + GAP), k // columns * (height + GAP)))
    return png(sheet)


def mosaic(arrays: np.ndarray, columns: int) -> np.ndarray:
    """Pictures (n, H, W[, 3]) in rows of so many, as one picture with lines between them."""
    count, height, width, *rest = arrays.shape
    rows = -(-count // columns)
    whole = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, *rest), SEAM, np.float32)
    for k, array in enumerate(arrays):
        top, left = k // columns * (height + GAP), k % columns * (width + GAP)
        whole[top:top + height, left:left + width] = array
    return whole


def growing(labels: Sequence[str], guesses: np.ndarray) -> list[Row]:
    """The model's best guesses (N, n, H, W[, 3]) for some classes, while it is drawing."""
    return [Row(_("Being drawn:"), "", "", "")] + [
        Row(label, "", strip(pictures), _("{label}, being drawn").format(label=label), "short")
        for label, pictures in zip(labels, guesses, strict=True)]


def hybrids(who: str, noisy: np.ndarray, guesses: np.ndarray, endings: Mapping[str, np.ndarray]) -> list[Row]:
    """Hybrids (n, H, W[, 3]) that `who` share, what the model sees in them, and below each what becomes of it."""
    return [
        Row(*map(_, of_tree.SEES), strip(noisy),
            _("{count} noisy pictures that {who} share").format(count=len(noisy), who=who)),
        Row(*map(_, of_tree.THINKS), strip(guesses),
            _("The model's best guesses of the finished pictures: between {who}").format(who=who)),
        Row(_(of_tree.ENDS), "", "", ""),
        *(Row(label, "", strip(pictures), _("What each becomes as {label}").format(label=label), "short")
          for label, pictures in endings.items()),
    ]


def framed(array: np.ndarray, colour: str, border: int = 6) -> str:
    """One picture, enlarged without blurring, in a frame; as a data URI."""
    image = picture(array).convert("RGB")
    return png(ImageOps.expand(image.resize([side * FRAMED for side in image.size], Image.NEAREST), border, colour))


def sheet(rows: list[Row]) -> str:
    """Rows as HTML, one below the other: the names beside the pictures, above them where it is narrow."""
    return filled(Path(__file__).with_name("sheet.html"), rows=rows)
