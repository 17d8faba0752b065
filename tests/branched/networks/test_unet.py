"""The network of images: forms, and sizes that are checked."""
import pytest
import torch

from branched.errors import BranchedError
from branched.networks.unet import BranchedUNet, UNetConfig

BRANCHES = 7


def test_rgb():
    net = BranchedUNet(UNetConfig((3, 8, 12), (8, 16), (1, 1, 1), 16, 2, 4), BRANCHES)
    x, t, branch = torch.randn(2, 3, 8, 12), torch.rand(2), torch.tensor([0, 6])
    assert net(x, t, branch).shape == (2, 3, 8, 12)


def test_three_levels_and_several_blocks():
    net = BranchedUNet(UNetConfig((1, 16, 8), (8, 16, 24), (2, 2, 3), 16, 2, 4), BRANCHES)
    assert net(torch.randn(2, 1, 16, 8), torch.rand(2), torch.tensor([0, 6])).shape == (2, 1, 16, 8)


@pytest.mark.parametrize("shape", [(1, 7, 8), (1, 8, 10), (1, 9, 9)])
def test_sizes_that_do_not_halve_are_refused(shape):
    with pytest.raises(BranchedError, match="multiples of 4"):
        UNetConfig(shape, channels=(16, 32))


@pytest.mark.parametrize(("channels", "heads"), [((12, 32), 4), ((16, 24), 5), ((16, 32), -1)])
def test_channels_that_do_not_divide_are_refused(channels, heads):
    with pytest.raises(BranchedError, match="multiples of 8"):
        UNetConfig((1, 8, 8), channels=channels, heads=heads)


def test_a_configuration_may_come_from_json(config):
    """JSON knows lists only, and equal configurations are equal."""
    again = UNetConfig(list(config.shape), list(config.channels), list(config.blocks),
                          config.embedding, config.heads, config.rank)
    assert again == config and hash(again) == hash(config)
