"""The parts of "Without labels" as a visitor meets them, on a small tree: the replay of its growth, and two trees."""

import browser
import pytest
from planted_clusters import plant, record
from small_clusters import COUNTS, CUTS, TEN, linked, plant_trees

STEPS = len(CUTS) + 1  # the last phase among them
SEEN = """root => {
    const spots = [...root.querySelectorAll('.spot')];
    const by = (kind) => spots.filter(spot => spot.matches(kind));
    const shown = (spot) => spot.querySelector('small').textContent;
    return {frame: +root.dataset.frame, leaves: by('.leaf').length, cut: by('.cut').length,
            fresh: by('.new').map(shown), caption: root.querySelector('.caption .now').textContent,
            heaps: [...root.querySelectorAll('.heap')].map(heap => heap.textContent)};
}"""
PULL = "(slider, step) => { slider.value = step; slider.dispatchEvent(new Event('input')); }"
PHONE = {"has_touch": True, "is_mobile": True, "color_scheme": "dark"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """An app of its own, which finds the planted files."""
    with pytest.MonkeyPatch.context() as patch:
        folder = plant_trees(tmp_path_factory.mktemp("clusters"), TEN)
        patch.setenv("BRANCHED_MODELS", str(plant(folder, {**record(), "model": TEN, "bridged": ""})))
        with browser.server() as found:
            yield found


@pytest.fixture
def visit(address, chromium):
    """Open the page at a link. At the end: no complaints, and nothing was fetched elsewhere."""
    with browser.visits(chromium, address) as visit:
        yield lambda link, *size, **context: visit(linked(link), *size, **context)


def seen(page) -> dict:
    return page.locator(".growing").evaluate(SEEN)


def at_step(page, step: int) -> dict:
    """What is seen of the replay, once it is there."""
    page.wait_for_selector(".growing .heap img")
    browser.until(page, lambda: seen(page)["frame"] == step)
    return seen(page)


def test_the_replay_is_scrubbed_without_the_server(visit):
    """It begins with the whole tree; each step back has a leaf less, and the link follows where the slider rests."""
    page = visit("clusters?part=growth")
    now = at_step(page, STEPS)
    assert now["leaves"] == 10 and now["cut"] == 0 and len(now["heaps"]) == 10
    slider = page.get_by_role("slider", name="Step of the growth")
    page.sent.clear()
    for step in range(STEPS - 1, 1, -1):
        slider.evaluate(PULL, step)
        now = at_step(page, step)
        assert now["leaves"] == step + 1 and now["cut"] == 1 and len(now["fresh"]) == 2
        assert now["caption"].startswith(f"Step {step}: ") and len(now["heaps"]) == 3
    assert page.sent == []
    slider.dispatch_event("change")  # it is let go
    assert now["fresh"] == [str(sum(COUNTS[:5])), str(sum(COUNTS[5:9]))]
    page.wait_for_url("**step=2**")
    page.reload()
    browser.settled(page)
    assert at_step(page, 2)["leaves"] == 3


def test_the_replay_plays_to_the_end(visit):
    page = visit("clusters?part=growth&step=8")
    at_step(page, 8)
    page.get_by_role("button", name="Play").click()
    assert at_step(page, STEPS)["caption"].startswith("The last step: ")
    page.wait_for_function("() => !location.search.includes('step=')")


def test_children_come_out_of_their_parent(visit):
    page = visit("clusters?part=growth&step=1", reduced_motion="reduce")
    at_step(page, 1)
    boxes = page.locator(".growing .spot").evaluate_all("""spots => spots.slice(0, 5).map(
        spot => [spot.className, spot.style.left, spot.style.top])""")
    (_, x, top), *others = boxes
    assert "fork cut" in boxes[0][0] and top == "0%"
    assert all("unborn" in kind for kind, *_ in others[2:]), "not yet"
    assert [place for _, *place in others[2:]] == [others[0][1:]] * 2, "they wait where their parent stands"
    assert others[0][1] < x and others[1][2] != top


def test_both_trees_face_each_other(visit):
    page = visit("clusters?part=facing")
    page.wait_for_function("() => [...document.querySelectorAll('.facing img')].every(image => image.naturalWidth)")
    heights = page.locator(".facing > :not(.head)").evaluate_all("parts => parts.map(part => part.clientHeight)")
    assert len(heights) == 5 and set(heights) == {440}
    assert page.locator(".facing .class").all_inner_texts() != sorted(page.locator(".facing .class").all_inner_texts())
    assert page.get_by_text("Do they agree?").is_visible()


def test_a_drawing_lights_a_way(visit):
    """Every stroke goes through the tree, and what is said of its leaves is what stands below them."""
    page = visit("clusters?part=drawing&given=draw")
    notes, seen = page.locator(".st-key-dropped .leaf .note"), page.locator(".remade img").first
    notes.nth(9).wait_for()
    before = seen.get_attribute("src")
    assert page.get_by_text("Until then you see").is_visible()
    page.locator(".drawing canvas").scroll_into_view_if_needed()
    browser.stroke(page, ".drawing canvas", [(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)])
    page.wait_for_function("old => ![undefined, old].includes(document.querySelector('.remade img')?.src)", arg=before)
    browser.idle(page)
    assert not page.get_by_text("Until then you see").is_visible()
    shares = [int(text.strip("<>%")) for text in notes.all_inner_texts()]
    assert len(shares) == 10 and 90 <= sum(shares) <= 110
    assert page.locator(".st-key-dropped circle.lit").count() >= 1 and page.locator(".remade img").count() == 2
    sentence = page.locator(".st-key-dropped p").filter(has_text="leaf").first.inner_text()
    assert f"leaf {'ABCDEFGHIJ'[shares.index(max(shares))]} " in sentence and f"{max(shares)}%" in sentence
    assert browser.asked(page, "given") == ["draw"] and browser.asked(page, "pick") == []


def test_one_root_goes_through_all_leaves(visit):
    page = visit("clusters?part=paths")
    page.locator(".through .cell img").nth(29).wait_for()
    assert page.locator(".through > b").all_inner_texts() == list("ABCDEFGHIJ")
    before = page.locator(".through .cell img").first.get_attribute("src")
    page.get_by_role("button", name="Increment").or_(page.get_by_label("Increment")).first.click()
    browser.until(page, lambda: page.locator(".through .cell img").first.get_attribute("src") != before)
    page.wait_for_url("**seed=**")


@pytest.mark.parametrize("part", ["growth", "facing", "drawing", "paths"])
def test_nothing_is_wider_than_a_phone(visit, part):
    page = visit(f"clusters?part={part}", 390, 844, **PHONE)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    wide = page.evaluate("""[...document.querySelectorAll('.stMain .stHtml *, .stMain img, .stMain small')]
        .filter(one => one.getBoundingClientRect().right > 391).map(one => one.className || one.tagName)""")
    assert wide == []
