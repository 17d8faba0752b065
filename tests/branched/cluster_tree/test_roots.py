"""Roots that lead to a leaf follow p(latents | leaf): against closed forms, where the routers are known functions."""
import math

import pytest
import torch

from branched.cluster_tree import roots
from branched.cluster_tree.networks import ClusterNetworkConfig
from branched.cluster_tree.roots import Roots, from_node, swapped
from branched.cluster_tree.tree import ClusterTree

PAIR = ClusterTree().split(0)   # leaves 1, 2; places as ids


def planted(slope: float, offset: float):
    """Two leaves; the left one has the probability sigmoid(slope (first number of the root's latent - offset))."""
    network = ClusterNetworkConfig((2,), "gaussian", depth=2, latent=2, width=8, hidden=2).build(PAIR).eval()
    router = network.routers_p.of(0)
    with torch.no_grad():  # silu(a) - silu(-a) = a
        router[0].weight.copy_(torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))
        router[2].weight.copy_(torch.tensor([[slope, -slope]]))
        router[0].bias.zero_()
        router[2].bias.fill_(-slope * offset)
    return network


def density(x: torch.Tensor) -> torch.Tensor:
    return torch.exp(-x.square() / 2) / math.sqrt(2 * math.pi)


@pytest.mark.parametrize(("offset", "leaf"), [(0.0, 1), (0.0, 2), (1.0, 1), (2.0, 1), (2.0, 2)])
def test_a_sure_router_truncates_the_normal_distribution(offset, leaf):
    """The mean of N(0, 1) above c is density(c) / (1 - Phi(c)), below it -density(c) / Phi(c)."""
    led = Roots(planted(10_000.0, offset), PAIR, (leaf,), 3).own(3000)
    z, c = led.latents[0, :, 0, 0], torch.tensor(offset)
    below = torch.special.ndtr(c)
    mean = density(c) / (1 - below) if leaf == 1 else -density(c) / below
    assert z.mean() == pytest.approx(mean.item(), abs=0.06) and led.latents.shape == (1, 3000, 3, 2)
    assert (led.p > 0.99).float().mean() > 0.99 and ((z > c) == (leaf == 1)).float().mean() > 0.995
    assert led.latents[0, :, 0, 1].mean() == pytest.approx(0, abs=0.06)   # of which the router knows nothing


def test_an_unsure_router_weighs_the_normal_distribution():
    led = Roots(planted(2.0, 1.0), PAIR, (1, 2), 4).own(4000)
    grid = torch.linspace(-8, 8, 4001)
    for place, left in enumerate((torch.sigmoid(2 * (grid - 1)), torch.sigmoid(-2 * (grid - 1)))):
        weight = density(grid) * left
        z = led.latents[place, :, 0, 0]
        mean = (grid * weight).sum() / weight.sum()
        assert z.mean() == pytest.approx(mean.item(), abs=0.05)
        assert z.var() == pytest.approx(((grid - mean).square() * weight).sum().item() / weight.sum().item(), abs=0.06)
        assert torch.allclose(led.p[place], torch.sigmoid((1 - 2 * place) * 2 * (z - 1)), atol=1e-5)


def test_a_leaf_that_is_hardly_ever_come_to_gets_the_most_probable_root():
    led = Roots(planted(4.0, 8.0), PAIR, (1, 2), 5).own(20)
    best = led.latents[0, :, 0, 0]   # the greatest of 1,024
    assert (led.p[0] < 1e-4).all() and best.min() > 2.2 and best.mean() == pytest.approx(3.2, abs=0.3)
    assert led.latents[1, :, 0, 0].mean() == pytest.approx(0, abs=0.6) and (led.p[1] > 0.999).all()


def test_an_object_is_the_same_in_any_company(network, uneven):
    """Bit for bit: whichever leaves and however many objects are asked for with it."""
    alone, among = Roots(network, uneven, (6,), 7).own(4), Roots(network, uneven, uneven.leaves, 7).own(70)
    assert torch.equal(alone.latents[0], among.latents[1, :4]) and torch.equal(alone.p[0], among.p[1, :4])
    other = Roots(network, uneven, (6,), 8).own(4)
    assert not torch.equal(other.latents, alone.latents) and not torch.equal(alone.latents[0, 0], alone.latents[0, 1])


def test_a_shared_root_is_the_first_attempt(network, uneven):
    shared = Roots(network, uneven, uneven.leaves, 7).shared(70)
    assert torch.allclose(shared.p.sum(0), torch.ones(70), atol=1e-5)
    assert torch.equal(shared.latents[0], shared.latents[1])
    own = Roots(network, uneven, uneven.leaves, 7).own(70)
    at_once = (own.latents - shared.latents).abs().amax((2, 3)) < 1e-5
    assert (at_once.sum(0) == 1).all(), "the first attempt comes to one leaf, and to no other"


def test_a_node_is_come_to_by_whatever_leaf_is_below_it(network, uneven):
    led = Roots(network, uneven, (0, 1, 3, 6), 7).own(200)
    assert torch.equal(led.p[0], torch.ones(200))
    same = (led.latents[1][None] == led.latents[2:]).all(-1).all(-1)   # the node's attempt is that of a leaf below it
    assert (same.sum(0) == 1).all()


def test_a_search_ends(monkeypatch):
    tried = []
    monkeypatch.setattr(Roots, "_attempts", lambda self, *asked, _of=Roots._attempts: tried.append(asked) or _of(
        self, *asked))
    Roots(planted(4.0, 30.0), PAIR, (1,), 5).own(2)
    assert [block for _, block in tried] == list(range(roots.MOST // roots.AT_A_TIME))


def test_from_a_node_all_is_drawn_anew_but_what_leads_there(network, uneven):
    leaves, latents = from_node(network, uneven, 1, 5, seed=3)   # places: 0 1 2 3 4 6
    assert leaves == (3, 6) and latents.shape == (2, 5, 6, network.config.latent)
    assert (latents[:, :, :2] == latents[0, 0, :2]).all() and (latents[:, :, 2] == 0).all()
    [[above]] = Roots(network, uneven, (1,), 3).own(1).latents
    assert torch.equal(latents[0, 0, :2], above[:2])
    assert len(latents[0, :, 3].unique(dim=0)) == 5 == len(latents[1, :, 5].unique(dim=0))


def test_one_depths_latent_is_swapped(network, uneven):
    own = Roots(network, uneven, (6,), 3).own(4).latents[0]
    for depth, place in enumerate((0, 1, 4, 5)):
        mixed = swapped(network, uneven, 6, depth, 4, seed=3)
        assert torch.equal(mixed[0], own[0]) and torch.equal(mixed[:, place], own[:, place])
        rest = [k for k in range(6) if k != place]
        assert (mixed[:, rest] == own[0, rest]).all() and len(mixed[:, place].unique(dim=0)) == 4
