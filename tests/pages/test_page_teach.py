"""The page on which the model is taught a class: its words and counts, its script (AppTest), a visitor in a browser."""
import base64
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from apptest import opened
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

import branched
from branched import BranchedError, ClassTree, Extension, graph
from branched.facts import Lesson
from pages.ui.figures.standing_tree import figure
from pages.ui.frame import visitor, words
from pages.ui.frame.look import LIGHT
from pages.ui.serve.kept import SHARED
from pages.ui.serve.request import Numbers
from pages.ui.teach import bet, controls, forgetting, lessons, shown, told, work
from pages.ui.teach import kept as saved

PAGE = "pages/teach.py"


def written(marks: str = "7", shift: int = 0) -> bytes:
    """A PNG with some 7s on it, or nothing, white on black."""
    sheet, file = Image.new("L", (300 * max(1, len(marks)), 300)), io.BytesIO()
    for k in range(len(marks)):
        x = 300 * k + 60
        ImageDraw.Draw(sheet).line([(x, 60 + shift), (x + 160, 60), (x + 70, 250)], 255, 26, "curve")
    sheet.save(file, "PNG")
    return file.getvalue()


# -- counts and words --------------------------------------------------------------------------------------------------

def test_the_verdict_tells_the_truth_either_way():
    pictures = np.zeros((1, 10, 2, 2), np.float32)
    good, bad = (work.Proof(("0",), pictures, pictures, different) for different in (0, 1_234))
    assert "**0** of the 1,280 bits" in told.verdict(good) and told.heading(good).endswith("nothing")
    assert "**1,234** of the 1,280 bits" in told.verdict(bad) and "nothing" not in told.heading(bad)
    assert "should not" in told.verdict(bad)


@pytest.mark.parametrize("name", ["★", "star", "Ω", "my A", "é", "what?", "👩\N{ZERO WIDTH JOINER}🚀", "x" * 12])
def test_good_names(name):
    assert words.wrong_name(name, ["0", "4"]) == ""


@pytest.mark.parametrize("name, why", [
    ("", "Give it a name"), ("4", "taken"), ("all", "taken"), ("x" * 13, "at most"), ("<b>", "made of"),
    ("*", "made of"), ("a,b", "made of"), ("$x$", "made of"), ("- x", "made of"),
    ("a\N{RIGHT-TO-LEFT OVERRIDE}b", "made of"),
    ("\N{NO-BREAK SPACE}", "made of"), ("own-1", "taken")])
def test_bad_names_get_a_sentence(name, why):
    assert why in words.wrong_name(name, ["0", "4", "own-1"])


def test_how_many_drawings_are_enough():
    assert told.count(1) == "**1 drawing**; 8 to 20 are good." and "enough" in told.count(8)
    assert "plenty" in told.count(30)


def test_time_left_in_words():
    assert told.remaining(41) == "about 40 seconds left" and told.remaining(0.2) == "about 5 seconds left"
    assert told.remaining(200) == "about 3 minutes left"


def test_a_lesson_remembers_what_is_needed(model):
    """Its last record may go back to an earlier step: then what came after that is forgotten."""
    progress = work.Progress()
    assert progress.share == 0 and "First it draws" in told.progress(progress) and "Soon" in shown.previews(progress)
    for step in (1, 2, 3, 4):
        whole = {"samples": np.full((2, 8, 8), step / 10), "model": model} if step != 3 else {}
        progress = progress.after(Extension(step, 8, 0.5, 2.0 * step, **whole))
    assert progress.share == 0.5 and progress.left == 8 and list(progress.previews) == [1, 2, 4]
    assert told.progress(progress) == "Step 4 of 8: about 10 seconds left"
    assert all(record.model is None for record in progress.records), "old models are let go"
    slower = progress.after(Extension(5, 8, 0.5, 11.0)).after(Extension(6, 8, 0.5, 14.0))
    assert slower.left == 2 * (3 * 2 + 2 * 3) / 5, "others are there now: it tells what the last steps took"
    paused = progress.after(Extension(5, 8, 0.5, 608.0)).after(Extension(6, 8, 0.5, 610.0))
    assert paused.left == 2 * (4 * 2 + work.LONG * 2) / 5, "while it was left, nothing was learnt, and that is over"
    progress = progress.after(Extension(2, 8, 0.5, 4.0, np.full((2, 8, 8), 0.2), model))
    assert list(progress.previews) == [1, 2] and progress.latest.step == 2
    assert "step 2" in shown.previews(progress) and "step 4" not in shown.previews(progress)
    previews = np.stack([*progress.previews.values()])
    pictures, frames = shown.film(visitor.Taught(np.zeros((3, 8, 8)), True, (1, 2), previews))
    assert len(pictures) == 4 and frames[1].caption == "After 2 steps" and frames[1].cells == ((2, 3),)


def test_the_curve_goes_from_edge_to_edge():
    records = [Extension(step, 4, 2.0 / step, 1.0 * step) for step in (1, 2, 3, 4)]
    html = shown.curve(work.Progress(tuple(records)), LIGHT)
    drawing = base64.b64decode(re.search("base64,([^\"]+)", html)[1]).decode()
    assert "<span>4</span>" in html and drawing.count("<polyline") == 2 and LIGHT.lit in drawing
    ends = [points.split()[-1] for points in re.findall('points="([^"]+)"', drawing)]
    assert [end.split(",")[0] for end in ends] == ["320.0", "320.0"]
    assert shown.curve(work.Progress(), LIGHT).count("<span></span>") == 1, "nothing is known yet"


def test_a_smoothed_curve_begins_where_the_curve_does():
    assert told.smooth([2.0, 2.0, 2.0]) == [2, 2, 2] and told.smooth([]) == []
    assert 1 < told.smooth([2.0, 1.0])[1] < 2


def test_long_names_have_room_below_their_leaves():
    tree = ClassTree.from_merges(["0", "triangle", "1"], [(0.4, ("0", "triangle")), (0.6, ("0", "triangle", "1"))])
    xs = sorted((here["x"], here["name"]) for here in graph(tree.outline()).nodes.values() if here["leaf"])
    for (x, name), (y, other) in zip(xs, xs[1:], strict=False):
        assert y - x == pytest.approx(0.5 + 0.11 * 8 if "triangle" in (name, other) else 1)
    low, high = figure(tree.outline()).layout.xaxis.range
    room = {"triangle": 0.88}
    assert low < xs[0][0] - room.get(xs[0][1], 0.5) and high > xs[-1][0] + room.get(xs[-1][1], 0.5)


# -- what would have become of another model ---------------------------------------------------------------------------

def measured() -> dict:
    """A file as it should be."""
    pixels = base64.b64encode(bytes(2 * 4 * 4)).decode()
    both = {"before": 9.0, "after": 60.0}
    one = {"frechet": {"0": both, "7": {"after": 11.0}},
           "right": {"0": {"before": 1.0, "after": 0.2}, "7": {"after": 0.9}},
           "pictures": {"0": {"before": pixels, "after": pixels}, "7": {"after": pixels}}}
    return {"protocol": {"fine-tuning steps": 1500, "images": 6000}, "new": "7", "old": ["0"], "shape": [2, 4, 4],
            "models": {"tree": one, "label-conditioned": one}}


def written_file(path, contents: dict):
    path.write_text(json.dumps(contents))
    return forgetting.load(path)


def test_forgetting_is_told_from_a_whole_file_alone(tmp_path):
    file = tmp_path / "forgetting.json"
    assert forgetting.load(file) is None
    good = written_file(file, measured())
    assert forgetting.pictures(good, "tree").count("<img") == 3 and "6,000 pictures of 7" in forgetting.story(good)
    assert "9 → 60" in forgetting.table(good) and "100% → 20%" in forgetting.table(good)
    assert "<td>11</td><td>90%</td>" in forgetting.table(good), "a new class has nothing before"
    for key in ("new", "old", "models", "shape", "protocol"):
        assert written_file(file, {other: value for other, value in measured().items() if other != key}) is None
    file.write_text("{")
    assert forgetting.load(file) is None


@pytest.mark.parametrize("pixels", ['"><script>', "", "AAAA", 7, None])
def test_pictures_of_another_size_or_kind_are_not_shown(tmp_path, pixels):
    bad = measured()
    bad["models"]["tree"]["pictures"]["0"]["after"] = pixels
    assert written_file(tmp_path / "forgetting.json", bad) is None


def test_the_shipped_file_is_whole():
    shipped = forgetting.load()
    assert shipped.labels == ("0", "4", "9", "7") and forgetting.pictures(shipped, "tree").count("<img") == 7


# -- the line, and what is a visitor's own -----------------------------------------------------------------------------

def test_who_holds_no_model_finds_none():
    assert visitor.find("own-123") is None and visitor.title("mnist") == visitor.short("mnist") == "mnist"


# -- the script --------------------------------------------------------------------------------------------------------

def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    return "\n".join(warning.value for warning in app.warning)


def kept(app: AppTest) -> dict:
    return app.session_state["_examples"] if "_examples" in app.session_state else {}  # noqa: SIM401 - has no get


def named(app: AppTest) -> str:
    """The model that the address asks for."""
    return "".join(app.query_params["model"])


def quick(self, images, name, sibling=None, time=None, steps=None, seed=0):
    """As `BranchedModel.extending`, but nothing is learnt: so it takes no time."""
    if len(images) < 3:
        raise BranchedError("A class is learnt from at least 3 different images.")
    tree = self.tree.graft(name, self.labels[-1], 0.3)
    network = self.denoise.network
    row = self.tree.leaf(self.labels[-1]).process
    larger = branched.BranchedModel(network.joined(network.only([row])), tree, self.facts.with_lesson(
        Lesson(name=name, sibling=self.labels[-1], time=0.3, count=len(images), steps=1)), {})
    yield Extension(1, 2, 0.5, 0.1, np.zeros((16, *self.shape), np.float32), larger)
    yield Extension(2, 2, 0.4, 0.2, np.ones((16, *self.shape), np.float32), larger)


@pytest.fixture
def tiny(model, tmp_path, monkeypatch) -> None:
    """A folder of one's own with a model that is quick; and lessons that take no time."""
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    facts = {"data": {"background": 0.0}}
    branched.BranchedModel(model.denoise.network, model.tree, facts, {}).save(tmp_path / "tiny.safetensors")
    monkeypatch.setattr(branched.BranchedModel, "extending", quick)


def shown_files(app: AppTest, name: str = "star") -> AppTest:
    """Three files are uploaded, and the class has a name."""
    app.button_group(key="from").set_value("upload").run()
    app.file_uploader[0].set_value([(f"{k}.png", written(shift=12 * k), "image/png") for k in range(3)]).run()
    assert not app.exception and len(kept(app)) == 3
    app.text_input(key="name").set_value(name).run()
    return app


def test_before_the_first_drawing():
    app = opened(PAGE)
    assert app.session_state["from"] == "draw" and not app.warning and app.query_params == {}
    assert "0 drawings" in " ".join(part.value for part in app.markdown)
    press(app, "Add this drawing")
    assert "Draw something" in said(app)
    press(app, "Teach it")
    assert "at least 3" in said(app) and not app.subheader


def test_drawings_are_added_once_and_all_can_be_removed():
    app = opened(PAGE)
    for k in range(3):
        app.session_state["sketch strokes"] = [[60, 60 + 5 * k, 200, 60, 120, 240]]
        press(app, "Add this drawing")
        assert len(kept(app)) == k + 1 and app.session_state["sketch strokes"] == []
    app.session_state["sketch strokes"] = [[60, 60, 200, 60, 120, 240]]
    press(app, "Add this drawing")
    assert len(kept(app)) == 3 and "already" in said(app)
    press(app, "Start over")
    assert kept(app) == {}


def test_uploads_that_cannot_be_used_are_named(tiny):
    app = shown_files(opened(PAGE, model="tiny"))
    before = list(kept(app))
    bad = [("blank.png", written(""), "image/png"), ("broken.png", b"\x89PNG no", "image/png"),
           ("again.png", written(shift=0), "image/png")]
    app.file_uploader[0].set_value(bad).run()
    assert not app.exception and list(kept(app)) == before
    assert [warning.value.split(":")[0] for warning in app.warning] == ["blank.png", "broken.png", "again.png"]
    assert "Traceback" not in said(app)


def test_there_is_an_end_to_uploads(tiny, monkeypatch):
    monkeypatch.setattr(told, "MOST", 4)
    app = shown_files(opened(PAGE, model="tiny"))
    app.file_uploader[0].set_value([(f"{k}.png", written(shift=20 + 9 * k), "image/png") for k in range(4)]).run()
    assert len(kept(app)) == 4 and "3 of 4 files were left out" in said(app)


def test_a_name_is_needed(tiny):
    app = shown_files(opened(PAGE, model="tiny"), "")
    assert "Give it a name" in said(press(app, "Teach it"))
    app.text_input(key="name").set_value("4").run()
    assert "taken" in said(press(app, "Teach it")) and len(kept(app)) == 3


def test_what_the_model_refuses_is_told_and_the_drawings_stay(tiny, monkeypatch):
    def refusing(self, *_, **__):
        raise BranchedError("This model keeps no statistics.")

    monkeypatch.setattr(branched.BranchedModel, "extending", refusing)
    app = press(shown_files(opened(PAGE, model="tiny")), "Teach it")
    assert said(app) == "This model keeps no statistics." and len(kept(app)) == 3 and visitor.held() is None


def test_a_lesson_and_all_that_follows(tiny):
    app = press(shown_files(opened(PAGE, model="tiny")), "Teach it")
    name = named(app)
    assert re.fullmatch("own-[0-9a-f]{16}", name) and "It can draw your star!" in [head.value for head in app.header]
    mine = app.session_state["_own_model"]
    assert mine.base == "tiny" and mine.added == ["star"] and mine.model.labels[-1] == "star"
    told = " ".join(part.value for part in app.markdown)
    assert "**0** of the" in told and "your 3 drawings" in told and kept(app) == {}
    assert all(name in str(link.proto) for link in app.get("page_link")[:7]), "the menu takes it along"
    assert name not in str(SHARED.keys()), "nothing is kept for others"
    for page in ("app.py", "pages/generate.py", "pages/hybrids.py", "pages/transmute.py", "pages/discovery.py"):
        app.switch_page(page)
        app.query_params["model"] = name
        app.run()
        assert not app.exception and not app.error and not app.warning, page
    app.switch_page(PAGE)
    app.query_params["model"] = name
    press(app.run(), "Teach another")
    press(shown_files(app, "Ω"), "Teach it")
    assert app.session_state["_own_model"].added == ["star", "Ω"] and named(app) != name
    assert "star" in app.session_state["_own_model"].before.labels
    press(app, "Remove Ω")
    assert app.session_state["_own_model"].added == ["star"] and not app.warning
    press(app, "Remove star")
    assert "_own_model" not in app.session_state and named(app) == "tiny"


def test_a_reload_brings_the_model_back(tiny):
    """A new session has nothing; its browser gives back what it kept, and that is checked."""
    app = press(shown_files(opened(PAGE, model="tiny")), "Teach it")
    name, mine = named(app), app.session_state["_own_model"]
    kept_name, text = app.session_state["_written"]
    assert kept_name == name
    again = opened(PAGE, model=name)
    again.session_state[f"keeper finds {name}"] = {"answer": {"name": name, "text": text}}
    again.run()
    assert not again.exception and not again.warning and named(again) == name
    back = again.session_state["_own_model"]
    assert (back.base, back.added, back.model.tree) == ("tiny", ["star"], mine.model.tree)
    assert np.array_equal(back.taught["star"].examples, mine.taught["star"].examples)
    assert np.array_equal(back.taught["star"].previews, mine.taught["star"].previews)
    assert back.taught["star"].steps == (1, 2) and "**0** of the" in " ".join(part.value for part in again.markdown)


@pytest.mark.parametrize("change", [
    lambda stored: stored.update(base="nothing"), lambda stored: stored.update(base="../tiny"),
    lambda stored: stored.update(file="AAAA"), lambda stored: stored.pop("lessons"),
    lambda stored: stored["lessons"].update(moon=stored["lessons"]["star"]), lambda stored: stored.update(more=1),
    lambda stored: stored["lessons"]["star"].update(examples="AAAA"),
    lambda stored: stored["lessons"]["star"].update(examples=base64.b64encode(np.full(64, 2, "f4").tobytes()).decode()),
    lambda stored: stored["lessons"]["star"].update(previews=""),
    lambda stored: stored["lessons"]["star"].update(steps=[]),
    lambda stored: stored["lessons"]["star"].update(ended="<b>"),
    lambda stored: stored["lessons"]["star"].update(drawn=3)])
def test_what_a_browser_gives_back_is_checked(tiny, change):
    text = press(shown_files(opened(PAGE, model="tiny")), "Teach it").session_state["_written"][1]
    name, stored = f"own-{7:016x}", json.loads(text)
    change(stored)
    app = opened("pages/about.py", model=name)
    app.session_state[f"keeper finds {name}"] = {"answer": {"name": name, "text": json.dumps(stored)}}
    app.run()
    assert not app.exception and "could not be read back" in said(app) and "Traceback" not in said(app)
    assert "_own_model" not in app.session_state and name not in str(app.query_params)


@pytest.mark.parametrize("answer", ["no", 7, {"name": "other", "text": "x"}, {"text": 3}])
def test_a_browser_that_answers_nonsense_is_waited_for(answer):
    name = f"own-{8:016x}"
    app = opened(PAGE, model=name)
    app.session_state[f"keeper finds {name}"] = {"answer": answer}
    app.run()
    assert not app.exception and "Looking in this browser" in app.caption[0].value


def test_drawings_survive_a_reload(tiny):
    app = shown_files(opened(PAGE, model="tiny"))
    text = saved.written(list(kept(app).values()))
    again = opened(PAGE, model="tiny")
    again.session_state["keeper finds drawings"] = {"answer": {"name": "drawings", "text": text}}
    again.run()
    assert not again.exception and list(kept(again)) == list(kept(app))
    assert "3 drawings" in " ".join(part.value for part in again.markdown)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"shape": [8, 8], "pixels": "AAAA"}', '{"shape": [8], "pixels": ""}',
                                  '{"shape": [8, 8], "pixels": 7}', '{"shape": [-8, 8], "pixels": ""}'])
def test_drawings_that_make_no_sense_are_none(text):
    assert saved.read(text, (8, 8)).shape == (0, 8, 8)


def test_drawings_come_back_to_the_last_bit():
    pictures = np.random.default_rng(0).random((told.MOST + 2, 8, 8)).astype(np.float32)
    again = saved.read(saved.written(list(pictures)), (8, 8))
    assert np.array_equal(again, pictures[:told.MOST]) and len(saved.read(saved.written(list(pictures)), (8, 9))) == 0
    assert len(saved.read(saved.written([pictures[0] * 3]), (8, 8))) == 0, "no picture is brighter than white"


# -- the bet -----------------------------------------------------------------------------------------------------------

def test_a_bet_is_settled_by_the_tree(model):
    """Whoever shares the longest path is right, and all that are as near; everybody else hears where they part."""
    larger = SimpleNamespace(tree=model.tree.graft("star", "4", 0.1), labels=(*model.labels, "star"))
    near, time = bet.nearest(larger, "star")
    assert near == ["4"] and time == 0.1
    assert "right" in bet.answer(larger, "star", "4") and bet.answer(larger, "star", None) == ""
    others = {other: bet.answer(larger, "star", other) for other in model.labels if other != "4"}
    for other, answer in others.items():
        assert "Not this time" in answer and words.at(larger.tree.meeting("star", other).time) in answer
    point = model.tree.meeting("4", "9").time
    tied = SimpleNamespace(tree=model.tree.graft("star", "4", point), labels=larger.labels)
    assert set(bet.nearest(tied, "star")[0]) == {"4", "9"} and "as near as 4" in bet.answer(tied, "star", "9")
    alone = SimpleNamespace(tree=model.tree.graft("star", "4", 0.99), labels=larger.labels)
    assert all("nobody could lose" in bet.answer(alone, "star", other) for other in model.labels)


def test_nothing_is_promised_of_a_lesson_that_was_stopped():
    for ended, head in (("", "It can draw your star!"), ("early", "It can draw your star!"),
                        ("stopped", "It has begun to draw your star")):
        taught = visitor.Taught(np.zeros((1, 8, 8)), True, (1,), np.zeros((1, 1, 8, 8)), ended)
        assert told.triumph("star", taught) == head


def test_about_a_minute_is_what_was_measured():
    measured = (Path(branched.__file__).parent.parent / "docs" / "measured.md").read_text()
    low, high = re.search(r"seconds of learning, .* \| (\d+) to (\d+) \|", measured).groups()
    assert "about a minute" in told.INTRODUCTION and 40 <= int(low) <= int(high) <= 80


def test_the_list_of_models_has_it_under_a_name_that_can_be_read(tiny):
    app = press(shown_files(opened(PAGE, model="tiny")), "Teach it")
    name = named(app)
    app.switch_page("pages/about.py")
    app.query_params["model"] = name
    app.run()
    assert not app.exception and "tiny + star (yours)" in app.selectbox(key="chosen_model").options
    assert "tiny + star (yours)" in " ".join(html.proto.body for html in app.get("html"))


def test_another_visitor_does_not_find_it(tiny):
    name = named(press(shown_files(opened(PAGE, model="tiny")), "Teach it"))
    for page in (PAGE, "pages/about.py"):
        other = opened(page, model=name)
        assert "Looking in this browser" in other.caption[0].value and not other.expander, "until the browser answers"
        other.session_state[f"keeper finds {name}"] = {"answer": {"name": name, "text": ""}}
        other.run()
        assert "lives in one browser only" in said(other) and "_own_model" not in other.session_state


def test_who_has_a_model_already_is_told_that_a_lesson_replaces_it(tiny):
    app = press(shown_files(opened(PAGE, model="tiny")), "Teach it")
    app.query_params["model"] = "tiny"
    app.run()
    assert any("tiny + star (yours)" in caption.value for caption in app.caption)
    assert "Teach that one instead" in [link.proto.label for link in app.get("page_link")]


def test_stopping(tiny):
    """What was learnt by then is kept; a lesson that was only about to begin is let go."""
    def page() -> None:
        from types import SimpleNamespace

        import streamlit as st

        from pages.ui.serve import desk
        from pages.ui.teach import lessons

        begun = st.session_state["_lesson"]
        if st.session_state["learning"]:
            steps = begun.lesson.work(desk.models.get("tiny"))
            latest = [next(steps), next(steps)][-1]
            desk._left()["tiny", begun.lesson] = SimpleNamespace(latest=latest, drop=lambda: None)
        lessons.stop()
        assert not desk._left()

    begun = lessons.Begun("tiny", "star", Numbers(np.zeros((3, 8, 8), np.float32)), True, None)
    stopped, empty = (AppTest.from_function(page), AppTest.from_function(page))
    for app, learning in ((stopped, True), (empty, False)):
        app.session_state["_lesson"], app.session_state["learning"] = begun, learning
        app.run()
        assert not app.exception and "_lesson" not in app.session_state
    assert stopped.session_state["_own_model"].taught["star"].ended == "stopped"
    assert "_own_model" not in empty.session_state and "not learnt" in empty.session_state["_complaints"][0]


def test_the_address_cannot_ask_for_a_longer_lesson_than_usual():
    from branched.class_tree.extend import STEPS_FEW

    assert controls.STEPS == STEPS_FEW
    for steps, taken in (("400", 400), ("401", 0), ("1000", 0)):
        app = opened(PAGE, model="mnist-049", steps=steps)
        assert app.session_state.steps == taken and len(app.warning) == (taken == 0)


def test_a_digit_is_offered_where_one_is_missing():
    assert controls.missing(branched.load("mnist")) == []
    small = branched.load("mnist-049")
    assert controls.missing(small) == list("1235678") and controls.kinds(small)[-1] == "digit"
    app = opened(PAGE, model="mnist-049", **{"from": "digit", "digit": "3"})
    assert app.session_state.digit == "3" and "300 pictures" in " ".join(part.value for part in app.markdown)
    assert len(opened(PAGE, model="mnist-049", **{"from": "digit", "digit": "4"}).warning) == 1
    assert len(opened(PAGE, **{"from": "digit"}).warning) == 1
