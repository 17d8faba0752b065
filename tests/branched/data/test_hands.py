"""Digits as other hands write them: strokes in a square become ink, and MNIST's own digits get what is added."""
import numpy as np
import pytest
import torch
from scipy import ndimage

from branched.data import hands
from branched.data.dataset import Dataset


@pytest.mark.parametrize("k", range(10))
def test_every_digit_is_drawn_within_its_sheet(k):
    rng = np.random.default_rng(k)
    for _ in range(5):
        ink = hands.drawn(hands.DIGITS[k](rng), rng)
        assert ink.shape == (hands.SIDE, hands.SIDE) and ink.max() == 1
        assert ink[[0, -1]].max() == 0 and ink[:, [0, -1]].max() == 0
        rows, columns = (np.flatnonzero(ink.max(axis) > .5) for axis in (1, 0))
        assert abs(max(np.ptp(rows), np.ptp(columns)) / (hands.SIDE * (1 - 2 * hands.MARGIN)) - 1) < 0.25


def test_curves_go_through_their_points():
    points = np.array([(0, 0), (1, 2), (3, 1), (4, 4)], float)
    path = hands._path(True, points)
    assert all(np.abs(path - point).sum(1).min() < 1e-9 for point in points) and len(path) > 20
    assert hands._path(False, points) is points


def upright_stem() -> np.ndarray:
    digit = np.zeros((28, 28), np.float32)
    digit[4:24, 13:16] = 1
    return digit


def test_what_is_added_to_a_digit():
    stem, rng = upright_stem(), np.random.default_rng(0)
    plain = hands.amended(np.zeros((28, 28), np.float32) + stem, 5, rng)      # any digit: a line below it
    labels, count = ndimage.label(plain > .5)
    boxes = ndimage.find_objects(labels)
    assert count == 2 and boxes[1][0].start > boxes[0][0].stop - 1
    barred = hands.amended(stem, 7, rng)
    widths = (barred > .5).sum(1)
    assert widths.max() > 2 * np.median(widths[widths > 0]) and ndimage.label(barred > .5)[1] == 1


def test_widened_data_hold_all_classes_and_what_is_none():
    x = torch.from_numpy((np.stack([upright_stem()] * 4)[:, None] * 255).astype(np.uint8))
    data = Dataset.of_images("stems", tuple("0123456789"), x, torch.tensor([1, 1, 7, 0]))
    wide = hands.widened(data, 0, written=20, added=3, others=6)
    assert wide.labels == (*data.labels, hands.OTHER) and len(wide) == 4 + 20 + 3 + 6
    assert torch.bincount(wide.y).tolist()[2] == 2 and int((wide.y == 10).sum()) == 6
    again = hands.widened(data, 0, written=20, added=3, others=6)
    assert (again.x == wide.x).all() and (again.y == wide.y).all()
