"""The drawing canvas and the film: what they accept."""

import numpy as np
import pytest

from branched.photos.photo import prepare
from pages.ui.parts.canvas import FAR, POINTS, SIDE, checked, inked
from pages.ui.parts.cropper import part_of, widened
from pages.ui.parts.film import MOST, Frame, check, levels, reported

BEYOND = SIDE + FAR + 1


@pytest.mark.parametrize("sent", [
    None, 3, "ink", {}, {"strokes": []}, [1, 2], [None], [[]], [[1]], [[1, 2, 3]], [["1", "2"]], [[None, 2]],
    [[True, False]], [[float("nan"), 0.0]], [[float("inf"), 0.0]], [[0, BEYOND]], [[10**400, 0]], [[[1, 2]]],
    [[0, 0] * (POINTS + 1)], [[0, 0]] * (POINTS + 1)])
def test_what_is_not_a_drawing_is_none(sent):
    assert checked(sent) == []


def test_a_drawing_may_be_large_and_leave_the_edge():
    assert checked(large := [[-FAR, SIDE + FAR] * POINTS]) is large
    assert checked([[1, 2.5], [3, 4, 5, 6]]) == [[1, 2.5], [3, 4, 5, 6]] and checked([]) == []


def test_ink_is_where_the_points_are():
    picture = inked([[50, 60, 50, 200], [200, 100]])
    assert picture.shape == (SIDE, SIDE) and picture.dtype == np.uint8
    assert (picture[60:200, 41:60] == 255).all() and not picture[:, 65:185].any() and not picture[:45].any()
    assert (picture[60:200] > 127).sum(1)[:, None][10] == pytest.approx(22, abs=1)
    dot = picture[:, 185:]
    assert dot.sum() / 255 == pytest.approx(np.pi * 11**2, rel=0.05)
    assert not inked([]).any() and not inked([[-200, -200, -200, 400]]).any()


@pytest.mark.parametrize("box", [None, 3, [], [0, 0, 1], [0, 0, 1, 2], [0, 0, 1, "1"], [0, 0, 1, True],
                                 [0.5, 0, 0.4, 1], [0, 0, 0.01, 1], [float("nan"), 0, 1, 1]])
def test_what_is_no_part_of_a_photo_is_all_of_it(box):
    assert part_of({"part": {"name": "this", "box": box}}, "this") is None


def test_a_part_belongs_to_its_photo():
    sent = {"part": {"name": "this", "box": [0, 0.25, 0.5, 1]}}
    assert part_of(sent, "this") == (0, 0.25, 0.5, 1) and part_of(sent, "another") is None
    assert part_of(None, "this") is part_of({}, "this") is part_of({"part": 3}, "this") is None


def test_a_figure_is_chosen_with_some_paper_around_it():
    assert np.allclose(widened((0.4, 0.5, 0.6, 0.9)), (0.34, 0.44, 0.66, 0.96))
    assert widened((0, 0, 1, 0.99)) == (0, 0, 1, 1)


def test_a_small_drawing_is_no_blob():
    """A ring of 50 pixels has a hole, and becomes what a large one becomes."""
    around = np.linspace(0, 2 * np.pi, 40)
    large, small = (np.stack([140 + r * np.cos(around), 140 + r * np.sin(around)], 1).ravel() for r in (90, 25))
    rings = [prepare(inked([strokes.tolist()]), (28, 28)) for strokes in (large, small)]
    assert rings[1][13:15, 13:15].max() < 0.1 and np.corrcoef(rings[0].ravel(), rings[1].ravel())[0, 1] > 0.85


GREY, ONE = np.zeros((3, 4, 5)), [Frame("one")]


@pytest.mark.parametrize("pictures, frames, start, marks", [
    (np.zeros((4, 5)), ONE, 0, {}), (np.zeros((3, 4, 5, 4)), ONE, 0, {}), (np.zeros((3, 0, 5)), ONE, 0, {}),
    (np.zeros((MOST + 1, 1, 1)), ONE, 0, {}), (GREY, [], 0, {}), (GREY, ONE, 1, {}), (GREY, ONE, -1, {}),
    (GREY, ONE, 0, {1: "there"}), (GREY, [Frame("", ((3,),))], 0, {}), (GREY, [Frame("", ((-2,),))], 0, {}),
    (GREY, [Frame("", sprites=((0, 0, -1),))], 0, {}), (GREY, [Frame("", sprites=((0, 0, 3),))], 0, {}),
    (GREY, [Frame("", ((0.5,),))], 0, {}), (GREY, [Frame("", dots=((0, float("nan")),))], 0, {})])
def test_frames_that_do_not_fit_are_refused(pictures, frames, start, marks):
    with pytest.raises(ValueError):
        check(pictures, frames, start, marks)


def test_frames_that_fit():
    check(GREY, [Frame("", ((0, 1), (-1, 2)), ((0.5, 1),), ((0, 0, 2),)), Frame("")], 1, {0: "a", 1: "b"})
    check(np.zeros((0, 4, 5, 3)), ONE, 0, {})


def test_levels():
    assert levels(np.array([-1, 0, 0.5, 1, 9, np.nan])).tolist() == [0, 0, 128, 255, 255, 0]
    assert levels(np.array([7], np.uint8)).tolist() == [7]


@pytest.mark.parametrize("sent, frame", [
    (None, 2), (5, 2), ({}, 2), ({"film": "it"}, 2), ({"film": "it", "frame": 4}, 4), ({"film": "old", "frame": 4}, 2),
    *(({"film": "it", "frame": wrong}, 2) for wrong in (-1, 10, 4.0, "4", True, None, [4]))])
def test_only_a_frame_of_this_film_is_believed(sent, frame):
    assert reported(sent, "it", 10, 2) == frame
