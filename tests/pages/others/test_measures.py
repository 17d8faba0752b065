"""Figures of methods: how they are written, who is best, and how far a bar reaches."""
import pytest
from planted_methods import ROWS, plant

from branched import measured_methods
from pages.ui.others.measures import BEYOND, MARKS, MEASURES, SCORES, TRAINING, comparable, ranked

BY_FIELD = {measure.field: measure for measure in (*MEASURES, *SCORES, *MARKS["ac"])}


def planted_rows(tmp_path, **values):
    """Rows that differ in one figure alone."""
    [(field, numbers)] = values.items()
    rows = {f"m{k}": {"model": "m", "right": 0.9, field: number} for k, number in enumerate(numbers)}
    return measured_methods(plant(tmp_path, {"rows": rows}, {})).record


@pytest.mark.parametrize("field, text", [
    ("right", "90.5%"), ("feature_frechet", "3.00"), ("coverage", "93%"), ("evaluations", "40"), ("seconds", "0.30"),
    ("parameters", "0.70 M"), ("training_minutes", "6"), ("score", "9.05")])
def test_figures_as_text(methods, field, text):
    assert BY_FIELD[field].text(methods.record.rows["label"]) == text


def test_gradients_stand_beside_evaluations(methods):
    looks = BY_FIELD["evaluations"]
    assert looks.text(methods.record.rows["classifier"]) == "40 + 20∇"
    assert "∇" not in looks.text(methods.record.rows["free"])


def test_what_was_not_measured_is_no_text(methods):
    assert BY_FIELD["seconds"].text(methods.record.real) == "" and BY_FIELD["own"].value(methods.record.real) is None


@pytest.mark.parametrize("field, best", [("right", "m1"), ("coverage", "m1"), ("feature_frechet", "m2"),
                                         ("seconds", "m2")])
def test_the_best_comes_first(tmp_path, field, best):
    record = planted_rows(tmp_path, **{field: (0.7, 0.9, 0.6)})
    order = ranked(record, BY_FIELD[field])
    assert order[0] == best and sorted(order) == ["m0", "m1", "m2"]


def test_who_does_not_draw_what_was_asked_is_not_ranked(tmp_path):
    assert ranked(planted_rows(tmp_path, right=(0.1, 0.9)), BY_FIELD["right"]) == ["m1"]


def test_bars_of_shares_are_full_at_one_and_others_at_the_largest(tmp_path, methods):
    rows = methods.record.rows
    assert BY_FIELD["right"].scale(rows) == 1 and BY_FIELD["score"].scale(rows) == 10
    assert BY_FIELD["seconds"].scale(rows) == max(row.seconds for row in rows.values())
    assert len(rows) == len(ROWS)


def test_one_long_bar_does_not_hide_the_others(tmp_path):
    rows = planted_rows(tmp_path, feature_frechet=(1, 2, 3, 500)).rows
    assert BY_FIELD["feature_frechet"].scale(rows) == BEYOND * 2.5


def test_long_distances_are_short_texts(tmp_path):
    rows = planted_rows(tmp_path, feature_frechet=(0.128, 9.99, 160.7)).rows
    assert [BY_FIELD["feature_frechet"].text(row) for row in rows.values()] == ["0.13", "9.99", "161"]


def test_minutes_compare_on_one_kind_of_machine_alone(tmp_path):
    devices = {"a": ("H100", 5), "b": ("2 CPU cores", 70), "c": ("H100", 6)}
    figures = {"rows": {name: {"model": "m", "right": 0.9, "training_device": device, "training_minutes": minutes}
                        for name, (device, minutes) in devices.items()}}
    record = measured_methods(plant(tmp_path, figures, {})).record
    assert list(comparable(record.rows, TRAINING)) == ranked(record, TRAINING) == ["a", "c"]
    assert list(comparable(record.rows, BY_FIELD["right"])) == ["a", "b", "c"] and comparable({}, TRAINING) == {}


def test_bars_need_no_figures(tmp_path):
    seconds = BY_FIELD["seconds"]
    assert seconds.scale(planted_rows(tmp_path, right=(0.9,)).rows) > 0 and seconds.scale({}) > 0
