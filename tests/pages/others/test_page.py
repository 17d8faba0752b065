"""The page "Other ways" as its script leaves it."""
import pytest
from apptest import asked, opened
from planted_methods import plant, record

import branched
from pages.ui.others import told
from pages.ui.others.parts import PARTS


def said(app) -> str:
    return " ".join(text.value for text in (*app.markdown, *app.info, *app.error))


def test_there_is_a_part_for_each_name():
    assert list(PARTS) == list(told.PARTS)


@pytest.mark.parametrize("part", told.PARTS)
def test_every_part_opens(planted, part):
    app = opened("pages/others.py", part=part)
    assert not app.error and not app.warning and told.INTRODUCTION in said(app)


@pytest.mark.parametrize("part", told.PARTS)
def test_every_part_opens_on_a_file_of_nothing(tmp_path, monkeypatch, part):
    monkeypatch.setenv("BRANCHED_MODELS", str(plant(tmp_path, {}, {})))
    app = opened("pages/others.py", part=part)
    assert not app.error


@pytest.mark.parametrize("part", told.PARTS)
def test_figures_without_pictures_are_shown(tmp_path, monkeypatch, part):
    monkeypatch.setenv("BRANCHED_MODELS", str(plant(tmp_path, arrays={})))
    assert not opened("pages/others.py", part=part).error


def test_without_the_files_the_page_says_how_they_come_about(tmp_path, monkeypatch):
    monkeypatch.setattr(branched.checkpoint, "SHIPPED", tmp_path)
    monkeypatch.delenv("BRANCHED_MODELS", raising=False)
    app = opened("pages/others.py")
    assert len(app.info) == 1 and "measure-methods" in app.info[0].value and not app.error


def test_a_link_opens_what_it_names(planted):
    app = opened("pages/others.py", part="strength", curve="classifier", strength="2")
    assert not app.warning and "classifier" in asked(app, "curve")
    assert "strength" in app.query_params and asked(app, "strength") == ["2"]


@pytest.mark.parametrize("key, value", [("part", "none"), ("draw", "12"), ("curve", "x"), ("first", "9"),
                                        ("strength", "-1"), ("digit", "10"), ("seed", "x"), ("live", "yes")])
def test_a_broken_link_opens_the_usual_and_says_so(planted, key, value):
    assert "not there" in opened("pages/others.py", **{key: value}).warning[0].value


def test_nothing_is_drawn_before_somebody_asks(planted):
    app = opened("pages/others.py", part="live", first="tree", second="tree", seed="77")
    assert [button.label for button in app.button] == ["Draw, here and now"]


def test_two_are_drawn_here_and_now(tmp_path, monkeypatch):
    """By shipped models; of few steps, for a test."""
    monkeypatch.setenv("BRANCHED_MODELS", str(plant(tmp_path, record() | {"steps": 3})))
    app = opened("pages/others.py", part="live", first="tree", second="tree", seed="78")
    app.button[0].click().run()
    assert not app.exception and not app.error and told.JUST_NOW in said(app) and not app.button
    assert asked(app, "live") == ["on"]


def test_a_model_that_is_not_here_is_told(tmp_path, monkeypatch):
    figures = record()
    figures["rows"]["free"]["model"] = "nowhere"
    monkeypatch.setenv("BRANCHED_MODELS", str(plant(tmp_path, figures)))
    app = opened("pages/others.py", part="live", first="free", live="on")
    assert "The model nowhere could not draw. There is no file" in app.error[0].value
