"""Tree guidance: child + w (child - parent) where a parent is near, the child elsewhere; counted row by row."""
import numpy as np
import pytest
import torch
from models import Known
from torch import Tensor

from branched import ClassTree
from branched.class_tree.diffusion import Diffusion
from branched.class_tree.guided import ParentGuided, parent_guided
from branched.class_tree.parents import Parents, Span, mark
from branched.class_tree.walk import from_noise
from branched.noise import schedule
from branched.noise.denoiser import Estimate
from branched.noise.sampling import Sampling

MARGIN = 0.1
PAIR = ClassTree.from_merges("ab", [(0.4, "ab")])  # two leaves below one root, which ends at 0.4
ROOT = PAIR.roots[0].id


class Two:
    """Two unit Gaussians around +m and -m, and their mixture, which is the root: E[x0 | xt] in closed form."""

    device = torch.device("cpu")

    def __init__(self, m: float):
        self.m, self.rows = m, 0

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        """Conditions 0 and 1 are the two; any other is their mixture."""
        self.rows += len(xt)
        a, s = (f(t.double())[:, None] for f in (schedule.alpha, schedule.sigma))
        alone = [sign * self.m + a / (a**2 + s**2) * (xt - a * sign * self.m) for sign in (1, -1)]
        share = torch.sigmoid(2 * a * self.m * xt / (a**2 + s**2))              # the posterior of +m
        mixed = share * alone[0] + (1 - share) * alone[1]
        found = torch.where(condition[:, None] == 0, alone[0], torch.where(condition[:, None] == 1, alone[1], mixed))
        return Estimate(found, torch.ones(len(xt), dtype=torch.long))


def guided(m: float, w: float, low: float = 0.4 - MARGIN) -> ParentGuided:
    """Both leaves have the root beside them, which goes by the number 7 among the parents."""
    return ParentGuided(Two(m), Two(m), {leaf: Span(7, low, 0.4) for leaf in (0, 1)}, w)


@pytest.mark.parametrize("w", [0.0, 0.5, 3.0])
def test_two_gaussians_and_their_mixture(w):
    """Within the span the estimate is moved by the score of the posterior, as in classifier guidance with the exact
    classifier: child - parent = sigma^2 / alpha grad log p(child | xt). Outside, it is the child's, bit for bit."""
    m, xt = 1.3, torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    t = torch.full((9,), 0.35, dtype=torch.float64)
    a, s = schedule.alpha(0.35), schedule.sigma(0.35)
    slope = 2 * a * m / (a**2 + s**2)
    push = s**2 / a * slope * (1 - torch.sigmoid(slope * xt))
    child = Two(m)(xt, t, torch.zeros(9)).x0
    assert torch.allclose(guided(m, w)(xt, t, torch.zeros(9, dtype=torch.long)).x0, child + w * push, atol=1e-9)
    for outside in (0.2, 0.45):
        t = torch.full((9,), outside, dtype=torch.float64)
        assert torch.equal(guided(m, w)(xt, t, torch.ones(9, dtype=torch.long)).x0, Two(m)(xt, t, torch.ones(9)).x0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("high", "low"), [(0.4, 0.3), (0.339, 0.339 - 0.15), (0.442, 0.442 - 0.1)])
def test_a_span_is_half_open(dtype, high, low):
    """At the branch point there is guidance, at the margin's end there is none; so in any precision of the times."""
    two, between = Two(1.0), (high + low) / 2
    denoise = ParentGuided(two, two, {0: Span(7, low, high)}, 1.0)
    t = torch.tensor([high, between, low, low - 1e-3, high + 1e-3], dtype=dtype)
    cost = denoise(torch.zeros(5, 1, dtype=torch.float64), t, torch.zeros(5, dtype=torch.long)).evaluations
    assert cost.tolist() == [2, 2, 1, 1, 1]


def test_only_rows_that_have_a_parent_are_sent_to_it():
    """Rows of branches and times in any order; every row's estimate is its own, whatever its company."""
    child, parent = Two(1.0), Two(1.0)
    denoise = ParentGuided(child, parent, {0: Span(7, 0.3, 0.4)}, 2.0)
    xt = torch.linspace(-1, 1, 6, dtype=torch.float64)[:, None]
    t = torch.tensor([0.35, 0.35, 0.2, 0.4, 0.3, 0.31], dtype=torch.float64)
    branch = torch.tensor([0, 1, 0, 0, 0, 0])
    together = denoise(xt, t, branch)
    assert (child.rows, parent.rows) == (6, 3) and together.evaluations.tolist() == [2, 1, 1, 2, 1, 2]
    alone = [denoise(xt[k:k + 1], t[k:k + 1], branch[k:k + 1]).x0 for k in range(6)]
    assert torch.equal(torch.cat(alone), together.x0)


def test_no_guidance_is_the_child_bit_for_bit():
    xt, t = torch.randn(50, 1, generator=torch.Generator().manual_seed(0)).double(), torch.full((50,), 0.35).double()
    branch = torch.arange(50) % 2
    assert torch.equal(guided(1.3, 0.0)(xt, t, branch).x0, Two(1.3)(xt, t, branch).x0)


def test_gradients_pass():
    xt = torch.zeros(2, 1, dtype=torch.float64, requires_grad=True)
    x0 = guided(1.3, 1.0)(xt, torch.tensor([0.35, 0.2]).double(), torch.zeros(2, dtype=torch.long)).x0
    [gradient] = torch.autograd.grad(x0.sum(), xt)
    assert gradient.abs().min() > 0


# -- on a tree ---------------------------------------------------------------------------------------------------------

def known_guided(tree: ClassTree, w: float, margin: float = MARGIN) -> ParentGuided:
    """The closed form with itself as the parents: what a branch's parent says below its end is known, too."""
    spans = {b.id: Span(b.parent, b.t_high - margin, b.t_high) for b in tree.branches if b.parent is not None}
    return ParentGuided(Known(tree), Known(tree), spans, w)


@pytest.mark.parametrize("solver", ["ddim", "ddim-eta", "heun", "dpm++2m"])
def test_a_walk_counts_two_within_the_margin_and_one_elsewhere(tree, solver):
    denoise = known_guided(tree, 1.5)
    walk = from_noise(Diffusion(denoise, tree, denoise.denoise.form), tree.labels, Sampling(3, 12, solver)).run()
    asked = denoise.denoise.asked
    within = {(k, t): n for (k, t), n in asked.items() if tree[k].parent is not None
              and np.float32(tree[k].t_high - MARGIN) < t <= np.float32(tree[k].t_high)}
    assert sum(denoise.parents.asked.values()) == sum(within.values()) > 0
    assert walk.evaluations == sum(asked.values()) + sum(within.values())
    assert sum(asked.values()) > sum(within.values())


def test_guidance_goes_away_from_the_siblings(tree):
    """What 4 and 9 have in common is their parent's; a guided 4 is further from it, on its own side."""
    ends = {}
    for w in (0.0, 2.0):
        denoise = known_guided(tree, w)
        walk = from_noise(Diffusion(denoise, tree, denoise.denoise.form), ("4",), Sampling(64, 20, "ddim")).run()
        ends[w] = walk.ends[0, "4"].mean(0)
    four, parent = (Known(tree).pattern[k] for k in (tree.leaf("4").id, tree.leaf("4").parent))
    moved = ((ends[2.0] - ends[0.0]) * (four - parent)).sum()
    assert moved > 0


# -- a model's own -----------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def parents(model) -> Parents:
    """Untrained: each row is another branch's process than its own, so that it differs from every child."""
    network, tree = model.denoise.network, model.tree
    inner = [branch.id for branch in tree.branches if not branch.is_leaf]
    tables = {name: table.detach()[[tree[k].process for k in inner]] + 0.05
              for name, table in network.private().items()}
    return Parents(tuple(inner), MARGIN, tables, tree.processes, mark(network, tree, tree.processes), {})


def test_a_model_is_guided_by_its_parents(model, parents):
    """The network of the parents, asked by hand, gives the very estimate."""
    tree, denoise = model.tree, parent_guided(model.denoise, parents, 1.5)
    leaf = tree.leaf("4")
    xt = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    t, branch = torch.full((3,), leaf.t_high - 0.05), torch.full((3,), leaf.id)
    child, row = model.denoise(xt, t, branch).x0, parents.branches.index(leaf.parent)
    network = model.denoise.network.with_private(dict(parents.tables)).eval()
    parent = schedule.clean_from_velocity(xt, network(xt, t, torch.full((3,), row)), t)
    assert torch.allclose(denoise(xt, t, branch).x0, child + 1.5 * (child - parent), atol=1e-5)
    assert not torch.allclose(child, parent, atol=1e-2)


def test_where_no_parent_is_near_it_is_the_model_bit_for_bit(model, parents):
    denoise = parent_guided(model.denoise, parents, 1.5)
    root, leaf = model.tree.roots[0], model.tree.leaf("0")
    xt = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    for branch, t in ((root, 0.9), (leaf, leaf.t_high - MARGIN), (leaf, 0.1)):
        asked = xt, torch.full((2,), t), torch.full((2,), branch.id)
        assert torch.equal(denoise(*asked).x0, model.denoise(*asked).x0)
