"""A work as one picture: its pictures side by side, made anew from their pixels."""
import io

import numpy as np
from PIL import Image

COLUMNS, GAP = 5, 2  # pictures side by side, and pixels between them


def size(pictures: np.ndarray) -> tuple[int, int]:
    """How wide and how high that picture is, for pictures (n, H, W[, 3])."""
    count, height, width = pictures.shape[:3]
    across = min(COLUMNS, count)
    return across * (width + GAP) - GAP, -(-count // across) * (height + GAP) - GAP


def png(pictures: np.ndarray) -> bytes:
    """Pictures (n, H, W[, 3]), uint8, as a PNG with clear gaps."""
    height, width = pictures.shape[1:3]
    sheet = Image.new("RGBA", size(pictures))
    for k, picture in enumerate(pictures):
        sheet.paste(Image.fromarray(picture), (k % COLUMNS * (width + GAP), k // COLUMNS * (height + GAP)))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
