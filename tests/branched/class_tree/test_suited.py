"""Settings that suit the data: the usual ones with many objects, careful and quick ones with few."""
import math

import pytest
import torch

from branched.class_tree import suited
from branched.class_tree.rule import Rule
from branched.class_tree.training import TrainingConfig
from branched.class_tree.tree import ClassTree
from branched.data.dataset import Dataset
from branched.data.table import Table

TREE = ClassTree.from_merges(range(10), [(0.3, (4, 9)), (0.6, range(10))])


def data(counts: list[int], rows: bool = False) -> Dataset:
    y = torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))
    labels = tuple(map(str, range(len(counts))))
    if rows:
        x = torch.rand(len(y), 2)
        return Dataset("rows", labels, x, y, Table.of(("a", "b"), x))
    return Dataset.of_images("pictures", labels, torch.zeros(len(y), 1, 4, 4, dtype=torch.uint8), y)


def test_many_objects_are_trained_by_the_usual_settings():
    """The recipes of the shipped models name no others."""
    many = data([6_000] * 10)
    usual = TrainingConfig()
    assert suited.training(many, TREE) == {"steps": usual.steps, "batch": usual.batch, "pairs": usual.pairs}
    assert suited.network(many) == {} and suited.network(data([16_000], rows=True)) == {}


@pytest.mark.parametrize("counts", [[12] * 10, [5, 7] * 5, [40] * 10, [99] * 10])
def test_few_objects_are_trained_more_briefly_and_never_endlessly_often(counts):
    asked = suited.training(data(counts), TREE)
    assert 2_000 <= asked["steps"] < 14_000 / 3 and asked["batch"] == 64 and asked["pairs"] == 256
    assert suited.network(data(counts))["channels"] == (32, 64) and suited.network(data(counts, True)) == {"width": 64}


def test_steps_grow_with_the_data():
    steps = [suited.training(data([n] * 10), TREE)["steps"] for n in (10, 40, 100, 300, 1_000, 6_000)]
    assert steps == sorted(steps) and steps[0] == 2_000 and steps[-1] == 14_000


@pytest.mark.parametrize("rows", [False, True])
def test_every_branch_has_its_rows_in_a_batch(rows):
    tree = ClassTree.from_merges(range(60), [(0.9, range(60)), (0.5, range(30))])
    batch = suited.training(data([30] * 60, rows), tree)["batch"]
    assert batch >= (24 if rows else 2) * len(tree.branches) or batch == 1024
    assert suited.training(data([30] * 60, rows), ClassTree.flat(range(2)))["batch"] == 128


@pytest.mark.parametrize(("count", "deviation"), [(16, 0.026), (40, 0.013), (100, 0.009), (300, 0.005)])
def test_what_chance_could_part_is_not_parted(count, deviation):
    """The shortest branch is about two of the standard deviations that were measured."""
    rule = suited.rule(data([count, 2 * count]), 1000, 0.005, 3.0, None, None)
    assert 1.5 < rule.minimum_length / deviation < 3
    assert rule.minimum_time == pytest.approx(min(0.3, 3 / math.sqrt(count)), abs=1e-3)


def test_what_is_asked_for_holds_and_samples_count():
    assert suited.rule(data([9]), 1000, 0.01, 2.0, 0.0, 0.0) == Rule(0.01, 2.0)
    few, many = (suited.rule(data([6_000] * 2), n, 0.005, 3.0, None, None) for n in (25, 6_000))
    assert few.minimum_length == 0.04 and many.minimum_length < 0.005 and many.minimum_time < 0.05
