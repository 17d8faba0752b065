"""How fast the app feels: `python tests/tools/measure.py [start click seed scrub draw table teach others clusters
visitors] [--minutes 10]`.

A real browser drives the real app; every figure is printed as it is found, and with `--output` written, too: to
docs/figures/results/app.json, for docs/measured.md. To be run on an otherwise idle machine.
"""
import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from random import Random

import browser
import psutil
from visitor import Visitor

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from anywhere

import branched
from branched.measure import report
from pages.ui.tree import told
from pages.ui.tree.controls import in_order, settings

REPEATS = 5
WATCH = """heading => new Promise((done, fail) => {
  // Milliseconds from the last press until this heading is there, and other pictures than at the press
  const check = async () => {
    const heads = [...document.querySelectorAll('h3')].map(own => own.textContent);
    const sheet = document.querySelector('.sheet');
    if ((heading && !heads.includes(heading)) || !sheet || sheet.innerHTML === window.before) return;
    observer.disconnect();
    await Promise.all([...sheet.querySelectorAll('img')].map(own => own.decode().catch(() => 0)));
    requestAnimationFrame(() => done(performance.now() - window.pressed));
  };
  const observer = new MutationObserver(check);
  observer.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  setTimeout(() => fail(`no answer: ${heading}`), 20000);
  check();
})"""
PRESSED = """for (const kind of ['mousedown', 'keydown', 'pointerup']) addEventListener(kind, () => {
  window.pressed = performance.now();
  window.before = document.querySelector('.sheet')?.innerHTML;
}, {capture: true});"""
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
            first.append(page.evaluate(WATCH, "") / 1000)
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
                browser.stroke(page, ".drawing canvas", _star(random))
                page.get_by_role("button", name="Add this drawing").click()
                page.get_by_text(f"{k + 1} drawing").first.wait_for()
            page.get_by_label("Its name").fill("star")
            page.keyboard.press("Enter")
            browser.settled(page)
            began = time.perf_counter()
            page.get_by_role("button", name="Teach it").click()
            page.get_by_text("From noise to the symbol").wait_for()
            first.append(time.perf_counter() - began)
            page.get_by_role("heading", name="It knows star now").wait_for(timeout=4 * browser.WAIT)
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


def _star(random: Random) -> list[tuple[float, float]]:
    """A five-pointed star in one stroke, in shares of the canvas; none is like the other."""
    size, turn = random.uniform(0.28, 0.38), random.uniform(-0.3, 0.3)
    x, y = (random.uniform(0.45, 0.55) for _ in range(2))
    corners = [turn - math.pi / 2 + 4 * math.pi * k / 5 for k in range(6)]
    return [(x + size * math.cos(corner), y + size * math.sin(corner)) for corner in corners]


def visitors(count: int = 10, windows: int = 1, minutes: float = 10.0) -> Iterator[tuple[str, str]]:
    """Visitors who each click on another node every three seconds: some in browser windows, the others by protocol."""
    tree = branched.load("mnist").tree
    places = in_order(tree.outline())
    first = places.index(settings(tree.outline()).node.default) + 1  # what is shown already is no answer
    turns = [places[(first + k) % len(places):] + places[:(first + k) % len(places)] for k in range(count)]
    with ExitStack() as stack:
        address = stack.enter_context(browser.server())
        server = next(p for p in psutil.Process().children(recursive=True) if "streamlit" in " ".join(p.cmdline()))
        chromium = stack.enter_context(browser.browser())
        pages = [stack.enter_context(browser.page(chromium)) for _ in range(windows)]
        for page in pages:
            page.add_init_script(PRESSED)
            page.goto(address)
            _tree_is_there(page)
        others = [Visitor(address, turns[k], 3 * k / count) for k in range(windows, count)]
        for other in others:
            other.start()
        memory, seconds, end, missed = [server.memory_info().rss], [], time.monotonic() + 60 * minutes, 0
        nodes, due = [cycle(turn) for turn in turns[:windows]], time.monotonic()
        while time.monotonic() < end:
            for page, own in zip(pages, nodes, strict=True):
                time.sleep(max(0.0, due - time.monotonic()))
                due += 3 / windows
                if page.evaluate("typeof window.took === 'number'"):
                    seconds.append(page.evaluate("window.took") / 1000)
                elif page.evaluate("window.watching === true"):
                    missed += 1
                _watched_click(page, tree, next(own))
            memory.append(server.memory_info().rss)
        for other in others:
            other.stop()
        errors = sorted({line for page in pages for line in page.noise} | {e for other in others for e in other.errors})
        yield f"{count} visitors clicking every 3 s for {minutes:g} minutes; {windows} in a browser", _told(seconds)
        yield "  not answered there within 3 s; errors of any", f"{missed}; {len(errors)} {errors or ''}"
        if others:
            yield "  the others, by protocol: click to end of the answer", _told([s for o in others for s in o.seconds])
        yield "  server's memory at the start, after half the time, at the end", ", ".join(
            f"{own / 1e6:.0f} MB" for own in (memory[0], memory[len(memory) // 2], memory[-1]))


def _watched_click(page, tree, node: int) -> None:
    """Click on a node; the page itself notes when its pictures are there."""
    place = browser.node_at(page, node)
    page.evaluate("""([watch, heading]) => {
        window.took = null;
        window.watching = true;
        const told = () => eval(watch)(heading).then(took => { window.took = took; }, () => {});
        addEventListener('mousedown', told, {once: true, capture: true});
    }""", [WATCH, told.headline(tree.outline(), tree.outline()[node])])
    page.mouse.click(*place)


def _clicks(page, tree, rounds: int) -> list[float]:
    seconds = []
    for node in in_order(tree.outline()) * rounds:
        if page.get_by_role("heading", name=told.headline(tree.outline(), tree.outline()[node]), exact=True).count():
            continue  # shown already
        page.mouse.click(*browser.node_at(page, node))
        seconds.append(page.evaluate(WATCH, told.headline(tree.outline(), tree.outline()[node])) / 1000)
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
        page.add_init_script(PRESSED)
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


PARTS = {"start": start, "click": click, "seed": seed, "scrub": scrub, "draw": draw, "table": table,
         "teach": teach, "others": others, "clusters": clusters, "visitors": visitors}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), choices=[*PARTS, []])
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the ten visitors click")
    parser.add_argument("--windows", type=int, default=1, help="how many of them have a browser on this machine")
    parser.add_argument("--output", type=Path, help="JSON file that also gets the figures; others in it stay")
    options = parser.parse_args()
    load = {"minutes": options.minutes, "windows": options.windows}
    for part in options.parts or PARTS:
        for what, value in PARTS[part](**load if part == "visitors" else {}):
            print(f"{what:<62} {value}", flush=True)
            if options.output:
                report.add(options.output, {what: value}, f"{psutil.cpu_count()} CPU cores")


if __name__ == "__main__":
    main()
