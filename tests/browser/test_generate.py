""""Generate", as a visitor meets it."""
from urllib.parse import urlsplit

import browser
import numpy as np


def test_a_visit(address, chromium):
    """Pictures come and are compared, are had as a file, and scrubbed; settings are in the link."""
    with browser.page(chromium) as page:
        page.goto(f"{address}/generate?labels=4,9&n=2&steps=5&measure=on")
        page.get_by_text("we compared them").wait_for()
        page.locator(".film canvas").nth(3).wait_for()
        assert page.locator(".film canvas").count() == 4, "two rows of pictures, two of the race"
        with page.expect_download() as file:
            page.get_by_role("button", name="Numbers (NPZ)").click()
        assert file.value.suggested_filename == "mnist-4-9-seed0-5steps.npz"
        assert np.load(file.value.path())["images"].shape == (2, 2, 28, 28)
        caption = page.locator(".film .now").first
        page.locator(".film input").first.focus()
        browser.answered(page, lambda: page.keyboard.press("Home"))  # the film tells where it rests
        page.get_by_text("all 2 are still one picture").and_(caption).wait_for()
        browser.answered(page, lambda: page.get_by_role("radio", name="What it thinks it will be").click())
        page.wait_for_url("**seen=guess**")
        assert "all 2 are still one picture" in caption.inner_text()
        race, counted = page.locator(".film").nth(1), page.locator(".film .now").nth(1)
        assert "together, all 2 are finished" in counted.inner_text()
        race.locator("input").focus()
        page.keyboard.press("End")
        page.get_by_text("finished one by one, too").and_(counted).wait_for()
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}


def test_what_nobody_wants_any_more_is_abandoned(address, chromium):
    """A walk of minutes stops at once for another choice, and leaves the line to the next visitor."""
    with browser.page(chromium, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        page.goto(f"{address}/generate?n=32&steps=100&solver=heun")
        page.locator("img[alt*='being drawn']").first.wait_for()
        page.get_by_role("button", name="None", exact=True).tap()
        page.get_by_text("Choose at least one class").wait_for(timeout=20_000)
        page.goto(f"{address}/generate?labels=4&n=1&steps=5")
        page.get_by_text("nothing to save").wait_for(timeout=20_000)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
