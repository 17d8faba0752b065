"""Sizes of an evaluation: the pictures that are compared, and what is told of them."""

import numpy as np

from branched.facts import Protocol
from branched.measure.sizes import Sizes, drawn


def test_pictures_are_the_classs_own(digits):
    images = drawn(digits, "4", 10, seed=0)
    own = {row.tobytes() for row in (digits.of("4")[:, 0].numpy().astype(np.float32) / 255)}
    assert images.shape == (10, 8, 8) and all(image.tobytes() in own for image in images)
    assert (images == drawn(digits, "4", 10, seed=0)).all()


def test_guidance_is_told_where_there_is_some():
    """A card of what was not guided says nothing of it; of what was guided, by what and how strongly."""
    assert not {"guidance", "guide"} & Sizes(guide="classifier").told.keys()
    told = Sizes(n=5, guidance=1.5, guide="classifier").told
    assert (told["guidance"], told["guide"], told["n"]) == (1.5, "classifier", 5)
    assert Protocol.of(told).guidance == 1.5 and Protocol.of(Sizes().told).guidance is None
