"""What the page shows is what was measured: pictures at their places, bars as long as figures, dots on curves."""
import base64
import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from planted_methods import CLASSES, ROWS, STRENGTHS, level, plant, record

from branched import measured_methods
from pages.ui.frame.look import DARK, LIGHT
from pages.ui.language import numbers, texts
from pages.ui.others import shown, told
from pages.ui.others.work import Attended
from pages.ui.parts.film import check
from pages.ui.parts.pictures import GAP


def sources(html: str) -> list[np.ndarray]:
    """The pictures of a page's HTML: for each image the values in the middle of its ten cells."""
    images = [Image.open(io.BytesIO(base64.b64decode(data))) for data in re.findall(r"base64,([^\"]+)\"", html)]
    return [np.asarray(image.convert("RGB"))[14, 14::28 + GAP] for image in images]


@pytest.mark.parametrize("draw", [0, 7])
def test_each_method_has_its_own_pictures_of_the_draw(methods, draw):
    seen = sources(shown.comparison(methods, draw))
    assert len(seen) == len(ROWS) + 1, "and real digits"
    for k, row in enumerate(seen[:-1]):
        assert row[:, 0].tolist() == [level(k, draw, label) for label in range(CLASSES)]
    assert seen[-1][:, 0].tolist() == [level(0, 0, label) for label in range(CLASSES)], "what the autoencoder was given"


def test_bars_are_as_long_as_their_figures(methods):
    html = shown.comparison(methods, 0)
    first = html.split("<summary")[1]
    widths = [float(width) for width in re.findall(r"--part: ([\d.]+)%", first)]
    assert widths[0] == 90 and widths[2] == 95, "right class and coverage are shares"
    assert widths[4] == pytest.approx(100 * 0.2 / 1.3, abs=0.1), "seconds, beside the slowest"
    assert html.count("<details") == len(ROWS) and html.count(told.METHODS["tree"].needs) == 1


def test_rows_without_pictures_are_left_out(tmp_path):
    methods = measured_methods(plant(tmp_path, arrays={}))
    assert "<details" not in shown.comparison(methods, 0) and shown.real_digits(methods) is None


def test_names_cannot_smuggle_markup(tmp_path):
    rows = {"<b>": {"model": "m"}}
    methods = measured_methods(plant(tmp_path, {"rows": rows}, {"row/<b>": np.zeros((1, 10, 28, 28), np.uint8)}))
    assert "<b>&lt;" not in (html := shown.comparison(methods, 0)) and "&lt;b&gt;" in html


@pytest.mark.parametrize("name", STRENGTHS)
def test_each_strength_has_its_pictures_and_its_dot(methods, name):
    images, frames = shown.strengths(methods, name)
    number = list(STRENGTHS).index(name)
    check(images, frames, 0, range(len(frames)))
    for k, (frame, point) in enumerate(zip(frames, record()["curves"][name], strict=True)):
        assert [images[cell][0, 0] for row in frame.cells for cell in row] == [
            level(number, k, label) for label in range(CLASSES)]
        assert frame.dots == ((100 * point["right"], 100 * point["coverage"]),)
        assert frame.caption.startswith(f"{told.letter(name)} = {point['guidance']:g} ")


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_the_dot_goes_along_the_lit_curve(methods, look):
    figure, (_, frames) = shown.curve(methods, "free", look), shown.strengths(methods, "free")
    [lit] = [trace for trace in figure.data if trace.line.color == look.lit]
    assert list(zip(lit.x, lit.y, strict=True)) == [frame.dots[0] for frame in frames]
    for axis, values in ((figure.layout.xaxis, lit.x), (figure.layout.yaxis, lit.y)):
        assert axis.range[0] < min(values) and max(values) < axis.range[1]
    [line] = figure.layout.shapes
    assert line.x0 == line.x1 == pytest.approx(99.6), "how right the judge finds real digits"


def test_a_dot_that_is_far_off_lies_at_the_edge(tmp_path):
    """Without guidance, an unconditional model is right by luck; the others would be squeezed into a corner."""
    curves = {"classifier": [{"guidance": k, "right": right, "coverage": 0.8} for k, right in enumerate((0.1, 0.97))]}
    methods = measured_methods(plant(tmp_path, {"curves": curves},
                                     {"curve/classifier": np.zeros((2, 10, 4, 4), np.uint8)}))
    left, right = shown.curve(methods, "classifier", LIGHT).layout.xaxis.range
    _, frames = shown.strengths(methods, "classifier")
    assert 88 < left < 90 and right > 97
    assert [frame.dots[0][0] for frame in frames] == [left, 97] and "right class 10.0%" in frames[0].caption


def test_minutes_on_another_machine_have_no_bar(tmp_path):
    figures = record()
    figures["rows"]["tree"] |= {"training_device": "2 CPU cores", "training_minutes": 70}
    lines = shown.comparison(measured_methods(plant(tmp_path, figures)), 0).split("<summary")
    line = lines[list(ROWS).index("tree") + 1]
    assert "70 (CPU)" in line and line.count("--part") == 6


def test_a_curve_need_not_tell_all(tmp_path):
    curves = {"free": [{"guidance": 0}, {"guidance": 1, "right": 0.5}]}
    methods = measured_methods(plant(tmp_path, {"curves": curves}, {"curve/free": np.zeros((2, 10, 4, 4), np.uint8)}))
    images, frames = shown.strengths(methods, "free")
    check(images, frames, 0, ())
    assert [frame.dots for frame in frames] == [(), ()] and shown.curve(methods, "free", LIGHT)


def test_the_film_of_two_has_each_method_in_its_row():
    """Planted: method m at moment k has the state 10 m + k and the guess 100 + 10 m + k, at the class that is shown."""
    def drawn(m):
        states = np.array([[[10 * m + k, 0]] for k in range(3)], np.uint8).reshape(-1, 1, 1)
        cells = np.arange(6).reshape(3, 2, 1)
        reel = SimpleNamespace(times=(1.0, 0.5, 0.0), noisy=states, guesses=states + 100, cells=cells)
        return SimpleNamespace(labels=("4", "9"), reel=reel)

    images, frames = shown.duel([drawn(0), drawn(1)], "4")
    check(images, frames, 2, ())
    seen = [[[int(images[cell][0, 0]) for cell in row] for row in frame.cells] for frame in frames]
    assert seen == [[[k, 100 + k], [10 + k, 110 + k]] for k in range(3)]
    assert "noise" in frames[0].caption and "finished" in frames[-1].caption


def test_differences_are_coloured_by_their_sign():
    colours = shown.signed(np.array([[[255, -255, 0]]], np.int16))[0, 0]
    (red, _, blue), (cold, _, bright), black = colours
    assert red > blue and bright > cold and not black.any() and colours.min() >= 0 and colours.max() <= 1


def test_small_differences_are_enlarged_all_alike():
    """Planted: the largest of 255 grey levels is 40: all are six times as strong, and no more than eight times."""
    weak, strong = np.full((10, 28, 28), 5, np.int16), np.full((10, 28, 28), -40, np.int16)
    assert shown._gain([weak, strong]) == 6 and shown._gain([weak]) == shown.BRIGHTEST
    assert shown._gain([]) == 1 and shown._gain([np.full((1, 2, 2), -255)]) == 1


def test_the_film_of_attention_shows_where_each_token_is_listened_to():
    """Planted: at step k, layer l, token m alone is listened to, at place (m, l) of 4 x 4."""
    maps = np.zeros((3, 2, 4, 4, 4))
    for layer in range(2):
        for token in range(4):
            maps[:, layer, token, token, layer] = 1
    images, frames = shown.attention(Attended((1.0, 0.5, 0.1), np.full((3, 8, 8), 0.2), maps))
    check(images, frames, 2, ())
    for k, frame in enumerate(frames):
        (guess,), *layers = frame.cells
        assert guess == k and images[guess] == pytest.approx(0.2) and len(layers) == 2
        for layer, row in enumerate(layers):
            for token, cell in enumerate(row):
                red = images[cell][::2, ::2, 0]
                assert np.argwhere(red > 0.9).tolist() == [[token, layer]] and red.min() == pytest.approx(0.09)


def test_variants_stand_beside_their_verdicts_and_artefacts(methods):
    html = shown.variants(methods, "ac")
    assert html.count('class="line way') == 3 + 2, "three variants, two differences"
    assert html.count("<b>99.0%</b>") == 2, "the classifier of the first has learnt nothing"
    assert "Own classifier" in html and "99.0%" in html and "90.5%" in html and "Time counts" not in html
    seen = sources(html)
    for row, number in ((0, 0), (1, 1), (3, 2)):
        assert seen[row][:, 0].tolist() == [level(number, 0, label) for label in range(CLASSES)]
    assert (seen[2][:, 2] > seen[2][:, 0]).all(), "planted: darker than without a classifier"
    other = shown.variants(methods, "cbn")
    assert "Own classifier" not in other and other.count('class="line way') == 2 and "40%" in other


def test_drawn_pictures_are_at_their_places_under_the_digit_that_was_meant(methods):
    figure, places = shown.neighbours(methods, "free", LIGHT), record()["tsne"]["free"]
    real, *digits = figure.data
    assert list(map(list, zip(real.x, real.y, strict=True))) == places["real"]
    for digit, trace in enumerate(digits):
        assert set(trace.text) == {f"<b>{digit}</b>"}
        assert list(map(list, zip(trace.x, trace.y, strict=True))) == [
            place for place, meant in zip(places["drawn"], places["meant"], strict=True) if meant == digit]
    assert len({trace.textfont.color for trace in digits}) == len(digits) == 10


def test_the_score_stands_beside_what_looks_at_real_pictures(methods):
    html = shown.scores(methods)
    assert html.count("<tr") == 1 + len(ROWS) + 1 and "Real digits" in html
    assert all(name in html for name in ("Judge&#39;s score", "Distance", "Coverage")) and "9.90" in html


def test_the_table_of_abilities_has_a_row_for_each_method(methods):
    html = shown.can(methods)
    assert html.count('<th scope="row">') == len(ROWS) and html.count("<td") == 1 + 8 * len(ROWS)


def test_what_is_kept_is_in_the_visitors_language(methods, monkeypatch):
    """English is kept already; who reads German gets German, with a decimal comma, and then English is still there."""
    english = shown.comparison(methods, 0)
    for module in (texts, numbers, shown):
        monkeypatch.setattr(module, "current", lambda: "de")
    german = shown.comparison(methods, 0)
    assert "Echte Ziffern" in german and "90,0\N{NO-BREAK SPACE}%" in german and "Real digits" not in german
    assert shown.curve(methods, "free", LIGHT).layout.separators == ",."
    monkeypatch.undo()
    assert shown.comparison(methods, 0) == english and "Real digits" in english
