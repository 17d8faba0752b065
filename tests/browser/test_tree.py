"""The class tree, as a visitor meets it."""
from urllib.parse import urlsplit

import browser
import numpy as np
import pytest

import branched
from branched import ClassTree, moves, of_tree
from pages.ui.tree.controls import in_order

SINGLE = """() => {  // until Plotly takes the next click and the last one no more for a double click
    const plot = document.querySelector('.st-key-tree .js-plotly-plot');
    return Date.now() - plot._mouseDownTime > plot._context.doubleClickDelay;
}"""

SHIFTS = """window.shifts = 0;  // the sum of all layout shifts, as browsers reckon it
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shifts += one.value; })
  .observe({type: 'layout-shift', buffered: true});"""


@pytest.fixture(scope="module")
def tree() -> ClassTree:
    return branched.load("mnist").tree


def shows(page, tree: ClassTree, node: int) -> list[str]:
    """Wait for the sentence about a node; the sources of the pictures below it."""
    page.get_by_role("heading", name=of_tree.headline(tree.outline(), tree.outline()[node]), exact=True).wait_for()
    browser.settled(page)
    page.wait_for_selector(".sheet img")
    return page.locator(".sheet img").evaluate_all("images => images.map(image => image.src)")


def test_clicking_through_the_tree(tree, address, chromium):
    start, root, leaf = tree.branch_points[-1].id, tree.roots[0].id, tree.leaf(tree.labels[0]).id
    with browser.page(chromium) as page:
        page.goto(address)
        before = shows(page, tree, start)
        page.mouse.click(*browser.node_at(page, root))
        after = shows(page, tree, root)
        assert len(after) == 2 + len(tree.labels) and before[0] != after[0] and before[1] != after[1]
        assert browser.asked(page, "node") == [str(root)]
        for _ in range(2):  # a second click clears Plotly's selection, not what is shown
            browser.answered(page, lambda: page.mouse.click(*browser.node_at(page, root)))
            assert shows(page, tree, root) == after
            page.wait_for_function(SINGLE)
        page.mouse.click(*browser.node_at(page, leaf))
        assert len(shows(page, tree, leaf)) == len(tree.path(tree.labels[0]))
        assert browser.asked(page, "node") == [str(leaf)]
        page.go_back()
        assert shows(page, tree, root) == after
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}
        assert page.locator(".modebar").count() == 0


def test_a_link_and_the_keyboard(tree, address, chromium):
    first, second, *_ = in_order(tree.outline())
    with browser.page(chromium, width=900) as page:
        page.goto(f"{address}/?node={first}&seed=7")
        before = shows(page, tree, first)
        assert page.get_by_role("spinbutton").input_value() == "7"
        browser.settled(page)  # or the list is drawn anew, and has the focus no more
        box, entry = page.get_by_role("combobox"), page.locator("[role=option][data-focused]")

        def opens() -> bool:  # at the next entry; a page that is drawn anew meanwhile closes it
            if not entry.count():
                box.press("ArrowDown")
                page.wait_for_timeout(500)
            return entry.count() > 0

        browser.until(page, opens)
        page.keyboard.press("Enter")
        assert shows(page, tree, second)[0] != before[0] and browser.asked(page, "node") == [str(second)]
        assert page.noise == []


def test_on_a_phone(tree, address, chromium):
    """A tap chooses, nothing is wider than the screen, nodes can be told apart, and columns line up."""
    root = tree.roots[0].id
    with browser.page(chromium, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        page.goto(f"{address}/?node=nonsense&seed=-3")
        shows(page, tree, tree.branch_points[-1].id)
        places = [browser.node_at(page, branch.id) for branch in tree.branch_points]
        gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for k, a in enumerate(places) for b in places[:k]]
        assert min(gaps) > 24
        page.touchscreen.tap(*browser.node_at(page, root))
        shows(page, tree, root)
        boxes = page.locator(".sheet img").evaluate_all(
            "images => images.map(image => [image.getBoundingClientRect().left, image.getBoundingClientRect().right])")
        assert len({tuple(map(round, box)) for box in boxes}) == 1 and boxes[0][1] <= 390
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.noise == []


def test_noise_goes_down_the_tree_when_played(tree, address, chromium):
    """The pictures move over the tree, its own come out where they have passed, and all are there at the end."""
    with browser.page(chromium) as page:
        page.goto(f"{address}/?seed=5")
        shows(page, tree, tree.branch_points[-1].id)
        page.wait_for_selector(".film-overlay", state="attached")
        assert page.locator(".film-overlay.moving").count() == 0, "a link to something else does not play by itself"
        page.get_by_role("button", name="Play").click()
        page.wait_for_selector(".film-overlay.moving", state="attached")
        page.locator(".now", has_text="One picture for all ten.").wait_for()
        before = ahead(page)
        assert before >= len(tree.branches), "no node is reached yet"
        page.locator(".now", has_text="The 1 leaves: two pictures.").wait_for()
        assert ahead(page) == before - 2, "the root's picture, and the one on the trunk"
        slider = page.get_by_role("slider", name="Noise level")
        slider.press("End")
        page.locator(".now", has_text=of_tree.finished(tree.outline())).wait_for()
        page.wait_for_selector(".film-overlay:not(.moving)", state="attached")
        assert ahead(page) == 0 and page.noise == []


def ahead(page) -> int:
    """How many of the tree's own pictures are not reached yet."""
    return page.locator(".st-key-tree .imagelayer image.ahead").count()


def test_it_plays_by_itself_once(tree, address, chromium):
    """On a visitor's first sight of it; who clicks on the tree has it whole at once, and it does not begin again."""
    root = tree.roots[0].id
    with browser.page(chromium) as page:
        page.goto(address)
        page.locator(".now", has_text="One picture for all ten.").wait_for()
        page.get_by_role("button", name="Pause").wait_for()
        page.mouse.click(*browser.node_at(page, root))
        page.locator(".now", has_text=of_tree.finished(tree.outline())).wait_for()
        shows(page, tree, root)
        page.go_back()
        shows(page, tree, tree.branch_points[-1].id)
        assert page.get_by_role("button", name="Play").is_visible() and ahead(page) == 0 and page.noise == []


def test_it_does_not_play_by_itself_where_motion_is_unwelcome(tree, address, chromium):
    with browser.page(chromium, reduced_motion="reduce") as page:
        page.goto(address)
        shows(page, tree, tree.branch_points[-1].id)
        page.locator(".now", has_text=of_tree.finished(tree.outline())).wait_for()
        assert page.get_by_role("button", name="Play").is_visible() and ahead(page) == 0


def test_a_double_click_is_a_click(tree, address, chromium):
    points = [branch.id for branch in tree.branch_points]
    with browser.page(chromium) as page:
        page.goto(f"{address}/?seed=3")
        shows(page, tree, points[-1])
        for node in points[:3]:
            page.mouse.dblclick(*browser.node_at(page, node), delay=20)
            shows(page, tree, node)
            browser.idle(page)
            assert browser.asked(page, "node") == [str(node)]


def test_the_tree_by_arrow_keys(tree, address, chromium):
    """Down the trunk, to a leaf beside it, and up again; each is said."""
    outline = tree.outline()
    root, ways = tree.roots[0].id, moves(outline)
    with browser.page(chromium) as page:
        page.goto(f"{address}/?node={root}")
        shows(page, tree, root)
        page.locator(".st-key-steered[tabindex='0']").focus()
        node = root
        for key in ("Down", "Left", "Up"):
            page.keyboard.press(f"Arrow{key}")
            node = ways[node][key.lower()]
            shows(page, tree, node)
            assert page.get_by_role("status").filter(has_text=of_tree.headline(outline, outline[node])).count() == 1
        assert node == root and page.evaluate("document.activeElement.matches('.st-key-steered')")
        assert page.noise == []


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (390, 844)], ids=["desk", "tablet", "phone"])
def test_play_and_the_leaves_are_on_one_screen_and_nothing_jumps(tree, address, chromium, size):
    """And what a tap tells is in view."""
    touch = {"has_touch": True, "is_mobile": size[0] < 500}
    with browser.page(chromium, *size, **touch) as page:
        page.add_init_script(SHIFTS)
        page.goto(address)
        shows(page, tree, tree.branch_points[-1].id)
        page.wait_for_selector(".film-overlay", state="attached")
        leaf = browser.node_at(page, tree.leaf("8").id)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
        button = page.get_by_role("button", name="Pause").bounding_box()
        assert button["y"] > 0 and leaf[1] + 60 <= size[1]
        assert page.evaluate("window.shifts") < 0.1
        page.touchscreen.tap(*browser.node_at(page, tree.roots[0].id))
        shows(page, tree, tree.roots[0].id)
        page.wait_for_function("""height => {
            const head = document.querySelector('.st-key-told').getBoundingClientRect();
            const row = document.querySelectorAll('.st-key-told .row')[1].getBoundingClientRect();
            return head.top >= 0 && row.bottom <= height}""", arg=size[1])


def test_a_new_draw_number_changes_every_picture(tree, address, chromium):
    with browser.page(chromium) as page:
        page.goto(address)
        before = shows(page, tree, tree.branch_points[-1].id)
        thumbnails = page.locator(".layer-above image")
        thumbnails.nth(len(tree.branches) - 1).wait_for(state="attached")
        old = thumbnails.evaluate_all("images => images.map(image => image.getAttribute('href'))")
        box = page.get_by_role("spinbutton")
        box.fill("77")
        box.press("Enter")
        page.wait_for_function(browser.OTHER_THUMBNAILS, arg=old[0])
        after = shows(page, tree, tree.branch_points[-1].id)
        new = thumbnails.evaluate_all("images => images.map(image => image.getAttribute('href'))")
        assert len(new) == len(old) and not set(new) & set(old) and not set(after) & set(before)
        assert "seed=77" in page.url and page.noise == []
        page.get_by_text("Pictures on the tree").click()
        page.wait_for_function("!document.querySelector('.layer-above image')")
