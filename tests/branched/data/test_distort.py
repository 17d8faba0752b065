"""Distortions of pictures."""

import torch

from branched.data.distort import distort
from branched.measure.judge import Settings


def test_distortions_are_small_and_repeatable():
    x = torch.zeros(200, 1, 28, 28)
    x[:, :, 10:18, 10:18] = 1
    settings = Settings()
    once, again = (distort(x, settings, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(once, again) and once.min() >= 0 and once.max() <= 1 + 1e-6
    assert 0.8 < once.mean() / x.mean() < 1.25
    still = Settings(turn=0, scale=0, shear=0, shift=0, bend=0)
    assert torch.allclose(distort(x, still, torch.Generator()), x, atol=1e-5)
