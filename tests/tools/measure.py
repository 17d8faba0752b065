"""How fast the app feels: `python tests/tools/measure.py [PART ...]`, of `PARTS` below; all without.

How fast it is for many at once, `classroom.py` tells. A real browser drives the real app; every figure is printed as it
is found, and with `--output` written, too: to docs/figures/results/app.json, for docs/measured.md. To be run on an
otherwise idle machine.
"""
import argparse
import base64
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import browser
import psutil
from students import star

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from anywhere

import branched
from branched import of_tree
from branched.measure import report
from pages.ui.tree.controls import in_order

REPEATS = 5
SHEET = ".sheet img"


def start() -> Iterator[tuple[str, str]]:
    """From the start command to the first tree with its pictures, server and browser both fresh."""
    bare, whole = [], []
    with browser.browser() as chromium:
        for _ in range(REPEATS):
            began = time.perf_counter()
            with browser.server() as address, browser.page(chromium) as page:
                page.goto(address)
                page.wait_for_selector(".js-plotly-plot .nsewdrag", state="attached")
                bare.append(time.perf_counter() - began)
                _tree_is_there(page)
                whole.append(time.perf_counter() - began)
    yield "start command to first tree on screen", _told(bare)
    yield "  with all its pictures", _told(whole)


def weight() -> Iterator[tuple[str, str]]:
    """What a visitor on another machine fetches at a first visit and at a second: files, and the server's messages."""
    elsewhere = {"X-Forwarded-For": "192.168.1.30"}  # as a proxy on the server's machine would say
    with browser.browser() as chromium, browser.server() as address:
        visitor = chromium.new_context(extra_http_headers=elsewhere)
        for what in ("a first visit fetches", "a second visit fetches"):
            page, sizes = visitor.new_page(), {"files": 0, "messages": 0}
            network = visitor.new_cdp_session(page)
            network.send("Network.enable")
            network.on("Network.loadingFinished", lambda file, sizes=sizes: sizes.update(
                files=sizes["files"] + file["encodedDataLength"]))
            network.on("Network.webSocketFrameReceived", lambda frame, sizes=sizes: sizes.update(
                messages=sizes["messages"] + len(base64.b64decode(frame["response"]["payloadData"]))))
            page.goto(address)
            _tree_is_there(page)
            browser.settled(page)
            yield what, ", ".join(f"{size / 1e6:.2f} MB of {kind}" for kind, size in sizes.items())
            page.close()


def click() -> Iterator[tuple[str, str]]:
    """From the press on a node to its pictures on screen: every node of the tree, several times round."""
    tree = branched.load("mnist").tree
    with _opened("?pictures=on") as page:
        page.wait_for_timeout(1000)
        yield "click on a node to its hybrid on screen", _told(_clicks(page, tree, 2))
        yield "  a third time round", _told(_clicks(page, tree, 1))


def seed() -> Iterator[tuple[str, str]]:
    """From the press of the key to first pictures, and to all nodes and leaves of the tree anew."""
    first, whole = [], []
    with _opened() as page:
        for k in range(REPEATS):
            box = page.get_by_role("spinbutton").first
            thumbnail = _thumbnail(page)
            box.fill(str(1000 + k))
            box.press("Enter")
            first.append(page.evaluate(browser.WATCH, "") / 1000)
            page.wait_for_function(browser.OTHER_THUMBNAILS, arg=thumbnail)
            whole.append(page.evaluate("performance.now() - window.pressed") / 1000)
            browser.settled(page)
    yield "new draw number to first pictures", _told(first)
    yield "  to all nodes and leaves anew, 8 pictures each", _told(whole)


def scrub() -> Iterator[tuple[str, str]]:
    """Drawing of one frame of the turning-time film, as the page itself measures it, and messages to the server."""
    with _opened("transmute") as page:
        yield from _scrubbed(page, "scrubbing the turning time, each frame", "  messages to the server meanwhile")


def _scrubbed(page, what: str, silent: str) -> Iterator[tuple[str, str]]:
    """Every frame of the film on a page, one after the other."""
    slider = _film(page)
    page.sent.clear()
    times = [slider.evaluate("""(slider, k) => {
        const began = performance.now();
        slider.value = k;
        slider.dispatchEvent(new Event('input', {bubbles: true}));
        return performance.now() - began;
    }""", k) for k in range(int(slider.get_attribute("max")) + 1)]
    yield what, _told([t / 1000 for t in times], 1e3, "ms")
    yield silent, str(len(page.sent))


def draw() -> Iterator[tuple[str, str]]:
    """From the end of the stroke of a 7 to the transmuted digit, and to the whole scrubber; each time another 7."""
    first, whole = [], []
    with _opened("transmute?from=draw") as page:
        for k in range(REPEATS + 1):
            browser.stroke(page, ".drawing canvas", [(0.24 + 0.02 * k, 0.25), (0.72, 0.25), (0.45, 0.8)], steps=12)
            began = time.perf_counter()
            page.wait_for_selector(".st-key-still .film canvas")
            first.append(time.perf_counter() - began)
            page.wait_for_selector(".st-key-film .film canvas")
            whole.append(time.perf_counter() - began)
            browser.settled(page)
            page.get_by_role("button", name="Clear").click()
            page.wait_for_timeout(1500)
    yield "a drawn digit to the transmuted digit on screen", _told(first[1:])
    yield "  to its whole scrubber", _told(whole[1:])
    yield "  the first of all: transmuted digit, whole scrubber", f"{first[0]:.2f} s, {whole[0]:.2f} s"


def table() -> Iterator[tuple[str, str]]:
    """From the press on a branch point of the letters to its distributions; from a new number to what moves with it."""
    points = branched.load("letters").tree.branch_points
    with _opened(f"table?node={points[-1].id}") as page:
        clicks = [_changed(page, ".panels img", "src", lambda node=node: page.mouse.click(*browser.node_at(page, node)))
                  for node in [point.id for point in points] * 2]
        page.get_by_role("radio", name="One by hand").click()
        page.wait_for_selector(".moves")
        browser.settled(page)
        box = page.get_by_label("width", exact=True)
        edits = []
        for value in range(15):
            box.fill(str(value))
            edits.append(_changed(page, ".moves", "innerHTML", lambda: box.press("Enter")))
    yield "click on a branch point of the letters to its distributions", _told(clicks)
    yield "a letter's number changed by hand to what moves with it", _told(edits)


def _changed(page, selector: str, what: str, press: Callable[[], None]) -> float:
    """Seconds from a press until something on the page is another."""
    before = page.locator(selector).first.evaluate(f"own => own.{what}")
    press()
    page.wait_for_function(browser.OTHER.format(selector, what), arg=before)
    seconds = page.evaluate("performance.now() - window.pressed") / 1000
    browser.settled(page)
    return seconds


def teach() -> Iterator[tuple[str, str]]:
    """Ten drawings of a star are learnt: until the first preview, and until all is learnt."""
    first, whole = [], []
    for lesson in range(3):
        with _opened("teach") as page:
            random = Random(lesson)
            for k in range(10):
                browser.stroke(page, ".drawing canvas", star(random))
                page.get_by_role("button", name="Add this drawing").click()
                page.get_by_text(f"{k + 1} drawing").first.wait_for()
            page.get_by_label("What is it called?").fill("star")
            page.keyboard.press("Enter")
            browser.settled(page)
            began = time.perf_counter()
            page.get_by_role("button", name="Teach it").click()
            page.get_by_text("From noise to the symbol").wait_for()
            first.append(time.perf_counter() - began)
            page.get_by_role("heading", name="It can draw your star!").wait_for(timeout=4 * browser.WAIT)
            whole.append(time.perf_counter() - began)
    yield "ten drawings to the first preview", _told(first)
    yield "ten drawings until all is learnt", _told(whole)


def others() -> Iterator[tuple[str, str]]:
    """From a reload of Other ways to the pictures and bars of all methods; and each strength of its slider."""
    with _opened("others") as page:
        times = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            page.reload()
            page.wait_for_selector(".line img")
            times.append(time.perf_counter() - began)
            browser.settled(page)
        yield "a reload of Other ways to all methods on screen", _told(times)
    with _opened("others?part=strength") as page:
        yield from _scrubbed(page, "scrubbing the strength of guidance, each frame", "  messages meanwhile")


def clusters() -> Iterator[tuple[str, str]]:
    """From a click on a leaf of the tree without labels to what it tells, with the pictures kept; and on a point where
    ways part, whose pictures are drawn."""
    model = branched.load("mnist-clusters")
    with _opened("clusters") as page:
        for what, nodes in (("a leaf", model.tree.leaves[::-1]), ("a point where ways part", model.tree.forks[1:])):
            times = []
            for node in nodes:
                title = page.locator(".st-key-clicked h3")
                before, began = title.inner_text(), time.perf_counter()
                page.locator(f"[data-node='{node}']").click()
                browser.until(page, lambda before=before, title=title: title.inner_text() != before)
                browser.idle(page)
                times.append(time.perf_counter() - began)
            yield f"click on {what} to all that it tells", _told(times)


def _clicks(page, tree, rounds: int) -> list[float]:
    seconds = []
    for node in in_order(tree.outline()) * rounds:
        if page.get_by_role("heading", name=of_tree.headline(tree.outline(), tree.outline()[node]), exact=True).count():
            continue  # shown already
        page.mouse.click(*browser.node_at(page, node))
        seconds.append(page.evaluate(browser.WATCH, of_tree.headline(tree.outline(), tree.outline()[node])) / 1000)
        browser.settled(page)
        page.wait_for_timeout(300)
    return seconds


class _opened(ExitStack):
    """A fresh server and a visitor on one of its pages."""

    def __init__(self, link: str = ""):
        super().__init__()
        self.link = link

    def __enter__(self):
        super().__enter__()
        address = self.enter_context(browser.server())
        page = self.enter_context(browser.page(self.enter_context(browser.browser())))
        page.add_init_script(browser.PRESSED)
        page.goto(f"{address}/{self.link}")
        browser.settled(page)
        return page


def _tree_is_there(page) -> None:
    page.wait_for_selector(SHEET)
    page.wait_for_selector(".st-key-tree .layer-above image", state="attached")


def _thumbnail(page) -> str:
    return page.locator(".layer-above image").first.get_attribute("href")


def _film(page):
    slider = page.locator(".film input[type=range]").first
    slider.wait_for()
    browser.settled(page)
    return slider


def _told(seconds: list[float], scale: float = 1, unit: str = "s") -> str:
    ordered = sorted(own * scale for own in seconds)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"median {statistics.median(ordered):.2f} {unit}, 95th of 100 {high:.2f} {unit} ({len(ordered)} times)"


PARTS = {"start": start, "weight": weight, "click": click, "seed": seed, "scrub": scrub, "draw": draw, "table": table,
         "teach": teach, "others": others, "clusters": clusters}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), choices=[*PARTS, []])
    parser.add_argument("--output", type=Path, help="JSON file that also gets the figures; others in it stay")
    options = parser.parse_args()
    for part in options.parts or PARTS:
        for what, value in PARTS[part]():
            print(f"{what:<62} {value}", flush=True)
            if options.output:
                report.add(options.output, {what: value}, f"{psutil.cpu_count()} CPU cores")


if __name__ == "__main__":
    main()
