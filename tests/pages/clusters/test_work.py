"""What the page "Without labels" asks of models."""
import numpy as np
import pytest
from small_clusters import small_clusters

from branched import Sampling
from pages.ui.clusters.work import Below, Decode, Draw, Inner


@pytest.fixture(scope="module")
def drawing():
    return small_clusters(draws=True)


def done(request, model):
    """The result of a request, and what it yielded."""
    steps, yielded = request.work(model), []
    while True:
        try:
            yielded.append(next(steps))
        except StopIteration as end:
            return end.value, yielded


def test_decoders_draw_from_the_roots_that_diffusion_draws_from(drawing):
    decoded, _ = done(Decode(3, 5), drawing)
    drawn, frames = done(Draw(("B", "J"), Sampling(3, 4, "ddim", 5)), drawing)
    assert decoded.made.shape == (10, 3, 28, 28) and drawn.made.shape == (2, 3, 28, 28)
    assert frames[-1].result is not None
    assert np.allclose(drawn.probabilities, decoded.probabilities[[1, 9]], atol=1e-5)
    assert np.array_equal(drawn.made, drawing.sample(["B", "J"], n=3, steps=4, seed=5).made)


def test_an_inner_node(drawing):
    assert np.array_equal(done(Inner(3, 2, 3, 1), drawing)[0], drawing.inner(3, n=2, steps=3, seed=1))
    assert np.array_equal(done(Below(3, 2, 3, 1), drawing)[0], drawing.below(3, n=2, steps=3, seed=1))


def test_pictures_of_an_inner_node_are_seen_coming(drawing):
    """A guess for every step, each of the shape of the end, and nearer to it."""
    for request, rows in ((Inner(3, 2, 4, 1), 1), (Below(3, 2, 4, 1), len(drawing.outline()[3].groups))):
        end, guesses = done(request, drawing)
        assert [guess.shape for guess in guesses] == [(rows, 2, 28, 28)] * 4
        far = [np.abs(guess.reshape(end.shape) - end).mean() for guess in guesses]
        assert far[-1] < far[0]


def test_requests_are_keys():
    assert len({Inner(3, 2, 3, 1), Inner(3, 2, 3, 1), Below(3, 2, 3, 1), Inner(3, 2, 3, 2)}) == 3
