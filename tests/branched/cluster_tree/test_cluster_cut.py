"""Where a cluster is cut, and what two views of an object teach."""
import math

import numpy as np
import pytest
import torch

from branched.cluster_tree.contrast import TEMPERATURE, _nt_xent, agreement, spread, view
from branched.cluster_tree.cut import LEAST, cut, cut_value, normalised_cut


def planted(sizes: tuple[int, int], between: float) -> np.ndarray:
    """Two groups of cells, all tied within (1), and a little between."""
    side = np.repeat([0, 1], sizes)
    return np.where(side[:, None] == side[None], 1.0, between)


def test_two_planted_groups_are_found_in_any_order():
    order = np.random.default_rng(0).permutation(11)
    sides = normalised_cut(planted((5, 6), 0.1)[np.ix_(order, order)], np.full(11, 10))
    assert len(set(sides[order < 5])) == 1 == len(set(sides[order >= 5])) and len(set(sides)) == 2


def test_the_cut_is_the_least_of_all():
    generator = np.random.default_rng(1)
    affinity = generator.random((8, 8))
    affinity += affinity.T
    sizes = generator.integers(5, 20, 8)
    every = [np.array([mask >> k & 1 for k in range(8)]) for mask in range(1, 255)]
    assert cut_value(affinity, normalised_cut(affinity, sizes), sizes) == pytest.approx(
        min(cut_value(affinity, sides, sizes) for sides in every), rel=0.02)


def test_no_side_is_too_small():
    affinity = planted((1, 9), 0.001)
    sizes = np.array([1, *[20] * 9])
    sides = normalised_cut(affinity, sizes)
    assert min(sizes[sides == 0].sum(), sizes[sides == 1].sum()) >= LEAST * sizes.sum()
    assert cut_value(affinity, np.array([1, *[0] * 9]), sizes) == np.inf


def test_objects_are_cut_where_they_part(blobs):
    x = blobs.form.scale(blobs.x)
    sides = cut(x, x, seed=0)
    assert sides.dtype == torch.int64 and ((sides == sides[0]) == (blobs.y < 2)).all()


def test_the_same_seed_cuts_alike(blobs):
    x = blobs.form.scale(blobs.x)[blobs.y < 2]
    assert torch.equal(cut(x, x, seed=3), cut(x, x, seed=3))


def test_a_view_is_another_object_like_it(blobs):
    generator = torch.Generator().manual_seed(0)
    other = view(blobs.form, blobs.x, 1.0, generator)
    x = blobs.form.scale(blobs.x)
    assert other.shape == x.shape and 0 < (other - x).abs().mean() < 0.3


def test_partners_are_found():
    a, b = torch.eye(3), torch.eye(3)
    one = math.exp(1 / TEMPERATURE)   # the partner's score; the four others are orthogonal
    assert _nt_xent(a, b).item() == pytest.approx(-math.log(one / (one + 4)), abs=1e-5)


def test_sure_equal_leaves_have_the_most_information():
    sure = torch.eye(4)
    assert agreement(sure, sure).item() == pytest.approx(0, abs=1e-6)
    assert spread(sure).item() == pytest.approx(math.log(4)) and spread(sure[:1]).item() == pytest.approx(0, abs=1e-6)
    assert agreement(sure, sure.roll(1, 0)).item() > 10


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("different", [1, 2, 5])
def test_a_few_different_objects_are_cut_without_a_complaint(different):
    """Sixty objects, equal ones on one side."""
    kind = torch.arange(60) % different
    generator = torch.Generator().manual_seed(0)
    some, pictures = (torch.randn(different, *shape, generator=generator) for shape in ((8,), (1, 8, 8)))
    sides = cut(some[kind], pictures[kind], 0)
    assert all(len(sides[kind == k].unique()) == 1 for k in range(different))
    assert len(sides.unique()) == min(different, 2)

