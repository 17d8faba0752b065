"""What a diffusion model is told of an object, the network that is told it, and how that learns."""
from dataclasses import replace

import pytest
import torch
from blobs import CPU
from models import UNEVEN, tiny_label_model, tiny_tree

import branched
from branched import BranchedError, checkpoint
from branched.cluster_tree import diffusion_fit
from branched.cluster_tree.diffusion_fit import Plan, fit, planned
from branched.cluster_tree.diffusion_training import DiffusionConfig, cut, loss_of
from branched.cluster_tree.path_unet import TOLD, PathUNet, PathUNetConfig
from branched.cluster_tree.told import Told, decoded, paths, told_of
from branched.data.dataset import Dataset
from branched.learning.loop import learn
from branched.networks.trunk import Trunk

NODES = 6  # of UNEVEN: 0, 1, 2, 3, 4, 6
ENDS = torch.tensor([3, 5, 2, 1])  # two leaves, a shallow leaf, an inner node


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def told() -> Told:
    return told_of(tiny_tree().network, UNEVEN, drawn(4, NODES, 3), ENDS, decodes=True)


@pytest.fixture(scope="module")
def pictures() -> Dataset:
    x = torch.randint(0, 256, (80, 1, 8, 8), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    return Dataset.of_images("tiny", ("a",), x, torch.zeros(80, dtype=torch.int64))


def plan_of(data: Dataset, told: str = "path", **options) -> Plan:
    sizes = PathUNetConfig((1, 8, 8), (16, 32), (1, 1, 1), 16, 2, rank=4, latent=3, nodes=NODES, told=told)
    config = DiffusionConfig(**{"steps": 6, "batch": 8, "warmup": 1, "precision": "float32"} | options)
    return Plan(data, tiny_tree(None), sizes, config)


# -- what is told ------------------------------------------------------------------------------------------------------

def test_a_path_is_the_nodes_on_the_way_and_their_latents(told):
    latents = drawn(4, NODES, 3)
    assert paths(UNEVEN).tolist() == [
        [0, 6, 6, 6], [0, 1, 6, 6], [0, 2, 6, 6], [0, 1, 3, 6], [0, 1, 4, 6], [0, 1, 4, 5]]
    assert told.nodes.tolist() == [[0, 1, 3, 6], [0, 1, 4, 5], [0, 2, 6, 6], [0, 1, 6, 6]]
    for row, nodes in enumerate(told.nodes.tolist()):
        for place, node in enumerate(nodes):
            assert torch.equal(told.latents[row, place], latents[row, node] if node < NODES else torch.zeros(3))


def test_leaves_tell_what_their_decoders_make_and_inner_nodes_nothing(told):
    network, latents = tiny_tree().network, drawn(4, NODES, 3)
    for row, leaf in enumerate((3, 6, 2)):
        alone = network.clean(network.decode(leaf, latents[row:row + 1, ENDS[row]]))[0]
        assert torch.allclose(told.decoded[row], alone, atol=1e-6)
    assert not told.decoded[3].any() and torch.equal(decoded(network, UNEVEN, latents, ENDS), told.decoded)
    assert told_of(network, UNEVEN, latents, ENDS, decodes=False).decoded.shape == (4, 0)


# -- the network -------------------------------------------------------------------------------------------------------

def y_of(told: Told) -> torch.Tensor:
    return tiny_tree().diffusion.path(told)


def test_neither_the_order_of_a_path_nor_what_fills_it_up_matters(told):
    order = torch.tensor([2, 0, 3, 1])
    turned = Told(told.latents[:, order], told.nodes[:, order], told.decoded)
    longer = Told(torch.cat([told.latents, drawn(4, 3, 3)], 1), torch.cat([told.nodes, torch.full((4, 3), NODES)], 1),
                  told.decoded)
    assert torch.allclose(y_of(turned), y_of(told), atol=1e-6) and torch.allclose(y_of(longer), y_of(told), atol=1e-6)
    assert y_of(told).std(0).min() > 0


def test_y_is_a_sum_over_the_nodes_of_a_path(told):
    path = tiny_tree().diffusion.path
    by_hand = [sum(path.latent(told.latents[row, k]) + path.node(torch.eye(NODES)[node])
                   for k, node in enumerate(told.nodes[row].tolist()) if node < NODES) for row in range(4)]
    assert torch.allclose(y_of(told), torch.stack(by_hand), atol=1e-5)


def test_an_empty_path_tells_nothing():
    assert not y_of(Told(drawn(2, 4, 3), torch.full((2, 4), NODES), torch.zeros(2, 0))).any()


@pytest.mark.parametrize(("told_by", "sees"), [
    ("path", {"root", "leaf", "node"}), ("image", {"decoded"}), ("leaf", {"node"}), ("latent", {"leaf"}),
    ("leaf and latent", {"leaf", "node"})])
def test_what_is_told_enters_and_nothing_else(told, told_by, sees):
    """The root's latent, the leaf's latent, which leaf it is, what the decoder makes of it."""
    told, xt, t = told.of(torch.tensor([0])), drawn(1, 1, 8, 8), torch.tensor([0.6])
    network, other = tiny_tree(told_by).diffusion, drawn(3, seed=5)
    root, leaf, node = told.latents.clone(), told.latents.clone(), told.nodes.clone()
    root[0, 0], leaf[0, 2], node[0, 2] = other, other, 2
    changed = {"root": told._replace(latents=root), "leaf": told._replace(latents=leaf),
               "node": told._replace(nodes=node), "decoded": told._replace(decoded=-told.decoded)}
    v = network(xt, t, told)
    assert {name for name, one in changed.items() if not torch.equal(network(xt, t, one), v)} == sees
    assert set(TOLD) == {"path", "image", "leaf", "latent", "leaf and latent"}


@pytest.mark.parametrize("told_by", TOLD)
def test_with_a_trunk_it_begins_as_that_network(told, told_by, pictures, tmp_path):
    """Bit for bit, whatever it is told: nothing that it is told enters yet."""
    trunk = tiny_label_model("unconditional")
    trunk.save(tmp_path / "trunk.safetensors")
    trunk = branched.load(tmp_path / "trunk.safetensors", device="cpu")
    plan = planned(pictures, tiny_tree(None), told=told_by, trunk=Trunk.read(tmp_path / "trunk.safetensors"))
    network, xt, t = diffusion_fit.begin(plan, CPU).network, drawn(4, 1, 8, 8), torch.rand(4)
    v = network(xt, t, told)
    assert torch.allclose(v, trunk.network(xt, t, torch.zeros(4, dtype=torch.long)), atol=1e-6) and v.abs().max() > 0.1
    if told_by != "image":
        assert torch.equal(v, trunk.network(xt, t, torch.zeros(4, dtype=torch.long)))
    assert plan.training["trunk"] == "trunk" and network.config.told == told_by


def test_only_what_there_is_can_be_told():
    with pytest.raises(BranchedError, match="one of path, image, leaf, latent, leaf and latent; not 'name'"):
        PathUNetConfig(told="name")


# -- learning ----------------------------------------------------------------------------------------------------------

def test_some_paths_end_at_an_inner_node_and_some_are_empty():
    told = told_of(tiny_tree().network, UNEVEN, drawn(4000, NODES, 3), torch.full((4000,), 5), decodes=True)
    found = cut(told, NODES, DiffusionConfig(drop=0.1, partial=0.3), torch.Generator().manual_seed(0))
    length = (found.nodes < NODES).sum(1)
    shares = torch.bincount(length, minlength=5) / 4000
    assert shares.tolist() == pytest.approx([0.1, 0.09, 0.09, 0.09, 0.63], abs=0.02)
    assert all(row[:k].tolist() == [0, 1, 4, 5][:k] for row, k in zip(found.nodes[:50], length[:50], strict=True))
    assert torch.equal(found.decoded.abs().amax((1, 2, 3)) == 0, length == 0)
    never = cut(told, NODES, DiffusionConfig(drop=0, partial=0), torch.Generator())
    assert all(torch.equal(a, b) for a, b in zip(never, told, strict=True))


def test_a_path_of_one_node_has_no_inner_one():
    told = Told(drawn(50, 1, 3), torch.zeros(50, 1, dtype=torch.long), torch.zeros(50, 0))
    assert torch.equal(cut(told, 1, DiffusionConfig(drop=0, partial=1), torch.Generator()).nodes, told.nodes)


def test_a_batch_is_a_function_of_the_step(pictures):
    make = diffusion_fit.batches(plan_of(pictures))
    one, same, other = (make(step) for step in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True)) and not torch.equal(one.x0, other.x0)
    assert one.latents.shape == (8, 4, 3) and one.nodes.shape == (8, 4) and one.decoded.shape == (8, 0)


def test_a_leaf_is_drawn_as_often_as_the_inference_model_says(pictures):
    make = diffusion_fit.batches(plan_of(pictures, batch=4000, drop=0.0, partial=0.0))
    ends = (make(0).nodes.masked_fill(make(0).nodes == NODES, -1)).amax(1)
    expected = tiny_tree(None).assign(pictures.form.shown(pictures.x)).probabilities.mean(0)
    shares = [(ends == place).float().mean().item() for place in (3, 5, 2)]
    assert shares == pytest.approx(expected.tolist(), abs=0.03)


@pytest.mark.parametrize("told_by", TOLD)
def test_every_parameter_learns(pictures, told_by):
    plan = plan_of(pictures, told_by, steps=8)
    state = diffusion_fit.begin(plan, CPU)
    before = {name: value.clone() for name, value in state.network.named_parameters()}
    list(learn(state, diffusion_fit.batches(plan), loss_of, plan.config))
    assert all(not torch.equal(value, before[name]) for name, value in state.network.named_parameters())


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(pictures, tmp_path):
    whole, path = list(fit(plan_of(pictures), tmp_path / "a.safetensors", CPU, every=2)), tmp_path / "b.safetensors"
    run = fit(plan_of(pictures), path, CPU, every=2)
    part = [next(run) for _ in range(4)]
    run.close()
    part += fit(plan_of(pictures), path, CPU, goes_on=True, every=2)
    assert [one.loss for one in part] == [one.loss for one in whole]
    first, second = (checkpoint.load(tmp_path / f"{name}.safetensors.resume", "training")[0] for name in "ab")
    assert first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)
    with pytest.raises(BranchedError, match="another run: its training"):
        next(fit(plan_of(pictures, drop=0.5), path, CPU, goes_on=True))
    other = replace(plan_of(pictures), model=replaced_training(tiny_tree(None)))
    with pytest.raises(BranchedError, match="another run: its tree"):
        next(fit(other, path, CPU, goes_on=True))
    with pytest.raises(BranchedError, match=r"no file .*c\.safetensors\.resume"):
        next(fit(plan_of(pictures), tmp_path / "c.safetensors", CPU, goes_on=True))


def replaced_training(model):
    """The same tree, but that another growth is said to have made it."""
    return type(model)(model.network, model.tree, {"training": {"seed": 9}}, model.form)


def test_a_file_holds_the_tree_and_its_diffusion_model(pictures, tmp_path):
    path, tree = tmp_path / "a.safetensors", tiny_tree(None)
    list(fit(plan_of(pictures), path, CPU))
    model = branched.load(path, device="cpu")
    assert isinstance(model.diffusion, PathUNet) and model.diffusion.config == plan_of(pictures).network
    assert model.tree == tree.tree and model.parameters > tree.parameters and model.groups == tree.groups
    training = model.facts.stored["training"]
    assert training["leaves"] == 3 and training["diffusion"]["told"] == "path" and training["diffusion"]["steps"] == 6
    assert all(torch.equal(value.half(), tree.network.state_dict()[name].half())
               for name, value in model.network.state_dict().items() if value.is_floating_point())
    model.save(tmp_path / "again.safetensors")
    again = branched.load(tmp_path / "again.safetensors", device="cpu")
    assert (again.sample(n=1, steps=2).images == model.sample(n=1, steps=2).images).all()


def test_a_diffusion_model_of_another_tree_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    tiny_tree().save(path)
    tensors, header = checkpoint.load(path, "cluster model")
    for change in ({"nodes": 7}, {"latent": 2}, {"shape": [1, 12, 12]}):
        checkpoint.save(path, "cluster model", tensors, header | {"diffusion": header["diffusion"] | change})
        with pytest.raises(BranchedError, match="its diffusion model is of another tree"):
            branched.load(path)
    checkpoint.save(path, "cluster model", tensors, {key: part for key, part in header.items() if key != "diffusion"})
    assert branched.load(path).diffusion is None, "files of trees alone have no such part"


def test_data_that_the_tree_does_not_take_are_refused(grown, pictures):
    with pytest.raises(BranchedError, match="images of shape .1, 8, 8.; tiny has images of .1, 4, 4."):
        planned(replace(pictures, x=pictures.x[:, :, :4, :4], form=replace(pictures.form, shape=(1, 4, 4))),
                tiny_tree(None))
    with pytest.raises(BranchedError, match="Only pictures .* this one is of rows"):
        planned(grown.data, grown.model)
    with pytest.raises(BranchedError, match="drop is a share"):
        DiffusionConfig(drop=1.5)
