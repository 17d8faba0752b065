"""What can be chosen is what the file has."""
import pytest
from planted_methods import ROWS, STRENGTHS, pictures, plant, record

from branched import measured_methods
from pages.ui.others import controls, told


def test_there_is_as_much_to_choose_as_was_measured(methods):
    settings = controls.settings(methods)
    assert list(settings.first.options) == list(ROWS) and settings.second.default == "tree"
    assert list(settings.curve.options) == list(STRENGTHS) and settings.draw.high == 11
    assert list(settings.near.options) == ["free", "tree"] and list(settings.kind.options) == ["ac", "cbn"]
    names = [setting.name for setting in settings]
    assert len(set(names)) == len(names)


def test_maps_come_in_the_order_of_the_rows(tmp_path):
    figures = record()
    figures["tsne"] = dict(reversed(figures["tsne"].items()))
    settings = controls.settings(measured_methods(plant(tmp_path, figures)))
    assert list(settings.near.options) == ["free", "tree"]


def test_codes_come_in_the_order_of_the_story_and_a_curve_without_points_not_at_all(tmp_path):
    figures = record()
    figures["autoencoders"] = dict(reversed(sorted(figures["autoencoders"].items())))
    figures["curves"]["free"] = []
    arrays = {name: array for name, array in pictures().items() if name != "curve/free"}
    settings = controls.settings(measured_methods(plant(tmp_path, figures, arrays)))
    assert list(settings.code.options) == list(told.CODES)
    assert "free" not in settings.curve.options and settings.curve.default in settings.curve.options


def test_where_the_usual_is_missing_another_is(tmp_path):
    figures = record()
    figures["rows"] = {"label": figures["rows"]["label"]}
    settings = controls.settings(measured_methods(plant(tmp_path, figures)))
    assert settings.first.default == settings.second.default == "label"


def test_a_file_of_nothing_has_nothing_to_choose(tmp_path):
    settings = controls.settings(measured_methods(plant(tmp_path, {}, {})))
    assert settings.curve.default is None and not settings.first.options and settings.draw.default == 0


@pytest.mark.parametrize("curve, strength, place", [
    ("free", None, 2), ("free", 0.0, 0), ("free", 3.1, 5), ("free", 99, 5), ("classifier", None, 2), ("tree", None, 1),
    ("tree", 0, 0)])
def test_the_slider_begins_where_the_method_is_usually_or_where_the_link_says(methods, curve, strength, place):
    assert controls.start(methods, curve, strength) == place
