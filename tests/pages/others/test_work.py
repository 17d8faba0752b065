"""A picture of each class by any model: as the model itself draws them, with its film and its cost."""
from types import SimpleNamespace

import numpy as np
import pytest

from branched import Sampling
from pages.ui.others import work
from pages.ui.parts.pictures import levels

ASKED = Sampling(n=1, steps=6, seed=3)


def finished(steps):
    frames = []
    while True:
        try:
            frames.append(next(steps))
        except StopIteration as end:
            return frames, end.value


@pytest.mark.parametrize("which", ["model", "flat_model"])
def test_pictures_film_and_cost_are_the_models_own(which, request, monkeypatch):
    model = request.getfixturevalue(which)
    monkeypatch.setattr(work, "judge_for", lambda model: None)
    frames, drawn = finished(work.Ten(ASKED).work(model))
    samples = model.sample(sampling=ASKED)
    np.testing.assert_array_equal(drawn.images, samples.images[:, 0])
    assert (drawn.evaluations, drawn.gradients) == (samples.evaluations, samples.gradients)
    assert drawn.labels == model.labels and drawn.seen is None and drawn.seconds > 0
    assert len(drawn.reel.times) == ASKED.steps + 1 and len(frames) > ASKED.steps
    np.testing.assert_array_equal(drawn.reel.noisy[drawn.reel.cells[-1, :, 0]], levels(drawn.images))
    first = drawn.reel.noisy[drawn.reel.cells[0, :, 0]]
    assert (first == first[0]).all(), "all begin with the same noise"


def test_attention_is_the_models_own_over_its_heads():
    """Planted: two heads, of which one listens to the first token alone, the other to the second."""
    maps = np.zeros((4, 2, 2, 2, 7, 7))
    maps[:, :, 0, 0] = maps[:, :, 1, 1] = 1
    asked = []

    def attention(label, steps, seed):
        asked.append((label, steps, seed))
        return maps, np.ones((4, 28, 28)), (1.0, 0.7, 0.4, 0.2)

    told, seen = finished(work.Attention("4", ASKED).work(SimpleNamespace(attention=attention)))
    assert asked == [("4", 6, 3)] and told == [0.0] and seen.times == (1.0, 0.7, 0.4, 0.2)
    assert seen.maps.shape == (4, 2, 2, 7, 7) and (seen.maps == 0.5).all() and seen.images.shape == (4, 28, 28)


def test_the_judge_says_what_it_reads(model, monkeypatch):
    judge = SimpleNamespace(labels=("9", "4"), probabilities=lambda images: np.eye(2)[np.arange(len(images)) % 2])
    monkeypatch.setattr(work, "judge_for", lambda model: judge)
    _, drawn = finished(work.Ten(ASKED).work(model))
    assert drawn.seen == ("9", "4", "9", "4", "9")
