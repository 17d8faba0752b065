"""The page of one file, as it is met: opened from the disk, with the network off, and walked through to the end."""
import re

import browser
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from models import tiny, untrained

import branched
from branched import BranchedModel, ClassTree, of_tree
from branched.one_page.export import export_page

GRAVE = ("serious", "critical")
HOSTILE = ("<b>bold</b>", "שלום", "👩‍🚀", "{source}", "__proto__")
SHARP = "() => Face.page.views.turn.turning?.frames.every((frame) => frame.level === 2)"
SEEN = "() => Face.page.views.turn.turning?.frames.some((frame) => frame.level > 0)"
SMALL = """() => [...document.querySelectorAll('button, input, summary, [role=treeitem]')]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.getBoundingClientRect(), one]).filter(([box]) => Math.min(box.height, box.width) < 43.9)
  .map(([box, one]) => `${one.className} ${one.textContent} ${box.width} x ${box.height}`)"""
FOUR = [(0.62, 0.2), (0.3, 0.55), (0.75, 0.55)], [(0.62, 0.2), (0.6, 0.85)]


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "digits.html"
    export_page(branched.load("mnist"), file)
    return file


def opened(page, file, fragment: str = "") -> None:
    """The file with the network off; the model is awake."""
    page.asked = []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.context.set_offline(True)
    page.goto(f"{file.as_uri()}{fragment}")
    page.wait_for_selector("body.awake")


def untroubled(page, file) -> None:
    """Nothing was asked but the file itself and what the page made of it; no errors."""
    elsewhere = [url for url in page.asked if not url.startswith((file.as_uri(), "blob:", "data:"))]
    assert elsewhere == [] and page.noise == []


def barriers(page) -> list[tuple]:
    seen = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]][:4]) for rule in seen if rule["impact"] in GRAVE]


def rested(page) -> None:
    """Until the model has nothing left to do."""
    page.wait_for_function("() => !document.body.classList.contains('busy')")


def test_a_visit_to_everything(digits, chromium):
    outline = branched.load("mnist").outline()
    with browser.page(chromium, reduced_motion="reduce") as page:
        opened(page, digits)
        heading, tree = page.locator("#watch h2"), page.get_by_role("tree")
        four_nine = outline.path("4")[-2]
        assert heading.text_content() == of_tree.headline(outline, four_nine), "where classes are most alike"
        assert barriers(page) == [] and page.evaluate(SMALL) == []
        # By keyboard along the tree, and by a click.
        tree.locator(f"[data-node='{four_nine.id}']").focus()
        page.keyboard.press("ArrowUp")
        above = outline[four_nine.parent]
        assert heading.text_content() == of_tree.headline(outline, above)
        assert page.evaluate("document.activeElement.dataset.node") == str(above.id)
        tree.get_by_role("treeitem", name=of_tree.name(outline, outline.leaf("7")), exact=True).click()
        assert heading.text_content() == of_tree.headline(outline, outline.leaf("7"))
        assert f"node={outline.leaf('7').id}" in page.url
        # Another draw number: the same pictures as Python's, to 2 levels of 255.
        page.get_by_role("spinbutton", name="Dice roll").fill("7")
        page.wait_for_function("(({tour}) => tour.seed === 7 && tour.columns > 0)(Face.page.views.watch)")
        made = page.evaluate("[...Face.page.views.watch.tour.ends['7'][0]]")
        drawn = branched.load("mnist").sample("7", sampling=branched.Sampling.quality(n=1, seed=7)).images[0, 0]
        assert np.abs(np.array(made).reshape(drawn.shape) - 255 * drawn).max() <= 2.5
        # The film ends with what came out.
        slider = page.get_by_role("slider", name="Noise level, from noise")
        slider.fill("90")
        live = page.locator(".sprite:visible").count()
        assert live > 1 and of_tree.number(live) in page.locator(".fall .caption").text_content()
        # Turn: an example; then a drawing, all of it sharp, which says what it is taken for; and all classes.
        page.get_by_role("tab", name="Turn").click()
        page.wait_for_function(SEEN)
        assert not page.evaluate("Face.page.desk.wanted.has('tour')"), "what is looked at no more is not drawn"
        assert barriers(page) == [] and page.evaluate(SMALL) == []
        for points in FOUR:
            browser.stroke(page, ".paper", points)
        page.wait_for_function("() => document.querySelector('.verdict').textContent.includes('4')")
        page.wait_for_function(SHARP)
        page.get_by_text("read as a 9 by the model itself").wait_for()
        assert page.locator("figcaption").all_text_contents() == ["Your drawing", "In noise", "Becomes a 9"]
        page.get_by_role("radiogroup", name="Turn it into").get_by_role("radio", name="all").click()
        page.wait_for_function(SEEN)
        assert page.locator(".turned figure").count() == 10 and "all=1" in page.url
        page.get_by_role("slider", name="turn").fill("3")
        browser.until(page, lambda: re.search(r"time=0\.\d+", page.url))
        assert "example" not in page.url, "an own drawing is in no address"
        untroubled(page, digits)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A model whose classes have evil names."""
    tree = ClassTree.from_merges(HOSTILE, [(0.3, HOSTILE[:2]), (0.5, HOSTILE[2:4]), (0.7, HOSTILE)])
    file = tmp_path_factory.mktemp("page") / "hostile.html"
    export_page(BranchedModel(untrained(tiny(), tree), tree, {"data": {"name": "</script><img src=x>"}}, {}), file)
    return file


@pytest.mark.parametrize("fragment", ["#see=turn&draw=-1&node=__proto__&from=%00&to=%3Cb%3E&time=9e9&all=%E0%A4%A",
                                      "#node=1e9&draw=99999&example=constructor&see=<img src=x onerror=alert(1)>"])
def test_names_and_addresses_are_text(hostile, chromium, fragment):
    with browser.page(chromium, 390, 844, has_touch=True, color_scheme="dark") as page:
        opened(page, hostile, fragment)
        rested(page)
        assert barriers(page) == [] and page.evaluate(SMALL) == []
        assert page.locator(".leaf .name").all_text_contents() != [] and set(
            page.locator(".leaf .name").all_text_contents()) == set(HOSTILE)
        assert page.locator("b:not(.key b, .verdict b), img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        untroubled(page, hostile)


def test_a_pen_wins_over_the_hand_that_holds_it(hostile, chromium):
    """A palm leaves a dot, which goes when the pen comes, and draws nothing while the pen is near."""
    strokes = """events => {
        const paper = document.querySelector('.paper'), box = paper.getBoundingClientRect();
        for (const [kind, pointerType, x, y] of events) paper.dispatchEvent(new PointerEvent(`pointer${kind}`, {
            pointerType, pointerId: pointerType === 'pen' ? 7 : 3, button: 0, bubbles: true,
            clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
        return Face.page.views.turn.pad.strokes.map(stroke => stroke.slice(0, 2).map(Math.round));
    }"""
    with browser.page(chromium, 900, 900) as page:
        opened(page, hostile, "#see=turn")
        palm = [("down", "touch", 0.9, 0.9), ("up", "touch", 0.9, 0.9)]
        pen = [("down", "pen", 0.5, 0.25), ("move", "pen", 0.5, 0.75), ("up", "pen", 0.5, 0.75)]
        assert page.evaluate(strokes, [palm[0], *pen, *palm]) == [[140, 70]]
        page.evaluate("Face.page.views.turn.pad.penned -= Face.Pad.PALM")  # later
        assert page.evaluate(strokes, palm) == [[140, 70], [252, 252]], "a finger draws, too"
        page.reload()
        page.wait_for_selector("body.awake")
        assert page.evaluate(strokes, []) == [[140, 70], [252, 252]], "the tab keeps a drawing"
        page.get_by_role("button", name="Clear").click()
        assert page.evaluate(strokes, []) == []
