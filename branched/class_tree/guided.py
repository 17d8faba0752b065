"""Tree guidance: just below a branch point, what a branch says against what its parent would go on to say.

The parent knows of all its classes, the branch of fewer: what the first says and the second does not is what belongs to
the others. So the estimate goes `child + w (child - parent)`, as classifier-free guidance does (Ho & Salimans, 2022)
from what is said without a class. But nothing is dropped in training, no process without a class is needed, and only
where a parent is near does a row cost a second evaluation. The parents are trained a little past their own ends (see
`parents`); a branch without a parent, and all that lies further down, stays as it is.
"""
from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..denoisers.classifier import ClassifierGuided
from ..denoisers.classifiers import classifier_for, members
from ..denoisers.network import NetworkDenoiser
from ..errors import BranchedError
from ..noise.denoiser import Denoiser, Estimate
from ..noise.sampling import GUIDES, Sampling
from .diffusion import BranchedDenoiser
from .parents import Parents, Span, parents_named


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


# -- a model's own -----------------------------------------------------------------------------------------------------

def parent_guided(denoise: BranchedDenoiser, parents: Parents, w: float) -> ParentGuided:
    """The denoiser of a model, guided by its parents. Raises BranchedError if these belong to another model."""
    return ParentGuided(denoise, _beside(denoise, parents), parents.spans(denoise.tree), w)


@lru_cache(maxsize=4)
def _beside(denoise: BranchedDenoiser, parents: Parents) -> NetworkDenoiser:
    """The parents' processes on the trunk of a model; that they belong to it is seen once."""
    return NetworkDenoiser(parents.network(denoise.network, denoise.tree))


def classifier_guided(denoise: BranchedDenoiser, data: str | None, s: float) -> ClassifierGuided:
    """The denoiser of a model, guided by the classifier of noisy objects of its data: a branch is pushed towards all of
    its classes together. Raises BranchedError if there is none, or if it does not know these classes and objects."""
    classifier, tree = classifier_for(data, denoise.network.config.shape, denoise.device), denoise.tree
    groups = [()] * (1 + max(branch.id for branch in tree.branches))
    for branch in tree.branches:
        groups[branch.id] = branch.classes
    return ClassifierGuided(denoise, classifier, members(classifier, groups), s)


def guided(denoise: BranchedDenoiser, asked: Sampling, name: str, data: str | None) -> Denoiser:
    """The denoiser that is asked for of a model of this name, which was trained on such data; without guidance it is
    the model's own. Raises BranchedError where there is nothing that could guide it."""
    if not asked.is_guided:
        return denoise
    if asked.guide == "classifier":
        return classifier_guided(denoise, data, asked.guidance)
    if not denoise.tree.branch_points:
        raise BranchedError("This tree is flat: no branch has a parent by which it could be guided.")
    parents = parents_named(name)
    if parents is None:
        raise BranchedError(f"No parents were trained for the model {name!r}, so its tree cannot guide it: "
                            "`python -m branched parents` trains them; or a classifier guides, where there is one "
                            "(guide=\"classifier\").")
    return parent_guided(denoise, parents, asked.guidance)


def guides(denoise: BranchedDenoiser, name: str, data: str | None) -> tuple[str, ...]:
    """What can guide such a model, of noise.sampling.GUIDES."""
    found = []
    for guide in GUIDES:
        with suppress(BranchedError):
            guided(denoise, Sampling(guidance=1.0, guide=guide), name, data)
            found.append(guide)
    return tuple(found)
