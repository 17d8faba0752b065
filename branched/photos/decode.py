"""Decoding: picture files, images and arrays from anywhere, as upright 8-bit images within limits."""
import contextlib
import io
import os
import re
import struct
import warnings
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps

from ..errors import BranchedError

MAX_PIXELS, MAX_SIDE = 50_000_000, 20_000
MAX_BYTES = 240_000_000    # of a picture in memory
HEAVY = {"WEBP": 5, "AVIF": 5, "GIF": 5, "JPEG2000": 5, "HEIF": 2}  # how often these hold a picture while they read it
PLAIN = {"1": 1, "L": 1, "RGB": 4, "YCbCr": 4}  # bytes of a pixel, where nothing has to be made of it first
FINE = 32                  # pixels along a side for each one of a picture that is made smaller
MAX_TILES = 20_000         # strips or tiles of a TIFF: each is read by a call
STRIPS = {273, 279, 324, 325}
MAX_TEXT = 2_000_000       # bytes of a PPM file that is text, of which every letter is read by a call
# What cameras, scanners and drawing programs write. Not Pillow's others: some of them (EPS) run programs.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF", "JPEG2000", "PPM")
KINDS = "PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF, HEIC, JPEG 2000 or PPM"
WHITES = {"u": (4095, 65_535), "i": (255, 4095, 65_535), "f": (1, 255, 4095, 65_535)}  # by NumPy's kind of number
LIGHT = 200  # of 255: on white, hardly anything would be seen of it
KEEPS_ALPHA = {"L": "LA", "LA": "LA"}  # what can be reduced, see `_reduced`; others as RGBA


def image_of(source: Any, side: int | None = None) -> Image.Image:
    """A picture file (bytes or a path), a PIL image or an array as an upright PIL image, the first frame of many.

    Arrays are (H, W), (H, W, 3) or (H, W, 4), in [0, 1] or uint8. `side`: nobody needs more pixels along a side, so a
    large picture may come (box filtered) with fewer, though with no less than that along its longer side.
    Raises BranchedError for what is broken, missing, no picture, or larger than MAX_PIXELS (before it is decoded).
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if not path.is_file():
            raise BranchedError(f"There is no picture file {path}; check its name.")
        return _opened(path, f"{path}", side)
    if isinstance(source, (bytes, bytearray)):
        if not source:
            raise BranchedError("The picture file is empty; choose another one.")
        return _opened(io.BytesIO(source), "The picture file", side)
    if isinstance(source, Image.Image):
        return _upright(source.copy(), "The picture", side)
    return _upright(Image.fromarray(_bytes_of(source)), "The picture", side)


def squared(source: Any, size: int, colour: bool, crop: bool = False) -> np.ndarray:
    """A picture as uint8 (size, size) or (size, size, 3): padded to a square, or cropped to its middle, and resized.

    What is transparent becomes white, or black where a light picture would vanish on that.
    """
    image = image_of(source, FINE * size)
    image = flat(image, "RGB" if colour else "L", "black" if _is_light(image) else "white")
    if image.size != (size, size):
        image = (_middle(image) if crop else _square(image)).resize((size, size), Image.Resampling.LANCZOS)
    return np.asarray(image)


def flat(image: Image.Image, mode: str, ground: str | tuple[int, int, int] = "white") -> Image.Image:
    """In the mode "L" or "RGB", and without transparency, which becomes white, as on a page."""
    if image.mode[0] in "IF":
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, ground), image.convert("RGBA"))
    return image.convert(mode)


@cache
def know_heic() -> None:
    """Let Pillow open what iPhones take: HEIC. It is asked for late, since it takes 0.06 s to load."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _opened(file: Path | io.BytesIO, name: str, side: int | None) -> Image.Image:
    know_heic()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # also of size: our own limit is lower, and refuses
            _check_text(file, name)
            with Image.open(file, formats=FORMATS) as image:
                _check_size(image, name)
                if side:
                    image.draft(None, (side, side))  # a JPEG can be decoded at a half, a quarter or an eighth at once
                return _upright(image, name, side)
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except Image.UnidentifiedImageError:
        raise BranchedError(f"{name} cannot be read as an image; save it as PNG or JPEG ({KINDS} will do).") from None
    except BranchedError:
        raise
    except Exception as error:  # noqa: BLE001 - Pillow's openers raise whatever a broken file leads them to
        raise BranchedError(f"{name} cannot be read as an image ({_said(error) or 'broken'}); save it anew as PNG or "
                            "JPEG.") from None


def _upright(image: Image.Image, name: str, side: int | None) -> Image.Image:
    """Loaded, turned as its EXIF data say, and perhaps reduced. All that decoding raises is said in a sentence."""
    _check_size(image, name)
    try:
        ImageOps.exif_transpose(image, in_place=True)  # a copy would take as much memory again
        image.load()
        if image.has_transparency_data and image.mode not in ("LA", "RGBA", "I;16", "I", "F"):
            image = image.convert("RGBA")  # here, for it fails where palette and transparency do not fit
        return _reduced(image, side) if side else image
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise whatever a broken file leads them to
        raise BranchedError(f"{name} cannot be read as an image, it seems to be broken or cut short "
                            f"({_said(error) or type(error).__name__}); save or copy it anew.") from None


def _said(error: Exception) -> str:
    """What a decoder says, on one line."""
    return " ".join(str(error).split())


def _pieces(file: BinaryIO, head: bytes) -> int:
    """How many strips or tiles a TIFF says that it has (TIFF 6.0, section 2): to list them takes seconds."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return 0
    file.seek(struct.unpack(f"{order}I", head[4:8])[0])
    entries = file.read(2 + 12 * 1000)[2:]
    return max((count for tag, _, count, _ in struct.iter_unpack(f"{order}HHII", entries[:len(entries) // 12 * 12])
                if tag in STRIPS), default=0)


def _check_text(file: Path | io.BytesIO, name: str) -> None:
    """Raises BranchedError for a PPM file that is a long text, or has one in front; for a TIFF in too many pieces."""
    with open(file, "rb") if isinstance(file, Path) else contextlib.nullcontext(file) as opened:
        head = opened.read(4096)
        size, pieces = opened.seek(0, os.SEEK_END), _pieces(opened, head)
        opened.seek(0)
    words = re.sub(rb"#[^\n]*\n", b" ", head).split(maxsplit=4)[:4]
    is_text = head[:2] in (b"P1", b"P2", b"P3") or any(word.startswith(b"#") for word in words)
    if head[:1] == b"P" and is_text and size > MAX_TEXT:
        raise BranchedError(f"{name} is a picture written out as text, and a long one; save it as PNG.")
    if pieces > MAX_TILES:
        raise BranchedError(f"{name} is in {pieces:,} pieces; save it anew as PNG or JPEG.")


def _check_size(image: Image.Image, name: str) -> None:
    """Raises BranchedError for a picture that takes too much memory or time, before it is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(name)
    if max(image.size) > MAX_SIDE:
        raise BranchedError(f"{name} has a side of more than {MAX_SIDE:,} pixels; cut out what is to be seen.")
    if image.width * image.height * PLAIN.get(image.mode, 8) * HEAVY.get(image.format, 1) > MAX_BYTES:
        raise BranchedError(f"{name} is too large for a file of its kind; make it smaller, or save it as JPEG.")
    if len(getattr(image, "tile", ())) > MAX_TILES:
        raise BranchedError(f"{name} is in too many pieces; save it anew as PNG or JPEG.")


def _reduced(image: Image.Image, side: int) -> Image.Image:
    factor = max(image.size) // side
    if factor < 2:
        return image
    veiled = image.has_transparency_data
    mode = KEEPS_ALPHA.get(image.mode, "RGBA") if veiled else "L" if image.mode in ("1", "L") else "RGB"
    if image.mode[0] in "IF":
        image = flat(image, "L")
    elif image.mode != mode:
        image = image.convert(mode)
    return image.reduce(factor)


def _too_large(name: str) -> BranchedError:
    return BranchedError(f"{name} has more than {MAX_PIXELS:,} pixels; make it smaller.")


def _bytes_of(source: Any) -> np.ndarray:
    """An array as uint8, checked."""
    try:
        array = np.asarray(source)
        if array.dtype != np.uint8:
            array = array.astype(np.float32)
    except (TypeError, ValueError, RuntimeError):
        array = np.empty(0)
    if array.ndim not in (2, 3) or array.shape[2:] not in ((), (1,), (3,), (4,)) or not array.size:
        raise BranchedError("A picture is a file, a PIL image, or an array of shape (H, W) or (H, W, 3).")
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise _too_large("The picture")
    if array.dtype != np.uint8:
        if not (array.min() >= 0 and array.max() <= 1):  # nan fails, too
            raise BranchedError("The values of a picture are finite floats from 0 to 1, or uint8.")
        array = (array * 255).round().astype(np.uint8)
    return array[..., 0] if array.shape[2:] == (1,) else array


def _eight_bits(pixels: np.ndarray) -> np.ndarray:
    """Grey values of more than 8 bits, or floats, as uint8. How large white is in such a file nobody says, so it is the
    smallest of the usual numbers that no pixel exceeds."""
    if not np.isfinite(pixels).all() or pixels.min() < 0:
        raise BranchedError("A picture has values that are no brightness: below 0, or no numbers. Save it as PNG.")
    white = next((white for white in WHITES[pixels.dtype.kind] if pixels.max() <= white), float(pixels.max()))
    return (pixels * (255 / white)).round().astype(np.uint8)


def _is_light(image: Image.Image) -> bool:
    """Whether what is to be seen of a picture with transparency is so light that it would vanish on white."""
    if not image.has_transparency_data:
        return False
    *_, grey, alpha = (np.asarray(band) for band in image.convert("RGBA").convert("LA").split())
    seen = grey[alpha > 127]
    return bool(len(seen)) and len(seen) < alpha.size and float(np.median(seen)) > LIGHT


def _middle(image: Image.Image) -> Image.Image:
    """The square in the middle, as large as fits."""
    return ImageOps.fit(image, (min(image.size),) * 2)


def _square(image: Image.Image) -> Image.Image:
    """Padded on both sides to a square, in the colour of the corners: a black frame would be learned too."""
    side, right, bottom = max(image.size), image.width - 1, image.height - 1
    corners = [np.atleast_1d(image.getpixel(at)) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))]
    colour = tuple(int(c) for c in np.median(corners, axis=0))
    canvas = Image.new(image.mode, (side, side), colour if len(colour) > 1 else colour[0])
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas
