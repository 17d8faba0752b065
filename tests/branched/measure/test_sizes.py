"""Sizes of an evaluation: the pictures that are compared."""

import numpy as np

from branched.measure.sizes import drawn


def test_pictures_are_the_classs_own(digits):
    images = drawn(digits, "4", 10, seed=0)
    own = {row.tobytes() for row in (digits.of("4")[:, 0].numpy().astype(np.float32) / 255)}
    assert images.shape == (10, 8, 8) and all(image.tobytes() in own for image in images)
    assert (images == drawn(digits, "4", 10, seed=0)).all()
