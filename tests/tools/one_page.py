"""A model's page in one file, in a real browser with the network off: for tests, and what it reaches.

    python -m branched export-page --output page.html
    python tests/tools/one_page.py page.html

prints the table of docs/one-file.md, measured in headless Chromium: so on an idle machine, whose load it tells.
"""
import argparse
import contextlib
import os
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import browser
import numpy as np
import psutil

import branched

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

def seconds(page, verb: str, given: Callable[[int], dict[str, Any]], times: int = 5) -> float:
    """The median time of an answer, asked for anew each time, after one that does not count."""
    taken = [page.evaluate(TIMED, [verb, [given(k)]]) for k in range(times + 1)]
    return statistics.median(taken[1:])


def right(page, judge, labels: list[str], steps: int, solver: str, n: int = 40) -> float:
    """The share of pictures that an independent classifier takes for what was asked for."""
    made = pictures(ask(page, "sample", {"labels": labels, "n": n, "steps": steps, "seed": 1000, "solver": solver}))
    said = judge.probabilities(made.reshape(-1, *made.shape[2:])).argmax(1)
    return float(np.mean(np.array(judge.labels)[said] == np.repeat(labels, n)))


def memory(instance_pid: int) -> float:
    """Megabytes of the largest process below one: the page's own."""
    below = psutil.Process(instance_pid).children(recursive=True)
    return max(process.memory_info().rss for process in below if "renderer" in " ".join(process.cmdline())) / 1e6


def measured(file: Path) -> list[tuple[str, str]]:
    """The rows of the table."""
    judge, rows = branched.judge_for(branched.load("mnist")), [("file", f"{file.stat().st_size / 1e6:.2f} MB")]
    with browser.browser() as instance:
        alive, seen = [], []
        for _ in range(5):
            with opened(instance, file) as page:
                alive.append(page.evaluate(ALIVE))
                seen.append(page.evaluate(SEEN) or float("nan"))
        rows += [("opened: first seen", f"{statistics.median(seen):.2f} s"),
                 ("opened: alive", f"{statistics.median(alive):.2f} s")]
        with opened(instance, file) as page:
            page.evaluate(ALIVE)
            rows += _answers(page, judge)
            rows += [("requests", str(len(leaving(page)))),
                     ("memory of the page", f"{memory(psutil.Process().pid):.0f} MB")]
    return rows


def _answers(page, judge) -> list[tuple[str, str]]:
    """How long answers take, and how right they are."""
    facts = page.evaluate("() => window.explorer.facts")
    labels, quick = facts["labels"], facts["defaults"]["quickSteps"]
    node = min((b for b in facts["tree"]["branches"] if not b["is_leaf"]), key=lambda b: b["low"])["id"]
    rows = [("hybrid of a node, new draw number", _said(seconds(page, "hybrid", lambda k: {
        "node": node, "seed": k, "endings": False, "steps": quick})))]
    for steps in (3, 4, 5, 8):
        taken = seconds(page, "sample", lambda k, steps=steps: {"labels": labels, "seed": k, "steps": steps}, 3)
        share = right(page, judge, labels, steps, facts["defaults"]["solver"])
        rows.append((f"ten digits, {steps} steps", f"{_said(taken)}, {share:.1%} right of 400"))
    drawn = np.median([page.evaluate(DRAWN, [SEVEN, {"target": "9", "seed": k}]) for k in range(6)][1:], 0)
    rows += zip(("a drawing: prepared", "... and read by the tree", "... and transmuted, 8 steps"), map(_said, drawn),
                strict=True)
    four = ask(page, "sample", {"labels": ["4"], "seed": 3})["images"]
    turn = {"image": four, "source": "4", "target": "9", "steps": quick}
    rows.append((f"a picture transmuted, {quick} steps", _said(seconds(page, "transmute", lambda k: {
        **turn, "seed": k}))))
    times = np.linspace(0.05, 0.75, 15).tolist()
    rows.append((f"{len(times)} turning times, {quick} steps", _said(seconds(page, "transmute", lambda k: {
        **turn, "seed": k, "time": times}, 2))))
    return rows


def _said(value: float) -> str:
    return f"{value:.2f} s"


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", type=Path)
    before = os.getloadavg()[0]
    for name, value in measured(options.parse_args().file):
        print(f"{name:40} {value}")
    print(f"{'load of the machine':40} {before:.1f} before, {os.getloadavg()[0]:.1f} after")
