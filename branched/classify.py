"""Classification by the tree: which class's branches denoise an image best? (A hierarchical diffusion classifier.)

The image is noised to falling times. At each, every branch that still holds a candidate says what it takes the image
for, and its squared error counts for all candidates on it. Near the root few branches answer for all classes; a class
that falls far behind the best is dropped, and with it every branch that held only such classes. So the search descends
the tree as a greedy one would, but an early mistake can be repaired. (Flat diffusion classifiers: Li et al., 2023.)
"""
import numpy as np
import torch
from torch import Tensor

from . import schedule
from .seeds import mix, normal
from .tree import ClassTree
from .walk import Denoiser

TEMPERATURE = 3.0            # squared error that stands for a factor e in probability; fitted on training digits
DROP = 12.0                  # a class this many factors of e behind the best is no candidate any more
FLAT_WINDOW = (0.2, 0.5)     # where to look if the tree does not say where classes part
BELOW = 0.7                  # lowest time, as a share of the lowest branch point: classes differ most just below it


class Classes(np.ndarray):
    """(B,) names, with `probabilities` (B, N) in the order of the model's labels, and the `evaluations` spent."""

    probabilities: np.ndarray
    evaluations: int


def classify(denoise: Denoiser, x0: Tensor, noises: int, seed: int) -> Classes:
    """The class of each object x0 (B, C, H, W), judged at `noises` times with fresh noise at each."""
    tree = denoise.tree
    errors = torch.zeros(len(x0), len(tree.labels))
    candidate = torch.ones_like(errors, dtype=torch.bool)
    spent = 0
    for k, t in enumerate(looking_times(tree, noises)):
        xt = schedule.diffuse(x0, normal([mix(seed, k)], denoise.shape).to(x0), t)
        owners = [tree.branch_of(label, t).id for label in tree.labels]
        columns = {branch: [j for j, own in enumerate(owners) if own == branch] for branch in owners}
        asked = [(row, branch) for branch, own in columns.items()
                 for row in candidate[:, own].any(1).nonzero().flatten().tolist()]
        rows, branches = (torch.tensor(part) for part in zip(*asked, strict=True))
        estimate = denoise(xt[rows.to(x0.device)], torch.full((len(rows),), t), branches)
        error = (estimate - x0[rows.to(x0.device)]).square().flatten(1).sum(1).cpu()
        spent += len(rows)
        for branch, own in columns.items():
            mine = branches == branch
            errors[rows[mine][:, None], torch.tensor(own)] += error[mine][:, None] / TEMPERATURE
        errors[~candidate] = torch.inf
        candidate &= errors < errors.min(1, keepdim=True).values + DROP
    probabilities = torch.softmax(-errors, dim=1).numpy()
    result = np.array(tree.labels)[probabilities.argmax(1)].view(Classes)
    result.probabilities, result.evaluations = probabilities, spent
    return result


def looking_times(tree: ClassTree, count: int) -> list[float]:
    """Falling times, evenly spaced from the first branch point to a little below the last."""
    points = [branch.t_low for branch in tree.branch_points]
    low, high = (BELOW * min(points), max(points)) if points else FLAT_WINDOW
    return [high - (high - low) * (k + 0.5) / count for k in range(count)]
