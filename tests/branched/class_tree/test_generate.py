"""Samples: as asked, each by its seed and place alone, counted, and told of on the way."""

import numpy as np
import pytest

from branched import SOLVERS

STEPS = 6


def is_picture(array: np.ndarray, shape: tuple[int, ...]) -> bool:
    return (array.shape == shape and array.dtype == np.float32 and np.isfinite(array).all()
            and array.min() >= 0 and array.max() <= 1)


def test_sample_of_all_classes(model):
    s = model.sample(n=2, steps=STEPS)
    assert is_picture(s.images, (5, 2, 8, 8)) and s.labels == model.labels and s.seconds > 0
    assert (s.seed, s.steps) == (0, STEPS) and s.images.std() > 0.05


def test_sample_in_colour(colour_model):
    assert is_picture(colour_model.sample(["4", "9"], n=2, steps=STEPS).images, (2, 2, 8, 8, 3))


def test_labels_keep_their_order_and_integers_name_classes(model):
    whole = model.sample(n=2, steps=STEPS).images
    for labels in ([9, 0], ["9", "0"], (np.int64(9), "0"), iter([9, 0]), [9, 0, 9]):
        s = model.sample(labels, n=2, steps=STEPS)
        assert s.labels == ("9", "0")
        assert np.allclose(s.images, whole[[4, 0]], atol=1e-4)
    assert model.sample(4, n=2, steps=STEPS).labels == model.sample("4", n=2, steps=STEPS).labels == ("4",)


def test_an_image_depends_on_seed_and_place_alone(model):
    s = model.sample(4, n=5, steps=STEPS, seed=1).images
    assert np.allclose(model.sample([4, 7], n=2, steps=STEPS, seed=1).images[0], s[0, :2], atol=1e-4)
    assert np.array_equal(model.sample(4, n=5, steps=STEPS, seed=1).images, s)
    assert np.abs(model.sample(4, n=5, steps=STEPS, seed=2).images - s).max() > 0.1


@pytest.mark.parametrize("solver", SOLVERS)
def test_evaluations_are_counted_and_compared(known_model, solver):
    s = known_model.sample(n=3, steps=STEPS, solver=solver)
    assert (s.evaluations, s.waves) == (known_model.denoise.rows, known_model.denoise.waves)
    before = known_model.denoise.rows
    alone = sum(known_model.sample(label, n=3, steps=STEPS, solver=solver).evaluations for label in known_model.labels)
    assert s.evaluations_class_by_class == alone == known_model.denoise.rows - before
    assert s.evaluations < s.evaluations_class_by_class


def test_sampling_tells_of_every_wave_and_ends_with_the_result(known_model):
    frames = list(known_model.sampling([4, 9, 0], n=2, steps=20, seed=3))
    s = known_model.sample([4, 9, 0], n=2, steps=20, seed=3)
    assert len(frames) == s.waves + 1
    assert all(is_picture(f.noisy, (3, 2, 8, 8)) and is_picture(f.denoised, (3, 2, 8, 8)) for f in frames)
    assert np.array_equal(frames[-1].result.images, s.images) and np.array_equal(frames[-1].noisy, s.images)
    assert all(f.result is None for f in frames[:-1])
    assert frames[0].times == (1.0,) * 3 and frames[-1].times == (0.0,) * 3
    for before, after in zip(frames, frames[1:], strict=False):
        assert all(a >= b for a, b in zip(before.times, after.times, strict=True))
    meeting = known_model.tree.meeting_point(4, 9)
    for f in frames:
        assert np.array_equal(f.noisy[0], f.noisy[1]) == (f.times[0] >= meeting)
