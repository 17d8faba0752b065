"""Bridges: every branch starts exactly where its parent ends, and the pairing is the cheapest there is."""
from itertools import permutations

import pytest
import torch

from branched.class_tree.bridge import chained_pairs, transport
from branched.data.dataset import Dataset
from branched.noise import schedule

N = 60


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def cost(x_high: torch.Tensor, x0: torch.Tensor) -> float:
    return (x_high - x0).square().sum().item()


@pytest.fixture(scope="module")
def pairs(tree, digits):
    return chained_pairs(tree, digits, N, seeded())


def test_the_cheapest_pairing_of_five_is_found():
    """Against all 120 of them."""
    for seed in range(10):
        x_high, x0 = torch.randn(2, 5, 1, 4, 4, generator=seeded(seed))
        order = transport(x_high, x0)
        assert sorted(order.tolist()) == list(range(5))
        best = min(cost(x_high, x0[list(p)]) for p in permutations(range(5)))
        assert cost(x_high, x0[order]) == pytest.approx(best)


def test_pairing_an_object_with_itself():
    x = torch.randn(20, 1, 4, 4, generator=seeded())
    order = torch.randperm(20, generator=seeded(1))
    assert torch.equal(x[order][transport(x, x[order])], x)


def test_every_branch_starts_where_its_parent_ends(tree, pairs):
    """Row by row, at the branch point, also below a branch that is only 0.001 long."""
    for branch in tree.branches:
        if branch.parent is not None:
            arrived = schedule.diffuse(*pairs[branch.parent], branch.t_high)
            assert torch.allclose(schedule.diffuse(*pairs[branch.id], branch.t_high), arrived, atol=1e-5)


def test_branches_part_below_the_branch_point(tree, pairs):
    for parent in tree.branch_points:
        a, b = (schedule.diffuse(*pairs[child.id], child.t_high / 2) for child in tree.children(parent)[:2])
        assert (a - b).abs().amax(dim=(1, 2, 3)).min() > 0.1


def test_bridges_are_cheaper_than_chance(tree, pairs):
    for branch in tree.branches:
        if branch.parent is not None:
            x_high = schedule.diffuse(*pairs[branch.parent], branch.t_high)
            x0 = pairs[branch.id][0]
            chances = [cost(x_high, x0[torch.randperm(N, generator=seeded(k))]) for k in range(20)]
            assert cost(x_high, x0) < min(chances)


def test_the_root_has_independent_normal_noise(tree, digits):
    x0, noise = chained_pairs(tree, digits, 400, seeded())[tree.roots[0].id]
    assert noise.mean().abs() < 0.03 and abs(noise.std().item() - 1) < 0.03
    correlation = (noise * (x0 - x0.mean(0))).mean((0, 1)).abs()
    assert correlation.max() < 0.2  # 64 pixels, each with a standard error of at most 0.05


def test_clean_objects_are_of_the_branch(tree, digits, pairs):
    """Every one is an image of one of the branch's classes, and every class is there in equal shares."""
    kind = {tuple(x.flatten().tolist()): digits.labels[y]
            for x, y in zip(digits.form.scale(digits.x), digits.y, strict=True)}
    for branch in tree.branches:
        found = [kind[tuple(x.flatten().tolist())] for x in pairs[branch.id][0]]
        assert set(found) == set(branch.classes)
        assert all(abs(found.count(c) - N / len(branch.classes)) < 1 for c in branch.classes)


def test_a_flat_tree_has_no_bridges(digits, tree):
    flat = type(tree).flat(tree.labels)
    for x0, noise in chained_pairs(flat, digits, 400, seeded()).values():
        assert x0.shape == noise.shape == (400, 1, 8, 8)
        assert noise.mean().abs() < 0.03 and abs(noise.std().item() - 1) < 0.03


def test_the_seed_decides(tree, digits, pairs):
    again, other = chained_pairs(tree, digits, N, seeded()), chained_pairs(tree, digits, N, seeded(1))
    for k, (x0, noise) in pairs.items():
        assert torch.equal(again[k][0], x0) and torch.equal(again[k][1], noise)
        assert not torch.equal(other[k][1], noise)


def test_colour(tree):
    x = torch.randint(256, (30, 3, 8, 8), dtype=torch.uint8, generator=seeded())
    data = Dataset.of_images("colour", tree.labels, x, torch.arange(30) % 5)
    assert all(x0.shape == noise.shape == (6, 3, 8, 8) for x0, noise in chained_pairs(tree, data, 6, seeded()).values())
