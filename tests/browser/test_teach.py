"""Teaching the model a class, as a visitor does it."""
import re
from urllib.parse import urlsplit

import browser

import branched

EDIT = """name => new Promise((done) => {
  // What the browser keeps of a model is edited, as nobody should
  const open = indexedDB.open('branched');
  open.onsuccess = () => {
    const passage = open.result.transaction('texts', 'readwrite'), texts = passage.objectStore('texts');
    texts.get(name).onsuccess = ({target}) => texts.put({...target.result, text: EDITED(target.result.text)});
    passage.oncomplete = () => { open.result.close(); done(); };
  };
})"""
TAMPER, MEND = (EDIT.replace("EDITED", f"(text => text.replace('{old}', '{new}'))")
                for old, new in (('"base"', '"bass"'), ('"bass"', '"base"')))


KEPT = """() => {
  const text = sessionStorage.getItem('branched drawings');
  return text ? Math.round(JSON.parse(text).pixels.length * 3 / 4 / (28 * 28 * 4)) : 0;
}"""  # how many drawings the browser keeps


def test_a_drawn_symbol_gets_a_leaf_and_nothing_is_forgotten(address, chromium):
    with browser.page(chromium) as page, browser.page(chromium, 390, 844) as other:
        page.goto(f"{address}/teach?model=mnist-049&steps=3")
        browser.settled(page)
        page.noise.clear()
        for k in range(4):
            start = (0.2, 0.3 + 0.05 * k)
            browser.stroke(page, ".st-key-sketch canvas", [start, (0.8, 0.25), (0.5, 0.85), start], steps=4)
            page.get_by_role("button", name="Add this drawing").click()
            page.get_by_text(f"{k + 1} drawing").wait_for()
        browser.until(page, lambda: page.evaluate(KEPT) == 4)  # who loads a page anew sooner than that loses the last
        page.reload()
        page.get_by_text("4 drawings").wait_for()
        browser.settled(page)
        assert page.locator(".st-key-sketch .inked").count() == 0, "the canvas is empty again"
        page.get_by_role("button", name="Remove number 2").click()
        page.get_by_text("3 drawings").wait_for()
        page.get_by_label("What is it called?").fill("tri")
        page.keyboard.press("Enter")
        page.wait_for_function("location.search.includes('name=tri')")
        page.get_by_role("button", name="Teach it").click()
        page.get_by_role("heading", name="It can draw your tri!").wait_for(timeout=300_000)
        page.get_by_role("heading", name="And it forgot nothing").wait_for(timeout=120_000)
        assert re.search(r"0 of the [\d,]+ bits", page.locator("[data-testid=stMain]").inner_text())
        browser.settled(page)
        leaves = page.evaluate("""() => document.querySelector('.st-key-tree .js-plotly-plot')._fullData
            .find(trace => trace.customdata).customdata.map(own => own[1])""")
        assert "tri" in leaves and "0" in leaves
        [name] = browser.asked(page, "model")
        with page.expect_download() as got:
            page.get_by_role("button", name="Download the model").click()
        assert got.value.suggested_filename == "mnist-049+tri.safetensors"
        assert "tri" in branched.load(got.value.path().rename(got.value.path().with_suffix(".safetensors"))).labels
        page.reload()
        page.get_by_role("heading", name="It can draw your tri!").wait_for()
        page.get_by_role("heading", name="And it forgot nothing").wait_for(timeout=120_000)
        browser.idle(page)
        assert browser.asked(page, "model") == [name]
        page.goto(f"{address}/_stcore/health")  # no page of the app, which might keep the model once more meanwhile
        page.evaluate(TAMPER, name)
        page.goto(f"{address}/teach?model={name}&steps=2")
        page.get_by_text("could not be read back").wait_for()
        browser.settled(page)
        page.goto(f"{address}/_stcore/health")
        page.evaluate(MEND, name)
        page.goto(f"{address}/teach?model={name}")
        page.get_by_role("heading", name="And it forgot nothing").wait_for(timeout=120_000)
        browser.settled(page)
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="Watch", exact=True).wait_for()
        browser.go(page, "Watch")
        page.locator(".st-key-tree .js-plotly-plot").wait_for()
        page.get_by_role("option").or_(page.get_by_text("when does the model decide?")).first.wait_for()
        browser.settled(page)
        assert browser.asked(page, "model") == [name]
        other.goto(f"{address}/teach?model={name}")
        other.get_by_text("lives in one browser only").wait_for()
        browser.settled(other)
        assert other.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}
