"""Hostile input, as much as is wanted, each in a process of its own; counted is what ends in a traceback, takes more
than 2 s or more than 500 MB: `python tests/tools/fuzz.py --many 500 --seed 0`. With `--pages`, also pages of the app in
a browser, with hostile models and addresses, and which hosts that asks."""
from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import browser  # noqa: E402
import hostile  # noqa: E402

from branched import BranchedError  # noqa: E402

SECONDS, MEGABYTES, PATIENCE = 2.0, 500, 20
PAGES = ("", "lesson", "transmute", "teach", "generate", "hybrids", "discovery", "about", "table", "others", "clusters",
         "wall")
KEYS = ("model", "way", "node", "labels", "a", "b", "target", "source", "draw", "steps", "part", "time", "from",
        "room", "view", "order")


@dataclass(frozen=True)
class Met:
    """What happened to one: "taken", "sentence" or the name of an exception; processor seconds, megabytes more."""

    how: str
    seconds: float
    megabytes: float

    @property
    def faults(self) -> list[str]:
        """What it must not be."""
        return [name for name, holds in (
            ("tracebacks", self.how not in ("taken", "sentence")), ("over 2 s", self.seconds > SECONDS),
            ("over 500 MB", self.megabytes > MEGABYTES)) if holds]


def apart(tried: Callable[[Any], None], case: Any) -> Met:
    """What happens in a child of this process, which is stopped when patience is over."""
    ear, mouth = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(PATIENCE)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.write(mouth, happened(tried, case).encode())
        os._exit(0)
    os.close(mouth)
    with os.fdopen(ear, "rb") as answer:
        how, _, took = answer.read().decode().partition(" ")
    os.waitpid(child, 0)
    seconds, megabytes = map(float, took.split()) if took else (PATIENCE, 0)
    return Met(how or "killed", seconds, megabytes)


def happened(tried: Callable[[Any], None], case: Any) -> str:
    """How it ended, how long it took, and by how much the most memory grew."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.process_time()
    try:
        tried(case)
        how = "taken"
    except BranchedError as error:
        how = "sentence" if len(str(error)) < 3000 and str(error).isprintable() else "unprintable"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        how = type(error).__name__
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before.ru_maxrss) / 1000
    return f"{how} {time.process_time() - began} {grown}"


def cases(kind: str, many: int, seed: int, folder: Path) -> Iterator[hostile.Case]:
    """So many of a kind."""
    (folder / kind).mkdir()
    yield from islice(hostile.KINDS[kind][0](random.Random(seed), folder / kind), many)


def run(many: int, seed: int) -> Counter:
    """Try all, and tell of each kind; what was wrong is told one by one."""
    wrong: Counter = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for kind, (_, tried) in hostile.KINDS.items():
            met: Counter = Counter()
            for name, case in cases(kind, many // len(hostile.KINDS), seed, Path(folder)):
                found = apart(tried, case)
                met[found.how] += 1
                wrong.update(found.faults)
                if found.faults:
                    print(f"  {kind}, {name}: {found}; {case!r:.120}", flush=True)
            print(f"{kind}: {dict(met)}", flush=True)
    return wrong


def pages(many: int, seed: int) -> Counter:
    """Open pages with hostile addresses and models in a browser: exceptions, and hosts that are asked."""
    rng, wrong = random.Random(seed), Counter()
    with tempfile.TemporaryDirectory() as folder:
        loaded = [name for name, path in cases("models", 60, seed, Path(folder)) if _put_there(path, Path(folder))]
        os.environ["BRANCHED_MODELS"] = folder
        with browser.server() as address, browser.browser() as chromium:
            for _ in range(many):
                query = {rng.choice(KEYS): rng.choice(hostile.NASTY) for _ in range(3)}
                query |= {"model": f"own{rng.randrange(max(1, len(loaded)))}"} if rng.random() < 0.5 else {}
                _visit(chromium, address, rng.choice(PAGES), query, wrong)
    return wrong


def _put_there(path: Path, folder: Path) -> bool:
    """A file that loads, under a name for an address."""
    if apart(hostile.try_model, path).how != "taken":
        return False
    path.rename(folder / f"own{len(list(folder.glob('own*')))}.safetensors")
    return True


def _visit(chromium: Any, address: str, page: str, query: dict[str, str], wrong: Counter) -> None:
    from urllib.parse import quote

    words = "&".join(f"{key}={quote(text[:2000].encode('utf-8', 'replace'))}" for key, text in query.items())
    with browser.page(chromium) as visitor:
        visitor.goto(f"{address}/{page}?{words}")
        visitor.wait_for_selector("h1, [data-testid=stAlert], [data-testid=stException]", timeout=60_000)
        visitor.wait_for_timeout(1500)
        hosts = visitor.hosts - {"", address.removeprefix("http://")}
        links = visitor.locator(f"a[href*='//{hostile.HOST}'], img[src*='//{hostile.HOST}']").count()
        boxes = visitor.locator("[data-testid=stException]").count()
        wrong.update({"foreign requests": len(hosts), "foreign links": links, "exceptions": boxes})
        if hosts or links or boxes:
            print(f"  {page}?{words[:300]}: hosts {hosts}, {links} links, {boxes} exceptions", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=500, help="inputs of all kinds")
    parser.add_argument("--pages", type=int, default=0, help="pages that are opened in a browser")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    wrong = run(asked.many, asked.seed)
    if asked.pages:
        wrong += pages(asked.pages, asked.seed)
    print(f"{asked.many} inputs and {asked.pages} pages from seed {asked.seed}: "
          f"{', '.join(f'{count} {what}' for what, count in wrong.items() if count) or 'nothing wrong'}")


if __name__ == "__main__":
    main()
