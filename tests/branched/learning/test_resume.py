"""Stopping and going on, alone or in company: resume equals not having stopped, and two processes equal one."""
import dataclasses
import math
import os
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from branched import BranchedError, ClassTree, checkpoint
from branched.class_tree import training
from branched.class_tree.training import TrainingConfig, train
from branched.data.dataset import Dataset
from branched.learning.loop import LearningState
from branched.learning.resume import check_output, load_state, save_state, try_writing
from branched.networks.unet import UNetConfig

QUICK = TrainingConfig(steps=6, batch=16, learning_rate=3e-3, warmup=2, pairs=16, refresh=4, precision="float32")
RUN = {"name": "a run"}


def begin(tree, config, training_config=QUICK) -> LearningState:
    return training.begin(tree, config, training_config, torch.device("cpu"))


def one_step(tree, config, digits) -> tuple[LearningState, dict]:
    """A run that can be saved, and facts about it."""
    state = begin(tree, config)
    next(train(state, tree, digits, QUICK))
    return state, {}


def weights(state: LearningState) -> dict[str, torch.Tensor]:
    return {f"{name}.{k}": v.clone() for name in ("network", "average")
            for k, v in getattr(state, name).state_dict().items()}


def same(a: dict, b: dict) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("stop", [3, 4, 5])
def test_resume_equals_not_having_stopped(tree, config, digits, tmp_path, stop):
    """Bit for bit: weights, averages, losses; before, at and after the step at which new pairs are drawn."""
    whole = begin(tree, config)
    losses = [p.loss for p in train(whole, tree, digits, QUICK)]

    first = begin(tree, config)
    steps = train(first, tree, digits, QUICK)
    early = [next(steps).loss for _ in range(stop)]
    steps.close()
    save_state(tmp_path / "run.safetensors", first, RUN)
    second = begin(tree, config)
    load_state(tmp_path / "run.safetensors", second, RUN)
    assert (second.step, second.seconds) == (stop, first.seconds) and same(weights(first), weights(second))
    rest = list(train(second, tree, digits, QUICK))
    assert [p.step for p in rest] == [4, 5, 6][stop - 3:] and rest[0].seconds > first.seconds
    assert early + [p.loss for p in rest] == losses
    assert same(weights(whole), weights(second))


def test_resume_does_not_depend_on_how_it_began(tree, config, digits, tmp_path):
    """Everything comes from the file, nothing from the fresh state."""
    state = begin(tree, config)
    list(train(state, tree, digits, QUICK))
    save_state(tmp_path / "run.safetensors", state, {})
    other = begin(tree, config, dataclasses.replace(QUICK, seed=9))
    load_state(tmp_path / "run.safetensors", other, {})
    assert same(weights(other), weights(state))
    for (name, p), q in zip(state.network.named_parameters(), other.network.parameters(), strict=True):
        a, b = state.optimiser.state[p], other.optimiser.state[q]
        assert a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a), name


@pytest.mark.parametrize("part", ["training", "network", "tree", "data"])
def test_resume_of_another_run_is_refused(tree, config, digits, tmp_path, part):
    state, _ = one_step(tree, config, digits)
    mine = {"training": {"steps": 6}, "network": {"rank": 4}, "tree": tree.to_json(), "data": "digits"}
    save_state(tmp_path / "run.safetensors", state, mine)
    fresh = begin(tree, config)
    before = weights(fresh)
    with pytest.raises(BranchedError, match=f"another run: its {part}"):
        load_state(tmp_path / "run.safetensors", fresh, {**mine, part: {"other": 1}})
    assert same(weights(fresh), before) and fresh.step == 0
    load_state(tmp_path / "run.safetensors", fresh, mine)
    assert fresh.step == 1


def test_a_run_that_lacks_a_tensor_is_refused(tree, config, digits, tmp_path):
    state, _ = one_step(tree, config, digits)
    path = tmp_path / "run.safetensors"
    save_state(path, state, {})
    tensors, header = checkpoint.load(path, "training")
    for name in ("network.stem.weight", "average.out.bias", "adam.exp_avg.stem.weight"):
        rest = {k: v for k, v in tensors.items() if k != name}
        checkpoint.save(path, "training", rest, header)
        with pytest.raises(BranchedError):
            load_state(path, begin(tree, config), {})


def test_a_model_is_no_run(model, tree, config, tmp_path):
    model.save(tmp_path / "m.safetensors")
    with pytest.raises(BranchedError, match="not a training"):
        load_state(tmp_path / "m.safetensors", begin(tree, config), {})


def test_a_loss_that_is_not_finite_stops_training(tree, config, digits, tmp_path):
    path = tmp_path / "run.safetensors"
    wild = dataclasses.replace(QUICK, learning_rate=1e25, warmup=1)
    state = begin(tree, config, wild)
    save_state(path, *one_step(tree, config, digits))
    saved = path.read_bytes()
    with pytest.raises(BranchedError, match="The loss is (nan|inf) at step [1-5]: training stops"):
        list(train(state, tree, digits, wild))
    assert state.step < 6 and path.read_bytes() == saved
    load_state(path, again := begin(tree, config), {})
    assert all(v.isfinite().all() for v in weights(again).values())


def test_a_gradient_that_is_not_finite_spoils_nothing(tree, config, digits):
    """A finite loss may have an infinite gradient; the weights must not take it in, for they may be saved next."""
    state = begin(tree, config)
    before = weights(state)
    state.network.stem.weight.register_hook(lambda gradient: gradient * math.inf)
    with pytest.raises(BranchedError, match="training stops"):
        list(train(state, tree, digits, QUICK))
    assert same(weights(state), before)


# -- in company ------------------------------------------------------------------------------------------------------

def one_of_two(rank: int, folder: str, tree: ClassTree, config: UNetConfig, digits: Dataset) -> None:
    """One process of a run of two; each writes down what it saw."""
    torch.set_num_threads(1)
    if os.path.exists("/sys/class/net/lo"):
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"  # a machine's own name need not resolve
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    try:
        state = begin(tree, config)
        losses = [p.loss for p in train(state, tree, digits, QUICK)]
        torch.save((losses, weights(state)), f"{folder}/{rank}.pt")
        odd = dataclasses.replace(QUICK, batch=15)
        with pytest.raises(BranchedError, match="cannot be shared out evenly among 2"):
            next(train(begin(tree, config), tree, digits, odd))
    finally:
        dist.destroy_process_group()


def test_two_processes_equal_one_on_the_same_global_batch(tree, config, digits, tmp_path):
    torch.multiprocessing.spawn(one_of_two, (str(tmp_path), tree, config, digits), nprocs=2)
    (losses, end), (losses_1, end_1) = (torch.load(tmp_path / f"{rank}.pt") for rank in range(2))
    assert losses == losses_1 and same(end, end_1)
    alone = begin(tree, config)
    assert [p.loss for p in train(alone, tree, digits, QUICK)] == pytest.approx(losses, abs=1e-5)
    assert all(torch.allclose(v, end[k], atol=1e-3) for k, v in weights(alone).items())


def test_where_no_model_can_be_written_is_told_before_it_is_trained(tmp_path):
    (tmp_path / "folder.safetensors").mkdir()
    (tmp_path / "file").write_text("x")
    for output in (".", "/", tmp_path, tmp_path / "folder.safetensors", tmp_path / "mnist"):
        with pytest.raises(BranchedError, match="ends in .safetensors"):
            check_output(Path(output))
    with pytest.raises(BranchedError, match="Nothing can be written"):
        check_output(tmp_path / "file" / "m.safetensors")
    check_output(tmp_path / "new" / "m.safetensors")


def test_a_run_goes_on_for_longer_and_is_then_what_it_would_have_been_but_for_the_rate(tree, config, digits, tmp_path):
    state, path = begin(tree, config), tmp_path / "run.safetensors"
    list(train(state, tree, digits, QUICK))
    save_state(path, state, {"training": {"steps": 6, "seed": 0}})
    with pytest.raises(BranchedError, match="has done 6 steps already, and 4 are asked for"):
        load_state(path, begin(tree, config), {"training": {"steps": 4, "seed": 0}})
    longer = begin(tree, config)
    load_state(path, longer, {"training": {"steps": 8, "seed": 0}})
    more = dataclasses.replace(QUICK, steps=8)
    assert [p.step for p in train(longer, tree, digits, more)] == [7, 8] and not same(weights(longer), weights(state))


def test_other_contents_under_the_same_name_are_told_apart(tree, config, digits, tmp_path):
    state, _ = one_step(tree, config, digits)
    path, data = tmp_path / "run.safetensors", {"name": "pets", "images": 3, "checksum": "a"}
    save_state(path, state, {"data": data})
    with pytest.raises(BranchedError, match="same name, but not the same contents"):
        load_state(path, begin(tree, config), {"data": data | {"checksum": "b"}})
    with pytest.raises(BranchedError, match="its data, images, is 3, here it is 4"):
        load_state(path, begin(tree, config), {"data": data | {"images": 4}})


def test_saving_is_tried_and_leaves_nothing(tmp_path):
    output, seen = tmp_path / "m.safetensors", []
    try_writing(output, lambda path: (path.write_text("x"), seen.append(path)))
    assert seen and list(tmp_path.iterdir()) == []

    def fail(path: Path) -> None:
        path.write_text("half")
        raise BranchedError("no room")

    with pytest.raises(BranchedError, match="no room"):
        try_writing(output, fail)
    assert list(tmp_path.iterdir()) == []
