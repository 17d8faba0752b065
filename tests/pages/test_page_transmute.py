"""The page that turns one digit into another: its work and words, its script (AppTest), and a visitor in a browser."""
import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from apptest import opened
from PIL import Image
from streamlit.testing.v1 import AppTest
from uploads import BAD, written

import branched
from branched import Sampling, of_turn
from pages.ui.frame.look import LIGHT
from pages.ui.parts import given
from pages.ui.parts.markup import filled
from pages.ui.parts.pictures import levels
from pages.ui.serve.given import SHOWN, Preparation, Source, thumbnail
from pages.ui.serve.kept import SHARED
from pages.ui.serve.request import Numbers
from pages.ui.transmute import controls, shown, told, work
from pages.ui.transmute.work import Turning

PAGE = "pages/transmute.py"


def turning(picture, target, **more) -> Turning:
    """A 4 to be turned into each of some classes."""
    return Turning(**{"picture": Numbers(picture), "source": "4", "targets": tuple(target), "variants": 3,
                      "deterministic": False, "sampling": Sampling(steps=4, seed=5)} | more)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).random((8, 8), np.float32)


def finished(job):
    """What a job yields, and its result."""
    seen = []
    while True:
        try:
            seen.append(next(job))
        except StopIteration as end:
            return seen, end.value


# -- the work ----------------------------------------------------------------------------------------------------------

def test_the_meeting_point_is_one_of_the_turning_times(tree, picture):
    for target in "0179":
        times, usual = turning(picture, target).times(tree)
        assert times[usual] == tree.meeting_point("4", target)
        assert list(times) == sorted(set(times), reverse=True), "noise is at the left"
        assert times[0] <= of_turn.HIGH and times[-1] >= of_turn.LOW
        assert abs(len(times) - of_turn.TIMES) <= 1 and max(np.diff(times)) < -0.01
        assert controls.nearest_frame(times, usual, None) == usual
        assert controls.nearest_frame(times, usual, times[3] + 1e-3) == 3
        assert controls.nearest_frame(times, usual, 1.0) == 0
    times, usual = turning(picture, "0179").times(tree)
    assert times[usual] is None and None not in times[1:]


@pytest.mark.parametrize("target, deterministic", [("9", False), ("0", True), ("0179", False)])
def test_the_parts_of_a_film_are_those_of_one_walk(model, picture, target, deterministic):
    sampling = Sampling(steps=4, seed=5)
    asked = turning(picture, target, deterministic=deterministic, variants=2 if len(target) == 1 else 1,
                    sampling=sampling.without_noise() if deterministic else sampling)
    seen, found = finished(replace(asked, first=2).work(model))
    times, usual = asked.times(model.tree)
    assert found.times == times and found.images.shape == found.noisy.shape == (len(times), len(asked.columns), 8, 8)
    assert seen[0].times == (times[2],)
    for before, after in pairwise(seen):
        assert set(before.times) < set(after.times) or after.times == times, "what is there stays"
    for film in seen:
        made = [times.index(time) for time in film.times if time is not None]
        assert made == list(range(made[0], made[-1] + 1)) and 2 in made, "from the first frame outwards, without a gap"
        for k, time in enumerate(film.times):
            assert (film.images[k] == found.images[times.index(time)]).all()
    assert len(found.read[usual]) == len(asked.columns) and not found.independent
    assert all(not read for k, read in enumerate(found.read) if k != usual)
    for k in (usual, 4):
        whole = model.transmute(np.repeat(picture[None], asked.variants, 0), "4", list(asked.targets), times[k], 4, 5,
                                deterministic)
        expected = whole.images.reshape(-1, 8, 8), whole.noisy.reshape(-1, 8, 8)
        for mine, its in zip((found.images[k], found.noisy[k]), expected, strict=True):
            assert np.abs(mine / 255 - its).max() < 0.01


def test_where_the_film_rests_it_is_sharp(model, picture):
    asked = turning(picture, "9", variants=2, sampling=Sampling.quick(seed=5))
    _, film = finished(asked.work(model))
    _, closer = finished(work.Sharpened(asked, film.times[4]).work(model))
    sharp = film.sharper(4, closer)
    whole = model.transmute(np.repeat(picture[None], 2, 0), "4", "9", film.times[4], sampling=Sampling.quality(seed=5))
    assert np.abs(sharp.images[4] / 255 - whole.images.reshape(-1, 8, 8)).max() < 0.01
    assert not np.array_equal(sharp.images[4], film.images[4]), "its steps are others"
    assert np.array_equal(sharp.noisy, film.noisy), "what it began with is the same"
    others = [k for k in range(len(film.times)) if k != 4]
    assert np.array_equal(sharp.images[others], film.images[others]) and sharp.read == film.read


def test_frames_show_what_belongs_together(tree, picture):
    asked = turning(picture, "9", variants=2)
    grey = np.arange(12, dtype=np.uint8).reshape(2, 3, 2)  # which, time, variant
    noisy, images = (np.broadcast_to(part[..., None, None], (3, 2, 8, 8)) for part in grey)
    times, usual = asked.times(tree)
    there = (2, usual, len(times) - 2)
    turned = work.Turned(tuple(times[k] for k in there), noisy, images, (("4", "9"), ("9", "9"), ("9", "1")))
    pictures, frames = shown.frames(tree, asked, turned)
    assert len(frames) == len(times)
    for k in set(range(len(times))) - set(there):
        assert frames[k].cells == ((-1, -1), (-1, -1)) and "on its way" in frames[k].caption
    frames = [frames[k] for k in there]
    for k, frame in enumerate(frames):
        assert [pictures[own][0, 0] for own in frame.cells[0]] == grey[0, k].tolist()
        assert [pictures[own][0, 0] for own in frame.cells[1]] == grey[1, k].tolist()
    assert [frame.caption.split(" · ")[1] for frame in frames] == [
        "1 of 2 is read as a 9", "all 2 are read as a 9", "1 of 2 is read as a 9"]
    assert [len(frame.dots) for frame in frames] == [1, 1, 2], "one path above the branch point, two below"
    assert frames[1].dots[0][1] == 0.35


def test_all_targets_stand_in_the_columns_of_their_classes(tree, picture):
    asked = turning(picture, "0179", variants=1)
    shape, (times, _) = (2, 4, 8, 8), asked.times(tree)
    turned = work.Turned((None, times[5]), np.zeros(shape, np.uint8), np.ones(shape, np.uint8), (("0", "1", "7", "9"),
                                                                                                  ("0", "1", "1", "9")))
    _, frames = shown.frames(tree, asked, turned)
    assert frames[1].cells == ((-1,) * 5, (-1, -1, 0, -1, -1))
    frames = [frames[0], frames[5]]
    assert frames[0].cells == ((1, 2, -1, 3, 4), (9, 10, 0, 11, 12))
    assert "4 of 4" in frames[0].caption and "3 of 4 are read as what they were to become (not 7)" in frames[1].caption
    assert {t for _, t in frames[0].dots} == {tree.meeting_point("4", other) for other in "0179"}


def test_both_ways_are_lit(tree):
    lit = shown.paths(tree, "4", "9")
    assert lit == {tree.leaf("4").id: "lit", tree.leaf("9").id: "other"}
    lit = shown.paths(tree, "4", "7")
    assert [lit.get(branch.id) for branch in tree.path("4")] == [None, None, "lit", "lit"]
    assert [lit.get(branch.id) for branch in tree.path("7")] == [None, None, "other"]
    assert shown.paths(tree, "4", "4") == {tree.leaf("4").id: "lit"}
    everything = shown.paths(tree, "4", tree.labels)
    assert set(everything) == {branch.id for branch in tree.branches} - {tree.roots[0].id}


def test_every_class_into_every_other(model):
    sources = np.random.default_rng(0).random((5, 8, 8), np.float32)
    seen, found = finished(work.Crossing(Numbers(sources), False, Sampling(steps=4, seed=5)).work(model))
    assert len(seen) == 10 and not found.independent
    for k, label in enumerate(model.labels):
        assert (found.pictures[k, k] == levels(sources[k])).all()
        other = (k + 1) % 5
        made = model.transmute(sources[k:k + 1], label, model.labels[other], steps=4, seed=5).images[0]
        assert np.abs(found.pictures[k, other] / 255 - made).max() < 0.01
    html = shown.grid(model.labels, found)
    assert html.count("<img") == 25 and html.count('class="self"') == 5
    assert html.count('class="wrong"') == len(told.failures(model.labels, found.read))


def test_failures_are_counted_off_the_diagonal():
    read = (("b", "b"), ("b", "b"))
    assert told.failures("ab", read) == [("b", "a", "b")]
    assert "**1 of 2**" in told.summary("ab", work.Matrix(np.zeros((2, 2, 8, 8)), read))


# -- words -------------------------------------------------------------------------------------------------------------

def test_the_verdict_in_words():
    assert told.verdict("049", np.array([0.005, 0.97, 0.025])) == ("This looks like ", "a 4", ".")
    assert told.verdict("08", np.array([0.0, 1.0]), own=True) == (
        "This looks like ", "an 8", ". Wrong? Tap the right one under “It is”.")
    assert "".join(told.verdict("0489", np.array([0.1, 0.4, 0.2, 0.3]))) == (
        "This is hard to read: perhaps a 4 or a 9.")
    assert told.verdict("08", np.array([0.0, 1.0]), example=True)[0] == "The example looks like "
    assert "".join(told.verdict("0489", np.array([0.0, 0.06, 0.01, 0.02]))) == (
        "This may be no digit at all. If it is one, it is perhaps a 4.")


@pytest.mark.parametrize("name, how, said", [
    ("your drawing", "own", "Your drawing, turned into a 9"),
    ("a 4 from the gallery", "chosen", "A 4 from the gallery, turned into a 9"),
    ("a 4 from the gallery", "example", "Example: a 4 from the gallery, turned into a 9"),
    ("your drawing", "before", "Your drawing from before, turned into a 9")])
def test_what_is_shown_is_said_to_be_what_it_is(name, how, said):
    assert told.headline(name, how, told.becomes("9")) == said


def test_who_draws_is_told_of_drawing():
    blank, digit = np.zeros((280, 280), np.uint8), np.full((280, 280), 255, np.uint8)
    for picture in (blank, digit):
        reason = Preparation.of(picture, "draw")
        _, sentence = finished(reason.work(branched.load()))
        assert "paper" not in told.advice(sentence, "draw") and "black square" in told.advice(sentence, "draw")
        assert told.advice(sentence, "upload") == sentence


def test_what_was_kept(picture):
    bar = np.zeros((28, 28), np.float32)
    for row in range(4, 24):
        bar[row, 20 - row // 2:23 - row // 2] = 1  # leans to the right by half a pixel a row
    turned = work.Turned((0.35,), np.zeros((1, 2, 28, 28), np.uint8),
                                np.stack([[bar[:, ::-1] * 255, 0 * bar]]).astype(np.uint8))
    html = shown.remains("digit", turning(bar, "9", variants=2), turned, 0)
    assert "The digit leans 26° to the right; what became of it leans 26° to the left." in html
    assert "<td>+26</td>" in html and "<td>\N{MINUS SIGN}26</td>" in html and "<td>–</td>" in html
    assert told.signed(-0.2) == "+0" and told.leaning(1.0) == "stands upright"


def test_success_in_words(picture):
    asked = turning(picture, "9")
    for read, said in (("994", "2 of 3 are"), ("944", "1 of 3 is"), ("999", "all 3 are"), ("444", "none of 3 is")):
        assert told.caption(asked, 0.5, read, True).endswith(f" · {said} read as a 9")
    assert told.caption(replace(asked, variants=1), 0.5, "4", False).endswith(" · read as a 4 by the model itself")
    assert " · " not in told.caption(asked, 0.5, (), True)


def test_names_cannot_smuggle_markup(picture):
    evil = "<script>"
    given = Source(Numbers(picture), np.zeros((9, 9)), evil)
    found = work.Matrix(np.zeros((2, 2, 8, 8), np.uint8), (("a", "a"), ("a", "a")))
    values = {"when": evil, "sentence": evil, "columns": [evil], "rows": {evil: [evil]}, "units": evil}
    for html in (shown.preview(given, "own", evil), filled(shown.HERE / "kept.html", **values),
                 shown.heads([evil], (8, 8), 40), shown.colours(evil, [evil], LIGHT),
                 shown.grid([evil, "a"], found)):
        assert evil not in html


# -- where pictures come from ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("url, allowed", [
    ("https://school.example/transmute", True), ("http://localhost:8501/", True), ("http://127.0.0.1:80", True),
    ("http://192.168.1.5:8501/", False), ("http://localhost.example/", False), ("", False), (None, False)])
def test_where_browsers_lend_a_camera(url, allowed):
    assert given.camera_allowed(url) is allowed


def test_only_models_of_digits_have_the_gallery(model, colour_model):
    assert controls.kinds(model)[:2] == ["draw", "gallery"] and work.digits(model) == list("01479")
    assert "gallery" not in controls.kinds(colour_model) and controls.settings(colour_model).kind.default == "model"


def test_the_gallery_holds_what_it_says():
    from sklearn.datasets import load_digits
    classes = load_digits().target
    assert all((classes[list(row)] == label).all() for label, row in enumerate(work.LEGIBLE))


def test_thumbnails_are_small_and_upright():
    photo, file = Image.new("RGB", (900, 600), "red"), io.BytesIO()
    exif = photo.getexif()
    exif[0x0112] = 6  # to be turned by a quarter
    photo.save(file, "JPEG", exif=exif)
    small = thumbnail(file.getvalue())
    assert small.dtype == np.uint8 and small.shape[0] > small.shape[1] and max(small.shape) <= SHOWN
    assert thumbnail(b"nothing") is None


# -- the script --------------------------------------------------------------------------------------------------------

def chosen(app: AppTest) -> tuple[str, str]:
    """What the picture is said to be, and what it is to become."""
    assert not app.exception, app.exception
    return app.session_state["it is"], app.session_state["into"]


def seen(app: AppTest) -> list[str]:
    """The HTML of what was given, and of what was kept of it."""
    return [html.proto.body for html in app.get("html") if '"seen ' in html.proto.body or '"kept"' in html.proto.body]


def test_something_is_chosen_before_the_first_click():
    app = opened(PAGE)
    assert "from" in app.session_state and app.session_state["from"] == "draw" and not app.warning
    it, into = chosen(app)
    assert into == branched.load().tree.nearest(it) and len(seen(app)) == 2
    assert "Example: a 4 from the gallery" in seen(app)[0] and "your digit" not in app.latex[0].value
    assert app.query_params == {}


def test_a_link_opens_what_it_says():
    app = opened(PAGE, source="3", target="5", time="0.098", variants="2", seed="7", steps="5")
    assert chosen(app) == ("3", "5") and not app.warning
    assert "turned at noise level t" in seen(app)[1] and "0.10" in seen(app)[1]
    assert app.number_input(key="variants").value == 2
    assert chosen(opened(PAGE, target="all", way="plain", steps="5"))[1] == "all"


@pytest.mark.parametrize("wrong", [{"from": "moon"}, {"pick": "100"}, {"pick": "x"}, {"target": "17"}, {"time": "nan"},
                                   {"variants": "9"}, {"steps": "19"}, {"source": ""}, {"nth": "0"}])
def test_wrong_values_fall_back_with_a_notice(wrong):
    app = opened(PAGE, **wrong)
    usual = opened(PAGE, **{"from": "gallery"} if "pick" in wrong else {})
    assert chosen(app) == chosen(usual) and len(app.warning) == 1 and seen(app) == seen(usual)


def test_links_of_before_open_the_gallery():
    app = opened(PAGE, pick="20", target="7", steps="5", variants="1")
    assert app.session_state["from"] == "gallery" and chosen(app) == ("2", "7") and not app.warning
    assert "A 2 from the gallery, turned into a 7" in seen(app)[0]


def test_a_class_into_itself():
    app = opened(PAGE, source="4", target="4")
    assert chosen(app) == ("4", "4") and len(app.info) == 1 and "already" in app.info[0].value


def test_corrections_are_kept_until_the_picture_changes():
    app = opened(PAGE, variants="1", steps="5")
    it = chosen(app)[0]
    other = next(label for label in "0123456789" if label != it)
    app.button_group(key="it is").set_value(other).run()
    assert chosen(app)[0] == other and app.session_state.source == other
    app.button_group(key="into").set_value(it).run()
    assert chosen(app) == (other, it) and app.session_state.source == other
    app.button_group(key="it is").set_value(it).run()
    assert app.session_state.source is None and app.info, "now it is the target itself"


def test_uploads():
    """A good one is used, and kept from all others; for a bad one there is a sentence, and the good one stays."""
    app = opened(PAGE, variants="1", steps="5", **{"from": "upload"})
    before = seen(app)
    assert "Example: a 4 from the gallery" in before[0]
    app.file_uploader[0].upload("seven.png", written(), "image/png").run()
    good = seen(app)
    assert not app.exception and not app.warning and good != before and "Your picture, turned" in good[0]
    given = app.session_state[f"_source {'mnist'}"]
    own, shared = ([key[1] for key in store.keys()]  # noqa: SIM118 - a Store is no dictionary
                   for store in (app.session_state["_kept_things"], SHARED))
    prepared, verdict = Preparation(written(), "your picture"), work.Verdict(given.picture, private=True)
    assert given.private and prepared in own and verdict in own and not {prepared, verdict} & set(shared)
    for name, data in BAD.items():
        app.file_uploader[0].set_value((f"{name}.png", data, "image/png")).run()
        assert not app.exception and len(app.warning) == 1, name
        assert app.warning[0].value.count(".") >= 1 and "Traceback" not in app.warning[0].value
        assert seen(app)[1] == good[1] and "Your picture from before" in seen(app)[0], name


def test_a_camera_only_where_there_can_be_one(monkeypatch):
    monkeypatch.setattr(given, "camera_allowed", lambda url: False)
    app = opened(PAGE, **{"from": "camera"})
    assert not app.exception and len(app.info) == 1 and "Upload" in app.info[0].value
    assert not app.get("camera_input") and len(seen(app)) == 2


def test_settings_survive_while_their_widgets_are_away():
    app = opened(PAGE, own="3", variants="1", steps="5", **{"from": "model"})
    app.button_group(key="from").set_value("gallery").run()
    app.button_group(key="from").set_value("draw").run()
    assert app.session_state["from"] == "draw"
    app.button_group(key="from").set_value("model").run()
    assert app.session_state["from"] == "model" and app.selectbox(key="own").value == "3"
