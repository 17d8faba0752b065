"""About the model, as a visitor meets it."""
from urllib.parse import urlsplit

import browser


def test_choosing_a_model_takes_it_to_all_pages(odd_models, chromium):
    """By the menu, as a visitor goes; a damaged file is told of, and left by its link."""
    with browser.server() as address, browser.page(chromium, 390, 844) as page:
        page.goto(f"{address}/?model=pets")
        browser.go(page, "About")
        page.get_by_text("It knows nothing but cat").first.wait_for()
        assert browser.asked(page, "model") == ["pets"]
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        page.get_by_role("combobox").click()
        page.get_by_role("option", name="cut short").click()
        page.get_by_text("could not be loaded").wait_for()
        page.get_by_role("combobox").click()
        page.get_by_role("option", name="pets").click()
        page.get_by_text("It knows nothing but cat").first.wait_for()
        browser.go(page, "Why")
        page.get_by_role("heading", name="Can you tell").wait_for()
        page.locator(".film canvas").first.wait_for()
        assert browser.asked(page, "model") == ["pets"]
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}
