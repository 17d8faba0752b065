"""What students of a class do, each with work of their own: by the app's protocol, or in a browser on this machine.

A task has `asks`, the names of what is waited for; it is prepared (`ready`), then done (`act`), which tells the seconds
of every waiting; `..._on_screen` is the same in a browser. None stands for an answer that did not come.
"""
import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

import browser
import seen
from playwright.sync_api import Error
from visitor import Visitor

Waits = dict[str, list[float | None]]
FIRST, WHOLE = "first transmuted picture", "whole scrubber"
DRAWN, ANEW = "first pictures", "everything anew"
CLICK, LESSON = "click on a node to its pictures", "lesson"
SHOWN, NEIGHBOUR = 47, 46  # the picture of the gallery with which Transmute begins, and the one before it
FAR_FROM_7 = "03568"       # digits for which nobody takes a 7
DRAWINGS = 10              # for a lesson
LONGEST = 1200.0           # seconds of a lesson
NODES = """() => [...document.querySelector('.st-key-tree .js-plotly-plot')._fullData
  .find(trace => trace.customdata).customdata].map(own => own[0])"""
FILM = "all => all.map(one => one.toDataURL()).join()"
WRONG = '[data-testid="stException"], [data-testid="stAlertContentError"]'


class Screen:
    """A browser of its own, in a thread of its own, which Playwright asks for. `async with Screen(address) as screen`.
    """

    def __init__(self, address: str, patience: float = 180.0):
        self.address, self.patience = address, patience
        self.failures: list[str] = []
        self.notices: list[str] = []
        self._thread, self._stack = ThreadPoolExecutor(1), ExitStack()

    async def __aenter__(self) -> "Screen":
        await self.run(self._open)
        return self

    async def __aexit__(self, *_) -> None:
        await self.run(self._close)
        self._thread.shutdown()

    async def run(self, do: Callable[..., Any], *given: Any) -> Any:
        """Do something in the browser's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, *given)

    def _open(self) -> None:
        self.page = self._stack.enter_context(browser.page(self._stack.enter_context(browser.browser())))
        self.page.set_default_timeout(1000 * self.patience)
        self.page.add_init_script(f"{browser.PRESSED}; window.patience = {1000 * self.patience};")

    def _close(self) -> None:
        self.failures += self.page.noise + self.page.locator(WRONG).all_inner_texts()
        self._stack.close()

    def visit(self, link: str) -> None:
        """Open a page and wait until it is at rest."""
        self.page.goto(f"{self.address}/{link}")
        browser.settled(self.page)

    def until(self, holds: Callable[[], bool]) -> bool:
        """Wait for something that is looked at from here; False where patience was over before."""
        end = time.monotonic() + self.patience
        while not (found := holds()) and time.monotonic() < end:
            self.page.wait_for_timeout(20)
        return found

    def nodes(self) -> list[int]:
        """What can be clicked on the tree, once it is drawn."""
        self.page.wait_for_selector(".st-key-tree .js-plotly-plot .nsewdrag", state="attached")
        return self.page.evaluate(NODES)

    def click(self, node: int) -> None:
        """On a node of the tree."""
        self.page.mouse.click(*browser.node_at(self.page, node))

    def changed(self) -> float | None:
        """Seconds from the last press until other pictures are there."""
        with contextlib.suppress(Error):  # of Playwright: they did not come within browser.WATCH's patience
            return self.page.evaluate(browser.WATCH, "") / 1000
        return None

    def film(self) -> str:
        """All that films on the page show."""
        return self.page.locator(".film canvas").evaluate_all(FILM)

    def filmed(self, act: Callable[[], None]) -> Waits:
        """Do what brings another film: seconds to its first pictures, and until it can be pulled and the page rests."""
        before, began = self.film(), time.perf_counter()
        act()
        if not self.until(lambda: self.film() not in (before, "")):
            return {FIRST: [None], WHOLE: [None]}
        first = time.perf_counter() - began
        self.page.locator(".film input[type=range]:enabled").first.wait_for()
        browser.idle(self.page)
        return {FIRST: [first], WHOLE: [time.perf_counter() - began]}


Student = Visitor | Screen


async def prepare(student: Student, task: Any) -> None:
    """Bring a student to where the task begins. What goes wrong on the way is among the student's failures."""
    with _noted(student):
        await (student.run(task.ready_on_screen, student) if isinstance(student, Screen) else task.ready(student))


async def act(student: Student, task: Any) -> Waits:
    """Let a student do a task. What goes wrong on the way is among the student's failures, and an answer missing."""
    with _noted(student):
        return await (student.run(task.act_on_screen, student) if isinstance(student, Screen) else task.act(student))
    return {name: [None] for name in task.asks}


@contextlib.contextmanager
def _noted(student: Student) -> Iterator[None]:
    """A page that fails is a result, and not the end of the measurement."""
    try:
        yield
    except Exception as error:
        student.failures.append(f"{type(error).__name__}: {error}".splitlines()[0])


# -- transmuting -------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Turn:
    """To open a link to a picture, a target and a draw number of one's own."""

    pick: int
    target: int
    seed: int
    asks = (FIRST, WHOLE)

    @classmethod
    def own(cls, number: int) -> "Turn":
        """Another one for every number: the gallery has ten pictures of each digit."""
        pick = 37 * number % 100
        return cls(pick, (pick // 10 + 1 + number // 10 % 9) % 10, 1 + number // 100 % 9999)

    @property
    def query(self) -> str:
        """Its link, which says what the picture is, so that a model that errs has the same work."""
        return f"from=gallery&pick={self.pick}&source={self.pick // 10}&target={self.target}&seed={self.seed}"

    async def ready(self, visitor: Visitor) -> None:
        """Nothing is needed before."""

    async def act(self, visitor: Visitor) -> Waits:
        """Seconds from the opening of the link."""
        answer = await visitor.open("transmute", self.query)
        await visitor.rest()
        return {FIRST: [answer.after(seen.first_turned)], WHOLE: [answer.after(seen.whole_film)]}

    def ready_on_screen(self, screen: Screen) -> None:
        """Transmute is open with the same target, and the picture that it begins with."""
        screen.visit(f"transmute?from=gallery&target={self.target}&seed={self.seed}")

    def act_on_screen(self, screen: Screen) -> Waits:
        """Seconds from the click on the picture in the gallery."""
        pick = NEIGHBOUR if self.pick == SHOWN else self.pick
        picture = screen.page.get_by_role("radio", name=f"{pick // 10}, number {pick % 10 + 1}", exact=True)
        return screen.filmed(picture.click)


@dataclass(frozen=True)
class Draw:
    """To draw a 7 of one's own, and turn it into another digit."""

    points: tuple[tuple[float, float], ...]
    target: str
    asks = (FIRST, WHOLE)

    @classmethod
    def own(cls, number: int) -> "Draw":
        """Another 7 for every number: two corners and an end, each somewhere else; in shares of the canvas."""
        random = Random(number)
        corners = ((0.25, 0.25), (0.72, 0.24), (0.42, 0.82))
        return cls(tuple((x + random.uniform(-0.06, 0.06), y + random.uniform(-0.06, 0.06)) for x, y in corners),
                   FAR_FROM_7[number % len(FAR_FROM_7)])

    async def ready(self, visitor: Visitor) -> None:
        """The canvas is there, and beside it the film with which the page begins."""
        await visitor.open("transmute", f"from=draw&target={self.target}")
        await visitor.rest()

    async def act(self, visitor: Visitor) -> Waits:
        """Seconds from the end of the stroke."""
        answer = await visitor.draw([stroke(self.points)])
        await visitor.rest()
        return {FIRST: [answer.after(seen.first_turned)], WHOLE: [answer.after(seen.whole_film)]}

    def ready_on_screen(self, screen: Screen) -> None:
        """As above."""
        screen.visit(f"transmute?from=draw&target={self.target}")

    def act_on_screen(self, screen: Screen) -> Waits:
        """As above; the drawing itself takes a little of it."""
        return screen.filmed(lambda: browser.stroke(screen.page, ".drawing canvas", self.points))


def stroke(points: Sequence[tuple[float, float]], side: int = 280, steps: int = 12) -> list[float]:
    """A stroke through points in shares of the canvas, as the canvas reports it: x, y, x, y … in its pixels."""
    path = [points[0]]
    for (x, y), (to_x, to_y) in zip(points, points[1:], strict=False):
        path += [(x + (to_x - x) * k / steps, y + (to_y - y) * k / steps) for k in range(1, steps + 1)]
    return [round(side * share, 1) for place in path for share in place]


# -- the tree ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Number:
    """To type a draw number of one's own on the page of the tree."""

    seed: int
    asks = (DRAWN, ANEW)

    @classmethod
    def own(cls, number: int) -> "Number":
        """Another draw number for every number."""
        return cls(1 + number % 9999)

    async def ready(self, visitor: Visitor) -> None:
        """The tree is there with all its pictures."""
        await visitor.open()
        await visitor.rest()

    async def act(self, visitor: Visitor) -> Waits:
        """Seconds from the press of the key."""
        answer = await visitor.type("Dice roll", self.seed)
        await visitor.rest()
        return {DRAWN: [answer.after(seen.first_drawn)], ANEW: [answer.after(seen.chart_anew)]}

    def ready_on_screen(self, screen: Screen) -> None:
        """As above."""
        screen.visit("")

    def act_on_screen(self, screen: Screen) -> Waits:
        """As above."""
        page = screen.page
        thumbnail = page.locator(".layer-above image").first.get_attribute("href")
        box = page.get_by_role("spinbutton").first
        box.fill(str(self.seed))
        box.press("Enter")
        first = screen.changed()
        page.wait_for_function(browser.OTHER_THUMBNAILS, arg=thumbnail)
        return {DRAWN: [first], ANEW: [page.evaluate("performance.now() - window.pressed") / 1000]}


@dataclass(frozen=True)
class Clicks:
    """To click on one node of the tree after the other, every so many seconds, until it is `over` or time is.

    `start` is the node with which one begins, counted round; before it another one is shown.
    """

    start: int = 0
    delay: float = 0.0
    every: float = 3.0
    seconds: float = 60.0
    over: threading.Event = field(default_factory=threading.Event)
    asks = (CLICK,)

    async def ready(self, visitor: Visitor) -> None:
        """The tree is there with all its pictures."""
        await visitor.open()
        await visitor.rest()
        await visitor.click(self._turn(visitor.nodes())[-1])
        await visitor.rest()

    async def act(self, visitor: Visitor) -> Waits:
        """Seconds of every click."""
        waits, nodes = [], cycle(self._turn(visitor.nodes()))
        for wait in self._moments():
            await asyncio.sleep(wait)
            await visitor.click(next(nodes))
            waits.append(await visitor.until(seen.first_drawn))
            await visitor.rest()
        return {CLICK: waits}

    def ready_on_screen(self, screen: Screen) -> None:
        """As above."""
        screen.visit("")
        screen.click(self._turn(screen.nodes())[-1])
        screen.changed()
        browser.idle(screen.page)

    def act_on_screen(self, screen: Screen) -> Waits:
        """As above, from the press of the mouse."""
        waits, nodes = [], cycle(self._turn(screen.nodes()))
        for wait in self._moments():
            screen.page.wait_for_timeout(1000 * wait)
            screen.click(next(nodes))
            waits.append(screen.changed())
            browser.idle(screen.page)
        return {CLICK: waits}

    def _turn(self, nodes: list[int]) -> list[int]:
        start = self.start % len(nodes)
        return nodes[start:] + nodes[:start]

    def _moments(self) -> Iterator[float]:
        """How long to wait before each click: who answers late is not clicked oftener for it."""
        began = time.monotonic()
        for k in range(math.ceil(self.seconds / self.every)):
            if self.over.is_set() or time.monotonic() - began > self.seconds:
                return
            yield max(0.0, began + self.delay + k * self.every - time.monotonic())


@dataclass(frozen=True)
class Turns:
    """To open one link to Transmute after the other, `pause` seconds after each film, until it is `over`.

    `log` gets when each was asked, and the seconds to its first picture.
    """

    numbers: Any
    pause: float = 3.0
    over: threading.Event = field(default_factory=threading.Event)
    log: list[tuple[float, float | None]] = field(default_factory=list)
    asks = (FIRST, WHOLE)

    async def ready(self, visitor: Visitor) -> None:
        """Nothing is needed before."""

    async def act(self, visitor: Visitor) -> Waits:
        """Seconds of every link."""
        waits: Waits = {FIRST: [], WHOLE: []}
        while not self.over.is_set():
            for name, own in (await Turn.own(next(self.numbers)).act(visitor)).items():
                waits[name] += own
            self.log.append((visitor.answer.asked, waits[FIRST][-1]))
            await asyncio.sleep(self.pause)
        return waits


# -- Teach -------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Lesson:
    """To draw a star ten times, and teach it to the model; `ended` is called at its end, however it came.

    `steps` are those of the lesson; 0: as many as usual.
    """

    number: int
    steps: int = 0
    ended: Callable[[], None] = lambda: None
    asks = (LESSON,)

    async def ready(self, visitor: Visitor) -> None:
        """The drawings are there, and the name."""
        random = Random(self.number)
        await visitor.open("teach", f"steps={self.steps}" if self.steps else "")
        await visitor.rest()
        for _ in range(DRAWINGS):
            await visitor.draw([stroke(star(random))])
            await visitor.rest()
            await visitor.press("Add this drawing")
            await visitor.rest()
        await visitor.type("What is it called?", "star")
        await visitor.rest()

    async def act(self, visitor: Visitor) -> Waits:
        """Seconds from the press of the button until it knows the star."""
        visitor.patience = LONGEST
        try:
            await visitor.press("Teach it")
            return {LESSON: [await visitor.until(lambda sights, _: seen.headed(sights, "It can draw your star"))]}
        finally:
            self.ended()


def star(random: Random) -> list[tuple[float, float]]:
    """A five-pointed star in one stroke, in shares of the canvas; none is like the other."""
    size, turn = random.uniform(0.28, 0.38), random.uniform(-0.3, 0.3)
    x, y = (random.uniform(0.45, 0.55) for _ in range(2))
    corners = [turn - math.pi / 2 + 4 * math.pi * k / 5 for k in range(6)]
    return [(x + size * math.cos(corner), y + size * math.sin(corner)) for corner in corners]
