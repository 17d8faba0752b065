"""A network that begins from another one's weights."""
from dataclasses import replace

import pytest
import torch
from models import tiny, tiny_label_model

from branched import BranchedError, ClassTree, checkpoint
from branched.networks.mlp import MLPConfig
from branched.networks.trunk import Trunk

X = torch.randn(6, 1, 8, 8, generator=torch.Generator().manual_seed(0))
T = torch.linspace(0.1, 0.9, 6)


@pytest.fixture
def stored(tmp_path):
    """The file of a small unconditional model."""
    model = tiny_label_model("unconditional")
    model.save(tmp_path / "told-nothing.safetensors")
    return tmp_path / "told-nothing.safetensors"


@pytest.fixture
def trunk(stored) -> Trunk:
    return Trunk.read(stored)


def sized(trunk: Trunk, **sizes):
    return replace(trunk.sized(tiny()), **sizes)


def test_a_trunk_is_what_the_file_holds(trunk):
    network = tiny_label_model("unconditional").network
    assert trunk.name == "told-nothing" and trunk.weights.keys() == network.state_dict().keys()
    for name, weight in network.state_dict().items():
        assert weight.half().float().equal(trunk.weights[name])


def test_shared_weights_are_copied_and_private_ones_go_to_all_processes(trunk):
    network = sized(trunk).build(5)
    trunk.begin(network)
    private = network.private()
    assert private
    for name, weight in network.state_dict().items():
        wanted = trunk.weights[name].expand(5, *weight.shape[1:]) if name in private else trunk.weights[name]
        assert weight.equal(wanted)


def test_every_process_says_what_the_trunk_says(trunk):
    network = sized(trunk).build(6)
    trunk.begin(network)
    alone = sized(trunk).build(1)
    trunk.begin(alone)
    with torch.no_grad():
        said, wanted = network(X, T, torch.arange(6)), alone(X, T, torch.zeros(6, dtype=torch.long))
    assert said.abs().max() > 0.01 and torch.allclose(said, wanted, atol=1e-6)


def test_what_a_trunk_lends_is_not_changed_by_what_begins_from_it(trunk):
    network = sized(trunk).build(3)
    kept = {name: weight.clone() for name, weight in trunk.weights.items()}
    trunk.begin(network)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    assert all(weight.equal(kept[name]) for name, weight in trunk.weights.items())


def test_what_the_network_alone_has_stays(trunk):
    network = sized(trunk).build(2)
    network.more = torch.nn.Linear(3, 3)
    before = network.more.weight.clone()
    trunk.begin(network)
    assert network.more.weight.equal(before) and network.stem.weight.equal(trunk.weights["stem.weight"])


def test_a_network_takes_the_sizes_of_its_trunk(trunk):
    config = trunk.sized(replace(tiny(), rank=7, channels=(8, 8)))
    assert (config.rank, config.channels, config.blocks) == (24, (16, 32), (1, 1, 1))
    assert trunk.sized(replace(tiny(), shape=(1, 16, 16))).shape == (1, 16, 16)


def test_another_rank_is_refused_and_nothing_is_changed(trunk):
    network = sized(trunk, rank=4).build(2)
    before = network.stem.weight.clone()
    with pytest.raises(BranchedError, match="fits a network of rank 24, not 4"):
        trunk.begin(network)
    assert network.stem.weight.equal(before)


def test_another_shape_is_refused_and_nothing_is_changed(trunk):
    network = sized(trunk, shape=(3, 8, 8)).build(2)
    before = network.time[0].weight.clone()
    with pytest.raises(BranchedError, match=r"its out.bias has the shape \(1, 1, 4\), here it is \(2, 1, 12\)"):
        trunk.begin(network)
    assert network.time[0].weight.equal(before)


def test_a_network_of_another_kind_is_refused(trunk, tmp_path):
    with pytest.raises(BranchedError, match="network of another kind"):
        trunk.sized(MLPConfig())
    tiny_label_model("latent").save(tmp_path / "latent.safetensors")
    with pytest.raises(BranchedError, match="network of another kind"):
        Trunk.read(tmp_path / "latent.safetensors").sized(tiny())


def test_several_processes_are_no_trunk(model, tmp_path):
    model.save(tmp_path / "tree.safetensors")
    trunk = Trunk.read(tmp_path / "tree.safetensors")
    network = trunk.sized(tiny()).build(model.tree.processes)
    with pytest.raises(BranchedError, match="8 reverse processes, of which none stands for all"):
        trunk.begin(network)


def test_a_class_tree_of_one_class_is_a_trunk(model, tmp_path):
    one = model.denoise.network.only([0])
    type(model)(one, ClassTree.flat("0"), {}, {}).save(tmp_path / "one.safetensors")
    trunk, network = Trunk.read(tmp_path / "one.safetensors"), tiny().build(3)
    trunk.begin(network)
    assert network.stem.weight.equal(one.stem.weight) and network.out.weight.equal(one.out.weight.expand(3, -1, -1))


def test_files_without_a_network_are_refused(tmp_path, stored):
    checkpoint.save(tmp_path / "judge.safetensors", "judge", {"conv.weight": torch.ones(2)}, {})
    with pytest.raises(BranchedError, match="holds no network from which another could begin"):
        Trunk.read(tmp_path / "judge.safetensors")
    with pytest.raises(BranchedError, match="There is no file"):
        Trunk.read("nothing-of-that-name")
    (tmp_path / "short.safetensors").write_bytes(stored.read_bytes()[:3000])
    with pytest.raises(BranchedError, match="not a whole safetensors file"):
        Trunk.read(tmp_path / "short.safetensors")


@pytest.mark.parametrize("sizes", [{"rank": "many"}, {"channels": 3}, [1, 2]])
def test_sizes_that_make_no_sense_are_refused(tmp_path, sizes):
    checkpoint.save(tmp_path / "odd.safetensors", "model", {"network.stem.weight": torch.ones(2)}, {"network": sizes})
    with pytest.raises(BranchedError):
        Trunk.read(tmp_path / "odd.safetensors").sized(tiny())


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    checkpoint.save(tmp_path / "odd.safetensors", "model", {"network.a": torch.tensor([torch.nan])}, {"network": {}})
    with pytest.raises(BranchedError, match="not finite"):
        Trunk.read(tmp_path / "odd.safetensors")
