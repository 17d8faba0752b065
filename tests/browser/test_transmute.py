"""One digit turned into another, as a visitor meets it."""
from urllib.parse import urlsplit

import browser
from uploads import BAD, written


def filmed(page) -> None:
    """Until the film is whole, and the script has ended."""
    page.locator(".st-key-film input[type=range]:enabled").wait_for()
    page.locator(".kept").wait_for()
    page.get_by_text("turning times …").wait_for(state="detached")
    browser.settled(page)


def visit(page, address: str, query: str = "") -> None:
    page.goto(f"{address}/transmute?{query}")
    filmed(page)
    page.noise.clear()  # on a page's own address Streamlit first looks for its server below it, in vain


def pixels(page) -> str:
    """What the film shows."""
    return page.locator(".st-key-film canvas").evaluate_all("all => all.map(one => one.toDataURL()).join()")


def test_a_link_the_gallery_and_the_slider(address, chromium):
    """The first visit to a fresh server is by a link."""
    with browser.page(chromium) as page:
        visit(page, address, "pick=20&target=7&time=0.5&variants=2&steps=5")
        slider, first = page.locator(".st-key-film input[type=range]"), pixels(page)
        assert 0.48 < float(browser.asked(page, "time")[0]) < 0.52
        messages = []
        page.context.on("request", lambda asked: messages.append(asked.url))
        page.evaluate("""() => {
            window.sent = 0;
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) { window.sent++; return send.call(this, data); };
        }""")
        slider.focus()
        shown = set()
        for _ in range(5):
            page.keyboard.press("ArrowLeft", delay=0)
            shown.add(pixels(page))
        assert len(shown) == 5 and first not in shown
        assert page.evaluate("window.sent") == 0, "nothing is asked of the server while the slider moves"
        page.wait_for_function("window.sent > 0")  # where it has come to rest is put into the link
        page.wait_for_function("!location.search.includes('time=0.5')")
        filmed(page)
        before = pixels(page)
        page.get_by_role("radio", name="7, number 3", exact=True).click()
        page.wait_for_function("location.search.includes('pick=72')")
        page.get_by_text("already").wait_for()  # the target of the link was a 7, too
        page.locator(".st-key-into").get_by_role("radio", name="1", exact=True).click()
        filmed(page)
        assert pixels(page) != before and browser.asked(page, "target") == ["1"]
        page.get_by_role("radio", name="7, number 3", exact=True).focus()
        page.keyboard.press("ArrowUp")
        page.wait_for_function("location.search.includes('pick=62')")
        filmed(page)
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}


def test_a_drawn_digit_is_transmuted(address, chromium):
    with browser.page(chromium) as page:
        visit(page, address, "from=draw&variants=2&steps=5")
        before = pixels(page)
        browser.stroke(page, ".st-key-drawing canvas", [(0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)])
        page.locator('img[alt$="your drawing"]').first.wait_for()
        browser.until(page, lambda: pixels(page) != before)
        filmed(page)
        assert page.locator('[data-testid="stAlert"]').count() == 0
        drawn = pixels(page)
        page.get_by_role("button", name="Clear").click()
        page.get_by_text("Until then").wait_for()
        filmed(page)
        assert pixels(page) == drawn, "a blank canvas leaves what was there"
        assert page.noise == []


def test_bad_uploads_leave_what_was_there(address, chromium):
    with browser.page(chromium) as page:
        visit(page, address, "from=upload&variants=2&steps=5")
        usual, field = pixels(page), page.locator(".st-key-upload input[type=file]")
        large = written() + bytes(6_000_000)  # as large as a phone's photo
        field.set_input_files({"name": "seven.png", "mimeType": "image/png", "buffer": large})
        page.locator('img[alt$="your picture"]').first.wait_for()
        browser.until(page, lambda: pixels(page) != usual)
        filmed(page)
        good = pixels(page)
        for name in ("broken", "bomb", "vectors", "blank", "two digits"):
            file = {"name": f"{name}.png", "mimeType": "image/png", "buffer": BAD[name]}
            # Two messages: where is it to go, and it is there.
            browser.answered(page, lambda file=file: field.set_input_files(file), messages=2)
            page.get_by_text(f"{name}.png").first.wait_for()
            page.locator('[data-testid="stAlert"]').wait_for()
            browser.settled(page)
            assert page.locator('[data-testid="stAlert"]').count() == 1, name
            assert pixels(page) == good, name
        assert page.noise == []


def test_on_a_phone(address, chromium):
    """Source, target, result, tree, from top to bottom, and nothing wider than the screen."""
    with browser.page(chromium, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        visit(page, address, "target=all&steps=5")
        tops = [page.locator(own).first.bounding_box()["y"] for own in
                (".st-key-from", ".st-key-gallery", ".st-key-into", ".st-key-film canvas", ".st-key-tree", ".kept")]
        assert tops == sorted(tops)
        page.locator(".st-key-gallery").get_by_role("radio", name="0, number 2", exact=True).tap()
        page.wait_for_function("location.search.includes('pick=1')")
        filmed(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.noise == []
