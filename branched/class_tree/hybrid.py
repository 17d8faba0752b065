"""Hybrids: what two classes (or two sets of classes) still share at the time at which their paths part."""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import BranchedError
from .tree import Branch
from .walk import Denoiser, Walk, from_noise


@dataclass(frozen=True)
class Hybrid:
    """n hybrids at the meeting point `time`: as they are there (`noisy`), and what the model sees in them (`denoised`).

    `endings` says what each of them becomes: {label: objects}. All are images (n, H, W) or (n, H, W, 3) in [0, 1], or
    rows (n, F) in the features' own units.
    """

    time: float
    noisy: np.ndarray
    denoised: np.ndarray
    endings: dict[str, np.ndarray]
    seed: int
    steps: int
    solver: str


def hybrid(denoise: Denoiser, a: tuple[str, ...], b: tuple[str, ...], n: int, steps: int, solver: str,
           seed: int) -> Hybrid:
    """Draw n hybrids of the classes a and b, and walk each of them on to every class of both.

    The endings are what `sample` draws from the same seed. In a flat tree nothing is shared but the noise at t = 1.
    """
    if set(a) & set(b):
        raise BranchedError(f"A hybrid is of two different classes or sets; {', '.join(set(a) & set(b))} is in both.")
    walk = from_noise(denoise, a + b, n, steps, solver, seed).run()
    return handed_over(walk, [denoise.tree.meeting_branch(a, b)], seed)[0]


def handed_over(walk: Walk, branches: Sequence[Branch | None], seed: int) -> list[Hybrid]:
    """The hybrids at the ends of branches that a finished walk from noise has passed; None for noise itself."""
    denoise, [start], form = walk.denoise, walk.starts, walk.denoise.form
    states = [start.x if branch is None else walk.handed[0, branch.id] for branch in branches]
    times = [1.0 if branch is None else branch.t_low for branch in branches]
    # The children own the branch point itself; what both sides share is the parent's view, its limit from above.
    owners = [denoise.tree.leaf(start.labels[0]) if branch is None else branch for branch in branches]
    n = len(start.x)
    seen = denoise(torch.cat(states), torch.tensor(times).repeat_interleave(n),
                   torch.tensor([owner.id for owner in owners]).repeat_interleave(n)).split(n)
    endings = {label: form.from_core(walk.ends[0, label]) for label in start.labels}
    return [Hybrid(t, form.from_core(state), form.from_core(x0),
                   {label: endings[label] for label in start.labels if branch is None or label in branch.classes},
                   seed, walk.steps, walk.solver)
            for branch, t, state, x0 in zip(branches, times, states, seen, strict=True)]
