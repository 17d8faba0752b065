"""The lesson, walked by keyboard; and the guide, who can be called on every page."""
import browser
import pytest


@pytest.fixture
def visit(address, chromium):
    with browser.visits(chromium, address) as visit:
        yield visit


def test_a_question_is_answered_by_keyboard_before_the_tree_is_seen(visit):
    """In German, by the browser's language alone; a reload shows the same, for the address has what was
    said, and the tab of the browser what was written."""
    page = visit("lesson?model=mnist-049&step=kin", 1024, 768, locale="de-DE")
    assert page.evaluate("document.documentElement.lang") == "de" and not page.locator(".stPlotlyChart").count()
    page.get_by_role("radiogroup", name="Deine Antwort").get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Das ist meine Antwort").focus()
    browser.answered(page, lambda: page.keyboard.press("Enter"))
    page.locator(".stPlotlyChart").wait_for()
    browser.until(page, lambda: browser.asked(page, "kin") != [])
    said, words = browser.asked(page, "kin"), page.get_by_role("textbox", name="Erklär es.")
    words.fill("Unter Rauschen gleich.")
    browser.answered(page, words.blur)
    browser.until(page, lambda: "Rauschen gleich" in page.evaluate("JSON.stringify(sessionStorage)"))
    page.reload()
    browser.settled(page)
    page.locator(".st-key-outcome").wait_for()
    browser.until(page, lambda: words.input_value() == "Unter Rauschen gleich.")
    assert browser.asked(page, "kin") == said and browser.asked(page, "lang") == []
    page.get_by_role("button", name="Nächste Station").focus()
    browser.answered(page, lambda: page.keyboard.press("Enter"))
    browser.until(page, lambda: browser.asked(page, "step") == ["hybrid"])


def test_the_guide_points_at_one_thing_after_the_other_and_goes_by_escape(visit):
    """By keyboard; nothing glides where motion is unwelcome, and the focus comes back to where it was."""
    page = visit("about", reduced_motion="reduce")
    call = page.get_by_role("button", name="Show me around this page")
    call.focus()
    page.keyboard.press("Enter")
    says = page.get_by_role("dialog", name="Show me around this page")
    says.wait_for()
    first, ring = says.inner_text(), page.locator(".ring")
    menu, box = page.locator(".st-key-menu").bounding_box(), ring.bounding_box()
    assert box["x"] <= menu["x"] and box["x"] + box["width"] >= menu["x"] + menu["width"] and "1 / 3" in first
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    browser.until(page, lambda: "2 / 3" in says.inner_text() and says.inner_text() != first)
    page.keyboard.press("Escape")
    says.wait_for(state="hidden")
    assert call.evaluate("one => one.getRootNode().activeElement === one")
