"""Hybrids: what two classes (or two sets of classes) still share at the time at which their paths part."""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import BranchedError
from ..noise.sampling import Asked, Sampling
from .branch import Branch, Meeting
from .diffusion import Diffusion
from .walk import Walk, from_noise


@dataclass(frozen=True)
class Hybrid(Asked):
    """n hybrids at the meeting point `time`: as they are there (`noisy`), and what the model sees in them (`denoised`).

    `endings` says what each of them becomes: {label: objects}. All are images (n, H, W) or (n, H, W, 3) in [0, 1], or
    rows (n, F) in the features' own units.
    """

    time: float
    noisy: np.ndarray
    denoised: np.ndarray
    endings: dict[str, np.ndarray]
    sampling: Sampling


def hybrid(diffusion: Diffusion, a: tuple[str, ...], b: tuple[str, ...], sampling: Sampling) -> Hybrid:
    """Draw n hybrids of the classes a and b, and walk each of them on to every class of both.

    The endings are what `sample` draws from the same seed. In a flat tree nothing is shared but the noise at t = 1.
    """
    if set(a) & set(b):
        raise BranchedError(f"A hybrid is of two different classes or sets; {', '.join(set(a) & set(b))} is in both.")
    return handed_over(from_noise(diffusion, a + b, sampling).run(), [diffusion.tree.meeting(a, b)])[0]


def handed_over(walk: Walk, meetings: Sequence[Meeting]) -> list[Hybrid]:
    """The hybrids at meeting points that a finished walk from noise has passed."""
    diffusion, [start] = walk.diffusion, walk.starts
    states = [start.x if meeting.branch is None else walk.handed[0, meeting.branch.id] for meeting in meetings]
    looks = _looked_at(diffusion, [meeting.branch or diffusion.tree.leaf(start.labels[0]) for meeting in meetings],
                       [meeting.time for meeting in meetings], states)
    shown = diffusion.form.from_core
    endings = {label: shown(walk.ends[0, label]) for label in start.labels}
    return [Hybrid(meeting.time, shown(state), shown(look),
                   {label: endings[label] for label in start.labels if meeting.holds(label)}, walk.sampling)
            for meeting, state, look in zip(meetings, states, looks, strict=True)]


def _looked_at(diffusion: Diffusion, owners: Sequence[Branch], times: Sequence[float],
               states: Sequence[torch.Tensor]) -> Sequence[torch.Tensor]:
    """What the model sees in states (n, *shape), all in one call.

    The children own the branch point itself; what both sides share is the parent's view, its limit from above.
    """
    n = len(states[0])
    return diffusion.estimate(torch.cat(list(states)), torch.tensor(times).repeat_interleave(n),
                              torch.tensor([owner.id for owner in owners]).repeat_interleave(n)).x0.split(n)
