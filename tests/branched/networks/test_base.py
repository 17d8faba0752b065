"""The network: time and branch reach the output, a branch's own parameters touch no other, and sizes are checked."""
import pytest
import torch

from branched.networks.base import sinusoidal
from branched.networks.unet import BranchedUNet

BRANCHES = 7


def inputs(rows: int = 5, channels: int = 1, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(rows, channels, 8, 8, generator=generator), torch.rand(rows, generator=generator),
            torch.randint(BRANCHES, (rows,), generator=generator))


@pytest.fixture
def network(config) -> BranchedUNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = BranchedUNet(config, BRANCHES)
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
    return net


def test_the_embedding_of_time_tells_noise_from_data():
    ends = sinusoidal(torch.tensor([0.0, 1.0]), 16)
    assert (ends[0] - ends[1]).norm() > 0.5


def test_the_embedding_of_time_is_different_everywhere():
    table = sinusoidal(torch.linspace(0, 1, 101), 16)
    assert (torch.cdist(table, table) + torch.eye(101)).min() > 0.1


def test_time_and_branch_change_the_output(network):
    x, t, branch = inputs()
    out = network(x, t, branch)
    assert out.shape == x.shape
    for other in (network(x, (t + 0.5) % 1, branch), network(x, t, (branch + 1) % BRANCHES)):
        assert (out - other).abs().amax(dim=(1, 2, 3)).min() > 1e-4


def test_noise_and_data_are_told_apart_by_the_output(network):
    x, _, branch = inputs()
    difference = network(x, torch.zeros(5), branch) - network(x, torch.ones(5), branch)
    assert difference.abs().amax(dim=(1, 2, 3)).min() > 1e-4


def test_a_new_network_predicts_nothing_yet(config):
    assert not BranchedUNet(config, BRANCHES)(*inputs()).any()


# -- what belongs to a branch alone ----------------------------------------------------------------------------------

def test_private_lists_the_tables_by_branch_and_nothing_else(config):
    net = BranchedUNet(config, processes=199)  # a number that is no other size
    assert set(net.private()) == {name for name, p in net.named_parameters() if p.shape[0] == 199}
    assert all(net.private()[name] is p for name, p in net.named_parameters() if p.shape[0] == 199)


def test_a_gradient_on_one_branch_is_exactly_zero_on_all_others(network):
    x, t, _ = inputs()
    network(x, t, torch.full((5,), 3)).square().mean().backward()
    for name, parameter in network.private().items():
        assert parameter.grad[3].abs().max() > 0, name
        assert not parameter.grad[[k for k in range(BRANCHES) if k != 3]].any(), name


def test_every_shared_parameter_learns(network):
    network(*inputs()).square().mean().backward()
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())


def test_another_branch_may_change_without_any_effect(network):
    x, t, _ = inputs()
    branch = torch.tensor([0, 1, 2, 2, 0])
    before = network(x, t, branch)
    with torch.no_grad():
        for table in network.private().values():
            table[3:] += 1
    assert torch.equal(network(x, t, branch), before)


def test_a_row_does_not_depend_on_its_company(network):
    x, t, branch = inputs(rows=8)
    together = network(x, t, branch)
    for k in range(8):
        assert torch.allclose(network(x[k:k + 1], t[k:k + 1], branch[k:k + 1])[0], together[k], atol=1e-5)
    order = torch.randperm(8, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(network(x[order], t[order], branch[order]), together[order], atol=1e-5)


def test_many_branches_cost_no_more_per_evaluation(config):
    """With 19 branches or 199, the shared part has the same size, and the same operations of the same sizes run."""
    def shared(net: BranchedUNet) -> dict[str, torch.Size]:
        return {name: p.shape for name, p in net.named_parameters() if name not in net.private()}

    def operations(net: BranchedUNet) -> list[tuple]:
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], record_shapes=True) as profile:
            net(*inputs())
        heavy = ("aten::addmm", "aten::baddbmm", "aten::bmm", "aten::convolution")
        return [(e.name, e.input_shapes) for e in profile.events() if e.name in heavy]

    few, many = BranchedUNet(config, 19), BranchedUNet(config, 199)
    assert shared(few) == shared(many)
    assert operations(few) == operations(many) != []
