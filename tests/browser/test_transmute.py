"""One digit turned into another, as a visitor meets it."""
from urllib.parse import urlsplit

import browser
from uploads import BAD, written

SEVEN = [(0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]


def filmed(page) -> None:
    """Until the film is whole, and the script has ended."""
    page.locator(".st-key-film input[type=range]:enabled").wait_for()
    page.locator(".kept").first.wait_for(state="attached")  # while a page is drawn anew, the last one's is there too
    page.get_by_text("noise levels …").wait_for(state="detached")
    browser.settled(page)
    browser.until(page, lambda: page.locator(".kept").count() == 1)


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
            page.keyboard.press("ArrowRight", delay=0)
            shown.add(pixels(page))
        assert len(shown) == 5 and first not in shown
        assert page.locator(".st-key-film .end").all_inner_texts() == ["much noise", "little noise"]
        assert page.evaluate("window.sent") == 0, "nothing is asked of the server while the slider moves"
        page.wait_for_function("window.sent > 0")  # where it has come to rest is put into the link
        page.wait_for_function("!location.search.includes('time=0.5')")
        assert float(browser.asked(page, "time")[0]) < 0.48, "to the right there is less noise"
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


def bars(page) -> list[str]:
    """How high each class's bar is."""
    return page.locator(".bars div").evaluate_all("all => all.map(one => one.style.getPropertyValue('--share'))")


def test_bars_follow_the_pen(address, chromium):
    """While it is down nothing is asked of the page's script, and the film stays; when it rests, the model reads."""
    with browser.page(chromium) as page:
        visit(page, address, "variants=1&steps=5")
        page.get_by_text("the bars follow your pen").wait_for()
        page.get_by_role("heading", name="Example: a 4 from the gallery").wait_for()
        before = pixels(page)
        box = page.locator(".st-key-drawing canvas").bounding_box()
        first, *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place, steps=6)
        page.sent.clear()
        page.get_by_text("So far it looks like a 7").wait_for()
        high = [float(share) for share in bars(page)]
        names = page.locator(".bars div").evaluate_all("all => all.map(one => one.title)")
        assert names[high.index(max(high))] == "7" and page.sent == [] and pixels(page) == before
        page.mouse.up()
        page.get_by_text("Wrong? Tap the right one").wait_for()
        page.get_by_role("heading", name="Your drawing, turned into a").wait_for()
        filmed(page)
        assert page.noise == []


def test_one_of_several_figures_is_chosen_by_a_tap_or_a_box(address, chromium):
    """Each figure on an uploaded picture is a button; a dragged box says it, too, and the whole can come back."""
    with browser.page(chromium) as page:
        visit(page, address, "from=upload&variants=1&steps=5")
        page.locator("input[type=file]").set_input_files(
            {"name": "two.png", "mimeType": "image/png", "buffer": written(marks="77", size=(700, 400))})
        page.get_by_text("There are 2 figures").wait_for()
        page.get_by_label("Figure 2 of 2").click()
        page.get_by_text("Only this part is looked at").wait_for()
        page.get_by_role("heading", name="Your picture, turned into a").wait_for()
        page.get_by_role("button", name="Take the whole photo").click()
        page.get_by_text("There are 2 figures").wait_for()
        photo = page.locator(".cropper img").bounding_box()
        (left, top), (right, bottom) = [(photo["x"] + x * photo["width"], photo["y"] + y * photo["height"])
                                        for x, y in ((0.02, 0.1), (0.45, 0.9))]
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(right, bottom, steps=4)
        page.mouse.up()
        page.get_by_text("There are 2 figures").wait_for(state="detached")
        page.get_by_text("This looks like").wait_for()
        box = page.locator(".cropper .box").bounding_box()
        assert abs(box["x"] - left) < 3 and abs(box["x"] + box["width"] - right) < 3


def test_a_drawing_survives_that_the_page_is_loaded_anew(address, chromium):
    with browser.page(chromium) as page:
        visit(page, address, "variants=1&steps=5")
        browser.stroke(page, ".st-key-drawing canvas", SEVEN)
        page.get_by_role("heading", name="Your drawing, turned").wait_for()
        filmed(page)
        drawn = page.locator(".st-key-drawing canvas").evaluate("one => one.toDataURL()")
        page.reload()
        page.get_by_role("heading", name="Your drawing, turned").wait_for()
        filmed(page)
        assert page.locator(".st-key-drawing canvas").evaluate("one => one.toDataURL()") == drawn
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("heading", name="from before").wait_for()
        filmed(page)
        page.reload()
        page.get_by_role("heading", name="Example: a 4 from the gallery").wait_for()
        assert page.locator(".st-key-drawing .inked").count() == 0, "what was cleared does not come back"


def test_a_drawn_digit_is_transmuted(address, chromium):
    with browser.page(chromium) as page:
        visit(page, address, "from=draw&variants=2&steps=5")
        before = pixels(page)
        browser.stroke(page, ".st-key-drawing canvas", SEVEN)
        page.locator('img[alt$="your drawing"]').first.wait_for()
        browser.until(page, lambda: pixels(page) != before)
        filmed(page)
        assert page.locator('[data-testid="stAlert"]').count() == 0
        drawn = pixels(page)
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("heading", name="Your drawing from before").wait_for()
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
            browser.until(page, lambda: page.locator('[data-testid="stAlert"]').count() == 1)
            assert pixels(page) == good, name
        assert page.noise == []


def test_on_a_phone(address, chromium):
    """Source, target, result, tree, from top to bottom, and nothing wider than the screen."""
    with browser.page(chromium, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        visit(page, address, "from=gallery&target=all&steps=5")
        tops = [page.locator(own).first.bounding_box()["y"] for own in
                (".st-key-from", ".st-key-gallery", ".st-key-into", ".st-key-film canvas", ".st-key-tree")]
        assert tops == sorted(tops)
        page.locator(".st-key-gallery").get_by_role("radio", name="0, number 2", exact=True).tap()
        page.wait_for_function("location.search.includes('pick=1')")
        filmed(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.noise == []
