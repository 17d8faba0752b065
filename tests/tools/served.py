"""The app as it is served on this machine: started or found running, how much processor and memory it takes."""
import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import browser
import psutil

LOOPBACK = ("localhost", "127.0.0.1", "::1")
IDLE = 0.15  # of one core, below which an app counts as idle


class NotHere(ValueError):
    """An address that is not to be put under load."""


@dataclass(frozen=True)
class App:
    """Where it runs; its `process`, if it could be found."""

    address: str
    process: psutil.Process | None

    def memory(self) -> float:
        """Megabytes that it and its children hold in memory; nan if it was not found."""
        return sum(own.memory_info().rss for own in self._all()) / 1e6 if self.process else float("nan")

    def processor(self) -> float:
        """Seconds of processor time that it and its children have had."""
        return sum(map(spent, self._all()))

    def _all(self) -> list[psutil.Process]:
        return family(self.process) if self.process else []

    async def idle(self, patience: float = 60.0) -> bool:
        """Wait until it does nothing; False where it still works when patience is over."""
        end = time.monotonic() + patience
        while self.process and time.monotonic() < end:
            began, before = time.monotonic(), self.processor()
            await asyncio.sleep(0.5)
            if self.processor() - before < IDLE * (time.monotonic() - began):
                return True
        return not self.process


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and its children."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return []


def spent(process: psutil.Process) -> float:
    """Seconds of processor time of one process; 0 where it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


@contextlib.contextmanager
def running(root: Path) -> Iterator[App]:
    """The app of a checkout, started for this."""
    with browser.server(root=root) as address:
        yield found(address)


def found(address: str) -> App:
    """The app that runs at an address of this machine. Raises NotHere for an address elsewhere."""
    parts = urlsplit(address)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise NotHere(f"{address} is not on this machine: load goes to http://localhost:PORT and nowhere else")
    return App(address.rstrip("/"), _listening(parts.port or 80))


def _listening(port: int) -> psutil.Process | None:
    """The process that answers at a port of this machine; None where the system does not tell."""
    with contextlib.suppress(psutil.Error):
        for own in psutil.net_connections("tcp"):
            if own.status == psutil.CONN_LISTEN and own.laddr.port == port and own.pid:
                return psutil.Process(own.pid)
    return None


@dataclass
class Shares:
    """How the processor was shared while something was measured: of one core, in shares."""

    app: App
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self):
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        own, *children = family(psutil.Process())
        server = {process.pid for process in self.app._all()}
        busy = psutil.cpu_times()
        return {"app": self.app.processor(), "generator": spent(own),
                "browsers": sum(spent(child) for child in children if child.pid not in server),
                "all": sum(busy) - busy.idle - getattr(busy, "iowait", 0.0) - getattr(busy, "guest", 0.0)}

    def figures(self) -> dict[str, float]:
        """The app, this generator, its browsers, and everything else on the machine."""
        seconds = max(1e-6, time.monotonic() - self.began)
        spent = {name: max(0.0, now - self._before[name]) / seconds for name, now in self._now().items()}
        rest = spent.pop("all") - sum(spent.values())
        return {name: round(share, 3) for name, share in (spent | {"others": max(0.0, rest)}).items()}

    def __str__(self) -> str:
        shares = self.figures()
        return (f"of one core: the app {shares['app']:.0%}, this generator {shares['generator']:.0%}, its browsers "
                f"{shares['browsers']:.0%}, all else on this machine {shares['others']:.0%}")
