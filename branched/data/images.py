"""Pictures: arrays in [0, 1] outside, uint8 in data sets, tensors in [-1, 1] inside the core; and PNG grids."""
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..checkpoint import write_atomically
from ..errors import BranchedError
from .distort import Distortion, distort
from .form import Form

DISTORTION = Distortion(turn=0.18, scale=0.12, shear=0.18, shift=0.05, bend=0.06, stroke=0.35)
GAP = 2  # pixels between the images of a grid, before it is enlarged


@dataclass(frozen=True)
class Images(Form):
    """Images of `shape` (C, H, W), C = 1 (grey) or 3 (RGB)."""

    shape: tuple[int, int, int]
    kind = "images"

    def to_core(self, given: Any) -> Tensor:
        """Images (B, H, W) or (B, H, W, 3), floats in [0, 1] or uint8, as float32 (B, C, H, W) in [-1, 1].

        Raises BranchedError if they have another form, or values out of range.
        """
        channels, height, width = self.shape
        wanted = f"(B, {height}, {width}" + (", 3)" if channels == 3 else ")")
        try:
            array = given.detach().cpu().numpy() if isinstance(given, Tensor) else np.asarray(given)
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

    def from_core(self, x: Tensor) -> np.ndarray:
        """Tensors (..., C, H, W) in [-1, 1] as float32 pictures (..., H, W) or (..., H, W, 3) in [0, 1], clipped."""
        images = ((x.detach().float().cpu() + 1) / 2).clamp(0, 1)
        return (images.squeeze(-3) if self.shape[0] == 1 else images.movedim(-3, -1)).numpy()

    def shown(self, stored: Tensor) -> np.ndarray:
        """uint8 images (B, C, H, W) as float32 pictures (B, H, W) or (B, H, W, 3) in [0, 1]."""
        images = stored.numpy().astype(np.float32) / 255
        return images[:, 0] if self.shape[0] == 1 else np.moveaxis(images, 1, -1)

    def scale(self, stored: Tensor) -> Tensor:
        """uint8 0..255 as float32 in [-1, 1]."""
        return stored.float() / 127.5 - 1

    def store(self, x: Tensor) -> Tensor:
        """float32 in [-1, 1] as uint8 0..255."""
        return ((x + 1) * 127.5).round().to(torch.uint8)

    def clamp(self, x: Tensor) -> Tensor:
        return x.clamp(-1, 1)

    def varied(self, stored: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """Images (n, C, H, W), uint8, a little turned, bent and thickened."""
        size = Distortion(**{key: value * strength for key, value in vars(DISTORTION).items()})
        warped = distort(stored.float() / 255, size, generator)
        return (warped.clamp(0, 1) * 255).round().to(torch.uint8)

    def objection(self, x: Tensor) -> str:
        low, high = torch.aminmax(x.flatten(1), dim=1)
        blank = (high - low < 0.1).nonzero().flatten().tolist()
        return f"Image {blank[0] + 1} of {len(x)} is blank: there is nothing on it to learn." if blank else ""

    def facts(self, stored: Tensor) -> dict[str, Any]:
        """Mean brightness of the images' borders, 0 to 1: tells which way round a photo has to be."""
        x = stored[:: max(1, len(stored) // 2000)].float() / 255
        edges = torch.cat([x[..., 0, :], x[..., -1, :], x[..., :, 0], x[..., :, -1]], -1)
        return {"background": round(edges.mean().item(), 3)}


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
