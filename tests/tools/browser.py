"""A real browser against the real app: start the server, open a page, click on the tree. For tests and screenshots."""
import contextlib
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
OTHER = "old => ![old, undefined].includes(document.querySelector('{}')?.{})"  # for a selector and a property
OTHER_THUMBNAILS = OTHER.format(".layer-above image", "getAttribute('href')")
WAIT = 60_000  # milliseconds; generous, for slow machines
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
  setTimeout(() => fail(`no answer: ${heading}`), window.patience ?? 20000);
  check();
})"""
PRESSED = """for (const kind of ['mousedown', 'keydown', 'pointerup']) addEventListener(kind, () => {
  window.pressed = performance.now();
  window.before = document.querySelector('.sheet')?.innerHTML;
}, {capture: true});"""


def chromium() -> str | None:
    """Where a Chromium is, or None. CHROMIUM in the environment comes first."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


@contextlib.contextmanager
def server(script="app.py", root: Path = ROOT):
    """Run `streamlit run` on a free port, in this checkout or another; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port),
               "--server.address", "127.0.0.1", "--server.headless", "true"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(health: str, process: subprocess.Popen, log, seconds: float = 90) -> None:
    """Until the server answers; if it ends or takes too long, say what it wrote."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(health, timeout=5) as answer:
            if answer.read() == b"ok":
                return
        time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"The app did not start:\n{log.read().decode(errors='replace')}")


@contextlib.contextmanager
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield instance
        instance.close()


@contextlib.contextmanager
def page(instance, width: int = 1440, height: int = 900, **context):
    """A fresh visitor. `.noise` gathers console errors and exceptions, `.hosts` every host that was asked, `.sent` what
    the app's server was told, `.answers` the sizes of what it said."""
    visitor = instance.new_context(viewport={"width": width, "height": height}, **context)
    result = visitor.new_page()
    result.set_default_timeout(WAIT)
    result.wait_for_function = functools.partial(_holds, result)
    result.noise, result.hosts, result.sent, result.answers = [], set(), [], []
    result.on("websocket", lambda socket: (socket.on("framesent", lambda data: result.sent.append(data)),
                                           socket.on("framereceived", lambda data: result.answers.append(len(data)))))
    result.on("console", lambda message: result.noise.append(message.text) if _is_noise(message) else None)
    result.on("pageerror", lambda error: result.noise.append(str(error)))
    for event in ("request", "websocket"):
        result.on(event, lambda asked: result.hosts.add(urlsplit(asked.url).netloc))  # data: and blob: have none
    yield result
    visitor.close()


@contextlib.contextmanager
def visits(instance, address: str):
    """A function that opens the page at a link, as often as is wanted. At the end: no complaints, and nothing was
    fetched elsewhere."""
    with contextlib.ExitStack() as opened:
        pages = []

        def visit(link: str, *size: int, **context):
            pages.append(found := opened.enter_context(page(instance, *size, **context)))
            found.goto(f"{address}/{link}")
            settled(found)
            return found

        yield visit
        for found in pages:
            assert found.noise == [] and found.hosts <= {urlsplit(address).netloc, ""}


def _holds(page, question: str, arg=None) -> None:
    """Until this is true in the page, asked from here: Playwright would evaluate text in there, and the app's policy
    lets nobody do so."""
    until(page, lambda: page.evaluate(question, arg))


def _is_noise(message) -> bool:
    """An error or a warning, but for two: Streamlit's frontend seeks its server below the page's own path first, which
    Chromium reports; and tests read back pixels, of which it says that there is a faster way."""
    seeking = urlsplit(message.location.get("url", "")).path.endswith(("/_stcore/health", "/_stcore/host-config"))
    return message.type in ("error", "warning") and not seeking and "willReadFrequently" not in message.text


def settled(page) -> None:
    """Until the page has what it is about, the script has ended, and the frontend has fetched what shows it."""
    page.wait_for_selector('[data-testid="stExpander"]')  # every page ends with one
    idle(page)
    page.wait_for_selector('[data-testid="stSkeleton"]', state="detached")


def idle(page) -> None:
    """Until the script has ended."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def until(page, holds: Callable[[], bool]) -> None:
    """Until something holds that is seen from here alone; what is seen from the page, its own waits tell."""
    end = time.monotonic() + WAIT / 1000
    while not holds():
        assert time.monotonic() < end, "it has not come about"
        page.wait_for_timeout(20)


def answered(page, act: Callable[[], None], messages: int = 1) -> None:
    """Do what the server is told of, in so many messages; until it has answered, and the script has ended."""
    sent, answers = len(page.sent), len(page.answers)  # counted before: a server that is quick answers meanwhile
    act()
    until(page, lambda: len(page.sent) >= sent + messages)
    until(page, lambda: len(page.answers) > answers)
    idle(page)


def go(page, name: str) -> None:
    """To another page by the menu, and by its list of more where it is there."""
    menu = page.get_by_role("navigation", name="Pages")
    menu.get_by_role("link").first.wait_for()
    if not (link := menu.get_by_role("link", name=name, exact=True)).count():
        menu.get_by_role("button").click()
        link = page.get_by_role("dialog").get_by_role("link", name=name, exact=True)
    link.click()


def asked(page, key: str) -> list[str]:
    """What the page's address says of a setting."""
    return parse_qs(urlsplit(page.url).query).get(key, [])


def stroke(page, canvas: str, points, steps: int = 6) -> None:
    """Draw through points, in shares of the canvas that a selector finds, with the mouse, in one line."""
    box = page.locator(canvas).bounding_box()
    first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=steps)
    page.mouse.up()


def node_at(page, node: int) -> tuple[float, float]:
    """Where a node of the tree is in the window, scrolled into view."""
    page.wait_for_selector(".st-key-tree .js-plotly-plot .nsewdrag", state="attached")
    return tuple(page.evaluate("""node => {
        const plot = document.querySelector('.st-key-tree .js-plotly-plot');
        plot.scrollIntoView({block: 'nearest'});
        const box = plot.getBoundingClientRect();
        const nodes = plot._fullData.find(trace => trace.customdata), {xaxis, yaxis} = plot._fullLayout;
        const k = nodes.customdata.findIndex(own => own[0] === node);
        return [box.left + xaxis._offset + xaxis.d2p(nodes.x[k]), box.top + yaxis._offset + yaxis.d2p(nodes.y[k])];
    }""", node))
