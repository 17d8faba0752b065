"""What a file says of itself is looked at before it is believed: no size takes memory, no name steers a screen."""
import time

import pytest
import torch
from models import tiny

from branched import BranchedError, ClassTree, Table, believed
from branched.networks.mlp import MLPConfig
from branched.networks.unet import UNetConfig


def small(**sizes):
    return UNetConfig(**{**vars(tiny()), **sizes})


def test_a_network_of_the_size_of_its_file_is_built(config):
    network = config.build(9)
    with believed.Within(network.state_dict().values()):
        again = config.build(9)
    assert again.state_dict().keys() == network.state_dict().keys()


@pytest.mark.parametrize("config, processes", [
    (small(), 10**9), (small(blocks=(10**9, 1, 1)), 9), (small(rank=10**9), 9), (small(embedding=10**9), 9),
    (MLPConfig((4,), width=10**9), 9), (MLPConfig((4,), blocks=10**9), 9)])
def test_a_larger_one_is_refused_before_memory_is_asked_for(config, processes):
    began = time.process_time()
    with pytest.raises(BranchedError, match="larger than"), believed.Within([torch.zeros(1000)]):
        config.build(processes)
    assert time.process_time() - began < 1


def test_a_record_has_the_types_that_it_says():
    assert believed.record(UNetConfig, {"shape": [1, 8, 8], "channels": [16, 32]}).channels == (16, 32)
    for wrong in ({"heads": "4"}, {"heads": 4.5}, {"shape": 3}, {"channels": [[16]]}, {"rank": None}, []):
        with pytest.raises(BranchedError):
            believed.record(UNetConfig, wrong)
    whole = {"features": ["u"], "mean": [0.0], "std": [1.0], "low": [0.0], "high": [1.0], "whole": [False]}
    assert believed.record(Table, whole).features == ("u",)
    for wrong in ({"mean": ["x"]}, {"std": [float("inf")]}, {"features": [3]}, {"mean": 0}):
        with pytest.raises(BranchedError):
            believed.record(Table, whole | wrong)


@pytest.mark.parametrize("shape", [[1, 0, 0], [1, -8, -8], [1, 28.0, 28.0], [1, True, 8], [1, 2**20, 2**20], ["a"]])
def test_an_objects_shape_is_of_whole_numbers(shape):
    with pytest.raises(BranchedError):
        believed.shape(shape)


def test_a_shape_that_is_one():
    assert believed.shape([3, 28, 28]) == (3, 28, 28)


@pytest.mark.parametrize("names", [["a\x1b[2J"], ["a\nb"], ["\ud800"], ["x" * 300], ["a\u2028"], [3],
                                   [str(k) for k in range(5000)]])
def test_names_that_no_screen_can_show(names):
    with pytest.raises(BranchedError) as error:
        believed.names(names)
    assert str(error.value).isprintable() and len(str(error.value)) < 200


def test_names_of_any_language_stay_as_they_are():
    names = ("a, b", "$x$", "<b>", "\u304b", "\u0627\u0644", "\U0001f600", "e\u0301", "\u00e9", " ")
    assert believed.names(names) == names == ClassTree.flat(names).labels


def test_a_wide_tree_is_read_and_asked_at_once():
    began = time.process_time()
    tree = ClassTree.from_json({"time": 0.3, "split": [f"{k}" for k in range(1000)]})
    assert tree.closest_pairs(2) == [("0", "1"), ("0", "2")] and tree.by_kinship("5")[0] == "0"
    assert time.process_time() - began < 5
