"""Ink: how far each pixel is from the paper around it, along the one direction in colour space in which the picture has
most contrast. Polarity, tint, shade and vignetting are gone from it.
"""
import numpy as np
from PIL import Image
from scipy import ndimage

from . import decode

SMALL = 64       # pictures up to this longer side are drawings, not photos
COARSE = 120     # pixels of the longer side in which paper is looked for
FLAT = 0.05      # distance in colour within which a ground counts as of one colour
BLUR = 1 / 900   # of a photo's ink against noise, in longer sides
UNLIKELY = 0.5   # weight of ink that is lighter than bright paper, or darker than dark paper


def rgb_of(image: Image.Image) -> np.ndarray:
    """Float32 (H, W, 3) in [0, 1]. What is transparent becomes unlike what is to be seen, where it is most of it."""
    ground = (255, 255, 255)
    if image.has_transparency_data:
        pixels = np.asarray(image.convert("RGBA"), np.float32)
        pixels[..., 3] *= 255 / max(pixels[..., 3].max(), 1)                   # of an even veil, nothing is seen
        seen = pixels[pixels[..., 3] > 127][:, :3]
        if len(seen):
            colour = np.median(seen, axis=0)
            is_paper = len(seen) > pixels[..., 3].size / 2
            ground = tuple(int(c) for c in colour) if is_paper else (0, 0, 0) if colour.mean() > 127 else ground
        image = Image.fromarray(pixels.round().astype(np.uint8))
    return np.asarray(decode.flat(image, "RGB", ground), np.float32) / 255


def inks_of(rgb: np.ndarray) -> list[tuple[np.ndarray, bool]]:
    """What may be the ink: contrast of every pixel (H, W) to its paper, at least 0; and whether the paper is even.

    On paper of one even colour there is one answer. On other paper, ink may be the darker or the lighter, and a stroke
    is what is too narrow to be paper (morphological closing or opening).
    """
    height, width = rgb.shape[:2]
    ground = np.median(ring(rgb).reshape(-1, 3), axis=0)
    even = (rgb - ground)**2 @ np.ones(3, np.float32) < FLAT**2
    if max(height, width) <= SMALL or even.mean() > 0.4 and ring(even).mean() > 0.6:
        return [(((rgb - ground) @ _direction(rgb - ground)).clip(0), True)]
    coarse = tuple(max(1, round(n * COARSE / max(height, width))) for n in (height, width))
    small = np.stack([resized(rgb[..., c], coarse, Image.Resampling.BOX) for c in range(3)], -1)
    size = max(3, min(coarse) // 5)
    light = ndimage.grey_closing(small.mean(-1), (size, size))
    toward = _direction(_local_contrast(small))
    inks = []
    for direction in (toward, -toward):
        paper = ndimage.grey_opening(small @ direction, (size, size))
        below, bright = (resized(ndimage.gaussian_filter(x, size / 8), (height, width), Image.Resampling.BILINEAR)
                         for x in (paper, light))
        ink = ndimage.gaussian_filter((rgb @ direction - below) / bright.clip(0.2), max(height, width) * BLUR)
        likely = 1 if (direction.sum() < 0) == (np.median(light) > 0.45) else UNLIKELY
        inks.append((likely * (ink - np.median(ink)).clip(0), False))
    return inks


def ring(x: np.ndarray) -> np.ndarray:
    """The outermost pixels of (H, W, ...), as (n, ...)."""
    return np.concatenate([x[0], x[-1], x[:, 0], x[:, -1]])


def _local_contrast(small: np.ndarray) -> np.ndarray:
    """What differs from the median of its surroundings, (H, W, 3), relative to their light."""
    tiny = small[::2, ::2]
    size = max(3, min(tiny.shape[:2]) // 3)
    ground = np.stack([ndimage.median_filter(tiny[..., c], size) for c in range(3)], -1)
    return (tiny - ground) / ground.mean(-1, keepdims=True).clip(0.2)


def _direction(difference: np.ndarray) -> np.ndarray:
    """The unit vector (3,) along which the strongest differences (..., 3) lie, pointing where most of them do."""
    rows = difference.reshape(-1, 3)
    size = rows**2 @ np.ones(3, np.float32)
    strong = rows[size >= np.quantile(size, 0.98)]
    direction = np.linalg.eigh(strong.T @ strong)[1][:, -1]
    return direction * (1 if ((strong @ direction)**3).sum() >= 0 else -1)


def resized(x: np.ndarray, shape: tuple[int, int], by: Image.Resampling, box=None) -> np.ndarray:
    """A float32 array (H, W), or the box (left, top, right, bottom) of it, in another size; antialiased."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(x, np.float32)).resize(shape[::-1], by, box))
