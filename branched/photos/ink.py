"""Ink: how far each pixel is from the paper around it, along the one direction in colour space in which the picture has
most contrast. Polarity, tint, shade and vignetting are gone from it.
"""
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from . import decode

SMALL = 64       # pictures up to this longer side are drawings, not photos
COARSE = 120     # pixels of the longer side in which paper is looked for
FLAT = 0.05      # distance in colour within which a ground counts as of one colour
BLUR = 1 / 900   # of a photo's ink against noise, in longer sides
SHADED = 0.06     # distance in brightness within which a ground counts as of one colour, in changing light
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


@dataclass(frozen=True)
class Ink:
    """What may be the ink: `contrast` of every pixel (H, W) to its paper, at least 0; whether the paper is `even`, but
    for light and shade; and the standard deviation of the paper's `noise`."""

    contrast: np.ndarray
    even: bool
    noise: float


def inks_of(rgb: np.ndarray) -> list[Ink]:
    """What may be the ink in a picture (H, W, 3).

    On paper of one even colour, in whatever light, there is one answer. On other paper, ink may be the darker or the
    lighter, and a stroke is what is too narrow to be paper (morphological closing or opening).
    """
    height, width = rgb.shape[:2]
    ground = np.median(ring(rgb).reshape(-1, 3), axis=0)
    even = (rgb - ground)**2 @ np.ones(3, np.float32) < FLAT**2
    if max(height, width) <= SMALL or even.mean() > 0.4 and ring(even).mean() > 0.6:
        return [Ink(((rgb - ground) @ _direction(rgb - ground)).clip(0), True, 0.0)]
    coarse = tuple(max(1, round(n * COARSE / max(height, width))) for n in (height, width))
    small = np.stack([resized(rgb[..., c], coarse, Image.Resampling.BOX) for c in range(3)], -1)
    ground = _lit_ground(small)
    return _on_shaded(rgb, small, ground) if ground is not None else _on_any(rgb, small)


def _lit_ground(small: np.ndarray) -> np.ndarray | None:
    """The colour of the paper at each place (H, W, 3), where all of it is of one colour and light falls off gently over
    it: a surface of the second degree, from which ink is left out step by step. None for other pictures."""
    height, width = small.shape[:2]
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], -1).reshape(-1, 6)
    pixels = small.reshape(-1, 3)
    near = np.abs(pixels - np.median(pixels, 0)).max(1) < 0.35
    for tolerance in (0.2, 0.15, 0.1, 0.08, SHADED, SHADED):
        if near.sum() < 20:
            return None
        fit = terms @ np.linalg.lstsq(terms[near], pixels[near], rcond=None)[0]
        near = np.abs(pixels - fit).max(1) < tolerance
    paper = near.reshape(height, width)
    return fit.reshape(small.shape) if paper.mean() > 0.55 and ring(paper).mean() > 0.55 else None


def _on_shaded(rgb: np.ndarray, small: np.ndarray, ground: np.ndarray) -> list[Ink]:
    """Ink on paper of one colour in changing light, relative to that light."""
    light = ground.mean(-1)
    light = (light / light.max()).clip(0.3)
    direction = _direction((small - ground) / light[..., None])
    below, gain = (resized(part, rgb.shape[:2], Image.Resampling.BILINEAR) for part in (ground @ direction, light))
    signed = ndimage.gaussian_filter((rgb @ direction - below) / gain, max(rgb.shape[:2]) * BLUR)
    return [_measured(signed, True)]


def _on_any(rgb: np.ndarray, small: np.ndarray) -> list[Ink]:
    """Ink on any paper, as darker or lighter strokes."""
    (height, width), coarse = rgb.shape[:2], small.shape[:2]
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
        inks.append(_measured(likely * ink, False))
    return inks


def _measured(signed: np.ndarray, even: bool) -> Ink:
    """What is above the paper's median; what lies below it tells of noise alone."""
    middle = np.median(signed)
    below = middle - signed[signed < middle]
    return Ink((signed - middle).clip(0), even, float(1.4826 * np.median(below)) if below.size else 0.0)


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
