"""The page "Wall" as its script leaves it: a teacher with the key, a student without; and what students send."""
import numpy as np
import pytest
from apptest import asked, opened
from streamlit.testing.v1 import AppTest

from pages.class_room import LINKS, ROOMS, Room, work
from pages.ui.frame import in_class
from pages.ui.wall import told


def room() -> Room:
    """A room that was opened, whatever was opened before."""
    ROOMS._opened.clear()
    return ROOMS.open()


def sent(here: Room, who: str = "somebody", **facts) -> None:
    here.post(work("turned", np.zeros((2, 28, 28)), **{"source": "4", "target": "9", "seed": 12, "time": 0.34} | facts),
              f"{who} {here.version}")


def buttons(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def board(app: AppTest) -> list[dict]:
    """What hangs on boards, all of them together."""
    import json

    return [tile for element in app.get("bidi_component") if element.proto.component_name == "board"
            for tile in json.loads(element.proto.json)["tiles"]]


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_a_teacher_opens_a_room_lets_works_through_and_closes_it():
    ROOMS._opened.clear()
    app = press(opened("pages/wall.py"), "Open a room")
    here = ROOMS.find(asked(app, "room")[0])
    assert here and here.code in app.title[0].value and here.key not in str(app.query_params)
    sent(here)
    app.run()
    assert [tile["name"] for tile in board(app)] == ["4 → 9"] and here.wall == []
    press(app, "Let all through")
    assert len(here.wall) == 1 and board(app)[0]["note"] == "t = 0.34 · dice roll 12".replace("t = 0", "t\xa0=\xa00")
    press(app, "Wipe")
    assert here.wall == [] and told.EMPTY in [caption.value for caption in app.caption]
    press(app, "Close")
    assert not here.is_open
    press(app, "Leave")
    assert "room" not in app.query_params and "Open a room" in buttons(app)


def test_a_student_sees_what_was_let_through_and_no_more():
    here = room()
    sent(here)
    sent(here, source="1")
    app = opened("pages/wall.py", room=here.code)
    assert board(app) == [] and not {"Wipe", "Close", "Let all through"} & set(buttons(app))
    here.unlocked(here.key).approve(2)
    app.run()
    assert [tile["name"] for tile in board(app)] == ["1 → 9"]
    assert here.key not in "".join(element.proto.json for element in app.get("bidi_component"))


@pytest.mark.parametrize("code", ["ZZZZ", "BCDM", "<b>x</b>", "![p](http://h/x.png)", "💥" * 50, ""])
def test_a_room_that_is_not_there_is_a_sentence(code):
    app = opened("pages/wall.py", room=code)
    assert [("no room" in warning.value) for warning in app.warning] == [True] * bool(code)
    assert "room" not in app.query_params and "Open a room" in buttons(app)
    assert not any("](http" in warning.value for warning in app.warning)


def test_a_room_is_entered_by_its_code():
    here = room()
    app = opened("pages/wall.py")
    app.text_input(key="code").set_value(here.code.lower()).run()
    assert not app.exception and here.code in app.title[0].value
    app = opened("pages/wall.py")
    app.text_input(key="code").set_value("QQQQ").run()
    assert "no room QQQQ" in app.warning[0].value


@pytest.mark.parametrize(("page", "query", "name"), [
    ("pages/transmute.py", {"seed": "7"}, "4 → 9"), ("pages/hybrids.py", {"a": "3", "b": "8"}, "between 3 and 8")])
def test_what_a_page_shows_is_sent_by_one_button(page, query, name):
    here = room()
    app = opened(page, room=here.code, **query)
    press(app, f"Send to the wall {here.code}")
    [post] = here.unlocked(here.key).waiting
    assert told.name(post) == name and post.work.pictures.shape[1:] == (28, 28) and post.work.model == "mnist"
    assert post.work.seed == int(query.get("seed", 0)) and 0 < post.work.time < 1 and post.work.pictures.max() > 200
    assert any("as soon as your teacher" in said.value for said in app.markdown)
    press(app, f"Send to the wall {here.code}")
    assert any("quick" in said.value for said in app.markdown) and len(here.unlocked(here.key).waiting) == 1


def test_without_a_room_there_is_nothing_to_send():
    assert not [label for label in buttons(opened("pages/hybrids.py")) if "Send" in label]


def test_the_name_of_a_taught_class_is_sent_nowhere(monkeypatch):
    from types import SimpleNamespace

    mine = SimpleNamespace(taught={"Anna": None}, base="mnist")
    monkeypatch.setattr(in_class.visitor, "find", lambda name: mine if name == "own-1" else None)
    assert in_class.common("own-1", "Anna") == ""
    assert in_class.common("own-1", "4") == in_class.common("mnist", "4") == "4"
    assert in_class.model("own-1") == "mnist" and "Anna" not in in_class.several("own-1", ["4", "Anna"])


def test_the_room_and_the_view_come_along_by_every_link():
    here = room()
    app = opened("pages/about.py", room=here.code, view="projector,bare,nonsense")
    assert "view = nonsense" in app.warning[0].value and asked(app, "view") == ["projector,bare"]
    menu = [link.proto.query_string for link in app.get_by_key("menu").get("page_link")]
    assert all(f"room={here.code}" in query and "view=projector%2Cbare" in query for query in menu)


def test_a_fixed_dice_roll_is_fixed_and_old_links_still_say_what_is_looked_at():
    assert opened("pages/hybrids.py", view="fixed").number_input(key="seed").disabled
    app = opened("pages/hybrids.py", view="guess", seed="3")
    assert app.session_state["seen"] == "guess" and not app.number_input(key="seed").disabled and not app.warning
    assert opened("pages/generate.py", view="guess").session_state["seen"] == "guess"


def test_the_panel_makes_a_link_of_what_is_chosen():
    here = room()
    app = opened("pages/wall.py", room=here.code)
    app = opened("pages/wall.py")
    app.selectbox(key="panel-page").set_value("pages/hybrids.py").run()
    app.selectbox(key="panel-a").set_value("3").run()
    app.selectbox(key="panel-b").set_value("8").run()
    app.number_input(key="panel-seed").set_value(5).run()
    app.get_by_key("panel-view").set_value(["bare", "fixed"]).run()
    assert not app.exception
    assert "hybrids?a=3&b=8&seed=5&view=bare%2Cfixed" in LINKS._views.values()
    app.text_input(key="pasted").set_value("http://x:1/transmute?target=1&embed=true&own=%F0%9F%A6%8A").run()
    assert "transmute?target=1&own=%F0%9F%A6%8A&view=bare%2Cfixed" in LINKS._views.values()
    app.text_input(key="pasted").set_value("http://evil.example/nowhere").run()
    assert not app.exception and "no address of a page" in app.warning[0].value
