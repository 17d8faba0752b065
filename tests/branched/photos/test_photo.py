"""Preparing pictures: digits drawn with known strokes come back the same from photos, scans and odd files; the rest is
refused in a sentence."""
import contextlib
import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps
from scipy import ndimage
from sklearn.datasets import load_digits, load_sample_images

from branched import BranchedModel
from branched.errors import BranchedError
from branched.photos.photo import figures, prepare

SHAPE = (28, 28)
# Strokes in a square of side 1, as (x, y).
STROKES = {
    "2": [[(.2, .25), (.35, .08), (.6, .05), (.75, .25), (.55, .55), (.2, .95), (.8, .95)]],
    "4": [[(.5, .05), (.15, .6), (.85, .6)], [(.65, .35), (.65, .95)]],
    "open 4": [[(.2, .05), (.2, .5), (.62, .5)], [(.8, .05), (.8, .95)]],
    "5": [[(.25, .18), (.25, .45), (.6, .45), (.75, .7), (.55, .95), (.2, .9)], [(.3, .0), (.8, .0)]],
    "7": [[(.15, .08), (.8, .08), (.4, .95)]],
}


def drawn(name: str = "2", side: int = 200, width: float = 0.1) -> np.ndarray:
    """Ink (side, side) in [0, 1] of a digit, with a margin of a fifth on every side."""
    image = Image.new("L", (2 * side, 2 * side))
    pen = ImageDraw.Draw(image)
    for stroke in STROKES[name]:
        points = [(2 * side * (0.2 + 0.6 * x), 2 * side * (0.2 + 0.6 * y)) for x, y in stroke]
        pen.line(points, 255, round(1.2 * side * width), "curve")
        for x, y in points:
            r = 0.6 * side * width
            pen.ellipse((x - r, y - r, x + r, y + r), 255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX), np.float32) / 255


def on_paper(ink: np.ndarray, size=(450, 600), at=(120, 180), paper=(0.9, 0.88, 0.84), colour=(0.15, 0.15, 0.2),
             shade: float = 0.0, noise: float = 0.0, ruled: bool = False) -> Image.Image:
    """A synthetic photo with a digit's upper left corner `at` (y, x)."""
    sheet = np.zeros(size, np.float32)
    sheet[at[0]:at[0] + ink.shape[0], at[1]:at[1] + ink.shape[1]] = ink
    y, x = np.mgrid[:size[0], :size[1]].astype(np.float32)
    ground = np.ones((*size, 3), np.float32) * paper
    if ruled:
        ground[(y + 0.03 * x) % 25 < 1.5] *= (0.75, 0.82, 0.95)
    picture = ground + sheet[..., None] * (np.array(colour, np.float32) - ground)
    picture *= (1 - shade * (x / size[1] + (y / size[0] - 0.5)**2))[..., None]
    picture += noise * np.random.default_rng(0).standard_normal(picture.shape, np.float32)
    return Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8))


def file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def grey(x: np.ndarray) -> Image.Image:
    return Image.fromarray((x * 255).round().astype(np.uint8))


def alike(a: np.ndarray, b: np.ndarray) -> float:
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def check_form(picture: np.ndarray) -> None:
    """As in MNIST: a box of 20 pixels (a faint edge not counted), the centre of mass at index 14."""
    assert picture.shape == SHAPE and picture.dtype == np.float32 and picture.min() >= 0 and 0.9 < picture.max() <= 1
    sides = [np.ptp(np.flatnonzero(picture.max(axis) > 0.15)) + 1 for axis in (0, 1)]
    assert 19 <= max(sides) <= 21
    assert np.abs(np.subtract(ndimage.center_of_mass(picture), 14)).max() < 0.3


def refused(source, shape=SHAPE) -> str:
    with pytest.raises(BranchedError) as caught:
        prepare(source, shape)
    message = str(caught.value)
    assert message.endswith((".", ".)")) and "\n" not in message and len(message) < 250
    return message


@pytest.fixture(scope="module")
def clean():
    return {name: prepare(drawn(name), SHAPE) for name in STROKES}


@pytest.mark.parametrize("name", STROKES)
def test_a_drawing_gets_the_form_of_mnist(clean, name):
    check_form(clean[name])
    assert alike(prepare(drawn(name, 60), SHAPE), clean[name]) > 0.92
    assert alike(prepare(drawn(name, 800), SHAPE), clean[name]) > 0.97


@pytest.mark.parametrize("name", STROKES)
def test_what_has_the_form_stays(clean, name):
    assert (prepare(clean[name], SHAPE) == clean[name]).all()
    as_bytes = (clean[name] * 255).round().astype(np.uint8)
    assert (prepare(as_bytes, SHAPE) == as_bytes.astype(np.float32) / 255).all()
    assert np.abs(prepare(file(Image.fromarray(as_bytes)), SHAPE) - clean[name]).max() < 0.003
    dark = prepare(drawn(name), SHAPE, background=1.0)
    assert np.abs(dark + clean[name] - 1).max() < 1e-6 and (prepare(dark, SHAPE, 1.0) == dark).all()
    assert alike(prepare(1 - clean[name], SHAPE), clean[name]) > 0.94


@pytest.mark.parametrize("options", [
    {}, {"paper": (0.1, 0.12, 0.1), "colour": (0.9, 0.9, 0.9)}, {"shade": 0.4, "noise": 0.03},
    {"at": (10, 10)}, {"at": (240, 390), "shade": 0.5}, {"ruled": True, "noise": 0.01}, {"ruled": True, "shade": 0.4},
    {"colour": (0.2, 0.3, 0.8)}, {"paper": (0.2, 0.6, 0.2), "colour": (0.9, 0.2, 0.2)},
    {"paper": (0.5, 0.5, 0.5), "colour": (0.8, 0.35, 0.35), "noise": 0.02},          # of the same brightness
    {"colour": (0.72, 0.7, 0.67), "shade": 0.3, "noise": 0.01},                      # faint pencil
    {"paper": (0.2, 0.25, 0.22), "colour": (0.85, 0.85, 0.85), "shade": 0.4, "noise": 0.02},  # chalk
])
@pytest.mark.parametrize("name", ["2", "5"])
def test_photos_of_a_digit(clean, name, options):
    picture = prepare(file(on_paper(drawn(name), **options), "JPEG", quality=70), SHAPE)
    check_form(picture)
    assert alike(picture, clean[name]) > 0.93


@pytest.mark.parametrize("side, width", [(60, 0.15), (330, 0.06), (330, 0.2)])
def test_small_and_large_digits_in_a_photo(clean, side, width):
    picture = prepare(on_paper(drawn("2", side, width), at=(60, 150), shade=0.4, noise=0.02), SHAPE)
    check_form(picture)
    assert alike(picture, prepare(drawn("2", 200, width), SHAPE)) > 0.9


def test_a_sheet_on_a_dark_table(clean):
    table = np.full((450, 600, 3), 0.2, np.float32)
    table[60:440, 80:550] = 0.85
    digit = drawn("4")[..., None]
    table[150:350, 200:400] *= 1 - 0.8 * digit
    table += 0.02 * np.random.default_rng(0).standard_normal(table.shape)
    image = Image.fromarray((table.clip(0, 1) * 255).astype(np.uint8)).rotate(4, fillcolor=(50, 50, 50))
    assert alike(prepare(image.rotate(-4), SHAPE), clean["4"]) > 0.9


def test_thin_strokes_on_twelve_megapixels_quickly(clean):
    image = on_paper(np.zeros((2, 2)), shade=0.3).resize((4000, 3000))
    image.paste((40, 40, 50), (1300, 900), grey(drawn("2", 1200, 0.012)))
    photo = file(image, "JPEG", quality=80)
    start = time.process_time()
    picture = prepare(photo, SHAPE)
    assert time.process_time() - start < 1.5                                  # about 0.3 s on an idle machine
    check_form(picture)
    assert 40 < picture.sum() < 130 and alike(picture, prepare(drawn("2", 200, 0.07), SHAPE)) > 0.9


def test_the_camera_was_turned(clean):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = on_paper(drawn("2"), shade=0.3).rotate(90, expand=True)
    assert alike(prepare(file(turned, "JPEG", exif=exif), SHAPE), clean["2"]) > 0.95


KINDS = [(mode, ink, paper) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16")
         for ink, paper in ((0, 255), (255, 0), (0, None), (255, None))
         if paper is not None or mode in ("LA", "RGBA", "P")]  # the others know no transparency


@pytest.mark.parametrize("mode, ink, paper", KINDS)
def test_kinds_of_files(clean, mode, ink, paper):
    mask = grey(drawn("2"))
    transparent = paper is None
    image = Image.merge("LA", [Image.new("L", mask.size, ink), mask])
    if not transparent:
        image = Image.composite(Image.new("L", mask.size, ink), Image.new("L", mask.size, paper), mask)
    if mode == "P" and transparent:
        index = Image.fromarray((np.asarray(mask) > 127).astype(np.uint8))
        index.putpalette([ink] * 6)
        source = file(index, "PNG", transparency=0)
    elif mode == "I;16":
        source = file(Image.fromarray(np.asarray(image).astype(np.uint16) * 257))
    else:
        source = file(image.convert(mode), "TIFF" if mode == "CMYK" else "PNG")
    assert alike(prepare(source, SHAPE), clean["2"]) > 0.93


def test_sources_of_every_kind(clean, tmp_path):
    ink = drawn("7")
    grey(ink).save(tmp_path / "seven.png")
    frames = [grey(ink), grey(drawn("2"))]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    for source in (tmp_path / "seven.png", str(tmp_path / "seven.png"), tmp_path / "film.gif", frames[0], ink,
                   np.asarray(frames[0]), np.stack([ink] * 3, -1), ImageOps.invert(frames[0]),
                   grey(np.pad(ink, ((0, 0), (0, 1500)))), grey(np.pad(ink, ((1500, 0), (0, 0))))):
        assert alike(prepare(source, SHAPE), clean["7"]) > 0.95


def test_small_digits_of_scikit_learn():
    digits = load_digits().images[:100] / 16
    pictures = [prepare(digit, SHAPE) for digit in digits]
    for picture, digit in zip(pictures, digits, strict=True):
        assert np.abs(np.subtract(ndimage.center_of_mass(picture), 14)).max() < 0.5
        wide = np.flatnonzero(digit.max(0) > 0.1)
        tight = Image.fromarray(digit[:, wide[0]:wide[-1] + 1].astype(np.float32))
        ink = np.flatnonzero(picture.max(0) > 0.1)
        middle = Image.fromarray(picture[:, ink[0]:ink[-1] + 1]).resize(tight.size, Image.Resampling.BOX,
                                                                        (0, 4, ink[-1] - ink[0] + 1, 24))
        assert alike(np.asarray(middle), np.asarray(tight)) > 0.5


def test_other_models_get_the_picture_as_it_is():
    x = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    assert (prepare(x, (12, 12, 3), 0.0) == x.astype(np.float32) / 255).all()
    assert (prepare(x[..., 0], (12, 12), None) == x[..., 0].astype(np.float32) / 255).all()
    assert prepare(np.ones((30, 10, 3)), (8, 8), None).tolist() == [[1.0] * 8] * 8


# -- printed lines, borders, faint strokes -----------------------------------------------------------------------------

def printed(across=(), down=(), size=(240, 300), width=3, slope=0.0, start=0.0, stop=1.0) -> np.ndarray:
    """Ink of lines at these shares of the height and of the width, from `start` to `stop` of their length."""
    y, x = np.mgrid[:size[0], :size[1]].astype(np.float32)
    lines = [(np.abs(y - at * size[0] - slope * x) < width / 2, x / size[1]) for at in across]
    lines += [(np.abs(x - at * size[1] + slope * y) < width / 2, y / size[0]) for at in down]
    return np.max([line & (along >= start) & (along <= stop) for line, along in lines], 0).astype(np.float32)


FRAMES = {
    "cut-out box": printed((.06, .94), (.05, .95), width=5), "box": printed((.1, .9), (.1, .9), start=.1, stop=.9),
    "leaning box": printed((.05, .85), (.12, .95), slope=.03),
    "ruled": printed((.12, .37, .62, .87), width=2), "leaning rules": printed((.1, .35, .6, .85), width=2, slope=.03),
    "squares": printed(np.arange(.05, 1, .2), np.arange(.05, 1, .16), width=2),
    "line below": printed((.92,), width=4),
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("photo", [False, True])
def test_printed_lines_are_no_part_of_a_digit(clean, frame, photo):
    ink = np.zeros((240, 300), np.float32)
    ink[20:220, 50:250] = drawn("2")
    ink = np.maximum(ink, (0.35 if "box" not in frame else 0.9) * FRAMES[frame])
    source = file(on_paper(ink, ink.shape, (0, 0), shade=0.3, noise=0.01), "JPEG") if photo else 1 - ink
    assert alike(prepare(source, SHAPE), clean["2"]) > 0.93


def test_a_line_as_dark_as_the_digit_that_it_crosses(clean):
    ink = np.zeros((240, 300), np.float32)
    ink[20:220, 50:250] = drawn("7")
    assert alike(prepare(1 - np.maximum(ink, FRAMES["ruled"]), SHAPE), clean["7"]) > 0.8


@pytest.mark.parametrize("photo", [False, True])
def test_a_one_that_fills_the_picture_is_no_printed_line(photo):
    ink = np.zeros((300, 120), np.float32)
    ink[6:294, 56:66] = 1
    source = file(on_paper(ink, ink.shape, (0, 0), shade=0.3, noise=0.01), "JPEG") if photo else 1 - ink
    picture = prepare(source, SHAPE)
    assert picture[4:24, 13:15].mean() > 0.6 and picture[:, :10].max() < 0.1 and picture[:, 18:].max() < 0.1


@pytest.mark.parametrize("shade", [0.0, 0.4])
def test_a_digit_that_touches_the_border_stays_whole(clean, shade):
    ink = drawn("5")[:, :161]                                                 # the belly's right end is cut off
    photo = on_paper(ink, (280, 161), (40, 0), shade=shade, noise=0.01)
    assert alike(prepare(file(photo, "JPEG"), SHAPE), clean["5"]) > 0.9


def test_a_stroke_held_lightly_belongs_to_the_digit(clean):
    fading = drawn("2") * np.linspace(1.0, 0.3, 200, dtype=np.float32)
    picture = prepare(1 - fading, SHAPE)
    ends = [np.flatnonzero(each.max(0) > 0.1)[[0, -1]] for each in (picture, clean["2"])]
    assert np.abs(ends[0] - ends[1]).max() <= 2


def test_several_figures_are_each_found_with_their_places():
    sheet = np.hstack([drawn("2"), np.zeros((200, 60), np.float32), drawn("7"), drawn("4")])
    found = figures(1 - sheet, SHAPE)
    assert len(found) == 3 and "several digits" in refused(1 - sheet)
    for figure, name, left in zip(found, "274", (0, 260, 460), strict=True):
        assert alike(figure.picture, prepare(drawn(name), SHAPE)) > 0.95
        rows, columns = (np.flatnonzero(drawn(name).max(axis) > 0.1) for axis in (1, 0))
        wanted = np.array([left + columns[0], rows[0], left + columns[-1] + 1, rows[-1] + 1]) / [660, 200, 660, 200]
        assert np.abs(np.subtract(figure.box, wanted)).max() < 0.02
    assert alike(prepare(1 - sheet, SHAPE, crop=(.3, 0, .68, 1)), prepare(drawn("7"), SHAPE)) > 0.95
    [other] = figures(1 - sheet, SHAPE, crop=(.3, 0, .68, 1))
    assert np.abs(np.subtract(other.box, found[1].box)).max() < 0.02


@pytest.mark.parametrize("crop", [(0, 0, 0, 1), (.5, 0, .4, 1), (-1, 0, 1, 1), (0, 0, 1, 2), (0, float("nan"), 1, 1)])
def test_what_is_no_part_of_a_picture_is_told(crop):
    with pytest.raises(BranchedError, match="part of a picture"):
        prepare(drawn("2"), SHAPE, crop=crop)


def test_a_page_full_of_boxed_digits_is_no_figure():
    cell = np.maximum(np.pad(drawn("7", 40), 5), printed((.02, .98), (.02, .98), (50, 50), 2))
    assert "full of writing" in refused(1 - np.tile(cell, (20, 14)))


# -- refusals --------------------------------------------------------------------------------------------------------

def bomb(side: int = 50_000) -> bytes:
    """A PNG of side x side black pixels in about a megabyte at most."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(side // 8 + 1)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_from_its_header():
    packed = bomb()
    start = time.process_time()
    assert "50,000,000 pixels" in refused(packed) and time.process_time() - start < 0.2
    assert "50,000,000 pixels" in refused(bomb(8_000))                        # below Pillow's own limit
    assert "50,000,000 pixels" in refused(np.broadcast_to(np.uint8(0), (10_000, 10_000)))


@pytest.mark.parametrize("content", [
    b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html><html></html>",
    b"%!PS-Adobe EPSF-3.0",
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"\x00\x00\x00\x18ftypheic", bytes(1000),
])
def test_files_that_are_no_pictures(content, tmp_path):
    refused(content)
    (tmp_path / "digit.png").write_bytes(content)
    assert "digit.png" in refused(tmp_path / "digit.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF"])
def test_files_cut_short_or_damaged(kind):
    whole = file(on_paper(drawn("2", 100), (200, 240), (50, 80), noise=0.02), kind)
    for cut in (10, len(whole) // 4, len(whole) // 2):
        refused(whole[:cut])
    rng = np.random.default_rng(0)
    for _ in range(6):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 20):
            damaged[place] = rng.integers(256)
        with contextlib.suppress(BranchedError):                              # a picture or a sentence, nothing else
            prepare(bytes(damaged), SHAPE)


@pytest.mark.parametrize("source", [
    None, 3, "nowhere.png", "/dev/zero", np.zeros((0, 5)), np.zeros(5), np.full((9, 9), 2.0),
    np.full((9, 9), np.nan), np.zeros((4, 4, 4, 4)), np.array([["a"]]), [[1], [1, 2]], {},
])
def test_what_is_no_picture_at_all(source):
    refused(source)


@pytest.mark.parametrize("source", [
    np.zeros((280, 280)), np.ones((28, 28)), np.zeros((1, 1)), np.full((300, 300, 3), 0.4), grey(np.zeros((900, 1200))),
    Image.new("RGBA", (280, 280)),
])
def test_a_blank_canvas(source):
    assert "blank" in refused(source)


def test_blank_paper():
    refused(file(on_paper(np.zeros((2, 2)), shade=0.4, noise=0.03), "JPEG"))
    refused(file(on_paper(np.zeros((2, 2)), shade=0.4, noise=0.01, ruled=True), "JPEG"))


def test_pictures_of_other_things():
    for photo in load_sample_images().images:
        refused(photo)
        refused(photo[100:300, 200:400])
    rng = np.random.default_rng(0)
    refused(rng.random((150, 200)))
    refused(rng.random((150, 200, 3)))
    refused(np.asarray(grey(rng.random((150, 200))).filter(ImageFilter.GaussianBlur(8))))
    page = Image.new("L", (800, 1000), 250)
    for y in range(40, 960, 24):
        ImageDraw.Draw(page).text((40, y), "The quick brown fox jumps over the lazy dog, again and again." * 2, fill=10)
    refused(page)
    disc = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(disc).ellipse((50, 50, 250, 250), fill=0)
    refused(disc)


@pytest.mark.parametrize("gap", [0, 60, 200])
@pytest.mark.parametrize("photo", [False, True])
def test_two_digits(gap, photo):
    pair = np.hstack([drawn("2"), np.zeros((200, gap), np.float32), drawn("7")])
    message = refused(file(on_paper(pair, (450, 700), (120, 60), shade=0.3, noise=0.02), "JPEG") if photo else pair)
    assert "two digits" in message


@pytest.mark.parametrize("name", ["5", "open 4"])
def test_a_digit_in_two_strokes_is_one(clean, name):
    parts = ndimage.label(drawn(name) > 0.1)[1]
    assert parts == 2
    check_form(clean[name])
    assert alike(prepare(on_paper(drawn(name), shade=0.3, noise=0.02), SHAPE), clean[name]) > 0.93


def test_a_model_prepares_for_itself(model, colour_model, clean):
    whole = BranchedModel(model.denoise.network, model.tree, {"data": {"background": 0.0}}, {})
    small = np.asarray(Image.fromarray(clean["2"]).resize((8, 8), Image.Resampling.BOX))
    assert alike(whole.prepare(file(on_paper(drawn("2"), shade=0.3))), small) > 0.9
    assert model.prepare(drawn("2")).shape == (8, 8) and colour_model.prepare(drawn("2")).shape == (8, 8, 3)
