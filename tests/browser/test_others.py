"""Other ways, as a visitor meets them: on planted figures, of which every picture says where it stands."""
import time

import browser
import pytest
from planted_methods import CLASSES, ROWS, STRENGTHS, level, plant

from pages.ui.others.abilities import ABILITIES

STRENGTH, PHONE = "others?part=strength&curve=free", {"has_touch": True, "is_mobile": True, "color_scheme": "dark"}
SEEN = """film => {
    const cell = (row, c) => row.getContext('2d').getImageData(c * 30 + 14, 14, 1, 1).data[0];
    return {frame: +film.dataset.frame, drawn: +film.dataset.drawn, caption: film.querySelector('.now').textContent,
            levels: [...film.querySelectorAll('canvas')].flatMap(row => [0, 1, 2, 3, 4].map(c => cell(row, c)))};
}"""
DOTS = """point => {  // whether the dot lies on a point of the lit curve
    const plot = document.querySelector('.st-key-trade .js-plotly-plot'), {xaxis, yaxis} = plot._fullLayout;
    const lit = plot._fullData.find(trace => trace.mode === 'lines+markers');
    const x = xaxis._offset + xaxis.d2p(lit.x[point]), y = yaxis._offset + yaxis.d2p(lit.y[point]);
    const canvas = plot.querySelector('.film-overlay canvas');
    const solid = (dx) => canvas.getContext('2d').getImageData(devicePixelRatio * (x + dx), devicePixelRatio * y, 1, 1)
        .data[3];
    return solid(0) === 255 && solid(-14) === 0 && solid(14) === 0;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """An app of its own, which finds the planted files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRANCHED_MODELS", str(plant(tmp_path_factory.mktemp("measured"))))
        with browser.server() as found:
            yield found


@pytest.fixture
def visit(address, chromium):
    """Open the page at a link. At the end: no complaints, and nothing was fetched elsewhere."""
    with browser.visits(chromium, address) as visit:
        yield visit


def film(page) -> dict:
    return page.locator(".film").evaluate(SEEN)


def test_all_methods_are_there_at_once_and_tell_of_themselves(visit):
    page = visit("others")
    assert page.locator(".line").count() == len(ROWS) + 1
    page.locator(".head").scroll_into_view_if_needed()
    text = page.get_by_text("Do without its tree")
    assert not text.is_visible()
    page.sent.clear()
    page.locator("summary", has_text="One path for all").click()
    text.wait_for()
    assert page.sent == [], "what a method needs and can is there already"
    before = page.locator(".line img").nth(3).get_attribute("src")
    page.get_by_role("slider", name="Dice roll").focus()
    browser.answered(page, lambda: page.keyboard.press("ArrowRight"))
    page.wait_for_function("old => document.querySelectorAll('.line img')[3].src !== old", arg=before)
    assert browser.asked(page, "draw") == ["1"]


def test_the_first_pictures_come_at_once(visit):
    """On a page that somebody else has opened before; generously, for slow machines."""
    page = visit("others")
    begun = time.perf_counter()
    page.reload()
    page.wait_for_selector(".line img")
    seconds = time.perf_counter() - begun
    print(f"\nthe comparison is there after {seconds:.2f} s")
    assert seconds < 10


def test_scrubbing_the_strength(visit):
    """The digits and the dot follow the slider at once, and the server hears of it when the slider rests."""
    page = visit(STRENGTH)
    page.wait_for_selector(".js-plotly-plot .film-overlay", state="attached")
    slider, points = page.locator(".film input"), len(STRENGTHS["free"])
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()

    def place(k: int) -> tuple[float, float]:
        return box["x"] + 14 + (box["width"] - 28) * k / (points - 1), box["y"] + box["height"] / 2

    page.mouse.move(*place(2))
    page.mouse.down()
    page.sent.clear()
    times = []
    for k in (3, 5, 4, 1, 0):
        page.mouse.move(*place(k))
        browser.until(page, lambda k=k: film(page)["frame"] == k)
        seen = film(page)
        assert seen["levels"] == [level(0, k, label) for label in range(CLASSES)]
        assert seen["caption"].startswith(f"w = {STRENGTHS['free'][k]:g} ") and page.evaluate(DOTS, k)
        times.append(seen["drawn"])
    page.evaluate("() => new Promise(done => setTimeout(done, 300))")
    assert page.sent == []
    print(f"\na strength is drawn in {max(times):.1f} ms at most")
    assert sorted(times)[len(times) // 2] < 20
    page.mouse.up()
    page.wait_for_url("**strength=0**")
    page.reload()
    browser.settled(page)
    browser.until(page, lambda: film(page)["frame"] == 0)


def test_another_guidance_begins_where_it_is_usually(visit):
    page = visit(STRENGTH + "&strength=4")
    assert film(page)["caption"].startswith("w = 4 ")
    browser.answered(page, lambda: page.get_by_role("radio", name="Led by a classifier").click())
    browser.until(page, lambda: film(page)["caption"].startswith("s = 8 "))


def test_two_draw_here_and_now(visit):
    page = visit("others?part=live&first=tree&second=tree&digit=7")
    assert page.locator(".film").count() == 0
    page.get_by_role("button", name="Draw, here and now").click()
    page.get_by_text("the judge reads").first.wait_for()
    page.locator(".film canvas").nth(1).wait_for()
    assert page.locator(".film canvas").count() == 2 and page.locator(".strips img").count() == 2
    page.get_by_text("finished").and_(page.locator(".film .now")).wait_for()
    browser.answered(page, lambda: page.get_by_role("radio", name="3", exact=True).click())
    browser.until(page, lambda: browser.asked(page, "digit") == ["3"])


def test_the_table_of_abilities(visit):
    page = visit("others?part=abilities")
    signs = {word: page.get_by_label(word, exact=True).count() for word in ("yes", "no", "not tried here")}
    assert page.locator(".can tbody tr").count() == len(ROWS) and min(signs.values()) > 3
    assert sum(signs.values()) == len(ROWS) * len(ABILITIES)


@pytest.mark.parametrize("part", ["rows", "strength", "latent", "mended", "numbers", "abilities"])
def test_nothing_is_wider_than_a_phone(visit, part):
    page = visit(f"others?part={part}", 390, 844, **PHONE)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    wide = page.evaluate("""[...document.querySelectorAll('.stMain .stHtml *, .stMain img')]
        .filter(one => one.getBoundingClientRect().right > 391).map(one => one.className || one.tagName)""")
    assert wide == []
