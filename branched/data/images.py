"""Pictures: arrays in [0, 1] outside, uint8 in data sets, tensors in [-1, 1] inside the core; and PNG grids."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..errors import BranchedError
from ..facts import CHARACTERS, PICTURES, Data
from ..files import write_atomically
from ..networks.unet import UNetConfig
from .distort import Distortion, distort
from .form import Blocks, Form

if TYPE_CHECKING:
    from ..photos.photo import Figure

DISTORTION = Distortion(turn=0.18, scale=0.12, shear=0.18, shift=0.05, bend=0.06, stroke=0.35)
GAP = 2    # pixels between the images of a grid, before it is enlarged
SCALE = 3  # of a grid


@dataclass(frozen=True)
class Images(Form):
    """Images of `shape` (C, H, W), C = 1 (grey) or 3 (RGB).

    `background` is the mean brightness of their borders, from 0 to 1, where it is known: it tells which way round a
    photo has to be. `shows` is what they show, "characters" or "pictures"; None: characters, if they are grey, for so
    it was before this was asked. `placed` says that characters are scaled and centred as MNIST's are, which then is
    done to a photo, too. A photo that is not square is padded, or with `crop` loses its sides.
    """

    shape: tuple[int, int, int]
    background: float | None = None
    shows: str | None = None
    placed: bool = True
    crop: bool = False
    kind = "images"
    one, many, suffix, features = "picture", "pictures", ".png", ()
    config, sizes = UNetConfig, ("channels", "rank")

    @property
    def outside_shape(self) -> tuple[int, ...]:
        """(H, W) or (H, W, 3)."""
        channels, height, width = self.shape
        return (height, width) if channels == 1 else (height, width, channels)

    def to_core(self, images: Any) -> Tensor:
        """Images (B, H, W) or (B, H, W, 3), floats in [0, 1] or uint8, as float32 (B, C, H, W) in [-1, 1].

        Raises BranchedError if they have another form, or values out of range.
        """
        channels, height, width = self.shape
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
        """Mean brightness of the images' borders, 0 to 1; what they show, whether characters are placed as MNIST's are,
        and whether images were cropped."""
        from ..photos.shows import placed_in, shown_in  # bring SciPy along, for which loading need not wait

        x = stored[:: max(1, len(stored) // 2000)].float() / 255
        edges = torch.cat([x[..., 0, :], x[..., -1, :], x[..., :, 0], x[..., :, -1]], -1)
        shows = self.shows or shown_in(_grey(x))
        return {"background": round(edges.mean().item(), 3), "shows": shows,
                **({"crop": True} if self.crop else {}),
                **({"placed": placed_in(_grey(x))} if shows == CHARACTERS else {})}

    def remembering(self, data: Data) -> Images:
        known = {"background": data.background, "shows": data.shows, "placed": data.placed, "crop": data.crop}
        return replace(self, **{key: value for key, value in known.items() if value is not None})

    @property
    def of_characters(self) -> bool:
        """Whether a character is looked for in a picture that is given, and put where the model knows it."""
        return self.shape[0] == 1 and self.background is not None and self.shows != PICTURES

    def prepare(self, source: Any) -> np.ndarray:
        """A picture file (bytes or a path), an image or an array, as a model sees it: float32 (H, W) or (H, W, 3).

        A character is found in a photo, scan or drawing, scaled and centred. Raises BranchedError if there is none. For
        a model of anything else a picture is taken whole; so are strokes on an even ground, where the model's own
        characters are neither scaled nor centred.
        """
        from ..photos.photo import single  # brings SciPy along, for which loading need not wait

        return single(self.figures(source))

    def figures(self, source: Any, crop: tuple[float, float, float, float] | None = None) -> tuple[Figure, ...]:
        """All characters in a picture, or in the part `crop` of it; or the whole, where `prepare` takes that."""
        from ..photos.photo import figures, whole
        from ..photos.shows import turned

        if self.of_characters and self.placed:
            return figures(source, self.outside_shape, self.background, crop)
        [everything] = whole(source, self.outside_shape, self.crop, crop)
        if not self.of_characters:
            return (everything,)
        if (picture := turned(everything.picture, self.background)) is not None:
            return (replace(everything, picture=picture),)
        return figures(source, self.outside_shape, self.background, crop)

    def read(self, paths: Sequence[Path], label: str = "") -> np.ndarray:
        """Picture files, prepared, as (B, H, W) or (B, H, W, 3)."""
        pictures = []
        for path in paths:
            try:
                pictures.append(self.prepare(path))
            except BranchedError as error:
                raise BranchedError(str(error) if str(path) in str(error) else f"{path}: {error}") from None
        return np.stack(pictures)

    def write(self, path: Path, blocks: Blocks) -> None:
        """A PNG with a row of pictures for each block."""
        write_atomically(path, lambda temporary: grid([images for _, images in blocks]).save(temporary, "PNG"))


def _grey(x: Tensor) -> np.ndarray:
    """Pictures (n, C, H, W) as grey ones (n, H, W)."""
    return x.mean(1).numpy()


def grid(rows: Sequence[np.ndarray]) -> Image.Image:
    """One row for each array of images (n, H, W) or (n, H, W, 3) in [0, 1], enlarged without blurring."""
    height, width, *channels = rows[0].shape[1:]
    columns = max(len(row) for row in rows)
    sheet = np.full((len(rows) * (height + GAP) - GAP, columns * (width + GAP) - GAP, *channels), 0.25, np.float32)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            y, x = r * (height + GAP), c * (width + GAP)
            sheet[y:y + height, x:x + width] = image
    pixels = Image.fromarray((sheet * 255).round().astype(np.uint8))
    return pixels.resize((pixels.width * SCALE, pixels.height * SCALE), Image.Resampling.NEAREST)
