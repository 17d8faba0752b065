"""The whole lesson in a real browser, for each shipped model of images in each language.

At every station the right answer is chosen from the page and committed to; what is said then must have what the model
says. Prints a line for each walk, and ends with 1 where something was amiss.
"""
import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import browser

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import branched  # noqa: E402 - found by the line before
from pages.ui import questions  # noqa: E402
from pages.ui.frame.menu import PAGES  # noqa: E402
from pages.ui.language import LANGUAGES  # noqa: E402
from pages.ui.lesson import steps  # noqa: E402

FITTING = PAGES["pages/lesson.py"]


def walked(page, address: str, name: str, code: str) -> Iterator[str]:
    """Walk the lesson; tells what is amiss."""
    asked = {question.key: question for question in questions.of(branched.load(name))}
    page.goto(f"{address}/lesson?model={name}&lang={code}")
    browser.settled(page)
    for step in (*steps.STATIONS, steps.END):
        browser.answered(page, lambda: page.locator(".st-key-forward button").click())
        browser.until(page, lambda step=step: browser.asked(page, "step") == [step])
        if (question := asked.get(step)) is not None:
            yield from _answered(page, step, question)
    page.locator(".st-key-csv").wait_for()
    yield from page.noise


def _answered(page, step: str, question: questions.Question) -> Iterator[str]:
    """Choose the first right answer by its place, commit to it, and see that the page takes it for right."""
    place = list(question.options).index(question.answers[0])
    page.locator(".st-key-asked").get_by_role("radio").nth(place).locator("xpath=ancestor-or-self::*[self::label or "
                                                                         "self::button][1]").click()
    browser.idle(page)
    browser.answered(page, lambda: page.locator(".st-key-commit button").click())
    page.locator(".st-key-outcome").wait_for()
    if browser.asked(page, step) != [question.answers[0]]:
        yield f"{step}: the address says {browser.asked(page, step)}"
    if page.locator(".stException, .stAlert").count():
        yield f"{step}: {page.locator('.stException, .stAlert').first.inner_text()[:200]}"


def main() -> int:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    models, wrong = [name for name in branched.models() if FITTING.fits(branched.load(name))], 0
    with browser.server() as address, browser.browser() as chromium:
        for name in models:
            for code in LANGUAGES:
                began = time.monotonic()
                with browser.page(chromium) as page:
                    amiss = list(walked(page, address, name, code))
                wrong += len(amiss)
                print(f"{name}, {code}: {len(amiss)} amiss, {time.monotonic() - began:.0f} s", *amiss, sep="\n  ")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
