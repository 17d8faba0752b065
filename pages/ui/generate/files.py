"""What was generated, to take home: a picture, an animation, and the numbers."""
import contextlib
import io
import re
from collections.abc import Sequence
from dataclasses import asdict
from unicodedata import normalize

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw, ImageFont

import branched

from ..frame import visitor
from ..language import N_, _, decimal
from ..parts.pictures import GAP, picture
from .work import Draw, Drawn

FONTS = ("DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "YuGothR.ttc", "segoeui.ttf", "seguiemj.ttf")
LONGEST = 24               # letters of a name beside its pictures
NAMED = N_("All, with their classes; a name with letters that it cannot write is a number")
UNNAMED = N_("class {number}")
COLUMNS, SECONDS = 8, 4.0  # of the animation: columns, at most, and how long the walk takes


def downloads(name: str, every: Sequence[str], draw: Draw, drawn: Drawn, view: str) -> None:
    """Three files, made when they are asked for; as nobody knows the language then, words are given before."""
    name, unnamed, moments = visitor.short(name), _(UNNAMED), [moment(t) for t in drawn.reel.times]
    with st.container(horizontal=True, gap="small"):
        for text, ending, mime, make, about in (
                (_("Picture (PNG)"), ".png", "image/png", lambda: as_png(draw, drawn, unnamed), _(NAMED)),
                (_("Animation (GIF)"), ".gif", "image/gif", lambda: as_gif(draw, drawn, view, moments, unnamed),
                 _("From noise to picture, at most {count} columns").format(count=COLUMNS)),
                (_("Numbers (NPZ)"), ".npz", "application/octet-stream", lambda: as_npz(name, draw, drawn),
                 _("For NumPy: the pictures, and all that it takes to draw them again"))):
            st.download_button(text, make, file_name(name, every, draw, ending), mime, on_click="ignore", help=about,
                               icon=":material/download:")


def file_name(model: str, every: Sequence[str], draw: Draw, ending: str) -> str:
    """A name that says what is inside, such as mnist-4-9-seed3-20steps.png."""
    few = [] if len(draw.labels) == len(every) else list(draw.labels)
    who = few if len(few) <= 4 else [str(len(few)) + "classes"]
    asked = draw.sampling
    unusual = [asked.solver] if asked.solver != branched.SOLVER else []
    guided = [f"{asked.guide}{asked.guidance:g}"] if asked.is_guided else []
    parts = [model, *who, "seed" + str(asked.seed), str(asked.steps) + "steps", *unusual, *guided]
    return "-".join(re.sub(r"[^\w+]+", "_", part)[:2 * LONGEST] for part in parts) + ending


def font_for(labels: Sequence[str], size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, or one of this machine's that has letters which that lacks."""
    usual = ImageFont.load_default(size)
    for name in FONTS if lacking(labels, usual) else ():
        with contextlib.suppress(OSError):  # there is none of this name
            if not lacking(labels, font := ImageFont.truetype(name, size)):
                return font
    return usual


def lacking(labels: Sequence[str], font: ImageFont.FreeTypeFont) -> set[str]:
    """The names that have letters which a font does not have."""
    missing = bytes(font.getmask("\uffff"))
    return {label for label in labels if any(not letter.isspace() and bytes(font.getmask(letter)) == missing
                                             for letter in normalize("NFC", label))}


def written(labels: Sequence[str], font: ImageFont.FreeTypeFont, unnamed: str = UNNAMED) -> list[str]:
    """The names as a font can write them; one that has letters which it lacks, as its number on the page."""
    lost, names = lacking(labels, font), [normalize("NFC", label) for label in labels]
    short = [name if len(name) <= LONGEST else f"{name[:LONGEST - 3]}..." for name in names]
    both = zip(labels, short, strict=True)
    return [unnamed.format(number=k) if label in lost else name for k, (label, name) in enumerate(both, 1)]


def sheet(labels: Sequence[str], images: np.ndarray, caption: str = "", scale: int = 3,
          unnamed: str = UNNAMED) -> Image.Image:
    """Rows of pictures (N, n, H, W[, 3]) enlarged without blurring, black on white, names to the left."""
    count, n, height, width = images.shape[:4]
    tall, wide, size = (height + GAP) * scale, (width + GAP) * scale, max(12, height * scale // 3)
    font = font_for(labels, size)
    labels = written(labels, font, unnamed)
    margin = int(max(font.getlength(label) for label in labels)) + 3 * size // 2
    foot = 2 * size if caption else 0
    result = Image.new("RGB", (margin + n * wide, count * tall + GAP * scale + foot), "white")
    pen = ImageDraw.Draw(result)
    for r, (label, row) in enumerate(zip(labels, images, strict=True)):
        top = GAP * scale + r * tall
        pen.text((margin - 3 * size // 4, top + height * scale // 2), label, "black", font, anchor="rm")
        for c, array in enumerate(row):
            enlarged = picture(array).resize((width * scale, height * scale), Image.Resampling.NEAREST)
            result.paste(enlarged, (margin + c * wide, top))
    if caption:
        pen.text((margin, result.height - size), caption, "black", font, anchor="lm")
    return result


def as_png(draw: Draw, drawn: Drawn, unnamed: str = UNNAMED) -> bytes:
    """All finished pictures."""
    file = io.BytesIO()
    sheet(draw.labels, drawn.images, unnamed=unnamed).save(file, "PNG")
    return file.getvalue()


def moment(t: float) -> str:
    """A time, below the pictures of an animation."""
    return f"t = {decimal(t, 2)}"


def as_gif(draw: Draw, drawn: Drawn, view: str, moments: Sequence[str] = (), unnamed: str = UNNAMED) -> bytes:
    """The walk of the first columns, over and over, resting on what is finished. `moments` are its times, written."""
    moments = moments or [moment(t) for t in drawn.reel.times]
    pictures, file = drawn.reel.shown(view) / np.float32(255), io.BytesIO()
    sheets = [sheet(draw.labels, pictures[cells[:, :COLUMNS]], said, 2, unnamed)
              for said, cells in zip(moments, drawn.reel.cells, strict=True)]
    if pictures.ndim == 3:
        sheets = [frame.convert("L") for frame in sheets]
    durations = [int(1000 * SECONDS / len(sheets))] * (len(sheets) - 1) + [2500]
    sheets[0].save(file, "GIF", save_all=True, append_images=sheets[1:], duration=durations, loop=0)
    return file.getvalue()


def as_npz(name: str, draw: Draw, drawn: Drawn) -> bytes:
    """The pictures as numbers in [0, 1], and all that it takes to draw them again."""
    file = io.BytesIO()
    np.savez_compressed(file, images=drawn.images, labels=np.array(draw.labels), **asdict(draw.sampling),
                        model=name, version=branched.__version__, evaluations=drawn.evaluations)
    return file.getvalue()
