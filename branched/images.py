"""Pictures at the door: arrays in [0, 1] outside, tensors in [-1, 1] inside, and PNG grids."""
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .checkpoint import write_atomically
from .errors import BranchedError

GAP = 2  # pixels between the images of a grid, before it is enlarged


def to_core(images: Any, shape: tuple[int, int, int]) -> Tensor:
    """Images (B, H, W) or (B, H, W, 3), floats in [0, 1] or uint8, as float32 (B, C, H, W) in [-1, 1].

    Raises BranchedError if their form is not the model's `shape` (C, H, W), or their values are out of range.
    """
    channels, height, width = shape
    wanted = f"(B, {height}, {width}" + (", 3)" if channels == 3 else ")")
    try:
        array = images.detach().cpu().numpy() if isinstance(images, Tensor) else np.asarray(images)
        kind = array.dtype
        array = array.astype(np.float32) / (255 if kind == np.uint8 else 1)
    except (TypeError, ValueError):
        raise BranchedError(f"Images are an array of numbers of shape {wanted}.") from None
    if array.shape[1:] != (height, width, 3)[:2 if channels == 1 else 3] or not len(array):
        raise BranchedError(f"This model takes images of shape {wanted} with B at least 1, not {array.shape}.")
    if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
        raise BranchedError("The values of an image are finite floats from 0 (background) to 1 (ink), or uint8.")
    x = torch.from_numpy(array)
    return (x[:, None] if channels == 1 else x.permute(0, 3, 1, 2)).contiguous() * 2 - 1


def from_core(x: Tensor) -> np.ndarray:
    """Tensors (..., C, H, W) in [-1, 1] as float32 pictures (..., H, W) or (..., H, W, 3) in [0, 1], clipped."""
    images = ((x.detach().float().cpu() + 1) / 2).clamp(0, 1)
    return (images.squeeze(-3) if images.shape[-3] == 1 else images.movedim(-3, -1)).numpy()


def pictures(x: Tensor) -> np.ndarray:
    """uint8 images (B, C, H, W) of a data set as float32 pictures (B, H, W) or (B, H, W, 3) in [0, 1]."""
    images = x.numpy().astype(np.float32) / 255
    return images[:, 0] if x.shape[1] == 1 else np.moveaxis(images, 1, -1)


def grid(rows: Sequence[np.ndarray], scale: int = 3) -> Image.Image:
    """One row for each array of images (n, H, W) or (n, H, W, 3) in [0, 1], enlarged without blurring."""
    height, width, *channels = rows[0].shape[1:]
    columns = max(len(row) for row in rows)
    sheet = np.full((len(rows) * (height + GAP) - GAP, columns * (width + GAP) - GAP, *channels), 0.25, np.float32)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            y, x = r * (height + GAP), c * (width + GAP)
            sheet[y:y + height, x:x + width] = image
    pixels = Image.fromarray((sheet * 255).round().astype(np.uint8))
    return pixels.resize((pixels.width * scale, pixels.height * scale), Image.Resampling.NEAREST)


def save_grid(path: str | Path, rows: Sequence[np.ndarray], scale: int = 3) -> None:
    """Write a grid as PNG. Raises BranchedError if it cannot be written."""
    write_atomically(Path(path), lambda temporary: grid(rows, scale).save(temporary, "PNG"))
