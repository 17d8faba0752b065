"""Seeds from numbers: fixed for ever, since pictures hang on them, and unrelated for neighbours."""
import torch

from branched.noise.seeds import mix, normal


def test_seeds_stay_what_they_are():
    """Every link's pictures hang on these; order and number of the numbers count."""
    assert (mix(0), mix(1), mix(1, 2)) == (7905728728188956330, 6685036501382267578, 3953556307844997849)
    assert mix() == 0 and mix(1, 2) != mix(2, 1) and mix(0) != mix(0, 0)
    assert mix(3, 4) == mix(3, 4) and all(0 <= mix(k) < 2**63 for k in (-1, 0, 2**70))


def test_neighbours_give_unrelated_seeds():
    """About half of all bits differ (62 or 63 may)."""
    seeds = [mix(k) for k in range(1000)]
    assert len(set(seeds)) == 1000
    differing = [bin(a ^ b).count("1") for a, b in zip(seeds, seeds[1:], strict=False)]
    assert 30.5 < sum(differing) / len(differing) < 32.5


def test_noise_is_standard_and_each_row_is_its_keys_own():
    noise = normal([5, 6, 7], (1, 40, 40))
    assert noise.shape == (3, 1, 40, 40) and torch.equal(normal([6], (1, 40, 40))[0], noise[1])
    assert abs(noise.mean()) < 0.05 and abs(noise.std() - 1) < 0.05
    assert abs(torch.corrcoef(noise.flatten(1)) - torch.eye(3)).max() < 0.1
