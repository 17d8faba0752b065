"""Classification by the tree: which class's branches denoise an object best? (A hierarchical diffusion classifier.)

The object is noised to falling times. At each, every branch that still holds a candidate says what it takes the object
for, and its error counts for all candidates on it; a class that falls far behind the best is dropped, and with it every
branch that held only such classes. So the search descends the tree from where several classes share a branch, but an
early mistake can be repaired. An object with one candidate left is decided, and looked at no more. Errors count by
their logarithm, so that one bad noise does not decide. Descending strictly from the root costs accuracy: the time
between two branch points is too short to tell classes apart.
(Flat diffusion classifiers: Li et al., 2023.)
"""
import numpy as np
import torch
from torch import Tensor

from ..noise import schedule
from ..noise.seeds import mix, normal
from .diffusion import Diffusion
from .tree import ClassTree

TEMPERATURE = 0.7        # of the summed log errors; the best of a few on 400 training digits
DROP = 4.0               # a class this many factors of e behind the best is no candidate any more
AROUND = (0.45, 1.2)     # times to look at, relative to the last branch point: above it classes are too much alike
FLAT = 0.33              # stands for the last branch point where nothing branches


class Classes(np.ndarray):
    """(B,) names, with `probabilities` (B, N) in the order of the model's labels, and the `evaluations` spent."""

    probabilities: np.ndarray
    evaluations: int


def classify(diffusion: Diffusion, x0: Tensor, noises: int, seed: int) -> Classes:
    """The class of each object x0 (B, *shape), judged at `noises` times, or fewer, with fresh noise at each."""
    labels = diffusion.tree.labels
    errors = torch.zeros(len(x0), len(labels))
    candidate = torch.ones_like(errors, dtype=torch.bool)
    evaluations = 0
    for k, t in enumerate(looking_times(diffusion.tree, noises)):
        errors[~candidate] = torch.inf
        undecided = candidate.sum(1, keepdim=True) > 1
        if not undecided.any():
            break
        noise = normal([mix(seed, k)], diffusion.shape).to(x0)
        evaluations += _look(diffusion, x0, noise, t, errors, candidate & undecided)
        candidate &= errors < errors.min(1, keepdim=True).values + DROP
    probabilities = torch.softmax(-errors, dim=1).numpy()
    result = np.array(labels)[probabilities.argmax(1)].view(Classes)
    result.probabilities, result.evaluations = probabilities, evaluations
    return result


def _look(diffusion: Diffusion, x0: Tensor, noise: Tensor, t: float, errors: Tensor, candidate: Tensor) -> int:
    """Add to `errors` (B, N) those of one look at time t, for all candidates (B, N); gives what the look cost."""
    tree, xt = diffusion.tree, schedule.diffuse(x0, noise, t)
    owners = [tree.branch_of(label, t).id for label in tree.labels]
    columns = {owner: [j for j, other in enumerate(owners) if other == owner] for owner in owners}
    # Every branch that still holds a candidate of an object is asked once, and its error counts for all of them.
    asked = [(row, branch) for branch, classes in columns.items()
             for row in candidate[:, classes].any(1).nonzero().flatten().tolist()]
    rows, branches = (torch.tensor(part) for part in zip(*asked, strict=True))
    estimate, evaluations = diffusion.estimate(xt[rows.to(x0.device)], torch.full((len(rows),), t), branches)
    squared = (estimate - x0[rows.to(x0.device)]).square().flatten(1).sum(1).cpu()
    error = squared.clamp_min(1e-12).log() / TEMPERATURE
    for branch, classes in columns.items():
        here = branches == branch
        errors[rows[here][:, None], torch.tensor(classes)] += error[here][:, None]
    return int(evaluations.sum())


def looking_times(tree: ClassTree, count: int) -> list[float]:
    """Falling times, evenly spaced around the last branch point, below which every class is on its own."""
    last = min((branch.t_low for branch in tree.branch_points), default=FLAT)
    low, high = (factor * last for factor in AROUND)
    return [min(1.0, high - (high - low) * (k + 0.5) / count) for k in range(count)]
