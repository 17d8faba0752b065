"""Artefacts, on pictures whose spectrum is known."""
import math

import numpy as np
import pytest

from branched.errors import BranchedError
from branched.measure.artefacts import difference, fine_share, fineness, fooled

PLACES = np.indices((28, 28))


def wave(cycles: float) -> np.ndarray:
    """A picture (1, 28, 28) of a wave with so many cycles over its width."""
    return 0.5 + 0.4 * np.cos(2 * np.pi * cycles * PLACES[1] / 28)[None]


def test_a_difference_is_signed_and_in_levels():
    images = np.array([[[1.0, 0.2], [0.0, 0.5]]])
    assert difference(images, np.zeros((1, 2, 2), np.uint8)).tolist() == [[[255, 51], [0, 128]]]
    found = difference(np.zeros((1, 2, 2)), np.full((1, 2, 2), 255, np.uint8))
    assert found.dtype == np.int16 and (found == -255).all()
    with pytest.raises(BranchedError, match="one shape"):
        difference(images, images[0])


@pytest.mark.parametrize(("cycles", "share"), [(3, 0), (7, 0), (8, 1), (14, 1)])
def test_a_wave_is_fine_above_half_the_nyquist_frequency(cycles, share):
    """Seven cycles over 28 pixels are half of it."""
    assert fine_share(wave(cycles)) == pytest.approx(share, abs=1e-3)


def test_energies_of_waves_add_up_in_their_closed_form():
    """Amplitudes 0.3 and 0.1: a tenth of the energy is fine."""
    both = 0.5 + 0.75 * (wave(2) - 0.5) + 0.25 * (wave(12) - 0.5)
    assert fine_share(both) == pytest.approx(0.1, abs=2e-3)


def test_white_noise_has_the_area_outside_the_circle():
    noise = np.random.default_rng(0).integers(0, 256, (200, 28, 28), dtype=np.uint8)
    assert fine_share(noise) == pytest.approx(1 - math.pi / 16, abs=0.01)
    assert fine_share(np.stack([noise] * 3, -1)) == pytest.approx(fine_share(noise))
    assert math.isnan(fine_share(np.ones((2, 8, 8))))


def test_fineness_is_one_for_the_same_and_more_with_a_pattern_laid_over(at_hand):
    real = at_hand("mnist", "test").x[:200, 0].numpy()
    board = np.where(PLACES.sum(0) % 2, 12, -12)
    patterned = np.clip(real.astype(int) + board, 0, 255).astype(np.uint8)
    assert fineness(real, real) == 1
    assert fineness(patterned, real) > 1.05


def test_fooled_is_right_for_itself_and_wrong_for_the_judge():
    meant = np.array([0, 1, 2, 3, 4])
    assert fooled(own=[0, 1, 2, 0, 0], judge=[0, 1, 5, 3, 0], meant=meant) == pytest.approx(0.2)
