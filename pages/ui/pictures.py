"""Arrays of pictures as PNGs, and rows of pictures with a name beside each."""
import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image, ImageOps

GAP = 2  # pixels between the pictures of a row, before it is enlarged


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


def picture(array: np.ndarray) -> Image.Image:
    """An array (H, W) or (H, W, 3) in [0, 1] as an image."""
    return Image.fromarray((np.clip(array, 0, 1) * 255).round().astype(np.uint8))


def strip(arrays: np.ndarray) -> str:
    """Pictures (n, H, W) or (n, H, W, 3) side by side on a transparent ground, unscaled, as a data URI."""
    n, height, width = arrays.shape[:3]
    sheet = Image.new("RGBA", (n * (width + GAP) - GAP, height))
    for k, array in enumerate(arrays):
        sheet.paste(picture(array), (k * (width + GAP), 0))
    return png(sheet)


def growing(labels: Sequence[str], guesses: np.ndarray) -> list[Row]:
    """The model's best guesses (N, n, H, W[, 3]) for some classes, while it is drawing."""
    return [Row("Being drawn:", "", "", "")] + [Row(label, "", strip(own), f"{label}, being drawn", "short")
                                                for label, own in zip(labels, guesses, strict=True)]


def hybrids(who: str, noisy: np.ndarray, guesses: np.ndarray, endings: Mapping[str, np.ndarray]) -> list[Row]:
    """Hybrids (n, H, W[, 3]) that `who` share, what the model sees in them, and below each what becomes of it."""
    return [
        Row("This moment", "what the model has", strip(noisy), f"{len(noisy)} noisy pictures that {who} share"),
        Row("Best guess", "of the finished picture", strip(guesses),
            f"The model's best guesses of the finished pictures: between {who}"),
        Row("What becomes of it further down:", "", "", ""),
        *(Row(label, "", strip(own), f"What each becomes as {label}", "short") for label, own in endings.items()),
    ]


def framed(array: np.ndarray, colour: str, border: int = 6, scale: int = 3) -> str:
    """One picture, enlarged without blurring, in a frame; as a data URI."""
    image = picture(array).convert("RGB")
    return png(ImageOps.expand(image.resize([side * scale for side in image.size], Image.NEAREST), border, colour))


def sheet(rows: list[Row]) -> str:
    """Rows as HTML, one below the other: the names beside the pictures, above them where it is narrow."""
    return f'<div class="sheet">{"".join(map(_row, rows))}</div>'


def _row(row: Row) -> str:
    if not row.source:
        return f'<div class="then">{escape(row.name)}</div>'
    note = f"<small>{escape(row.note)}</small>" if row.note else ""
    name = f'<div class="name">{escape(row.name)}{note}</div>' if row.name else ""
    return (f'<div class="row {row.kind if name else "bare"}">{name}'
            f'<img src="{row.source}" alt="{escape(row.alt)}"></div>')
