"""Hybrids: what two classes (or two sets of classes) still share at the time at which their paths part."""
from dataclasses import dataclass

import numpy as np
import torch

from .errors import BranchedError
from .generate import from_noise
from .images import from_core
from .walk import Denoiser


@dataclass(frozen=True)
class Hybrid:
    """n hybrids at the meeting point `time`: as they are there (`noisy`), and what the model sees in them (`denoised`).

    `endings` says what each of them becomes: {label: images}. All images are (n, H, W) or (n, H, W, 3) in [0, 1].
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
    meeting = denoise.tree.meeting_branch(a, b)
    walk = from_noise(denoise, a + b, n, steps, solver, seed).run()
    if meeting is None:
        state, time, branch = walk.starts[0].x, 1.0, denoise.tree.leaf(a[0])
    else:
        state, time, branch = walk.handed[0, meeting.id], meeting.t_low, meeting
    # The children own the branch point itself; what both sides share is the parent's view, its limit from above.
    denoised = denoise(state, torch.full((n,), time), torch.full((n,), branch.id))
    endings = {label: from_core(walk.ends[0, label]) for label in a + b}
    return Hybrid(time, from_core(state), from_core(denoised), endings, seed, steps, solver)
