"""Hybrids: the state that both classes pass through, for classes and sets of them."""

import numpy as np
import pytest

from branched import SOLVERS

STEPS = 6


def is_picture(array: np.ndarray, shape: tuple[int, ...]) -> bool:
    return (array.shape == shape and array.dtype == np.float32 and np.isfinite(array).all()
            and array.min() >= 0 and array.max() <= 1)


@pytest.mark.parametrize("solver", SOLVERS)
def test_hybrids_end_as_samples_of_the_same_seed(model, solver):
    h = model.hybrid(4, 9, n=3, steps=STEPS, seed=5, solver=solver)
    assert h.time == model.tree.meeting_point(4, 9) == 0.35
    assert is_picture(h.noisy, (3, 8, 8)) and is_picture(h.denoised, (3, 8, 8))
    s = model.sample([4, 9], n=3, steps=STEPS, seed=5, solver=solver)
    assert list(h.endings) == ["4", "9"]
    assert np.array_equal(h.endings["4"], s.images[0]) and np.array_equal(h.endings["9"], s.images[1])


def test_a_hybrid_is_the_state_that_both_classes_pass_through(known_model):
    """As sampling shows it at the branch point; and the parent's estimate from it, known in closed form."""
    h = known_model.hybrid(4, 9, n=3, steps=20)
    at_meeting = [f.noisy[0] for f in known_model.sampling(4, n=3, steps=20) if f.times == (0.35,)]
    assert np.array_equal(h.noisy, at_meeting[0])
    parent = known_model.tree.meeting(4, 9).branch
    start = known_model.denoise.pattern[parent.id]
    assert np.abs(h.denoised - (start.numpy() + 1) / 2).mean() < 0.2  # within the spread of pixels around the pattern


def test_hybrids_of_sets(model):
    h = model.hybrid([4, 9], ["1", 0], n=2, steps=STEPS)
    assert h.time == 0.6 and list(h.endings) == ["4", "9", "1", "0"]
    s = model.sample([4, 9, 1, 0], n=2, steps=STEPS)
    assert all(np.array_equal(h.endings[label], s.images[k]) for k, label in enumerate(s.labels))


def test_hybrids_in_a_flat_tree_share_the_noise(flat_model):
    h = flat_model.hybrid(4, 9, n=2, steps=STEPS)
    assert h.time == 1.0 and is_picture(h.denoised, (2, 8, 8))
    assert not np.allclose(h.endings["4"], h.endings["9"], atol=0.05)


def test_hybrids_in_colour(colour_model):
    h = colour_model.hybrid(4, 9, n=2, steps=STEPS)
    assert all(is_picture(a, (2, 8, 8, 3)) for a in (h.noisy, h.denoised, *h.endings.values()))
