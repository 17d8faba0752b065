"""Classification by the tree: descend from the root, at each branch point to the child whose branch denoises better."""
import numpy as np
import torch
from torch import Tensor

from . import schedule
from .seeds import mix, normal
from .walk import Denoiser


class Classes(np.ndarray):
    """(B,) names of classes, with `probabilities` (B, N) in the order of the model's labels, and `evaluations` spent."""

    probabilities: np.ndarray
    evaluations: int


TEMPERATURE = 4.0


def classify(denoise: Denoiser, x0: Tensor, noises: int, seed: int) -> Classes:
    tree = denoise.tree
    log_p = {branch.id: torch.zeros(len(x0)) for branch in tree.roots}
    spent = 0
    groups = [tree.roots] if len(tree.roots) > 1 else []
    groups += [tree.children(branch) for branch in tree.walk() if not branch.is_leaf]
    noise = normal([mix(seed, k) for k in range(noises)], denoise.shape).to(x0)
    for children in groups:
        low, high = max(child.t_low for child in children), children[0].t_high
        above = log_p[children[0].parent] if children[0].parent is not None else torch.zeros(len(x0))
        errors = torch.zeros(len(x0), len(children))
        for k in range(noises):
            t = low + (high - low) * (k + 0.5) / noises
            xt = schedule.diffuse(x0, noise[k].expand_as(x0), t)
            for j, child in enumerate(children):
                rows = torch.full((len(x0),), child.id)
                estimate = denoise(xt, torch.full((len(x0),), t), rows)
                errors[:, j] += (estimate - x0).square().flatten(1).sum(1).cpu() / noises
                spent += len(x0)
        chosen = torch.log_softmax(-errors / TEMPERATURE, dim=1)
        log_p |= {child.id: above + chosen[:, j] for j, child in enumerate(children)}
    probabilities = torch.stack([log_p[tree.leaf(label).id] for label in tree.labels], dim=1).exp().numpy()
    result = np.array(tree.labels)[probabilities.argmax(1)].view(Classes)
    result.probabilities, result.evaluations = probabilities, spent
    return result
