"""A walk as moments in time: where each class was then, and every picture once."""
import numpy as np
import pytest

from branched import ClassTree
from pages.ui.parts import reels
from pages.ui.parts.reels import Wave, latest, reel

TREE = ClassTree.from_merges(["a", "b", "c"], [(0.3, ("a", "b")), (0.7, ("a", "b", "c"))])
N = 2  # pictures of each class


def waves() -> list[Wave]:
    """Three waves to data; what is noisy tells the wave and the class, what is guessed 100 more."""
    walk = []
    for number, times in enumerate([(1.0, 1.0, 1.0), (0.7, 0.7, 0.7), (0.3, 0.3, 0.4), (0.0, 0.0, 0.0)]):
        grey = np.array([10 * number + k for k in range(3)], np.uint8)
        noisy = np.broadcast_to(grey[:, None, None, None], (3, N, 4, 4))
        walk.append(Wave(times, noisy, noisy + 100))
    return walk


def test_the_last_time_that_is_not_below():
    times = (1.0, 0.7, 0.3, 0.0)
    assert [latest(times, t) for t in (1.0, 0.9, 0.7, 0.5, 0.3, 0.0)] == [0, 0, 1, 1, 2, 3]


def test_classes_that_share_a_branch_share_their_pictures():
    film = reel(TREE.outline(), TREE.labels, waves(), [1.0, 0.5, 0.2, 0.0])
    assert film.cells.shape == (4, 3, N) and film.noisy.shape == film.guesses.shape == (film.cells.max() + 1, 4, 4)
    shared = [[(film.cells[moment, 0] == film.cells[moment, k]).all() for k in (1, 2)] for moment in range(4)]
    assert shared == [[True, True], [True, False], [False, False], [False, False]]
    assert len(np.unique(film.cells)) == film.cells.max() + 1, "every picture is somewhere, and once in the film"


@pytest.mark.parametrize("moment, k, grey", [(0, 2, 0), (1, 0, 10), (1, 2, 12), (2, 1, 21), (2, 2, 22), (3, 0, 30)])
def test_every_cell_is_where_its_class_was(moment, k, grey):
    film = reel(TREE.outline(), TREE.labels, waves(), [1.0, 0.5, 0.2, 0.0])
    assert (film.shown("now")[film.cells[moment, k]] == grey).all()
    assert (film.shown("guess")[film.cells[moment, k]] == grey + 100).all()


def test_moments_are_even():
    assert reels.even(4) == [1.0, 0.75, 0.5, 0.25, 0.0]
