"""Bridges: every branch learns from where its parent really hands over.

At the published branch points the classes can still be told apart, so the state that a parent hands over has mostly
decided what it will be, and a branch trained on its own classes alone has never seen such a state. A bridge repairs
it: the states that arrive from the parent and clean objects of the branch are paired by optimal transport, and the
branch is trained on the way between the two. That way is an ordinary diffusion path with *inferred* noise, so a bridge
needs no formula of its own: it is a pair (x0, noise) in which the noise depends on x0. (Flow matching with minibatch
optimal transport: Tong et al., 2023; Pooladian et al., 2023.)

The pairs are chained: what a branch hands to its children are states of its *own* bridges, not diffused data. So at
every branch point the children are trained on exactly the distribution that the parent was trained to reach.
"""
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from ..data.dataset import Dataset
from ..noise import schedule
from .tree import ClassTree

Pairs = tuple[Tensor, Tensor]  # x0 and noise, (n, *shape) each


def transport(x_high: Tensor, x0: Tensor) -> Tensor:
    """The order of x0 that pairs it with x_high at the least total squared distance. (n, ...) each -> (n,) indices."""
    cost = -(x_high.flatten(1) @ x0.flatten(1).T)  # the squared distance, up to terms that every pairing shares
    return torch.from_numpy(linear_sum_assignment(cost.numpy())[1])


def bridged(x_high: Tensor, x0: Tensor, t_high: float) -> Pairs:
    """Pairs (x0, noise) whose way leads through the states x_high at t_high: each gets the x0 that transport says."""
    x0 = x0[transport(x_high, x0)]
    return x0, schedule.infer_noise(x_high, x0, t_high)


def chained_pairs(tree: ClassTree, data: Dataset, n: int, generator: torch.Generator,
                  leaves: bool = True) -> dict[int, Pairs]:
    """n pairs (x0, noise) for every branch (or all but the leaves): independent at the roots, bridged from the parent's
    pairs below them."""
    pairs: dict[int, Pairs] = {}
    for branch in tree.through():
        if branch.is_leaf and not leaves:
            continue
        x0 = data.draw(branch.classes, n, generator)
        if branch.parent is None:
            pairs[branch.id] = (x0, torch.randn(x0.shape, generator=generator))
        else:
            x_high = schedule.diffuse(*pairs[branch.parent], branch.t_high)
            pairs[branch.id] = bridged(x_high, x0, branch.t_high)
    return pairs
