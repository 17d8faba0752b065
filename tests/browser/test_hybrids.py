""""Hybrids", as a visitor meets them."""
from urllib.parse import urlsplit

import browser


def test_scrubbing_past_the_meeting_point(address, chromium):
    """The film starts where they part; its moment goes into the link, and the link opens it again."""
    with browser.page(chromium) as page:
        page.goto(f"{address}/hybrids")
        caption = page.locator(".film .now")
        page.get_by_text("the branch point").and_(caption).wait_for()
        assert page.locator(".morph figure[aria-hidden=false]").count() == 1, "one picture for both"
        page.locator(".film input").focus()
        page.keyboard.press("End")
        page.get_by_text("t = 0, finished").and_(caption).wait_for()
        page.wait_for_url("**time=0*")
        assert page.locator(".morph figure[aria-hidden=false] b").all_inner_texts() == ["4", "9"]
        link, said = page.url, caption.inner_text()
        page.locator(".film input").focus()
        page.keyboard.press("Home")
        page.wait_for_url("**time=1*")
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}
    with browser.page(chromium, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        page.goto(link)
        page.get_by_text(said).and_(page.locator(".film .now")).wait_for()
        browser.settled(page)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.locator(".morph").bounding_box()["y"] < 300, "the picture comes first"
        page.wait_for_selector(".js-plotly-plot .film-overlay", state="attached")
        assert page.locator(".js-plotly-plot .film-overlay").count() == 1
