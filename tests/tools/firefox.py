"""Firefox, headless and with the network off, spoken to by WebDriver BiDi (w3c.github.io/webdriver-bidi), which it has
built in: Playwright drives a Firefox of its own alone. For tests."""
import contextlib
import itertools
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

# Nothing is fetched: whatever would be goes to a proxy that is not there. And no first-run pages.
PREFERENCES = {"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
               "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9,
               "browser.shell.checkDefaultBrowser": False,
               "datareporting.policy.dataSubmissionEnabled": False, "app.update.enabled": False,
               "browser.startup.homepage_override.mstone": "ignore", "toolkit.telemetry.enabled": False}
PATIENCE = 60


def firefox() -> str | None:
    """Where a Firefox is, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Tab:
    """A page in Firefox. `asked` gathers the addresses of all requests."""

    def __init__(self, socket: ClientConnection):
        self.socket, self.numbers, self.asked = socket, itertools.count(1), []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["network.beforeRequestSent"])
        self.context = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **given: Any) -> dict[str, Any]:
        """The result of a command. Raises RuntimeError with what Firefox says against it."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": given}))
        while (answer := json.loads(self.socket.recv(PATIENCE))).get("id") != number:
            if answer.get("method") == "network.beforeRequestSent":
                self.asked.append(answer["params"]["request"]["url"])
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def open(self, file: Path) -> None:
        self.command("browsingContext.navigate", context=self.context, url=file.resolve().as_uri(), wait="complete")

    def evaluate(self, function: str, given: Any = None) -> Any:
        """What an async function of one argument answers; both travel as JSON."""
        declared = f"async given => JSON.stringify(await ({function})(JSON.parse(given)))"
        result = self.command("script.callFunction", functionDeclaration=declared, awaitPromise=True,
                              target={"context": self.context},
                              arguments=[{"type": "string", "value": json.dumps(given)}])
        if result["type"] == "exception":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"]) if result["result"]["type"] == "string" else None


@contextlib.contextmanager
def tab() -> Iterator[Tab]:
    """An empty page in a Firefox of its own, in a new profile."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as profile:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines))
        process = subprocess.Popen([firefox(), "--headless", "--no-remote", "--profile", profile,
                                    "--remote-debugging-port", str(port)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with _connected(port) as client:
                yield Tab(client)
        finally:
            process.terminate()
            process.wait(20)


def _connected(port: int) -> ClientConnection:
    """A connection, as soon as Firefox listens."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return connect(f"ws://127.0.0.1:{port}/session", max_size=None, compression=None)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
