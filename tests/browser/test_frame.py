"""What every page has, as it is met with a mouse, a finger, a keyboard and a screen reader: the menu, the path; and
that nothing jumps. Accessibility is looked at by axe-core, which a development dependency brings along."""
import browser
import pytest
from axe_playwright_python.sync_playwright import Axe

from pages.ui.frame.menu import PAGES

LINKS = {file: file.removeprefix("pages/").removesuffix(".py").replace("app", "") for file in PAGES}
PHONE = {"has_touch": True, "is_mobile": True}
LOOKS = {"light": (1440, 900, {"color_scheme": "light"}), "dark": (1024, 768, {"color_scheme": "dark"}),
         "phone": (390, 844, {"color_scheme": "light", **PHONE})}
GRAVE = ("serious", "critical")
SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({type: 'layout-shift', buffered: true});"""
SMALL = """[...document.querySelectorAll('.stMain *')].filter((one) => {
  const size = parseFloat(getComputedStyle(one).fontSize);
  return size > 0 && size < 13.9 && one.offsetWidth > 1 && one.checkVisibility() && !one.closest('.katex, svg')
    && [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
}).map((one) => `${one.className} ${one.textContent.slice(0, 30)}`)"""
SHIFT, ROOM = 0.1, 1.5  # what counts as good (web.dev/cls), and how far beyond it a busy machine may go


@pytest.fixture
def visit(address, chromium):
    with browser.visits(chromium, address) as visit:
        yield visit


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_keeps_anyone_out_or_jumps_while_it_loads(address, chromium, look):
    """One visit for both, each by somebody whose browser has never been here."""
    width, height, context = LOOKS[look]
    found = {}
    for file, link in LINKS.items():
        with browser.page(chromium, width, height, **context) as page:
            page.add_init_script(SHIFTS)
            page.goto(f"{address}/{link}")
            page.wait_for_selector(".st-key-onward a")
            browser.settled(page)
            page.wait_for_timeout(300)  # what fades in is not judged by half
            shifted = round(page.evaluate("window.shifted"), 2)
            found[file] = [*barriers(page), *[("jumps", shifted)] * (shifted >= SHIFT * ROOM), *page.noise]
    assert {file: faults for file, faults in found.items() if faults} == {}


def barriers(page) -> list[tuple]:
    """What axe finds that is grave, headings that leave out a level, and letters too small for the last row."""
    seen = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    grave = [(rule["id"], rule["impact"], [node["target"] for node in rule["nodes"]][:4]) for rule in seen
             if rule["impact"] in GRAVE or rule["id"] in ("heading-order", "empty-table-header")]
    return grave + [("small", *small[:4]) for small in [page.evaluate(SMALL)] if small]


def test_axe_sees_a_fault(visit):
    page = visit("about")
    page.evaluate("document.querySelector('h1').innerHTML = '<button></button><img src=\"data:,\">'")
    names = {rule["id"] for rule in Axe().run(page).response["violations"] if rule["impact"] in GRAVE}
    assert names >= {"button-name", "image-alt"}


@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450), (1440, 900)])  # the second: 1440 at 200%
@pytest.mark.parametrize("link", ["", "clusters"])
def test_the_menu_is_all_in_view(visit, link, width, height):
    page = visit(link, width, height, **(PHONE if width == 390 else {}))
    menu = page.get_by_role("navigation", name="Pages")
    menu.get_by_role("link").nth(3).wait_for()
    items = [*menu.get_by_role("link").all(), menu.get_by_role("button").first]
    boxes = [item.bounding_box() for item in items]
    assert len(boxes) == 5 and all(a["x"] + a["width"] <= b["x"] + 1 for a, b in zip(boxes, boxes[1:], strict=False))
    dots = page.locator("[data-testid=stMainMenu]").bounding_box()
    assert boxes[0]["x"] >= 0 and boxes[-1]["x"] + boxes[-1]["width"] <= dots["x"]
    assert menu.evaluate("menu => menu.scrollWidth <= menu.clientWidth")
    assert width != 390 or min(side for box in boxes for side in (box["width"], box["height"])) >= 44


def test_by_the_menu_one_is_told_where_one_is(visit):
    """Also of the pages under "More"; and the session lives on, which a plain link would end."""
    page = visit("transmute", 390, 844, **PHONE)
    menu = page.get_by_role("navigation", name="Pages")
    menu.locator("[aria-current=page]").wait_for()
    assert menu.locator("[aria-current=page]").all_inner_texts() == ["Turn"]
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    browser.go(page, "Generate")
    menu.get_by_role("button", name="More: Generate").wait_for()
    browser.settled(page)
    assert not page.get_by_role("dialog").count() and not menu.locator("[aria-current=page]").count()
    menu.get_by_role("button").click()
    marked = page.get_by_role("dialog").locator("[aria-current=page]")
    marked.wait_for()
    assert marked.count() == 1 and marked.inner_text().endswith("Generate")  # after its icon's name
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Next: draw one yourself, and turn it into another").click()
    page.wait_for_url("**/transmute")
    browser.settled(page)
    assert sockets == [], "it is one session all the while"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_keyboard_is_can_be_seen(visit, scheme):
    """A ring around what has the focus, in the menu and elsewhere, that stands out from the page by 3:1 (WCAG 1.4.11).
    """
    page = visit("generate", color_scheme=scheme)
    ring = """() => { const own = document.activeElement, held = own.closest('label') ?? own;
        const styles = [own, held].map((one) => getComputedStyle(one)).find((one) => parseFloat(one.outlineWidth) >= 2
            && one.outlineStyle !== 'none');
        const ground = getComputedStyle(document.querySelector('.stApp')).backgroundColor;
        return [own.tagName, styles?.outlineColor, ground]; }"""
    page.wait_for_selector(".st-key-onward a")
    page.wait_for_timeout(300)  # the ring fades in nowhere, but a menu that was just drawn anew drops the focus
    page.locator(".st-key-menu a").first.focus()
    kinds = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        kind, outline, ground = page.evaluate(ring)
        if kind in ("A", "BUTTON", "INPUT"):
            assert outline, page.evaluate("document.activeElement.outerHTML").split(">")[0]
            assert contrast(outline, ground) >= 3
            kinds.add(kind)
    assert kinds == {"A", "BUTTON", "INPUT"}


def contrast(*colours: str) -> float:
    """Of two colours "rgb(1, 2, 3)", by WCAG's definition."""
    def luminance(colour: str) -> float:
        levels = [int(level) / 255 for level in colour[colour.index("(") + 1:-1].split(",")[:3]]
        return sum(w * (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
                   for w, v in zip((0.2126, 0.7152, 0.0722), levels, strict=True))

    dark, light = sorted(map(luminance, colours))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_as_wcag_has_it():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
