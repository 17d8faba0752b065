"""How the tree is found, as a visitor meets it."""
from urllib.parse import urlsplit

import browser
import pytest

import branched
from pages.ui.discovery import told, work


@pytest.fixture(scope="module")
def shipped():
    return branched.load("mnist")


def still(page) -> None:
    page.wait_for_selector(".st-key-tree .js-plotly-plot .nsewdrag", state="attached")
    page.wait_for_selector(".film canvas")
    page.wait_for_selector('[data-testid="stExpander"]')
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def test_clicking_a_branch_point_chooses_its_pair(shipped, address, chromium):
    curves, rule = work.curves(shipped), branched.Rule()
    root = shipped.tree.roots[0]
    a, b = work.pair_of(shipped.tree, root, work.likenesses(curves, curves.gaps(rule), rule))
    with browser.page(chromium, height=1600) as page:
        page.goto(f"{address}/discovery")
        still(page)
        page.noise.clear()  # on a page's own address Streamlit first looks for its server below it, in vain
        page.mouse.click(*browser.node_at(page, root.id))
        page.get_by_text(f"The branch point of {a} and {b} is at").wait_for()
        still(page)
        assert (browser.asked(page, "a"), browser.asked(page, "b")) == ([a], [b])
        page.go_back()
        page.get_by_text("The branch point of 4 and 9 is at").wait_for()
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}


def test_a_round_is_scrubbed_linked_guessed_and_told(address, chromium):
    with browser.page(chromium, 390, 844) as page:
        page.goto(f"{address}/discovery?a=0&b=1&time=0.5")
        still(page)
        page.noise.clear()
        caption = page.locator(".film .now")
        assert caption.inner_text() == told.moment(0.5)
        page.locator(".film input").focus()
        page.keyboard.press("ArrowRight")
        assert caption.inner_text() == told.moment(0.48)
        page.wait_for_url("**time=0.48*")
        still(page)
        assert page.locator(".film .name").all_inner_texts() == ["?", "?"]
        page.get_by_role("button", name="The upper row is 0").click()
        page.locator(".film .name", has_text="0").wait_for()
        assert caption.inner_text() == told.moment(0.48), "it stays at its time"
        assert sorted(page.locator(".film .name").all_inner_texts()) == ["0", "1"]
        assert "the rule: t" in page.locator(".film .marks").inner_text()
        page.get_by_text("Your score:").wait_for()
        still(page)
        page.get_by_role("button", name="Another round").click()
        page.locator(".film .now", has_text=told.moment(1)).wait_for()
        page.wait_for_url("**seed=1*")
        still(page)
        page.go_back()
        page.locator(".film .now", has_text=told.moment(0.48)).wait_for()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.noise == []
