"""From nothing to a QR code on screen: `python tests/tools/from_nothing.py` does what docs/teaching.md tells a teacher,
in a new environment, and says how many seconds each step took. Packages come from pip's cache, if they are there."""
import argparse
import contextlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import browser
import zxingcpp
from PIL import Image

LINK = re.compile(r"http://[\d.]+:\d+/go/[A-Z]{4}")


@contextlib.contextmanager
def timed(what: str) -> Iterator[None]:
    """How long something took."""
    began = time.monotonic()
    yield
    print(f"  {what:<40} {time.monotonic() - began:6.1f} s", flush=True)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("", 0))
        return one.getsockname()[1]


def shown(page, address: str, screenshot: Path) -> str:
    """The text of the QR code that is on screen, once a room is open."""
    page.goto(f"{address}/wall")
    page.get_by_role("button", name="Open a room").click()
    page.get_by_text("Links and QR code").click()
    page.locator(".door .code").wait_for()
    browser.idle(page)
    for _ in range(50):
        page.screenshot(path=screenshot, full_page=True)
        if codes := zxingcpp.read_barcodes(Image.open(screenshot)):
            return codes[0].text
        page.wait_for_timeout(200)
    raise SystemExit("There is no QR code on the screen that can be read.")


def main() -> None:
    """Three commands, and what a teacher clicks."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    began, port = time.monotonic(), _free()
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        with timed("a new environment"):
            venv.create(python.parents[1], with_pip=True)
        with timed("pip install -r requirements.txt"):
            subprocess.run([python, "-m", "pip", "install", "-q", "-r", browser.ROOT / "requirements.txt"], check=True)
        with timed("streamlit run app.py, until it answers"):
            command = [python, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
            log = (Path(folder) / "log").open("w+b")
            app = subprocess.Popen(command, cwd=browser.ROOT, stdout=log, stderr=log)
            browser.wait_for(f"http://localhost:{port}/_stcore/health", app, log)
        try:
            with browser.browser() as chromium, browser.page(chromium) as page:
                with timed("the page, a room, its QR code"):
                    link = shown(page, f"http://localhost:{port}", Path(folder) / "screen.png")
                whole = time.monotonic() - began
                page.goto(link)
                browser.settled(page)
                there = page.url
        finally:
            app.terminate()
            app.wait()
    print(f"  in all {whole:.0f} s; the QR code says {link}, which leads to {there}")
    sys.exit(not LINK.fullmatch(link))


if __name__ == "__main__":
    main()
