"""Tables, as a visitor meets them."""
import re
from urllib.parse import urlsplit

import browser
import pytest

import branched


@pytest.fixture(scope="module")
def shipped():
    return branched.load("letters")


def test_clicking_a_branch_point_changes_the_distributions(shipped, address, chromium):
    tree = shipped.tree
    node = tree.branch_points[0]
    with browser.page(chromium, height=1400) as page:
        page.goto(f"{address}/table")
        browser.settled(page)
        first = page.locator(".contrasts").inner_html()
        page.mouse.click(*browser.node_at(page, node.id))
        page.wait_for_function(browser.OTHER.format(".contrasts", "innerHTML"), arg=first)
        page.wait_for_url(f"**node={node.id}*")
        browser.settled(page)
        page.locator(".st-key-pair button").nth(1).click()
        page.wait_for_url(f"**node={tree.meeting(*tree.closest_pairs(2)[1]).branch.id}*")
        page.get_by_text("All 16 numbers, as distributions").first.click()
        page.locator(".panels img").first.wait_for()
        assert page.evaluate("[...document.querySelectorAll('.panels img')].every(own => own.naturalWidth > 0)")
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}


def test_editing_a_feature_changes_what_becomes_of_it(address, chromium):
    with browser.page(chromium, height=1400) as page:
        page.goto(f"{address}/table?part=many&source=Q&target=G")
        page.get_by_text("of the new rows for G").wait_for()
        page.get_by_role("radio", name="One by hand").click()
        page.locator(".moves").first.wait_for()
        browser.settled(page)
        before = page.locator(".moves").first.inner_html()
        box = page.get_by_label("width of the letter", exact=True)
        box.fill("14" if box.input_value() != "14" else "2")
        box.press("Enter")
        page.wait_for_url("**edit=2*")
        page.wait_for_function(browser.OTHER.format(".moves", "innerHTML"), arg=before)
        assert browser.asked(page, "source") == ["Q"] and browser.asked(page, "part") == ["one"]
        link, moves = page.url, page.locator(".moves").first.inner_html()
        assert page.noise == []
    with browser.page(chromium, 390, 844, color_scheme="dark") as page:
        page.goto(link)
        page.locator(".moves").first.wait_for()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        values = page.locator(".moves").first.locator(".values").all_inner_texts()
        assert values == re.findall(r'class="values[^>]*>([^<]*)<', moves)
