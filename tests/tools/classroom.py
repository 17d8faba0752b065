"""How many students does this machine serve? `python tests/tools/classroom.py` tells in about two minutes, in seconds.

Students who each have work of their own come to the app, which is started for it (or runs already, on this machine:
--address). Most of them speak the app's protocol and take hardly any processor; one has a browser, and is counted by
itself. With names of scenarios it measures more, prints a table, and with --output writes what docs/measured.md is made
of; with --before PATH another checkout of the project is measured in the same run. It stops by itself.
"""
import argparse
import asyncio
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import browser
import psutil
from served import App, NotHere, Shares, found, running
from spread import Spread, slope, told
from students import (
    CLICK,
    FIRST,
    LESSON,
    LONGEST,
    WHOLE,
    Clicks,
    Draw,
    Lesson,
    Number,
    Screen,
    Turn,
    Turns,
    act,
    prepare,
)
from visitor import Visitor

ENOUGH = 3.0    # seconds within which 95 of 100 are to have their first picture
MOST = 64       # students of whom the judgement thinks at most
BRIEF = 150.0   # seconds after which the judgement looks for no better answer
EVERY = 10.0    # seconds between two looks at the memory
STAYS = 130.0   # seconds after which Streamlit has forgotten who left (server.disconnectedSessionTTL is 120)
LEVEL = 0.02    # by how much memory may still rise from the third to the last quarter, to be called a plateau
USUAL = "seconds until nobody waited longer than twice the usual 95th"
SHOW = 3        # sentences of each kind that are printed
Row = tuple[str, Spread | str]


@dataclass
class Outcome:
    """Seconds that were waited, by what for: of those who speak the protocol, and of those with a browser."""

    waits: dict[str, list[float | None]] = field(default_factory=dict)
    on_screen: dict[str, list[float | None]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    shares: str = ""

    def take(self, student: Visitor | Screen, waits: dict[str, list[float | None]]) -> None:
        """Add what one student has waited."""
        mine = self.on_screen if isinstance(student, Screen) else self.waits
        for name, own in waits.items():
            mine.setdefault(name, []).extend(own)

    def told(self, student: Visitor | Screen) -> None:
        """Add what one student, who has left, was told."""
        self.failures += student.failures
        self.notices += student.notices

    def rows(self, *names: str) -> Iterator[Row]:
        """What is known of each name (all, if none is given), and what went wrong."""
        for name in names or dict.fromkeys([*self.waits, *self.on_screen]):
            if own := self.waits.get(name):
                yield name, Spread.of(own)
            if own := self.on_screen.get(name):
                yield f"{name}, in a browser", Spread.of(own)
        yield from self.troubles()

    def troubles(self) -> Iterator[Row]:
        """What students were told: errors, which there should be none of, and other sentences."""
        yield "errors that students saw", _few(self.failures)
        if self.notices:
            yield "what else they were told", _few(self.notices)
        yield "the processor", self.shares


def _few(sentences: Sequence[str]) -> str:
    different = list(dict.fromkeys(sentences))
    return "; ".join([str(len(sentences)), *different[:SHOW], *(["…"] if len(different) > SHOW else [])])


@dataclass(frozen=True)
class Class:
    """An app and what is asked of it: how many students, how many of them with a browser, how patient they are, and
    numbers, by which no two pieces of work are alike."""

    app: App
    students: int
    screens: int
    patience: float
    minutes: float | None
    numbers: Any
    options: argparse.Namespace

    def student(self, screen: bool = False, patience: float | None = None) -> Visitor | Screen:
        """Somebody who comes to the app."""
        return (Screen if screen else Visitor)(self.app.address, patience or self.patience)

    def own(self, kind: Any) -> Any:
        """Work of a kind that nobody else has."""
        return kind.own(next(self.numbers))

    async def at_once(self, tasks: Sequence[Any], screens: int | None = None, patience: float | None = None,
                      meanwhile: Callable[[], Awaitable[None]] | None = None) -> Outcome:
        """A student for each task, the first of them with browsers: all are brought to where their tasks begin, and
        then all begin at the same moment."""
        screens, outcome = self.screens if screens is None else screens, Outcome()
        students = [self.student(k < screens, patience) for k in range(len(tasks))]
        async with AsyncExitStack() as stack:
            for student in students:
                await stack.enter_async_context(student)
            await asyncio.gather(*(prepare(*pair) for pair in zip(students, tasks, strict=True)))
            await self.app.idle()
            shares, also = Shares(self.app), asyncio.ensure_future(meanwhile() if meanwhile else asyncio.sleep(0))
            all_waits = await asyncio.gather(*(act(*pair) for pair in zip(students, tasks, strict=True)))
            await also
            outcome.shares = str(shares)
        for student, waits in zip(students, all_waits, strict=True):
            outcome.take(student, waits)
            outcome.told(student)
        await self.app.idle()
        return outcome


# -- scenarios ---------------------------------------------------------------------------------------------------------

async def transmute(group: Class) -> AsyncIterator[Row]:
    """All transmute a picture into a target, each their own, at the same moment."""
    for row in (await group.at_once([group.own(Turn) for _ in range(group.students)])).rows():
        yield row


async def draw(group: Class) -> AsyncIterator[Row]:
    """All have drawn a 7, each their own, and wait for what becomes of it, at the same moment."""
    for row in (await group.at_once([group.own(Draw) for _ in range(group.students)])).rows():
        yield row


async def numbers(group: Class) -> AsyncIterator[Row]:
    """All type a draw number of their own on the page of the tree, at the same moment."""
    for row in (await group.at_once([group.own(Number) for _ in range(group.students)])).rows():
        yield row


async def click(group: Class) -> AsyncIterator[Row]:
    """All click on nodes of the tree that are there already, every three seconds, for a minute."""
    for row in (await group.at_once(clickers(group.students, seconds=60 * (group.minutes or 1)))).rows():
        yield row


def clickers(many: int, **how: Any) -> list[Clicks]:
    """Students who click on different nodes at different moments."""
    return [Clicks(k, delay=3 * k / many, **how) for k in range(many)]


async def alone(group: Class) -> AsyncIterator[Row]:
    """One student alone, five times each: transmutes, draws, types a draw number; and clicks for half a minute."""
    for screens in range(2 if group.screens else 1):
        total = Outcome()
        for task in [kind for kind in (Turn, Draw, Number) for _ in range(5)] + [None]:
            own = group.own(task) if task else Clicks(seconds=30)
            outcome = await group.at_once([own], screens)
            drawn = "drawn: " if task is Draw else ""
            for name, waits in (outcome.on_screen if screens else outcome.waits).items():
                total.waits.setdefault(f"{drawn}{name}{', in a browser' if screens else ''}", []).extend(waits)
            total.failures += outcome.failures
            total.shares = outcome.shares
        for row in total.rows():
            yield row


async def teach(group: Class) -> AsyncIterator[Row]:
    """Three lessons of Teach at once, while ten others click every three seconds and ten transmute time and again."""
    over, half, left = threading.Event(), max(1, group.options.others // 2), list(range(group.options.lessons))

    def one_less() -> None:
        left.pop()
        if not left:
            over.set()

    lessons = [Lesson(k, ended=one_less) for k in left]
    tasks = [*clickers(half, seconds=LONGEST, over=over), *(Turns(group.numbers, over=over) for _ in range(half))]
    for row in (await group.at_once([*tasks, *lessons])).rows(LESSON, FIRST, WHOLE, CLICK):
        yield row


async def visits(group: Class) -> AsyncIterator[Row]:
    """Visitors come and go: each clicks, types a draw number, transmutes, and leaves. The app's memory, all the while.
    """
    minutes, outcome, memory = group.minutes or 10.0, Outcome(), []
    shares, began = Shares(group.app), time.monotonic()
    watching = asyncio.create_task(_watched(group.app, memory))
    async with asyncio.TaskGroup() as tasks:
        for k in range(group.students):
            await asyncio.sleep(max(0.0, began + 60 * minutes * k / group.students - time.monotonic()))
            tasks.create_task(_visit(group, k, outcome))
    outcome.shares = str(shares)
    for row in outcome.rows():
        yield row
    ended = len(memory)
    await asyncio.sleep(STAYS if minutes >= 2 else EVERY)
    watching.cancel()
    for row in remembered(memory, ended):
        yield row


async def _visit(group: Class, k: int, outcome: Outcome) -> None:
    student = group.student()
    async with student:
        for task in (Clicks(k, seconds=9), group.own(Number), group.own(Turn)):
            await prepare(student, task)
            outcome.take(student, await act(student, task))
    outcome.told(student)


async def _watched(app: App, memory: list[tuple[float, float]]) -> None:
    began = time.monotonic()
    while True:
        memory.append((time.monotonic() - began, app.memory()))
        await asyncio.sleep(EVERY)


def remembered(memory: Sequence[tuple[float, float]], ended: int) -> Iterator[Row]:
    """What is to be said of memory (seconds, megabytes): `ended` looks while visitors came, the others after."""
    own, after = memory[:ended], memory[ended:]
    yield "memory, every ten seconds", ", ".join(f"{size:.0f}" for _, size in own) + " MB"
    third, last = own[len(own) // 2:3 * len(own) // 4], own[3 * len(own) // 4:]
    if third and last:
        early, late = (sum(size for _, size in part) / len(part) for part in (third, last))
        rise = 60 * slope(*zip(*(third + last), strict=True))
        plateau = "a plateau" if late <= (1 + LEVEL) * early else "still rising"
        yield "memory in the last quarter", f"{late:.0f} MB: {plateau} ({rise:+.1f} MB a minute in the second half)"
    if after:
        yield "memory when all have left", f"{after[-1][1]:.0f} MB"


async def pool(group: Class) -> AsyncIterator[Row]:
    """All transmute time and again; after a third of the time a process is killed (--kill), or a command run
    (--command). What students see of it."""
    seconds, over = 60 * (group.minutes or 1.5), threading.Event()
    tasks = [Turns(group.numbers, 1.0, over) for _ in range(group.students)]
    struck: list[float] = []

    async def strike() -> None:
        await asyncio.sleep(seconds / 3)
        struck.append(time.perf_counter())
        await asyncio.to_thread(_struck, group.options)
        await asyncio.sleep(2 * seconds / 3)
        over.set()

    outcome = await group.at_once(tasks, 0, meanwhile=strike)
    for row in recovered([entry for task in tasks for entry in task.log], struck[0]):
        yield row
    for row in outcome.troubles():
        yield row


def _struck(options: argparse.Namespace) -> None:
    if options.kill:
        psutil.Process(options.kill).send_signal(signal.SIGKILL)
    if options.command:
        subprocess.run(shlex.split(options.command), check=False, timeout=60)


def recovered(log: Sequence[tuple[float, float | None]], struck: float) -> Iterator[Row]:
    """What became of answers (asked when, seconds to the first picture) around a moment when something was struck."""
    before = [wait for asked, wait in log if wait is not None and asked + wait <= struck]
    flight = [wait for asked, wait in log if asked <= struck and (wait is None or asked + wait > struck)]
    later = [(asked, wait) for asked, wait in log if asked > struck]
    usual = Spread.of(before)
    yield "first picture before", usual
    yield "first picture of those who waited at that moment", Spread.of(flight)
    yield "first picture of those who asked later", Spread.of(wait for _, wait in later)
    answers = [asked + wait - struck for asked, wait in log if wait is not None and asked + wait > struck]
    yield "seconds until the next answer", told(min(answers)) if answers else "none came"
    slow = [asked - struck for asked, wait in later if wait is None or wait > 2 * usual.high]
    yield USUAL, told(max(slow, default=0.0)) if before else "not known: nobody was answered before"


SCENARIOS = {"transmute": transmute, "draw": draw, "numbers": numbers, "click": click, "alone": alone, "teach": teach,
             "visits": visits, "pool": pool}
ALONE = ("alone", "teach", "pool")  # those that are not known by a number of students


# -- the judgement -----------------------------------------------------------------------------------------------------

async def judge(group: Class) -> AsyncIterator[Row]:
    """How long a class waits for its first transmuted picture, and how many students would wait at most ENOUGH."""
    began = time.monotonic()
    outcome = await group.at_once([group.own(Turn) for _ in range(group.students)])
    first, whole = (Spread.of(outcome.waits.get(name, []) + outcome.on_screen.get(name, [])) for name in (FIRST, WHOLE))
    yield f"{group.students} students who transmute at once", sentence(first, whole)
    many, sure = await served_within(group, first.high <= ENOUGH, began)
    yield "this machine", verdict(many, sure)
    for row in outcome.troubles():
        yield row


async def served_within(group: Class, enough: bool, began: float) -> tuple[int, bool]:
    """How many have their first picture within ENOUGH, and whether the next more have not: found by halving."""
    good, bad = (group.students, MOST + 1) if enough else (0, group.students)
    while bad - good > max(1, good // 8) and time.monotonic() - began < BRIEF:
        many = (good + bad) // 2
        outcome = await group.at_once([group.own(Turn) for _ in range(many)], 0, patience=ENOUGH + 0.5)
        good, bad = (many, bad) if Spread.of(outcome.waits[FIRST]).high <= ENOUGH else (good, many)
    return good, bad <= MOST


def sentence(first: Spread, whole: Spread) -> str:
    """How long a class waits, in words."""
    return (f"first picture after {told(first.median)} (median), {told(first.high)} (95 of 100); whole films after "
            f"{told(whole.median)}, {told(whole.high)}")


def verdict(many: int, sure: bool) -> str:
    """How many students a machine serves, in words."""
    if many == 0:
        return f"serves nobody within {ENOUGH:g} seconds: fewer steps, or a machine with more cores"
    who = "one student" if many == 1 else f"about {many} students" if sure else f"at least {many} students"
    return f"serves {who} at once within {ENOUGH:g} seconds (95 of 100)"


# -- the command -------------------------------------------------------------------------------------------------------

async def warmed(app: App) -> None:
    """What the first visitor of a day brings about: models are loaded, and the usual pictures kept."""
    for page in ("", "transmute"):
        async with Visitor(app.address) as first:
            await first.open(page)
            if not await first.rest() or first.failures:
                raise NotHere(f"the app at {app.address} does not answer: {_few(first.failures)}")
    await app.idle()


@contextmanager
def serving(options: argparse.Namespace, root: Path) -> Iterator[App]:
    """The app under load: the one at --address, or one that is started in a checkout."""
    if options.address:
        yield found(options.address)
    else:
        with running(root) as app:
            yield app


def measured(options: argparse.Namespace, name: str, root: Path, numbers: Any) -> dict[str, Any]:
    """Run one scenario against a fresh app, print what is found as it is found, and give it back for a file."""
    figures: dict[str, Any] = {}

    async def all_of_it(app: App) -> None:
        await warmed(app)
        group = Class(app, options.students or (100 if name == "visits" else 30), options.browsers, options.patience,
                      options.minutes, numbers, options)
        async for what, value in SCENARIOS.get(name, judge)(group):
            print(f"  {what:<62} {value}", flush=True)
            figures[what] = value.figures if isinstance(value, Spread) else value

    with serving(options, root) as app:
        asyncio.run(all_of_it(app))
    return figures


def title(options: argparse.Namespace, name: str) -> str:
    """What a scenario is called in the file: with how many students, where it depends on that."""
    many = options.students or (100 if name == "visits" else 30)
    return name if name in ALONE else f"{name}, {many} students"


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command's options. Each number is bounded: it is a measurement, and no attack."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="\n".join(f"{name:<10} {' '.join(own.__doc__.split())}"
                                                      for name, own in SCENARIOS.items()))
    parser.add_argument("scenarios", nargs="*", choices=[*SCENARIOS, []], help="without: the short judgement")
    parser.add_argument("--students", type=_within(1, 200), help="how many at once; else 30, and of `visits` 100")
    parser.add_argument("--browsers", type=_within(0, 10), default=1, help="how many of them have a browser here")
    parser.add_argument("--minutes", type=float, help="of `visits` (10), `click` (1) and `pool` (1.5)")
    parser.add_argument("--patience", type=_within(5, 600), default=180, help="seconds after which a student gives up")
    parser.add_argument("--lessons", type=_within(1, 10), default=3, help="of `teach`")
    parser.add_argument("--others", type=_within(2, 60), default=20, help="who click and transmute during `teach`")
    parser.add_argument("--address", help="of an app that runs on this machine; else one is started")
    parser.add_argument("--root", type=Path, default=browser.ROOT, help="the checkout whose app is started")
    parser.add_argument("--before", type=Path, help="another checkout, which is measured before it, in the same run")
    parser.add_argument("--kill", type=int, help="of `pool`: the process that is killed")
    parser.add_argument("--command", help="of `pool`: what is run in its place")
    parser.add_argument("--output", type=Path, help="JSON file that also gets the figures; others in it stay")
    options = parser.parse_args(arguments)
    if "pool" in options.scenarios and not (options.kill or options.command):
        parser.error("pool needs --kill PID or --command COMMAND")
    if options.before and options.address:
        parser.error("--before is of apps that are started here, and --address of one that runs already")
    for root in filter(None, (options.root, options.before)):
        if not (root / "app.py").is_file():
            parser.error(f"{root} has no app.py: it is no checkout of this project")
    if options.browsers and browser.chromium() is None:
        print("There is no Chromium on this machine, so nobody has a browser: all speak the app's protocol.")
        options.browsers = 0
    return options


def _within(low: int, high: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        if not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be from {low} to {high}")
        return int(text)

    return whole


def main() -> None:
    options, begin = parsed(), int(time.time()) % 500_000
    roots = {"before: ": options.before, "": options.root}
    for name in options.scenarios or ["judge"]:
        for label, root in roots.items():
            if root is None:
                continue
            print(f"{label}{title(options, name)}", flush=True)
            try:
                figures = measured(options, name, root.resolve(), count(begin))
            except (NotHere, RuntimeError) as error:
                sys.exit(str(error))
            except ConnectionRefusedError:
                sys.exit(f"Nothing answers at {options.address}: is the app running there?")
            except KeyboardInterrupt:
                sys.exit("Stopped.")
            if options.output:
                _stored(options.output, f"{label}{title(options, name)}", figures)


def _stored(path: Path, name: str, figures: dict[str, Any]) -> None:
    sys.path.insert(0, str(browser.ROOT))  # so that it runs from anywhere
    from branched.measure import report  # takes a second, and memory

    report.add(path, {name: figures}, f"{psutil.cpu_count()} CPU cores")


if __name__ == "__main__":
    main()
