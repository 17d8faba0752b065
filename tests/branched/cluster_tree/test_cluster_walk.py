"""The walk over nodes, and the terms of the bound, against sums by hand and torch.distributions."""
import math

import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from branched.cluster_tree.elbo import Terms, terms
from branched.cluster_tree.networks import NodeNetworks
from branched.cluster_tree.tree import ClusterTree
from branched.cluster_tree.walk import Standing, bernoulli_kl, gaussian_kl, merge, routes, walk


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def x():
    return drawn(5, 2)


@pytest.fixture
def noise(network):
    return drawn(5, network.config.depth + 1, network.config.latent, seed=1)


@pytest.mark.parametrize("infers", [True, False])
def test_probabilities_of_leaves_sum_to_one(network, uneven, x, noise, infers):
    walked = walk(network, uneven, noise, network(x) if infers else None)
    assert walked.leaves.shape == (5, 3) and torch.allclose(walked.leaves.sum(1), torch.ones(5), atol=1e-6)
    assert torch.equal(walked.p[4], walked.p[6]) and (walked.leaves > 0).all() and walked.leaves.std(0).min() > 0


def test_routes_are_the_walks_probabilities(network, uneven, x, noise):
    chain = network(x)
    assert torch.equal(routes(network, uneven, chain), walk(network, uneven, noise, chain).leaves)


def test_a_probability_is_the_product_of_decisions(network, uneven, x):
    chain = network(x)
    left = {node: network.routers_q.of(node)(network.seen_by(chain, [uneven[node].depth])[0]).sigmoid()[:, 0]
            for node in uneven.forks}
    found = routes(network, uneven, chain)
    assert torch.allclose(found[:, 0], left[0] * left[1]) and torch.allclose(found[:, 2], 1 - left[0], atol=1e-6)
    assert torch.allclose(found[:, 1], left[0] * (1 - left[1]), atol=1e-6)


def test_merged_precisions_add():
    mean, variance = merge((torch.tensor([1.0, -2.0]), torch.tensor([0.5, 4.0])),
                           (torch.tensor([3.0, 6.0]), torch.tensor([0.25, 1.0])))
    # precisions 2 + 4 and 1/4 + 1; means weighted by them
    assert variance.tolist() == pytest.approx([1 / 6, 0.8])
    assert mean.tolist() == pytest.approx([(2 * 1 + 4 * 3) / 6, (-2 / 4 + 6) * 0.8])


def test_divergences_are_those_of_torch():
    mean, other, (variance, wide) = drawn(4, 3), drawn(4, 3, seed=1), drawn(2, 4, 3, seed=2).exp()
    q, p = (Independent(Normal(m, v.sqrt()), 1) for m, v in ((mean, variance), (other, wide)))
    assert torch.allclose(gaussian_kl((mean, variance), (other, wide)), kl_divergence(q, p), atol=1e-5)
    a, b = 3 * drawn(9), 3 * drawn(9, seed=1)
    assert torch.allclose(bernoulli_kl(a, b), kl_divergence(Bernoulli(logits=a), Bernoulli(logits=b)), atol=1e-5)
    assert bernoulli_kl(torch.tensor(90.0), torch.tensor(-90.0)).item() == pytest.approx(90)


def test_every_node_by_hand(network, uneven, x, noise):
    """One node after another, as the equations say it, gives what the batched walk gives."""
    chain = network(x)
    walked = walk(network, uneven, noise, chain)
    z = {}
    for node in uneven.nodes:
        seen = network.dense(network.seen_by(chain, [node.depth]), [node.id])
        prior = (torch.zeros(1, 5, 8), torch.ones(1, 5, 8))
        if node.parent is not None:
            prior = network.transform(z[node.parent][None], [node.id])
            seen = merge(seen, prior)
        z[node.id] = (seen[0] + seen[1].sqrt() * noise[:, node.depth])[0]
        assert torch.allclose(walked.z[node.id], z[node.id], atol=1e-5)
        assert torch.allclose(walked.kl[node.id], gaussian_kl(seen, prior)[0], atol=1e-4)


def test_nodes_in_one_product_are_nodes_one_by_one():
    networks = NodeNetworks(6, 5, 4)
    assert networks.settle([2, 7, 9]) == [2, 7, 9]
    x = drawn(3, 8, 6)
    one_by_one = torch.stack([networks.of(node)(x[k]) for k, node in enumerate([9, 2, 7])])
    assert torch.allclose(networks(x, [9, 2, 7]), one_by_one, atol=1e-6)


def test_the_terms_are_sums_over_nodes(network, uneven, x, noise):
    walked = walk(network, uneven, noise, network(x))
    found = terms(network, walked, x)
    by_leaf = [walked.p[leaf] * network.surprise(network.decode(leaf, walked.z[leaf]), x) for leaf in uneven.leaves]
    assert torch.allclose(found.reconstruction, sum(by_leaf), atol=1e-5)
    assert torch.equal(found.kl_root, walked.kl[0])
    assert torch.allclose(found.kl_nodes, sum(walked.p[k] * walked.kl[k] for k in (1, 2, 3, 4, 6)), atol=1e-5)
    assert torch.allclose(found.kl_decisions, sum(walked.p[k] * walked.kl_decisions[k] for k in (0, 1)), atol=1e-5)
    assert torch.allclose(found.elbo, -(found.reconstruction + found.kl_root + found.kl_nodes + found.kl_decisions))
    assert min(part.min().item() for part in found[1:]) >= 0


def test_leaves_where_nobody_comes_are_not_decoded(network, uneven, x, noise, monkeypatch):
    walked = walk(network, uneven, noise, network(x))
    sparse = terms(network, walked, x, least=0.3).reconstruction
    by_leaf = [(walked.p[leaf] > 0.3) * walked.p[leaf] * network.surprise(network.decode(leaf, walked.z[leaf]), x)
               for leaf in uneven.leaves]
    assert torch.allclose(sparse, sum(by_leaf), atol=1e-5) and not torch.allclose(
        sparse, terms(network, walked, x).reconstruction)


def test_surprise_is_the_likelihood_of_torch(network):
    decoded, x = drawn(4, 2), drawn(4, 2, seed=1)
    gap = -Normal(decoded, 1).log_prob(x).sum(1) - network.surprise(decoded, x)
    assert torch.allclose(gap, torch.full((4,), math.log(2 * math.pi)), atol=1e-5)


def test_a_chain_is_a_tree_with_one_leaf(network, uneven, x, noise):
    """What a chain's only leaf costs is what a ladder without decisions costs; and the nodes on the way to a leaf are
    the same whatever hangs beside them."""
    chain_tree = ClusterTree(tuple(uneven[node] for node in uneven.path(6)))
    chain = network(x)
    alone, together = walk(network, chain_tree, noise, chain), walk(network, uneven, noise, chain)
    assert torch.equal(alone.leaves, torch.ones(5, 1)) and alone.kl_decisions == {}
    assert all(torch.allclose(alone.z[node], together.z[node], atol=1e-6) for node in (0, 1, 4, 6))
    found = terms(network, alone, x)
    ladder = network.surprise(network.decode(6, alone.z[6]), x), alone.kl[0], alone.kl[1] + alone.kl[4] + alone.kl[6]
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(found, (*ladder, torch.zeros(5)), strict=True))


@pytest.mark.parametrize("infers", [True, False])
def test_a_walk_goes_on_from_where_another_was(network, uneven, x, noise, infers):
    chain = network(x) if infers else None
    whole = walk(network, uneven, noise, chain)
    below = walk(network, uneven, noise, chain, {1: Standing(whole.z[1], whole.p[1])})
    assert set(below.z) == {1, 3, 4, 6}
    assert all(torch.allclose(below.z[node], whole.z[node], atol=1e-6) for node in below.z)
    assert all(torch.allclose(below.p[node], whole.p[node], atol=1e-6) for node in below.z)


def test_terms_have_names():
    ones = torch.ones(3)
    found = Terms(4 * ones, ones, 2 * ones, 3 * ones)
    assert found.means() == {"reconstruction": 4, "kl_root": 1, "kl_nodes": 2, "kl_decisions": 3, "elbo": -10}
    assert found.weighted(0.5 * ones, 2 * ones).tolist() == [11.5] * 3
