"""Without labels, as a visitor meets it: on a small tree and planted figures, of which every picture says where it
stands."""
import io
import time

import browser
import pytest
from PIL import Image
from planted_clusters import DRAWS, GROUPS, OF, WAYS, level, plant, record
from small_clusters import TEN, linked, plant_trees, shape_of_ten

TREE = shape_of_ten()
LEAVES = dict(zip(GROUPS, TREE.leaves, strict=True))
PHONE = {"has_touch": True, "is_mobile": True, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """An app of its own, which finds small trees and planted files."""
    with pytest.MonkeyPatch.context() as patch:
        folder = plant_trees(tmp_path_factory.mktemp("clusters"), TEN)
        patch.setenv("BRANCHED_MODELS", str(plant(folder, {**record(), "model": TEN})))
        with browser.server() as found:
            yield found


@pytest.fixture
def visit(address, chromium):
    """Open the page at a link. At the end: no complaints, and nothing was fetched elsewhere."""
    with browser.visits(chromium, address) as visit:
        def open_page(link: str = "clusters", *size: int, **context):
            page = visit(linked(link), *size, **context)
            page.wait_for_selector(".leaf")
            return page

        yield open_page


def node(page, number: int):
    """The button of a node."""
    return page.locator(f"[data-node='{number}']")


def choose(page, number: int, title: str) -> None:
    """Click on a node, until its title is there."""
    browser.answered(page, node(page, number).click)
    page.get_by_role("heading", name=title).wait_for()
    assert node(page, number).get_attribute("aria-pressed") == "true"


def grey(page, leaf: int, draw: int) -> int:
    """The grey value on the screen in the middle of a picture below a leaf."""
    cell = page.locator(".leaf").nth(leaf).locator(".cell").nth(draw)
    cell.scroll_into_view_if_needed()
    shot = Image.open(io.BytesIO(cell.screenshot())).convert("L")
    return shot.getpixel((shot.width // 2, shot.height // 3))


def way(name: str) -> int:
    return list(WAYS).index(name)


def test_the_tree_stands_over_its_pictures_and_bars(visit):
    page = visit()
    assert page.locator(".leaf").count() == 10 and page.locator(".knot").count() == len(TREE.forks)
    assert page.locator(".figure path").count() == len(TREE.nodes) - 1
    assert not page.locator(".figure.lying").count()
    for leaf, draw in ((0, 0), (4, 5), (9, 7)):
        assert abs(grey(page, leaf, draw) - level(way("members"), leaf, draw)) <= 1
    most = page.locator(".bars").evaluate_all(
        "all => all.map(bars => [...bars.children].findIndex(bar => bar.className === 'most'))")
    assert most == list(OF)
    tall = page.locator(".bars").first.evaluate("bars => bars.children[0].clientHeight / bars.clientHeight")
    assert tall == pytest.approx(0.98, abs=0.04)


def test_nodes_are_as_large_as_their_share_and_lines_as_thick(visit):
    page = visit()
    radii = page.locator(".figure circle").evaluate_all("all => all.map(one => +one.getAttribute('r'))")
    widths = page.locator(".figure path").evaluate_all("all => all.map(one => +one.getAttribute('stroke-width'))")
    assert max(radii) == radii[0] > 2.5 * min(radii)
    assert max(widths) > 2 * min(widths), "nine in ten go one way at the root, and one in ten the other"


def test_a_click_on_a_leaf_tells_of_it(visit):
    page = visit()
    choose(page, LEAVES["D"], "Leaf D: the 7s")
    page.get_by_text("98 of 100 are a 7").wait_for()
    assert page.locator(".cells img").count() == DRAWS
    assert page.locator("path.lit").count() == len(TREE.path(LEAVES["D"])) - 1
    page.wait_for_url(f"**node={LEAVES['D']}")


def test_a_click_on_a_point_tells_who_parts_there(visit):
    page = visit()
    choose(page, 3, "Here part 0 6 1 | 7 4")
    shares = page.locator(".figure text").all_text_contents()
    assert len(shares) == 2 and sum(int(text.rstrip("%")) for text in shares) == 100
    page.locator(".cells img").nth(5 * 8 - 1).wait_for()
    assert page.locator(".cells img").count() == 5 * 8


def test_the_switch_and_the_link(visit):
    page = visit()
    browser.answered(page, lambda: page.get_by_role("radio", name="Drawn by branches").click())
    page.get_by_text("A branched diffusion model").wait_for()
    browser.settled(page)  # or what is looked at is drawn anew meanwhile
    browser.until(page, lambda: abs(grey(page, 2, 1) - level(way("bridged"), 2, 1)) <= 1)
    choose(page, 1, "Here part")
    page.reload()
    browser.settled(page)
    page.get_by_role("heading", name="Here part").wait_for()
    page.wait_for_selector(".leaf")
    assert abs(grey(page, 2, 1) - level(way("bridged"), 2, 1)) <= 1 and browser.asked(page, "kind") == ["bridged"]
    browser.answered(page, lambda: page.get_by_role("radio", name="Drawn by the tree").click())
    page.get_by_label("Dice roll", exact=True).wait_for()
    page.get_by_text("independent network").or_(page.get_by_text("Who is below")).first.wait_for()


def test_by_the_keys_alone(visit):
    page = visit()
    node(page, 0).focus()
    page.keyboard.press("Tab")
    browser.answered(page, lambda: page.keyboard.press("Enter"))
    page.get_by_role("heading", name="Here part").wait_for()


def test_a_click_with_pictures_kept_is_answered_at_once(visit):
    """Generously, for slow machines; the figure is printed."""
    page = visit()
    times = []
    for group in "BFJAC":
        begun = time.perf_counter()
        node(page, LEAVES[group]).click()
        page.get_by_role("heading", name=f"Leaf {group}:").wait_for()
        times.append(time.perf_counter() - begun)
    print(f"\na click on a leaf is answered in {sorted(times)[2]:.2f} s")
    assert sorted(times)[2] < 3


@pytest.mark.parametrize("link", ["clusters", f"clusters?kind=decoder&node={TREE.forks[2]}", "clusters?model=blobs"])
def test_nothing_is_wider_than_a_phone(visit, link):
    page = visit(link, 390, 844, **PHONE)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    wide = page.evaluate("""[...document.querySelectorAll('.stMain .stHtml *, .stMain img')]
        .filter(one => one.getBoundingClientRect().right > 391).map(one => one.className || one.tagName)""")
    assert wide == []


def test_on_a_phone_the_tree_lies_and_a_tap_leads_to_what_it_tells(visit):
    page = visit("clusters", 390, 844, **PHONE)
    assert page.locator(".figure.lying").count() == 1
    node(page, LEAVES["C"]).tap()
    title = page.get_by_role("heading", name="Leaf C:")
    title.wait_for()
    browser.until(page, lambda: 0 < title.bounding_box()["y"] < 844)
