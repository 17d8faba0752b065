"""A model's page in one file, in a real browser with the network off: for tests, and what it reaches.

    python -m branched export-page --output page.html
    python tests/tools/one_page.py page.html

prints the table of docs/one-file.md, measured in headless Chromium: so on an idle machine, whose load it tells.
"""
import argparse
import contextlib
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import browser
import numpy as np
import psutil

sys.path.insert(0, str(browser.ROOT))

import branched  # noqa: E402 - found by the line before

# Numbers travel as lists: Playwright knows no typed arrays.
PLAIN = "value => JSON.parse(JSON.stringify(value, (_, x) => (x instanceof Float32Array ? [...x] : x)))"
ASK = f"async ([verb, given]) => ({PLAIN})(await window.explorer[verb](...given))"
TIMED = """async ([verb, given]) => {
  const began = performance.now();
  await window.explorer[verb](...given);
  return (performance.now() - began) / 1000;
}"""
DRAWN = """async ([strokes, asked]) => {  // seconds until a drawing is prepared, read, and turned into another class
  const pad = Object.assign(document.createElement('canvas'), {width: 280, height: 280}), pen = pad.getContext('2d');
  Object.assign(pen, {lineWidth: 22, lineCap: 'round', lineJoin: 'round', strokeStyle: 'white'});
  pen.fillRect(0, 0, 280, 280);
  for (const [x, y] of strokes) pen.lineTo(x, y);
  pen.stroke();
  const began = performance.now(), since = () => (performance.now() - began) / 1000;
  const {image} = await window.explorer.prepare(pen.getImageData(0, 0, 280, 280).data, 280, 280), prepared = since();
  const {label} = await window.explorer.classify(image), read = since();
  await window.explorer.transmute({...asked, image, source: label});
  return [prepared, read, since()];
}"""
SEVEN = [[70, 60], [200, 60], [130, 240]]
ALIVE = """async () => {
  await window.explorer.ready;
  return performance.now() / 1000;  // since the file was opened
}"""
SEEN = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime / 1000"


@contextlib.contextmanager
def opened(instance, file: Path, width: int = 1440, height: int = 900, **context):
    """The page from its file, with the network off. `.asked` gathers every request but that for the file itself,
    `.noise` what the browser complains of."""
    with browser.page(instance, width, height, offline=True, **context) as page:
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(file.resolve().as_uri())
        page.asked = [url for url in page.asked if url != file.resolve().as_uri()]
        yield page


def ask(page, verb: str, *given: Any) -> Any:
    """What `window.explorer` answers."""
    return page.evaluate(ASK, [verb, given])


def leaving(page) -> list[str]:
    """What was asked of anybody: not what the page has made itself."""
    return [url for url in page.asked if not url.startswith(("blob:", "data:"))]


def pictures(answer: dict[str, Any], key: str = "images") -> np.ndarray:
    """The pictures of an answer, by their shape."""
    return np.array(answer[key], np.float32).reshape(answer["shape"])


# -- what it reaches ---------------------------------------------------------------------------------------------------

class Taken(NamedTuple):
    """How long something took, and the seconds of processor time that the page spent on it: where others are at work on
    the same cores, what it would take without them."""

    seconds: float
    processor: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s (processor {self.processor:.2f} s)"


def renderer() -> psutil.Process:
    """The largest process of a browser that was started here: the page's own."""
    below = psutil.Process().children(recursive=True)
    return max((process for process in below if "--type=renderer" in process.cmdline()),
               key=lambda process: process.memory_info().rss)


def timed(page, script: str, given: Any = None) -> Taken:
    """What a script takes that tells its own seconds."""
    process = renderer()
    before = sum(process.cpu_times()[:2])
    seconds = page.evaluate(script, given)
    return Taken(seconds, sum(process.cpu_times()[:2]) - before)


def median(taken: list[Taken]) -> Taken:
    return Taken(*map(statistics.median, zip(*taken, strict=True)))


def answered(page, verb: str, given: Callable[[int], dict[str, Any]], times: int = 5) -> Taken:
    """The median time of an answer, asked for anew each time, after one that does not count."""
    return median([timed(page, TIMED, [verb, [given(k)]]) for k in range(times + 1)][1:])


def right(page, judge, labels: list[str], steps: int, n: int = 40) -> float:
    """The share of pictures that an independent classifier takes for what was asked for."""
    made = pictures(ask(page, "sample", {"labels": labels, "n": n, "steps": steps, "seed": 1000}))
    said = judge.probabilities(made.reshape(-1, *made.shape[2:])).argmax(1)
    return float(np.mean(np.array(judge.labels)[said] == np.repeat(labels, n)))


def measured(file: Path) -> Iterator[tuple[str, str]]:
    """The rows of the table."""
    judge = branched.judge_for(branched.load("mnist"))
    yield "file", f"{file.stat().st_size / 1e6:.2f} MB"
    with browser.browser() as instance:
        seen, alive = zip(*(_opened(instance, file) for _ in range(5)), strict=True)
        yield "opened: first seen", f"{statistics.median(seen):.2f} s"
        yield "opened: alive", str(median(alive))
        with opened(instance, file) as page:
            page.evaluate(ALIVE)
            yield from _answers(page, judge)
            yield "requests", str(len(leaving(page)))
            yield "memory of the page", f"{renderer().memory_info().rss / 1e6:.0f} MB"


def _opened(instance, file: Path) -> tuple[float, Taken]:
    """When the first was seen of a page, and when it was alive."""
    with opened(instance, file) as page:
        alive = page.evaluate(ALIVE)
        return page.evaluate(SEEN) or float("nan"), Taken(alive, sum(renderer().cpu_times()[:2]))


def _answers(page, judge) -> Iterator[tuple[str, str]]:
    """How long answers take, and how right they are."""
    facts = page.evaluate("() => window.explorer.facts")
    labels, quick = facts["labels"], facts["defaults"]["quickSteps"]
    node = min((b for b in facts["tree"]["branches"] if not b["is_leaf"]), key=lambda b: b["low"])["id"]
    yield f"a node's hybrid, {quick} steps", str(answered(page, "hybrid", lambda k: {
        "node": node, "seed": k, "endings": False, "steps": quick}))
    for steps in (3, 4, 5, 8):
        taken = answered(page, "sample", lambda k, steps=steps: {"labels": labels, "seed": k, "steps": steps})
        yield f"ten digits, {steps} steps", f"{taken}, {right(page, judge, labels, steps):.1%} right of 400"
    drawn = [timed(page, DRAWN, [SEVEN, {"target": "9", "seed": k}]) for k in range(6)][1:]
    prepared, read, turned = np.median([taken.seconds for taken in drawn], 0)
    yield "a drawing: prepared, then read", f"{prepared:.2f} s, {read:.2f} s"
    yield "... and then transmuted, 8 steps", str(Taken(turned, statistics.median(taken.processor for taken in drawn)))
    yield from _turned(page, ask(page, "sample", {"labels": ["4"], "seed": 3})["images"], quick)


def _turned(page, four: list[float], steps: int) -> Iterator[tuple[str, str]]:
    """How long it takes to turn a 4 into a 9, once and at many turning times."""
    turn = {"image": four, "source": "4", "target": "9", "steps": steps}
    yield f"a picture transmuted, {steps} steps", str(answered(page, "transmute", lambda k: {**turn, "seed": k}))
    times = np.linspace(0.05, 0.75, 15).tolist()
    yield f"{len(times)} turning times, {steps} steps", str(answered(page, "transmute", lambda k: {
        **turn, "seed": k, "time": times}))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", type=Path)
    before = os.getloadavg()[0]
    for name, value in measured(options.parse_args().file):
        print(f"{name:34} {value}", flush=True)
    print(f"{'load of the machine':34} {before:.1f} before, {os.getloadavg()[0]:.1f} after")
