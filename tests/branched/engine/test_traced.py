"""A traced network gives the same bits; one that would not is called as it is."""
import gc
import weakref

import pytest
import torch
from models import untrained
from torch import nn

import branched
from branched.engine.traced import AFTER, Traced, traced


def rows(size, shape=(1, 8, 8), processes=3):
    generator = torch.Generator().manual_seed(size)
    return (torch.randn(size, *shape, generator=generator), torch.rand(size, generator=generator),
            torch.randint(processes, (size,), generator=generator))


class Shape(nn.Module):
    """In a trace the number of rows would be that of the traced ones."""

    steady = True

    def forward(self, xt, t, condition):
        return xt + torch.ones([int(size) for size in xt.shape])


class Branches(nn.Module):
    steady = True

    def forward(self, xt, t, condition):
        return xt if len(xt) < 3 else -xt


@torch.inference_mode()
def test_the_same_bits_whatever_the_rows(config, tree):
    network = untrained(config, tree).eval()
    copy = traced(network, *rows(4, config.shape))
    assert copy is not network
    for size in (1, 2, 3, 8, 33, 64):
        assert torch.equal(copy(*rows(size, config.shape)), network(*rows(size, config.shape)))


@torch.inference_mode()
@pytest.mark.parametrize("network", [Shape(), Branches()])
def test_what_would_give_other_bits_is_called_as_it_is(network):
    assert traced(network, *rows(1)) is None


@torch.inference_mode()
def test_it_is_traced_when_it_is_called_often(config, tree):
    network, some = untrained(config, tree).eval(), Traced()
    called = [some.of(network, *rows(2, config.shape)) for _ in range(AFTER + 3)]
    assert all(each is network for each in called[:AFTER - 1])
    assert called[AFTER - 1] is not network and len(set(map(id, called[AFTER - 1:]))) == 1


@torch.inference_mode()
def test_what_is_not_steady_is_never_traced():
    network, some = branched.load("letters").diffusion.denoise.network, Traced()
    assert all(some.of(network, *rows(2, (16,))) is network for _ in range(AFTER + 3))


def test_what_changes_in_a_network_changes_in_its_trace(config, tree):
    """A lesson's network goes on learning."""
    network, some = untrained(config, tree).eval(), rows(4, config.shape)
    with torch.inference_mode():
        copy = traced(network, *some)
        before = copy(*some)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1.5)
    with torch.inference_mode():
        assert torch.equal(copy(*some), network(*some)) and not torch.equal(copy(*some), before)


@torch.inference_mode()
def test_a_network_that_is_gone_takes_its_trace_along(config, tree):
    network, some = untrained(config, tree).eval(), Traced()
    for _ in range(AFTER):
        some.of(network, *rows(2, config.shape))
    gone = weakref.ref(network)
    del network
    gc.collect()
    assert gone() is None and not some._traced
