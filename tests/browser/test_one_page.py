"""The page in one file, opened from a disk with the network off: as the core to 2 levels of 255, asking nobody."""
from pathlib import Path
from urllib.parse import urlsplit

import browser
import firefox
import numpy as np
import one_page
import pytest
from models import tiny, untrained

from branched import BranchedError, BranchedModel, ClassTree, Sampling, export_page, load, page_of

LEVELS = 2 / 255
# Classes that joined later cut branches in two, and leave in the middle of a step.
GRAFTED = (ClassTree.from_merges("0123", [(0.2, "01"), (0.4, "23"), (0.77, "0123")])
           .graft("new", "1", 0.61).graft("other", "new", 0.05))


@pytest.fixture(scope="module")
def digits(chromium, tmp_path_factory):
    """The shipped digits' model, and its page, alive."""
    yield from opened(chromium, load("mnist"), tmp_path_factory.mktemp("page") / "digits.html")


@pytest.fixture(scope="module")
def colours(chromium, tmp_path_factory):
    """A small model of colours that was taught twice, and its page."""
    model = BranchedModel(untrained(tiny(3), GRAFTED), GRAFTED, {}, {})
    yield from opened(chromium, model, tmp_path_factory.mktemp("page") / "taught.html")


def opened(chromium, model: BranchedModel, file: Path):
    export_page(model, file)
    with one_page.opened(chromium, file) as page:
        assert page.evaluate(one_page.ALIVE) > 0
        yield model, page
        assert one_page.leaving(page) == [] and page.noise == []


def near(found: dict, key: str, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(np.reshape(found[key], wanted.shape), wanted, rtol=0, atol=LEVELS)


@pytest.mark.parametrize("which", ["digits", "colours"])
def test_the_same_draw_number_gives_the_same_pictures(which, request):
    model, page = request.getfixturevalue(which)
    for steps, solver in ((4, "ddim"), (9, "ddim-eta")):
        found = one_page.ask(page, "sample", {"n": 2, "steps": steps, "solver": solver, "seed": 11})
        wanted = model.sample(n=2, steps=steps, solver=solver, seed=11).images
        assert found["shape"] == list(wanted.shape) and found["labels"] == list(model.labels)
        near(found, "images", wanted)


def test_the_tree_of_a_draw_number_is_the_apps(digits):
    model, page = digits
    found = one_page.ask(page, "descent", {"seed": 5})
    *_, last = model.sampling(sampling=Sampling.quality(n=1, seed=5), hybrids=True)
    for node, hybrid in last.result.hybrids.items():
        near(found["nodes"][str(node)], "denoised", hybrid.denoised)
    for label, images in zip(model.labels, last.result.images, strict=True):
        near(found["endings"], label, images)


def test_a_drawing_is_prepared_read_and_transmuted(digits):
    model, page = digits
    drawing = np.zeros((280, 280), np.uint8)
    drawing[60:90, 60:210] = drawing[60:250, 180:210] = 255
    found = one_page.ask(page, "prepare", (drawing / 255).ravel().tolist(), 280, 280)
    picture = model.prepare(drawing)
    near(found, "image", picture)
    read = one_page.ask(page, "classify", picture.ravel().tolist())
    wanted = model.classify(picture[None])
    assert read["label"] == wanted[0] == "7"
    np.testing.assert_allclose(list(read["probabilities"].values()), wanted.probabilities[0], atol=0.01)
    given = {"source": "7", "target": ["9", "2"], "time": [0.2, 0.5], "steps": 5, "seed": 3}
    turned = one_page.ask(page, "transmute", {"image": picture.ravel().tolist(), **given})
    made = model.transmute(picture[None], **given, solver="ddim")
    assert turned["shape"] == [2, 2, 28, 28]
    near(turned, "image", made.images[:, :, 0])
    near(turned, "noised", made.noisy[:, :, 0])


def test_who_no_longer_wants_an_answer_gets_none_and_others_do(digits):
    _, page = digits
    said = page.evaluate("""async () => {
        const leaving = new AbortController();
        const long = window.explorer.sample({n: 8, steps: 100, signal: leaving.signal}).catch(error => error.name);
        const short = window.explorer.sample({labels: [1], steps: 2});
        setTimeout(() => leaving.abort(), 100);
        return [await long, (await short).labels];
    }""")
    assert said == ["AbortError", ["1"]]


def test_what_is_wrong_is_said_and_nothing_is_fetched(digits):
    _, page = digits
    said = page.evaluate("""async () => [
        await window.explorer.sample({labels: ['x']}).catch(error => error.message),
        await window.explorer.prepare(new Float32Array(784), 28, 28).catch(error => error.message),
        await fetch('https://example.org').catch(error => 'refused')]""")
    assert [line[:16] for line in said] == ["There is no clas", "No digit was fou", "refused"]
    page.noise[:] = [line for line in page.noise if "example.org" not in line and "Content Security" not in line]
    page.asked[:] = [url for url in page.asked if "example.org" not in url]


def test_the_apps_own_server_has_it(address, chromium):
    with browser.page(chromium) as page:
        assert "default-src 'none'" in page.goto(f"{address}/class").headers["content-security-policy"]
        assert page.evaluate(one_page.ALIVE) > 0
        assert len(one_page.ask(page, "sample", {"labels": [3], "steps": 2})["images"]) == 784
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}


@pytest.mark.browser
@pytest.mark.skipif(firefox.firefox() is None, reason="there is no Firefox on this machine")
def test_firefox_draws_the_same(tmp_path):
    model, file = load("mnist"), tmp_path / "digits.html"
    export_page(model, file)
    with firefox.tab() as tab:
        tab.open(file)
        tab.evaluate(one_page.ALIVE)
        found = tab.evaluate(one_page.ASK, ["sample", [{"n": 1, "steps": 5, "seed": 11}]])
        near(found, "images", model.sample(n=1, steps=5, solver="ddim", seed=11).images)
        assert [url for url in tab.asked if not url.startswith(("file:", "blob:", "data:"))] == []


def test_a_browser_that_cannot_is_told_so_in_a_sentence(chromium, tmp_path):
    file = tmp_path / "damaged.html"
    file.write_bytes(page_of(BranchedModel(untrained(tiny(), GRAFTED), GRAFTED, {}, {})).replace(
        b'id="graph">H4sI', b'id="graph">AAAA'))
    with one_page.opened(chromium, file) as page:
        said = page.evaluate("() => window.explorer.ready.catch(error => error.message)")
        assert said.startswith("The model cannot run in this browser (") and "recent Chrome" in said


def test_only_a_class_tree_of_images_becomes_a_page(tmp_path):
    with pytest.raises(BranchedError, match="Only a model of images"):
        export_page(load("letters"), tmp_path / "letters.html")
