"""What the page "Wall" shows: works as tiles, all of them as one picture, polls as bars, and QR codes."""
import base64
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFont

from ...class_room import Poll, Post, Room, sheet
from ..parts.board import Tile
from ..parts.markup import filled
from ..parts.pictures import svg
from . import told

HERE = Path(__file__).parent
CSS = HERE / "wall.css"
ORDERS: Mapping[str, Callable[[Post], Any]] = {
    "came": lambda post: -post.number,  # the latest first
    "target": lambda post: (post.work.target, post.work.source, post.number),
    "seed": lambda post: (post.work.seed, post.number),
    "tree": lambda post: (post.work.model, post.work.place, post.number)}
SCALE, MARGIN, LINE = 3, 24, 22      # of the picture of all works: pixels of a pixel, around a work, of a line of text
LETTER = 9  # pixels that a letter takes, about
PAPER, INK = "#ffffff", "#1d2226"
ACROSS = 5                           # works side by side there
QUIET, DARK = 4, "#000"              # modules around a QR code, as its standard asks; the darker, the better read


def ordered(posts: Sequence[Post], order: str) -> list[Post]:
    """Works in one of the ORDERS."""
    return sorted(posts, key=ORDERS[order])


def tiles(room: Room, posts: Sequence[Post]) -> list[Tile]:
    """Works as the board has them. Browsers fetch what all may see, each once; what waits comes along."""
    seen = {post.number for post in room.wall}
    return [_tile(post, f"works/{room.code}/{post.number}.png" if post.number in seen else inside(post.image))
            for post in posts]


def _tile(post: Post, image: str) -> Tile:
    wide, high = sheet.size(post.work.pictures)
    return Tile(post.number, image, wide / high, told.alt(post), told.name(post), told.note(post), post.work.mark)


def inside(image: bytes) -> str:
    """A PNG as a data URI."""
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"


def polls(asked: Mapping[str, Poll]) -> str:
    """Questions with how many said what, as HTML."""
    rows = []
    for poll in asked.values():
        counts = poll.counts
        most = max(1, *counts.values())
        rows.append({"said": poll.said.replace("*", ""), "total": told.answers(sum(counts.values())),
                     "choices": [(poll.choices[key], many, 100 * many / most) for key, many in counts.items()]})
    return filled(HERE / "polls.html", polls=rows)


# -- all works as one picture ------------------------------------------------------------------------------------------

def poster(posts: Sequence[Post], title: str) -> bytes:
    """All works as one PNG, with what each is below it."""
    cells = [_cell(post) for post in posts]
    wide = max((cell.width for cell in cells), default=200) + MARGIN
    high = max((cell.height for cell in cells), default=0) + MARGIN
    across = max(1, min(ACROSS, len(cells)))
    sheet = Image.new("RGB", (MARGIN + across * wide, MARGIN + 2 * LINE + -(-len(cells) // across) * high), PAPER)
    ImageDraw.Draw(sheet).text((MARGIN, MARGIN // 2), _plain(title), INK, ImageFont.load_default(24))
    for k, cell in enumerate(cells):
        sheet.paste(cell, (MARGIN + k % across * wide, MARGIN + 2 * LINE + k // across * high))
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _cell(post: Post) -> Image.Image:
    pictures = post.work.pictures[:sheet.COLUMNS]
    count, height, width = pictures.shape[:3]
    scale = max(1, round(SCALE * 28 / height))
    words = [_plain(told.name(post)), _plain(told.note(post))]
    size = max(count * (width * scale + 4), LETTER * max(map(len, words))), height * scale + 2 * LINE
    cell = Image.new("RGB", size, PAPER)
    for k, picture in enumerate(pictures):
        image = Image.fromarray(picture).convert("RGB")
        image = image.resize((width * scale, height * scale), Image.Resampling.NEAREST)
        cell.paste(image, (k * (width * scale + 4), 0))
    for k, text in enumerate(words):
        ImageDraw.Draw(cell).text((0, height * scale + 2 + k * (LINE - 2)), text, INK, ImageFont.load_default(16))
    return cell


def _plain(text: str) -> str:
    """Text in the letters that Pillow's own font has."""
    return text.replace("→", ">").replace("\N{NO-BREAK SPACE}", " ").encode("latin-1", "replace").decode("latin-1")


# -- codes -------------------------------------------------------------------------------------------------------------

def modules(text: str) -> np.ndarray:
    """A QR code of a text: (n, n), True where it is dark, without its quiet zone."""
    return np.array(segno.make(text, error="m", micro=False).matrix, bool)


def qr(text: str) -> str:
    """A QR code as a data URI: one path of squares, with its quiet zone; white below, whatever the page's look."""
    matrix = modules(text)
    side = len(matrix) + 2 * QUIET
    squares = "".join(f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, x in np.argwhere(matrix))
    return svg(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
               f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="{DARK}" d="{squares}"/></svg>')


def invitation(code: str, link: str) -> str:
    """How one comes into a room, beside its wall: small enough to leave room for that."""
    return filled(HERE / "invitation.html", code=code, link=link, source=qr(link))


def door(code: str, link: str, alt: str) -> str:
    """A room's code and its QR code, as large as a projector needs them, as HTML."""
    return filled(HERE / "door.html", code=code, link=link, source=qr(link), alt=alt)
