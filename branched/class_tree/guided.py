"""Tree guidance: just below a branch point, what a branch says against what its parent would go on to say.

The parent knows of all its classes, the branch of fewer: what the first says and the second does not is what belongs to
the others. So the estimate goes `child + w (child - parent)`, as classifier-free guidance does (Ho & Salimans, 2022)
from what is said without a class. But nothing is dropped in training, no process without a class is needed, and only
where a parent is near does a row cost a second evaluation. The parents are trained a little past their own ends (see
`parents`); a branch without a parent, and all that lies further down, stays as it is.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ..denoisers.network import NetworkDenoiser
from ..noise.denoiser import Denoiser, Estimate
from .diffusion import BranchedDenoiser
from .parents import Parents, Span


@dataclass(frozen=True, eq=False)
class ParentGuided:
    """child + w (child - parent) at low < t <= high of a branch's span, and the child alone elsewhere.

    `denoise` takes the ids of branches, `parents` the rows of parents; `spans` says by the id of a branch which row is
    its parent's, and when. Rows within a span cost the evaluations of both.
    """

    denoise: Denoiser
    parents: Denoiser
    spans: Mapping[int, Span]
    w: float

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    def __call__(self, xt: Tensor, t: Tensor, branch: Tensor) -> Estimate:
        child = self.denoise(xt, t, branch)
        within = self._within(t.cpu(), branch.cpu())
        if not len(within):
            return child
        x0, evaluations = child.x0.clone(), child.evaluations.clone()
        row = torch.tensor([self.spans[k].row for k in branch.cpu()[within].tolist()])
        parent = self.parents(xt[within.to(xt.device)], t.cpu()[within], row)
        here = within.to(x0.device)
        x0[here] = x0[here] + self.w * (x0[here] - parent.x0)
        evaluations[within] += parent.evaluations
        return Estimate(x0, evaluations)

    def _within(self, t: Tensor, branch: Tensor) -> Tensor:
        """The places of the rows that have a parent beside them: times and branch ids (B,) -> (G,)."""
        found = torch.zeros(len(t), dtype=torch.bool)
        for k in branch.unique().tolist():
            if span := self.spans.get(k):
                # In the precision of the times, or rounding would decide at the branch point itself.
                low, high = torch.tensor(span[1:], dtype=t.dtype)
                found |= (branch == k) & (low < t) & (t <= high)
        return torch.nonzero(found).flatten()


def parent_guided(denoise: BranchedDenoiser, parents: Parents, w: float) -> ParentGuided:
    """The denoiser of a model, guided by its parents. Raises BranchedError if these belong to another model."""
    network = parents.network(denoise.network, denoise.tree)
    return ParentGuided(denoise, NetworkDenoiser(network), parents.spans(denoise.tree), w)
