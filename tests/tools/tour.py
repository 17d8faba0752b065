"""The moving picture of README.md, from the running app: `python tests/tools/tour.py docs/tour.gif`.

Three scenes: noise goes down the tree; a click on a branch point; a 4 is drawn, and becomes a 9 while the turning time
is pulled.
"""
import argparse
import io
from collections.abc import Iterator

import numpy as np
from browser import browser, node_at, page, server, settled
from PIL import Image, ImageDraw
from playwright.sync_api import Page

WIDTH, HEIGHT, SHOWN = 1280, 870, 960  # pixels of the window, and how wide the picture is in the end
POINT = 12  # of the shipped tree: where 3, 5 and 8 part
GREYS, BRIGHT = 80, 48  # colours of the palette: greys abound, and would crowd out the few bright ones
BRIEF, LONG = 120, 1800  # milliseconds of a frame, and of one to look at
FADING = 800  # milliseconds until what was there before is gone
TURNED = "Your drawing, turned into a"
PAUSE = 350  # milliseconds from one place of the pen to the next: a guess comes back in between
SCRUB = """(slider, k) => {slider.value = k; slider.dispatchEvent(new Event('input', {bubbles: true}))}"""
POINTER = (214, 94, 0)  # the orange of the chosen path

def line(*corners: tuple[float, float], many: int = 7) -> np.ndarray:
    """So many places (n, 2) from corner to corner."""
    along, every = np.linspace(0, len(corners) - 1, many), np.arange(len(corners))
    return np.stack([np.interp(along, every, side) for side in zip(*corners, strict=True)], 1)


FOUR = line((0.36, 0.18), (0.28, 0.55), (0.74, 0.55)), line((0.64, 0.2), (0.6, 0.86))

Frame = tuple[Image.Image, int]


def main() -> None:
    """Start the app, film the scenes, and write them as one GIF that begins anew without end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    options = parser.parse_args()
    look = {"color_scheme": "light", "reduced_motion": "reduce"}
    with server() as address, browser() as instance, page(instance, WIDTH, HEIGHT, **look) as visitor:
        frames = [*falling(visitor, address), *clicking(visitor), *turning(visitor, address)]
    save(frames, options.out)


def falling(visitor: Page, address: str) -> Iterator[Frame]:
    """Noise goes down the tree, parts where classes part, and becomes pictures."""
    yield from scrubbed(opened(visitor, address), ".st-key-fall .film input", 6)


def clicking(visitor: Page) -> Iterator[Frame]:
    """A click on the branch point of 3, 5 and 8: what they share until then."""
    place = node_at(visitor, POINT)
    yield pressed(shot(visitor), place), 700
    visitor.mouse.click(*place)
    visitor.get_by_role("heading", name="3, 5 and 8 part here").wait_for()
    settled(visitor)
    visitor.wait_for_timeout(FADING)
    yield pressed(shot(visitor), place), 2 * LONG


def turning(visitor: Page, address: str) -> Iterator[Frame]:
    """A 4 is drawn, with a guess at every leaf; then it is under less and less noise, and what becomes of it is a 9."""
    filmed(opened(visitor, f"{address}/transmute?target=9"))
    for line in FOUR:
        yield from drawn(visitor, line)
    visitor.get_by_role("heading", name=TURNED).wait_for()
    filmed(visitor)
    yield from scrubbed(visitor, ".st-key-film .film input", 1)


def drawn(visitor: Page, line: np.ndarray) -> Iterator[Frame]:
    """A line (n, 2) on the canvas, in shares of it, drawn without haste: the bars follow the pen."""
    box = visitor.locator(".st-key-drawing canvas").bounding_box()
    for x, y in line:
        visitor.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        visitor.mouse.down()
        visitor.wait_for_timeout(PAUSE)
        yield shot(visitor), BRIEF
    visitor.mouse.up()


def filmed(visitor: Page) -> None:
    """Until the film is whole."""
    visitor.locator(".st-key-film input[type=range]:enabled").wait_for()
    visitor.get_by_text("noise levels …").wait_for(state="detached")
    settled(visitor)
    visitor.wait_for_timeout(FADING)


def opened(visitor: Page, address: str) -> Page:
    """The page at an address, at rest."""
    visitor.goto(address)
    settled(visitor)
    visitor.wait_for_timeout(2500)  # fonts, and pictures that come late
    return visitor


def scrubbed(visitor: Page, selector: str, stride: int) -> Iterator[Frame]:
    """A film's frames from its first to its last, as its slider is pulled."""
    slider = visitor.locator(selector)
    slider.wait_for()
    last, start = int(slider.get_attribute("max")), int(slider.input_value())
    for k in [*range(0, last, stride), last]:
        slider.evaluate(SCRUB, k)
        rests = k in (0, start, last)
        visitor.wait_for_timeout(FADING if rests else 0)
        yield shot(visitor), LONG if rests else BRIEF


def shot(visitor: Page) -> Image.Image:
    """What is seen now."""
    return Image.open(io.BytesIO(visitor.screenshot())).convert("RGB")


def pressed(image: Image.Image, place: tuple[float, float]) -> Image.Image:
    """A ring where the mouse was pressed."""
    x, y = place
    ImageDraw.Draw(image).ellipse((x - 22, y - 22, x + 22, y + 22), outline=POINTER, width=4)
    return image


def save(frames: list[Frame], out: str) -> None:
    """One palette for all frames, so that what rests stays the same and costs no bytes."""
    small = [image.resize((SHOWN, round(SHOWN * HEIGHT / WIDTH)), Image.Resampling.LANCZOS) for image, _ in frames]
    palette = colours([small[0], small[len(small) // 2], small[-1]])
    first, *others = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in small]
    first.save(out, save_all=True, append_images=others, duration=[wait for _, wait in frames], loop=0, optimize=True)


def colours(images: list[Image.Image]) -> Image.Image:
    """A palette of the greys in some pictures, and of their bright colours."""
    pixels = np.concatenate([np.asarray(image).reshape(-1, 3) for image in images])
    bright = np.ptp(pixels, axis=1) > 60
    chosen = [Image.fromarray(part[None]).quantize(many, dither=Image.Dither.NONE).getpalette()[:3 * many]
              for part, many in ((pixels[~bright], GREYS), (pixels[bright], BRIGHT))]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for part in chosen for value in part])
    return palette


if __name__ == "__main__":
    main()
