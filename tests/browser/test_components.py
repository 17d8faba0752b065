"""The drawing canvas and the film: what a visitor does with them."""
import json

import browser
import numpy as np
import pytest

from pages.ui.parts.canvas import SIDE, inked

FRAMES, COLUMNS = 61, 8  # of tests/apps/components.py
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
FOUR = [[(100, 60), (80, 150), (200, 150)], [(170, 90), (165, 240)]]


@pytest.fixture(scope="module")
def address():
    with browser.server("tests/apps/components.py") as found:
        yield found


@pytest.fixture
def visit(address, chromium):
    """Open the page: `visit(query, **context)`. At the end: no complaints, and nothing was fetched elsewhere."""
    pages = []

    def opened(query: str = "", **context):
        manager = browser.page(chromium, **context)
        page = manager.__enter__()
        pages.append((manager, page))
        page.goto(address + query)
        page.wait_for_selector(".film canvas")
        page.wait_for_selector(".js-plotly-plot .film-overlay", state="attached")
        browser.idle(page)
        return page

    yield opened
    for manager, page in pages:
        noise, hosts = page.noise, page.hosts
        manager.__exit__(None, None, None)
        assert noise == [] and all(host in address for host in hosts)


def runs(page) -> int:
    return int(page.locator("#runs").inner_text())


def after(page, count: int) -> None:
    """Wait until the page has run so many times, and is done."""
    page.wait_for_function("count => +document.querySelector('#runs').textContent >= count", arg=count)
    browser.idle(page)


def after_timers(page) -> None:
    """Until a film would have reported where it is: it waits for 200 ms, and a later timer of the page comes after."""
    page.evaluate("() => new Promise(done => setTimeout(done, 250))")


def on_pad(page, points) -> list[tuple[float, float]]:
    """Places on the canvas, in its own 280 x 280, as places in the window."""
    canvas = page.locator(".drawing canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    return [(box["x"] + x * box["width"] / SIDE, box["y"] + y * box["height"] / SIDE) for x, y in points]


def stroke(page, points) -> None:
    first, *others = on_pad(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def drawn(page) -> np.ndarray | None:
    """What Python received, reduced to 28 x 28."""
    received = json.loads(page.locator("#drawn").text_content())
    return None if received is None else np.array(received)


def becomes(page, strokes) -> None:
    """Wait until Python has these strokes."""
    expected = inked([np.ravel(points).tolist() for points in strokes]).reshape(28, 10, 28, 10).mean((1, 3))

    def alike() -> bool:
        received = drawn(page)
        return abs((0 if received is None else received) - expected).mean() < 0.6

    browser.until(page, alike)


def visible_ink(page) -> np.ndarray:
    """What is seen on the canvas itself, 280 x 280."""
    return np.array(page.locator(".drawing canvas").evaluate("""canvas => {
        const data = canvas.getContext('2d').getImageData(0, 0, 560, 560).data;
        return Array.from({length: 280 * 280}, (_, k) => data[4 * (2 * Math.floor(k / 280) * 560 + 2 * (k % 280)) + 3]);
    }""")).reshape(SIDE, SIDE)


def test_a_drawing_with_the_mouse(visit):
    """Every stroke counts, Python and the screen agree, and Undo and Clear take it back."""
    page = visit()
    undo, clear = (page.get_by_role("button", name=name, exact=True) for name in ("Undo", "Clear"))
    assert page.get_by_text("Draw a digit here").is_visible() and undo.is_disabled() and clear.is_disabled()
    for count in (1, 2):
        stroke(page, FOUR[count - 1])
        becomes(page, FOUR[:count])
        after(page, 1 + count)
    assert runs(page) == 3, "a stroke is one run"
    exact = inked([np.ravel(points).tolist() for points in FOUR])
    assert ((visible_ink(page) > 127) != (exact > 127)).mean() < 0.005
    assert page.get_by_role("img", name="Your drawing, strokes: 2").is_visible()
    undo.click()
    becomes(page, FOUR[:1])
    stroke(page, [(20, 250)])
    becomes(page, [FOUR[0], [(20, 250)]])
    clear.click()
    becomes(page, [])
    assert drawn(page) is None and not visible_ink(page).any() and clear.is_disabled()


def test_a_drawing_survives(visit):
    """Runs of the page, and the canvas's absence; until Python clears it."""
    page = visit()
    for points in FOUR:
        stroke(page, points)
    becomes(page, FOUR)
    before = visible_ink(page)
    page.get_by_role("button", name="Another figure").click()
    after(page, runs(page) + 1)
    pad = page.get_by_text("Pad", exact=True)
    pad.click()
    page.locator(".drawing").wait_for(state="detached")
    pad.click()
    page.locator(".inked").wait_for()
    becomes(page, FOUR)
    assert (visible_ink(page) == before).all()
    page.get_by_role("button", name="Clear from Python").click()
    becomes(page, [])
    page.locator(".drawing:not(.inked)").wait_for()
    assert not visible_ink(page).any()
    stroke(page, FOUR[0])
    becomes(page, FOUR[:1])


def test_a_run_of_the_page_does_not_disturb_a_stroke(visit):
    """The second stroke begins while the page runs because of the first, and ends when that is over."""
    page = visit("?slow=1")
    count = runs(page)
    stroke(page, FOUR[0])
    start, middle, end = on_pad(page, [FOUR[1][0], (167.5, 165), FOUR[1][1]])
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*middle, steps=4)
    after(page, count + 1)
    becomes(page, FOUR[:1])
    assert visible_ink(page)[110:160, 168].all(), "what is drawn of it stays on the screen"
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    becomes(page, FOUR)


def test_ways_to_leave_the_canvas(visit):
    """The right button draws nothing; a stroke may leave the edge and return."""
    page = visit()
    place = on_pad(page, [(140, 140)])[0]
    page.mouse.click(*place, button="right")
    path = [(140, 140), (140, -100), (240, -100), (240, 140)]
    stroke(page, path)
    becomes(page, [path])
    after(page, 2)
    assert drawn(page).sum() and runs(page) == 2


def touches(page, kind: str, *points) -> None:
    """Fingers, each x, y, id."""
    if not hasattr(page, "cdp"):
        page.cdp = page.context.new_cdp_session(page)
    page.cdp.send("Input.dispatchTouchEvent",
                  {"type": kind, "touchPoints": [{"x": x, "y": y, "id": k} for x, y, k in points]})


def test_a_drawing_with_fingers(visit):
    """The page does not scroll meanwhile, a second finger draws nothing, and a cancelled stroke keeps its ink."""
    page = visit(**PHONE)
    (a, b), (c, d) = on_pad(page, [(100, 60), (100, 240)]), on_pad(page, [(200, 60), (200, 240)])
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touches(page, "touchStart", (*a, 1))
    touches(page, "touchMove", (a[0], (a[1] + b[1]) / 2, 1))
    touches(page, "touchStart", (a[0], (a[1] + b[1]) / 2, 1), (*c, 2))
    touches(page, "touchMove", (*b, 1), (*d, 2))
    touches(page, "touchEnd")
    becomes(page, [[(100, 60), (100, 240)]])
    touches(page, "touchStart", (*c, 3))
    touches(page, "touchMove", (*d, 3))
    touches(page, "touchCancel")
    becomes(page, [[(100, 60), (100, 240)], [(200, 60), (200, 240)]])
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled
    sizes = page.locator(".drawing button").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(sizes) >= 40


def pointed(page, kind: str, type: str, place: tuple[float, float], pointer: int) -> None:
    """A pointer of a kind, as the browser tells the canvas of it: Playwright has no pens."""
    page.locator(".drawing canvas").evaluate("""(canvas, [kind, type, x, y, id]) => {
        canvas.setPointerCapture = (id) => { canvas.has = id; };
        canvas.hasPointerCapture = (id) => canvas.has === id;
        canvas.dispatchEvent(new PointerEvent(type, {button: 0, clientX: x, clientY: y, pointerId: id,
                                                     pointerType: kind}));
    }""", [kind, type, *place, pointer])


def test_the_pen_wins_over_the_palm(visit):
    """A palm that lies there first leaves no dot; one that comes after the pen is ignored."""
    page = visit()
    palm, start, end = on_pad(page, [(240, 250), *FOUR[1]])
    pointed(page, "touch", "pointerdown", palm, 7)
    assert visible_ink(page)[250, 240]
    pointed(page, "pen", "pointerdown", start, 8)
    assert not visible_ink(page)[250, 240], "the palm's dot is taken away"
    pointed(page, "touch", "pointermove", start, 7)
    pointed(page, "pen", "pointermove", end, 8)
    pointed(page, "pen", "pointerup", end, 8)
    pointed(page, "touch", "pointerup", palm, 7)
    becomes(page, FOUR[1:])
    pointed(page, "touch", "pointerdown", palm, 9)
    pointed(page, "touch", "pointerup", palm, 9)
    becomes(page, FOUR[1:])
    assert not visible_ink(page)[250, 240]
    page.wait_for_timeout(1600)
    pointed(page, "touch", "pointerdown", palm, 10)
    pointed(page, "touch", "pointerup", palm, 10)
    becomes(page, [*FOUR[1:], [(240, 250)]])


def seen(page) -> dict:
    """What the film shows: its frame, the grey levels of the first row, how long the drawing took and how often."""
    return page.locator(".film").evaluate("""film => {
        const row = film.querySelector('canvas'), pen = row.getContext('2d');
        const levels = Array.from({length: 8}, (_, c) => pen.getImageData(c * 30 + 14, 14, 1, 1).data);
        return {frame: +film.dataset.frame, levels: levels.map(([grey, , , solid]) => solid ? grey : null),
                drawn: +film.dataset.drawn, count: +film.dataset.count, label: row.ariaLabel,
                caption: film.querySelector('.now').textContent};
    }""")


def thumb(page, frame: int) -> tuple[float, float]:
    """Where the slider's thumb is at a frame."""
    page.locator(".film input").scroll_into_view_if_needed()
    box = page.locator(".film input").bounding_box()
    return box["x"] + 14 + (box["width"] - 28) * frame / (FRAMES - 1), box["y"] + box["height"] / 2


def test_scrubbing(visit):
    """Frame k shows picture k at once, without a word to the server until the thumb is let go."""
    page = visit()
    page.mouse.move(*thumb(page, 0))
    page.mouse.down()
    page.sent.clear()
    times = []
    for frame in [*range(1, FRAMES, 3), *range(50, 0, -7)]:
        page.mouse.move(*thumb(page, frame))
        page.wait_for_function("k => +document.querySelector('.st-key-film .stBidiComponent [data-testid]')"
                               ".shadowRoot.querySelector('.film').dataset.frame === k", arg=frame)
        now = seen(page)
        assert now["levels"] == [frame, None, *[frame] * (COLUMNS - 2)]
        assert f"<b>frame {frame}</b>" in now["caption"] and now["label"] == f"This moment: {now['caption']}"
        times.append(now["drawn"])
    after_timers(page)
    assert page.sent == [] and runs(page) == 1
    print(f"\na frame is drawn in {np.median(times):.1f} ms, at most {max(times):.1f} ms")
    assert np.median(times) < 20
    page.mouse.up()
    page.wait_for_function("document.querySelector('#frame').textContent === '1'")
    browser.idle(page)
    assert runs(page) == 2 and seen(page)["frame"] == 1


def test_the_slider_by_keyboard(visit):
    page = visit()
    slider = page.get_by_role("slider", name="Time")
    slider.focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert seen(page)["frame"] == 11 and slider.get_attribute("aria-valuetext") == seen(page)["caption"]
    page.wait_for_function("document.querySelector('#frame').textContent === '11'")
    page.keyboard.press("End")
    assert seen(page)["frame"] == FRAMES - 1


def test_a_film_goes_on_through_runs_and_a_new_one_begins_at_its_start(visit):
    page = visit()
    page.get_by_role("slider", name="Time").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#frame').textContent === '7'")
    browser.idle(page)
    page.get_by_role("slider", name="Time").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    before = seen(page)
    page.get_by_role("button", name="Clear from Python").click()  # the page now asks for a start at 7
    after(page, 3)
    assert seen(page)["frame"] == before["frame"] == 10 and seen(page)["levels"] == before["levels"]
    page.get_by_text("other", exact=True).click()
    page.wait_for_function("document.querySelector('#frame').textContent === '5'")
    browser.idle(page)
    assert seen(page)["frame"] == 5


def test_a_film_that_grows_can_be_pulled_meanwhile(address, chromium, tmp_path):
    """It is not made anew: the thumb stays in the hand, and what was on its way comes about under it."""
    with browser.page(chromium) as page:
        page.goto(f"{address}?grows={tmp_path}")
        page.wait_for_selector(".film canvas")
        page.evaluate("""() => {
            window.canvas = document.querySelector('.st-key-film .stBidiComponent [data-testid]')
                .shadowRoot.querySelector('canvas');
        }""")
        assert seen(page)["frame"] == 30 and seen(page)["levels"][0] == 30
        page.mouse.move(*thumb(page, 30))
        page.mouse.down()
        page.mouse.move(*thumb(page, 33))
        assert seen(page)["frame"] == 33
        for growth, frame in enumerate((33, 45), 1):
            page.mouse.move(*thumb(page, frame))
            assert seen(page)["frame"] == frame and seen(page)["levels"] == [None] * COLUMNS
            assert seen(page)["caption"] == "on its way"
            (tmp_path / str(growth)).touch()
            browser.until(page, lambda frame=frame: seen(page)["levels"][0] == frame)
            assert seen(page)["frame"] == frame, "nobody has moved it"
        page.mouse.move(*thumb(page, 50))
        assert seen(page)["levels"][0] == 50
        page.mouse.up()
        assert page.evaluate("canvas.isConnected")
        page.wait_for_function("document.querySelector('#frame').textContent === '50'")  # the page has run again
        assert seen(page)["levels"][0] == 50, "which shows less of it at first, and takes nothing away"
        assert page.noise == []


def test_a_film_plays_to_its_end(visit):
    page = visit("?autoplay=1")
    page.wait_for_function(f"document.querySelector('#frame').textContent === '{FRAMES - 1}'")
    assert seen(page)["frame"] == FRAMES - 1 and seen(page)["count"] > 5
    page.get_by_role("button", name="Play").click()  # again, from the first
    page.get_by_role("button", name="Pause").click()
    stopped = seen(page)["frame"]
    assert 0 <= stopped < FRAMES - 1
    page.wait_for_function(f"document.querySelector('#frame').textContent === '{stopped}'")
    assert seen(page)["frame"] == stopped


def test_nothing_plays_by_itself_where_motion_is_unwelcome(visit):
    page = visit("?autoplay=1", reduced_motion="reduce")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.get_by_role("button", name="Play").is_visible(), "a film that plays has a button to pause it"
    assert seen(page)["frame"] == 0


def dot(page) -> tuple[float, float]:
    """The middle of what is drawn upon the plot, in the window."""
    return tuple(page.evaluate("""() => {
        const canvas = document.querySelector('.film-overlay canvas'), box = canvas.getBoundingClientRect();
        const {width, height} = canvas, data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
        let [x, y, count] = [0, 0, 0];
        for (let k = 0; k < width * height; k++) if (data[4 * k + 3] > 127) {
            x += k % width + 0.5; y += Math.floor(k / width) + 0.5; count++;
        }
        return [box.left + x / count * box.width / width, box.top + y / count * box.height / height];
    }"""))


def on_plot(page, x: float, t: float) -> tuple[float, float]:
    """A place on the plot, in the window, by the range of its axes."""
    return tuple(page.evaluate("""([x, t]) => {
        const plot = document.querySelector('.js-plotly-plot'), box = plot.getBoundingClientRect();
        const part = (axis, value) => (value - axis.range[0]) / (axis.range[1] - axis.range[0]) * axis._length;
        const {xaxis, yaxis} = plot._fullLayout;
        return [box.left + xaxis._offset + part(xaxis, x),
                box.top + yaxis._offset + yaxis._length - part(yaxis, t)];
    }""", [x, t]))


def thumbnails_become(page, faint: bool) -> None:
    """Wait until the plot's own pictures are faint, or as opaque as they ever were."""
    page.wait_for_function("faint => { const opacity = +getComputedStyle(document.querySelector('.imagelayer image'))"
                           ".opacity; return faint ? opacity < 0.4 : opacity === 1; }", arg=faint)


def test_dots_go_along_the_tree(visit):
    """Also in another window, and on another figure."""
    page = visit()

    def right() -> bool:
        place, = json.loads(page.locator("#dots").text_content())[seen(page)["frame"]]
        return np.allclose(dot(page), on_plot(page, *place), atol=0.7)

    browser.until(page, right)
    page.get_by_role("slider", name="Time").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    browser.until(page, right)
    page.set_viewport_size({"width": 1000, "height": 700})
    browser.until(page, right)
    page.get_by_role("button", name="Another figure").click()
    after(page, 2)
    page.wait_for_selector(".js-plotly-plot .film-overlay", state="attached")
    browser.until(page, right)
    assert page.locator(".film-overlay").count() == 1
    page.set_viewport_size({"width": 390, "height": 844})
    browser.until(page, right)


def test_thumbnails_make_room_for_pictures_that_move(visit):
    """They are faint while there are any, and back at the end; with the film goes all that it drew."""
    page = visit()
    thumbnails_become(page, faint=False)
    slider = page.get_by_role("slider", name="Time")
    slider.focus()
    for _ in range(21):
        page.keyboard.press("ArrowRight")
    thumbnails_become(page, faint=True)
    page.keyboard.press("End")
    thumbnails_become(page, faint=False)
    page.keyboard.press("ArrowLeft")
    thumbnails_become(page, faint=True)
    page.get_by_text("none", exact=True).click()
    page.locator(".film-overlay").wait_for(state="detached")
    thumbnails_become(page, faint=False)


@pytest.mark.parametrize("width", [390, 1440])
def test_everything_is_inside(visit, width):
    """Texts below the slider neither stick out nor cover each other, and the names are beside or above pictures."""
    page = visit(**PHONE | {"width": width})
    boxes = page.locator(".film").evaluate("""film => {
        const box = (one) => { const {left, right, top, bottom} = one.getBoundingClientRect();
                               return [left, right, top, bottom]; };
        return {marks: [...film.querySelectorAll('.marks span')].map(box), slider: box(film.querySelector('input')),
                rows: [...film.querySelectorAll('canvas')].map(box), film: box(film)};
    }""")
    marks, (left, right, *_) = boxes["marks"], boxes["slider"]
    assert len(marks) == 5 and all(left <= box[0] and box[1] <= right + 0.5 for box in marks)
    for k, one in enumerate(marks):
        for two in marks[:k]:
            assert one[1] <= two[0] or two[1] <= one[0] or one[3] <= two[2] + 0.5 or two[3] <= one[2] + 0.5
    assert len({(round(box[0]), round(box[1])) for box in boxes["rows"]}) == 1
    assert max(box[1] for box in boxes["rows"]) <= boxes["film"][1] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


def test_scrubbing_with_a_finger(visit):
    page = visit(**PHONE)
    (x, y), end = thumb(page, 0), thumb(page, 30)
    touches(page, "touchStart", (x, y, 1))
    for k in range(1, 11):
        touches(page, "touchMove", (x + (end[0] - x) * k / 10, y, 1))
    assert seen(page)["levels"][0] == 30 and runs(page) == 1
    touches(page, "touchEnd")
    page.wait_for_function("document.querySelector('#frame').textContent === '30'")
