"""The network for tables: time and branch reach the output, and a row's result is the same whatever its company."""
import pytest
import torch

from branched.errors import BranchedError
from branched.networks.mlp import TILE, BranchedMLP, MLPConfig, tiled

BRANCHES = 7


@pytest.fixture(scope="module")
def network() -> BranchedMLP:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = MLPConfig((5,), width=16, blocks=2, embedding=16, rank=4).build(BRANCHES)
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
    return net


def inputs(rows: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(rows, 5, generator=generator), torch.rand(rows, generator=generator),
            torch.randint(BRANCHES, (rows,), generator=generator))


@pytest.mark.parametrize("branch", [[0], [3, 1, 3, 3, 0], [2] * 40, list(range(7)) * 30, [5] * 16 + [1] * 17])
def test_tiles_hold_one_branch_each_and_every_row_once(branch):
    branch = torch.tensor(branch)
    place, tiles = tiled(branch)
    assert len(set(place.tolist())) == len(branch) and place.max() < TILE * len(tiles)
    assert torch.equal(tiles[place // TILE], branch)
    assert len(tiles) == sum(-(-int((branch == k).sum()) // TILE) for k in range(BRANCHES))


def test_a_rows_result_does_not_depend_on_its_company(network):
    x, t, branch = inputs(300)
    with torch.inference_mode():
        together = network(x, t, branch)
        for rows in ([0], [299], [4, 2, 250], range(100), torch.randperm(300).tolist(), branch.argsort().tolist()):
            rows = torch.tensor(list(rows))
            assert torch.equal(network(x[rows], t[rows], branch[rows]), together[rows])


def test_time_and_branch_change_the_output(network):
    x, t, branch = inputs(20)
    out = network(x, t, branch)
    assert out.shape == x.shape
    for other in (network(x, (t + 0.5) % 1, branch), network(x, t, (branch + 1) % BRANCHES)):
        assert (out - other).abs().amax(1).min() > 1e-4


def test_a_new_network_predicts_nothing_yet():
    assert not MLPConfig((5,)).build(BRANCHES)(*inputs(9)).any()


def test_private_lists_the_tables_by_branch_and_nothing_else():
    net = MLPConfig((5,), width=16, blocks=2, embedding=16, rank=4).build(199)  # a number that is no other size
    assert set(net.private()) == {name for name, p in net.named_parameters() if p.shape[0] == 199}


def test_a_branchs_own_parameters_touch_no_other(network):
    x, t, branch = inputs(60)
    network.zero_grad()
    network(x, t, branch)[branch == 2].square().sum().backward()
    for name, table in network.private().items():
        touched = table.grad.flatten(1).abs().sum(1) > 0
        assert touched[2] and touched.sum() == 1, name


def test_gradients_are_those_of_a_loop_over_rows(network):
    x, t, branch = inputs(50)
    network.zero_grad()
    network(x, t, branch).square().mean().backward()
    together = {name: p.grad.clone() for name, p in network.named_parameters()}
    network.zero_grad()
    for k in range(50):
        (network(x[k:k + 1], t[k:k + 1], branch[k:k + 1]).square().sum() / x.numel()).backward()
    for name, p in network.named_parameters():
        torch.testing.assert_close(p.grad, together[name], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("sizes", [{"shape": (0,)}, {"shape": (1, 8, 8)}, {"width": 0}, {"blocks": 0}, {"rank": 0},
                                   {"embedding": 7}])
def test_impossible_sizes_are_refused(sizes):
    with pytest.raises(BranchedError, match="perceptron"):
        MLPConfig(**sizes)
