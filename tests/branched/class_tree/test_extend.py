"""A new class: the old ones stay as they were to the last bit, only the new branch learns, and it can be removed."""
import errno
import functools
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import branched
from branched import Branch, BranchedError, BranchedModel, checkpoint
from branched.class_tree import discovery, extend
from branched.class_tree.rule import Rule
from branched.class_tree.training import Batch, loss_of
from branched.command.main import main
from branched.data.dataset import Dataset
from branched.data.distort import distort
from branched.data.images import DISTORTION, Images
from branched.learning.loop import start
from branched.networks.unet import BranchedUNet
from branched.noise.solvers import SOLVERS

RING = np.zeros((8, 8), np.float32)
RING[1:7, 1:7] = 1
RING[3:5, 3:5] = 0


def rings(n: int = 6, seed: int = 0) -> np.ndarray:
    """Drawings of a ring that differ a little, (n, 8, 8) in [0, 1]."""
    return (RING + 0.1 * np.random.default_rng(seed).random((n, 8, 8))).clip(0, 1).astype(np.float32)


@pytest.fixture(scope="module")
def base(model, digits) -> BranchedModel:
    """An untrained model that keeps the statistics of scikit-learn's digits."""
    found = discovery.discover(digits, times=100, samples=100)
    return BranchedModel(model.denoise.network, model.tree, {"discovery": found.settings}, found.curves)


@pytest.fixture(scope="module")
def larger(base) -> BranchedModel:
    return base.extend(rings(), "ring", sibling="4", time=0.45, steps=3)


def grafted(model: BranchedModel, name: str, sibling: str, time: float) -> BranchedModel:
    """As `extend`, but nothing is learnt: the new leaf is as its sibling is."""
    network, row = model.denoise.network, model.tree.leaf(sibling).process
    return BranchedModel(network.joined(network.only([row])), model.tree.graft(name, sibling, time), model.facts,
                         model.curves)


def drawn(model: BranchedModel, solver: str) -> list[np.ndarray]:
    """Samples, hybrids and transmutations of the old classes."""
    old = "01479"
    walk = {"n": 3, "steps": 7, "solver": solver, "seed": 5}
    hybrid = model.hybrid("4", ["7", "0"], **walk)
    *_, frame = model.sampling(list(old), hybrids=True, **walk)
    made = [model.sample(list(old), **walk).images, model.sample("9", **walk).images, hybrid.noisy, hybrid.denoised,
            *hybrid.endings.values(), *(own for h in frame.result.hybrids.values() for own in (h.noisy, h.denoised))]
    for options in ({"solver": solver}, {"deterministic": True}, {"time": 0.4}, {"time": 0.5, "deterministic": True}):
        turned = model.transmute(rings(2), "4", ["9", "0"], steps=7, **options)
        made += [turned.images, turned.noisy]
    return made


@pytest.fixture(scope="module")
def drawn_before(base):
    """What the old model draws by a solver, drawn once for all places of the new class."""
    return functools.cache(lambda solver: drawn(base, solver))


# -- what is old stays -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("place", [("4", 0.45), ("4", 0.35), ("4", 0.2), ("0", 0.8), ("7", 0.5995), ("1", 1.0)],
                         ids=["inside a branch", "at a branch point", "inside a leaf", "above all", "short", "alone"])
def test_old_classes_stay_as_they_were_to_the_last_bit(base, drawn_before, solver, place):
    before, after = drawn_before(solver), drawn(grafted(base, "ring", *place), solver)
    assert len(before) == len(after) and all(map(np.array_equal, before, after))


def test_learning_changes_no_bit_of_the_old_classes(drawn_before, larger):
    assert all(map(np.array_equal, drawn_before("ddim-eta"), drawn(larger, "ddim-eta")))


def test_the_old_weights_are_the_same_and_not_even_copied(base, larger):
    old, new = (m.denoise.network for m in (base, larger))
    private = old.private()
    for name, parameter in old.named_parameters():
        own = new.get_parameter(name)
        assert torch.equal(own[:len(parameter)], parameter)
        assert own is parameter or name in private and len(own) == len(parameter) + 1
    assert larger.parameters - base.parameters == sum(table[0].numel() for table in private.values())
    assert base.tree.labels == tuple("01479") and base.facts.extensions == ()


def test_learning_leaves_the_given_model_alone(base):
    before = {key: value.clone() for key, value in base.denoise.network.state_dict().items()}
    base.extend(rings(), "ring", steps=4)
    assert all(torch.equal(value, before[key]) for key, value in base.denoise.network.state_dict().items())


def test_gradients_reach_only_the_private_parameters_of_one_branch(base):
    """And what does not learn is not even in the optimiser."""
    trunk = base.denoise.network
    state = start(trunk.only([2]), extend.configured(6, 1, 0))
    x = torch.randn(4, 1, 8, 8)
    loss_of(state.network, Batch(x, torch.randn(x.shape), torch.rand(4), torch.zeros(4, dtype=torch.long))).backward()
    private = state.network.private()
    reached = {name for name, parameter in state.network.named_parameters() if parameter.grad is not None}
    assert reached == set(private) and all(len(table) == 1 for table in private.values())
    assert {id(p) for p in state.optimiser.param_groups[0]["params"]} == {id(p) for p in private.values()}
    assert all(parameter.grad is None for parameter in trunk.parameters())


# -- what is new -------------------------------------------------------------------------------------------------------

def test_the_new_class_has_all_that_the_old_ones_have(larger):
    assert larger.labels == (*"01479", "ring")
    made = larger.sample(n=2, steps=5)
    assert made.images.shape == (6, 2, 8, 8)
    alone = larger.sample("ring", n=2, steps=5)
    np.testing.assert_allclose(alone.images[0], made.images[-1], atol=1e-4)
    assert sum(made.calls[b.id] for b in larger.tree.path("ring")) == alone.evaluations / 2
    for other in "01479":
        hybrid = larger.hybrid("ring", other, n=2, steps=5)
        assert hybrid.time == larger.tree.meeting_point("ring", other) and set(hybrid.endings) == {"ring", other}
        np.testing.assert_allclose(hybrid.endings["ring"], made.images[-1], atol=1e-4)
    for deterministic in (False, True):
        assert larger.transmute(rings(2), "ring", ["4", "0"], steps=5, deterministic=deterministic).images.shape == (
            2, 2, 8, 8)
        assert larger.transmute(rings(2), "4", "ring", steps=5, deterministic=deterministic).time == 0.45
    assert larger.classify(rings(2)).probabilities.shape == (2, 6)


def test_a_class_is_learnt():
    """The shipped model is shown a symbol that is no digit, a square with a cross in it, ten times over."""
    symbol = torch.zeros(1, 1, 28, 28)
    symbol[..., 6:22, 6:22] = 1
    symbol[..., 9:19, 9:19] = 0
    symbol[..., 13:15, 9:19] = symbol[..., 9:19, 13:15] = 1
    given = distort(symbol.expand(10, -1, -1, -1), DISTORTION, torch.Generator().manual_seed(0))[:, 0].numpy()

    def likeness(images: np.ndarray) -> float:
        """How much like the drawing that is most like it an image is, on average (Pearson's r)."""
        r = np.corrcoef(images.reshape(len(images), -1), given.reshape(10, -1))
        return r[:len(images), len(images):].max(1).mean()

    first, *_, last = (own for own in branched.load("mnist").extending(given.clip(0, 1), "box", steps=60) if own.model)
    assert first.step == 2 and likeness(first.samples) < 0.62 and likeness(last.samples) > 0.66
    assert last.samples.shape == (extend.PREVIEWED, 28, 28)
    assert np.array_equal(last.samples, last.model.sample("box", n=extend.PREVIEWED).images[0])


def test_the_same_seed_teaches_the_same(base):
    one, again, other = (base.extend(rings(), "ring", steps=3, seed=own).sample("ring", n=1).images
                         for own in (1, 1, 2))
    assert np.array_equal(one, again) and not np.array_equal(one, other)


def test_it_can_be_stopped_with_the_result_so_far(base):
    *_, last = islice((own for own in base.extending(rings(), "ring", steps=100) if own.model), 2)
    assert last.step == last.model.facts.extensions[0].steps == 10
    assert last.model.sample("ring", n=1).images.shape == (1, 1, 8, 8)


def test_learning_stops_before_the_drawings_are_repeated(base, monkeypatch):
    """The last record then is the one before."""
    looks = iter([False, True])
    monkeypatch.setattr(extend, "repeats", lambda *_: next(looks))
    records = list(base.extending(rings(), "ring", steps=50))
    previews = [own.step for own in records if own.model]
    assert previews[:2] == [2, 5] and records[-1].step == previews[-1] == 5 and max(own.step for own in records) == 9


def supplied(images: torch.Tensor) -> extend.LeafSupply:
    known = SimpleNamespace(form=Images(tuple(images.shape[1:])))
    return extend.LeafSupply(known, Branch(0, ("4",), 0.0, 0.5, None), images, extend.configured(len(images), None, 0))


def test_copies_are_told_from_distorted_drawings(digits):
    given = digits.of("4")[:10]
    supply = supplied(given)
    warped = supply.varied(40)
    assert warped.shape == (40, 1, 8, 8) and warped.dtype == torch.uint8
    assert not extend.repeats(digits.form.scale(supply.varied(30)), supply)
    assert extend.repeats(digits.form.scale(given), supply)


def test_many_images_are_not_distorted(digits):
    def strength(n):
        return supplied(digits.x[torch.arange(n) % len(digits)]).strength

    assert strength(8) == strength(20) == 1 and 0 < strength(200) < 1 and strength(1000) == strength(3000) == 0


# -- where it joins ----------------------------------------------------------------------------------------------------

def test_the_place_is_found_without_the_old_data(digits, model):
    """The curves of a class that joins later are those that discovery draws with all the data at hand, but for the
    noise, which is drawn anew."""
    options = {"times": 100, "samples": 10_000}
    whole, part = discovery.discover(digits, **options), discovery.discover(digits.only("0149"), **options)
    assert whole.means.shape == (discovery.KEPT, 5, 64) and whole.means.dtype == np.float16
    grown = discovery.with_class(part.curves, digits.form.scale(digits.of("7")))
    order = [digits.labels.index(label) for label in "01497"]
    difference = np.abs(grown["similarity"] - whole.similarity[:, order][:, :, order])
    assert difference[:, -1].max() < 0.03 and difference[:, -1].mean() < 0.005
    sibling, time = discovery.joining("0149", grown, Rule())
    times = {label: whole.tree.meeting_point("7", label) for label in "0149"}
    assert times[sibling] == min(times.values()) and time == pytest.approx(times[sibling], abs=0.03)
    assert discovery.joining("0149", grown, Rule(), "0")[0] == "0"
    back = discovery.without_class(grown, 4)
    assert all(np.array_equal(back[key], part.curves[key]) for key in part.curves)


def test_a_twin_joins_its_class(base, digits):
    """The same images under another name meet their class before all others."""
    twin = base.extend(digits.of("9").numpy()[:, 0], "twin", steps=1)
    lesson = twin.facts.extensions[0]
    assert lesson.sibling == "9" and lesson.time < 0.2 and twin.curves["similarity"].shape == (100, 6, 6)
    assert lesson.count == len(digits.of("9")) and lesson.training.steps == 1
    assert base.extend(rings(), "ring", sibling=0, steps=1).facts.extensions[0].sibling == "0"
    assert base.extend(rings(), "ring", time=0.3, steps=1).facts.extensions[0].time == 0.3


def test_without_statistics_the_place_must_be_told(model):
    with pytest.raises(BranchedError, match="keeps no statistics"):
        model.extend(rings(), "ring", sibling="4", steps=1)
    told = model.extend(rings(), "ring", sibling="4", time=0.3, steps=1)
    assert told.tree.meeting_point("ring", "4") == 0.3 and told.curves == {}


# -- several, and back -------------------------------------------------------------------------------------------------

def same(a: BranchedModel, b: BranchedModel) -> bool:
    weights, others = (m.denoise.network.state_dict() for m in (a, b))
    return (a.tree == b.tree and a.facts == b.facts and weights.keys() == others.keys()
            and all(torch.equal(weights[key], others[key]) for key in weights)
            and a.curves.keys() == b.curves.keys() and all(np.array_equal(a.curves[k], b.curves[k]) for k in a.curves))


@pytest.mark.parametrize("place", [("4", 0.45), ("4", 0.35), ("9", 0.2), ("0", 0.8), ("1", 1.0)])
def test_removing_is_the_inverse_of_adding(base, place):
    assert same(base.extend(rings(), "ring", *place, steps=1).without("ring"), base)


@pytest.mark.parametrize("places", [(("4", 0.45), ("9", 0.2)), (("4", 0.45), ("4", 0.4)), (("4", 0.4), ("4", 0.45)),
                                    (("4", 0.35), ("9", 0.35)), (("0", 0.9), ("1", 0.3))])
def test_two_classes_in_either_order(base, places):
    """Old classes do not mind, and each of the two can be removed first."""
    before = drawn(base, "ddim-eta")
    for order in ((0, 1), (1, 0)):
        both, names, walk = base, ("ring", "spot"), {"n": 2, "steps": 5}
        for k in order:
            both = both.extend(rings(seed=k), names[k], *places[k], steps=1)
        assert all(map(np.array_equal, before, drawn(both, "ddim-eta")))
        assert both.sample(n=1, steps=4).images.shape == (7, 1, 8, 8)
        assert [lesson.name for lesson in both.facts.extensions] == [names[k] for k in order]
        for kept, gone in (names, names[::-1]):
            left = both.without(gone)
            assert np.array_equal(left.sample(kept, **walk).images, both.sample(kept, **walk).images)
            assert same(left.without(kept), base)


def test_saving_loses_nothing(larger, tmp_path):
    larger.save(tmp_path / "larger.safetensors")
    again = branched.load(tmp_path / "larger.safetensors", device="cpu")
    assert same(again, larger)
    assert np.array_equal(again.sample(n=1, steps=4).images, larger.sample(n=1, steps=4).images)
    assert again.without("ring").labels == tuple("01479")


def test_what_was_trained_cannot_be_removed(larger):
    with pytest.raises(BranchedError, match="was there when the model was trained"):
        larger.without("4")
    on_top = larger.extend(rings(seed=1), "spot", sibling="ring", time=0.1, steps=1)
    with pytest.raises(BranchedError, match="spot joined its path later"):
        on_top.without("ring")
    assert on_top.without("spot").without("ring").labels == tuple("01479")


# -- bad input ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("images", "sentence"), [
    (np.zeros((0, 8, 8)), "B at least 1"), (np.zeros((4, 8, 8)), "Image 1 of 4 is blank"),
    (np.stack([RING, RING * 0, RING]), "Image 2 of 3 is blank"), (RING[None], "3 different images.*1 was given"),
    (np.stack([RING] * 9), "1 was given, 9 times over"), (rings()[:2], "2 were given"),
    (np.zeros((4, 9, 9)), "takes images of shape"), (np.zeros((4, 8, 8, 3)), "takes images of shape"),
    (rings() * 3, "from 0"), ("pictures", "array of numbers"), (rings() * np.nan, "finite")])
def test_images_that_will_not_do(base, images, sentence):
    with pytest.raises(BranchedError, match=sentence):
        next(base.extending(images, "ring"))


@pytest.mark.parametrize(("options", "sentence"), [
    ({"name": "4"}, "There is a class '4' already"), ({"name": ""}, "needs a name"), ({"name": None}, "needs a name"),
    ({"sibling": "x"}, "no class 'x'"), ({"time": 0}, "joins at a time"), ({"time": 1.5}, "joins at a time"),
    ({"time": "soon"}, "joins at a time"), ({"steps": 0}, "steps is a whole number"),
    ({"seed": 0.5}, "seed is a whole number")])
def test_options_that_will_not_do(base, options, sentence):
    with pytest.raises(BranchedError, match=sentence):
        base.extending(**{"images": rings(), "name": "ring", **options})


# -- the command line --------------------------------------------------------------------------------------------------

@pytest.fixture
def files(base, tmp_path):
    from PIL import Image

    base.save(tmp_path / "base.safetensors")
    (tmp_path / "drawings").mkdir()
    for k, drawing in enumerate(rings()):
        Image.fromarray(np.pad((255 * drawing).astype(np.uint8), 8)).save(tmp_path / "drawings" / f"{k}.png")
    return tmp_path


def run(folder, command, *arguments) -> int:
    return main([command, "--model", str(folder / "base.safetensors"), *map(str, arguments)])


def test_extend_and_remove_by_command(files, base, capsys):
    output, preview = files / "larger.safetensors", files / "preview.png"
    extend_by = ("extend", "--name", "ring", "--images", files / "drawings", "--steps", 2, "--output", output)
    assert run(files, *extend_by, "--preview", preview) == 0 and preview.exists()
    assert "leaves the path of" in capsys.readouterr().out
    assert branched.load(output).labels == (*"01479", "ring")
    back = files / "back.safetensors"
    assert main(["remove", "--model", str(output), "--name", "ring", "--output", str(back)]) == 0
    assert same(branched.load(back), base)
    assert run(files, "remove", "--name", "4", "--output", back) == 2 and "was there when" in capsys.readouterr().err


def test_a_full_disk_leaves_what_was_there(files, capsys, monkeypatch):
    output = files / "larger.safetensors"
    output.write_bytes(b"an earlier model")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    by = ("--name", "ring", "--images", files / "drawings", "--steps", 1, "--output", output)
    assert run(files, "extend", *by) == 2
    assert "No space left" in capsys.readouterr().err and output.read_bytes() == b"an earlier model"
    assert sorted(path.name for path in files.iterdir()) == ["base.safetensors", "drawings", "larger.safetensors"]


def test_no_images_by_command(files, capsys):
    (files / "empty").mkdir()
    for given, sentence in ((files / "empty", "no files in the folder"), (files / "nowhere.png", "nowhere.png")):
        assert run(files, "extend", "--name", "ring", "--images", given, "--output", files / "x.safetensors") == 2
        assert sentence in capsys.readouterr().err


def test_interrupted_learning_keeps_what_there_is(files, monkeypatch, capsys):
    """Ctrl-C after the second preview."""
    learning = BranchedModel.extending

    def interrupted(*arguments, **options):
        yield from islice(learning(*arguments, **options), 9)
        raise KeyboardInterrupt

    monkeypatch.setattr(BranchedModel, "extending", interrupted)
    output = files / "larger.safetensors"
    by = ("--name", "ring", "--images", files / "drawings", "--steps", 50, "--output", output)
    assert run(files, "extend", *by) == 0
    assert "Stopped early" in capsys.readouterr().out
    assert branched.load(output).facts.extensions[0].steps == 5


# -- a network of some of the branches ---------------------------------------------------------------------------------

def test_networks_share_their_trunk(model):
    network: BranchedUNet = model.denoise.network
    part = network.only([3, 1])
    both = part.joined(network.only([0]))
    assert (part.processes, both.processes) == (2, 3)
    x, t = torch.randn(3, 1, 8, 8), torch.rand(3)
    rows = network(x, t, torch.tensor([3, 1, 0]))
    torch.testing.assert_close(both(x, t, torch.tensor([0, 1, 2])), rows)
    private = both.private()
    assert all(own is network.get_parameter(name) for name, own in both.named_parameters() if name not in private)


def test_the_supply_is_a_data_set(digits):
    data = supplied(digits.of("4")).data(100, torch.Generator())
    assert isinstance(data, Dataset) and data.labels == ("4",) and data.shape == (1, 8, 8)


def test_a_network_with_a_process_that_no_branch_owns_learns_no_class(model):
    """The new leaf would take that process in place of its own."""
    network = model.denoise.network
    spare = BranchedModel(network.only([*range(network.processes), 0]), model.tree, {}, {})
    with pytest.raises(BranchedError, match="no branch owns"):
        spare.extending(rings(), "ring", sibling="4", time=0.2)
