"""A class joins a room and fills its wall: `python tests/tools/class_wall.py` tells in about two minutes how long a
device waits until it can send, how long a work takes to the wall, and what thirty open walls cost.

Thirty devices come within ten seconds, as often as is wanted (--times), each by the app's protocol; then each sends
what its page shows, while the teacher's wall listens as a browser does. The app is started for it, or runs already
(--address). With --output, figures go into a JSON file beside what is there.
"""
import argparse
import asyncio
import json
import os
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import browser
import psutil
from classroom import serving, warmed
from seen import BOARD, NEWS
from served import App, NotHere, Shares
from spread import Spread
from visitor import Visitor

WITHIN = 10.0     # seconds in which all come, and in which all send
LISTENED = 10.0   # seconds for which walls only listen
JOINED, WALL = "seconds until a device can send", "seconds from sending to the teacher's wall"
OPEN, THROUGH = "Open a room", "Let everything through at once"
SEND = "Send to the wall {}"


async def get(address: str) -> Any:
    """What a server answers, from JSON."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    asked = f"GET {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close", "", ""
    writer.write("\r\n".join(asked).encode())
    answer = await reader.read()
    writer.close()
    return json.loads(answer.partition(b"\r\n\r\n")[2])


class Wall(Visitor):
    """A visitor whose wall listens for news as a browser does, and notes when it had how many works."""

    def __init__(self, *given: Any):
        super().__init__(*given)
        self.filled: list[float] = []

    async def listen(self) -> None:
        """For ever: ask for news, and have what is new drawn."""
        while True:
            shown = self.shows(NEWS)
            found = await get(f"{self.address}/news/{shown['code']}?since={shown['version']}")
            if found["version"] != shown["version"]:
                await self.tell(NEWS, "heard", found["version"])
                await self.rest()
            board = self.shows(BOARD) or {"tiles": []}
            self.filled += [time.perf_counter()] * (len(board["tiles"]) - len(self.filled))


async def opened(teacher: Wall) -> str:
    """Open a room that lets all through; returns its code."""
    await teacher.open("wall")
    await teacher.rest()
    await teacher.press(OPEN)
    await teacher.rest()
    await teacher.switch(THROUGH)
    await teacher.rest()
    return parse_qs(teacher.address_says)["room"][0]


async def join(student: Visitor, code: str, after: float) -> float | None:
    """Come after some seconds; returns those until one can send, None where one never can."""
    await asyncio.sleep(after)
    asked = (await student.open("transmute", f"room={code}")).asked
    await student._wait(lambda: student.has("button", SEND.format(code)) or student.at_rest)
    return time.perf_counter() - asked if student.has("button", SEND.format(code)) else None


async def lesson(app: App, students: int, times: int) -> tuple[dict[str, Any], list[str]]:
    """All of it; returns figures, and what anybody was told that went wrong."""
    figures, failures, sent, joined = {}, [], [], []
    async with Wall(app.address) as teacher:
        code = await opened(teacher)
        listening = asyncio.create_task(teacher.listen())
        shares = Shares(app)
        for _ in range(times):
            async with AsyncExitStack() as stack:
                them = [await stack.enter_async_context(Visitor(app.address)) for _ in range(students)]
                joined.append(await asyncio.gather(*(join(one, code, WITHIN * k / students)
                                                     for k, one in enumerate(them))))
                for one in them:
                    await asyncio.sleep(WITHIN / students)
                    sent.append((await one.press(SEND.format(code))).asked)
                await asyncio.gather(*(one.rest() for one in them))
                failures += [text for one in them for text in one.failures]
        await asyncio.sleep(1)
        listening.cancel()
        waits = [seen - asked for seen, asked in zip(teacher.filled, sent, strict=False)]
        waits += [None] * (len(sent) - len(waits))
        figures |= {f"{JOINED}, class {k + 1}": Spread.of(own) for k, own in enumerate(joined)}
        figures |= {WALL: Spread.of(waits), "the processor meanwhile": str(shares)}
        failures += teacher.failures
    figures["the processor, while so many walls only listen"] = await idle_walls(app, students, code)
    return figures, failures


async def idle_walls(app: App, many: int, code: str) -> str:
    """What walls cost that nobody sends to."""
    async with AsyncExitStack() as stack:
        walls = [await stack.enter_async_context(Wall(app.address)) for _ in range(many)]
        for wall in walls:
            await wall.open("wall", f"room={code}")
            await wall.rest()
        tasks = [asyncio.create_task(wall.listen()) for wall in walls]
        await app.idle(5)
        shares = Shares(app)
        await asyncio.sleep(LISTENED)
        for task in tasks:
            task.cancel()
        return str(shares)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, choices=range(1, 61), default=30, metavar="1-60")
    parser.add_argument("--times", type=int, choices=range(1, 7), default=6, metavar="1-6")
    parser.add_argument("--address", help="of an app that runs on this machine; else one is started")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    try:
        with serving(options, browser.ROOT) as app:
            asyncio.run(warmed(app))
            figures, failures = asyncio.run(lesson(app, options.students, options.times))
    except (NotHere, RuntimeError) as error:
        sys.exit(str(error))
    figures |= {"errors": f"{len(failures)} {'; '.join(sorted(set(failures))[:3])}".strip(),
                "load of the machine before": f"{load:.1f} on {psutil.cpu_count()} cores"}
    for what, value in figures.items():
        print(f"  {what:<52} {value}", flush=True)
    if options.output:
        stored = json.loads(options.output.read_text()) if options.output.exists() else {}
        plain = {what: value.figures if isinstance(value, Spread) else value for what, value in figures.items()}
        options.output.write_text(json.dumps(stored | {"class wall": plain}, indent=1) + "\n")


if __name__ == "__main__":
    main()
