"""A teacher and a student, each with a browser: what the student sends, the teacher's wall shows by itself."""
import re

import browser
import pytest


@pytest.fixture
def visit(address, chromium):
    with browser.visits(chromium, address) as visit:
        yield visit


def test_a_work_comes_to_the_wall_by_itself_and_goes_by_a_click(visit, address):
    teacher = visit("wall")
    teacher.get_by_role("button", name="Open a room").click()
    teacher.wait_for_url("**room=*")
    browser.idle(teacher)
    code, key = re.search("room=([A-Z]{4})", teacher.url)[1], "Take away: "
    student = visit(f"hybrids?room={code}&a=3&b=8", 390, 844)
    wall = visit(f"wall?room={code}&view=projector", 1024, 768)
    student.get_by_role("button", name=f"Send to the wall {code}").click()
    student.get_by_text("as soon as your teacher lets it through").wait_for()
    teacher.get_by_text("1 work waits for you").click()  # it is there by itself
    assert wall.locator(".board li").count() == 0, "nobody sees it yet"
    teacher.get_by_role("button", name="Let through: The hybrid of 3 and 8").click()
    work = wall.get_by_role("img", name=re.compile("^The hybrid of 3 and 8 at t = 0.4"))
    work.wait_for()
    assert work.evaluate("image => image.complete && image.naturalWidth > 80")
    assert not wall.get_by_role("button", name=key).count() and not wall.get_by_role("button", name="Wipe").count()
    again = teacher.context.new_page()  # the same browser has the key, in another tab
    again.goto(f"{address}/wall?room={code}")
    again.get_by_role("button", name=re.compile(f"^{key}The hybrid")).click()
    for page in (wall, teacher):
        page.locator(".board li").first.wait_for(state="detached")
