"""The pictures of docs/, from the running app: `python tests/tools/pictures.py docs`, or some of them by their names:
`python tests/tools/pictures.py docs --only turn why`.

"teach" takes as long as a lesson does: a minute, or some.
"""
import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from browser import browser, page, server, settled, stroke
from PIL import Image
from playwright.sync_api import Page
from tour import FOUR, TURNED, colours, filmed, opened

WIDTH, HEIGHT = 1280, 860
STARS, CORNERS = 10, 5
PATIENCE = 1_800_000  # milliseconds for a lesson, on a machine that does other things, too


def watch(visitor: Page, address: str) -> None:
    """The tree with its pictures, and what 3, 5 and 8 share."""
    opened(visitor, f"{address}/?node=12")


def turn(visitor: Page, address: str) -> None:
    """A drawn 4 becomes a 9."""
    filmed(opened(visitor, f"{address}/transmute?target=9"))
    for line in FOUR:
        stroke(visitor, ".st-key-drawing canvas", line.tolist())
    visitor.get_by_role("heading", name=TURNED).wait_for()
    filmed(visitor)


def teach(visitor: Page, address: str) -> None:
    """What a lesson of ten stars has brought."""
    opened(visitor, f"{address}/teach?name=star")
    for k, star in enumerate(stars()):
        stroke(visitor, ".st-key-sketch canvas", star.tolist(), steps=4)
        visitor.get_by_role("button", name="Add this drawing").click()
        visitor.get_by_text(f"{k + 1} drawing").wait_for()
    visitor.get_by_role("button", name="Teach it").click()
    visitor.get_by_role("heading", name="It can draw your star!").wait_for(timeout=PATIENCE)
    visitor.get_by_role("heading", name="And it forgot nothing").wait_for(timeout=PATIENCE)


def stars() -> Iterator[np.ndarray]:
    """Stars (6, 2) of five corners, as a hand draws them: no two are alike."""
    hand = np.random.default_rng(0)
    for _ in range(STARS):
        angles = hand.normal(0, 0.12) + np.pi * (0.8 * np.arange(CORNERS) - 0.5) + hand.normal(0, 0.06, CORNERS)
        corners = 0.5 + hand.uniform(0.3, 0.4) * np.stack([np.cos(angles), np.sin(angles)], 1)
        yield np.concatenate([corners, corners[:1]])


def why(visitor: Page, address: str) -> None:
    """How far noise leaves 4 and 9 apart, and the tree that follows."""
    opened(visitor, f"{address}/discovery")


def hybrids(visitor: Page, address: str) -> None:
    """One picture has become a 4 and a 9."""
    opened(visitor, f"{address}/hybrids?a=4&b=9&time=0.1")


def table(visitor: Page, address: str) -> None:
    """The same with rows of numbers."""
    opened(visitor, f"{address}/table?model=letters")


PICTURES = {each.__name__: each for each in (watch, turn, teach, why, hybrids, table)}


def main() -> None:
    """Start the app, and make the pictures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=list(PICTURES))
    options = parser.parse_args()
    look = {"color_scheme": "light", "reduced_motion": "reduce"}
    with server() as address, browser() as instance:
        for name in options.only:
            with page(instance, WIDTH, HEIGHT, **look) as visitor:
                PICTURES[name](visitor, address)
                settled(visitor)
                visitor.wait_for_timeout(2500)  # pictures that come late, and the fading of what was there before
                save(visitor.screenshot(), options.folder / f"{name}.png")


def save(screenshot: bytes, path: Path) -> None:
    """With few colours, and so in few bytes."""
    whole = Image.open(io.BytesIO(screenshot)).convert("RGB")
    whole.quantize(palette=colours([whole]), dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
