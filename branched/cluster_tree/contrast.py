"""What is learnt from two views of an object: what stays the same, and leaves that are sure and equally full."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.distort import Distortion, distort
from ..data.form import Form
from ..data.images import Images
from .networks import ClusterNetwork

VIEW = Distortion(turn=0.35, scale=0.2, shear=0.3, shift=0.15, bend=0.06, stroke=0.8)  # of pictures, at strength 1
TEMPERATURE = 0.3
SHARES = (0, 3 / 8, 6 / 8)  # of the depth: where on the chain views are compared
CHANGE = 0.25               # strength of other forms' own variation, at strength 1
TINY = 1e-8


def view(form: Form, stored: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Another view of objects (B, *shape) as a data set stores them, for the core: pictures turned, bent and thickened,
    other forms in the way that they vary."""
    if not isinstance(form, Images):
        return form.scale(form.varied(stored, CHANGE * strength, generator))
    size = Distortion(**{name: value * strength for name, value in vars(VIEW).items()})
    return distort(form.scale(stored), size, generator)


def likeness(network: ClusterNetwork, chain: Tensor, other: Tensor) -> Tensor:
    """InfoNCE (van den Oord et al., 2018; with both views' rows as rivals, Chen et al., 2020) of two chains
    (B, depth + 1, width), the mean of three places."""
    places = [round(share * network.config.depth) for share in SHARES]
    losses = [_nt_xent(network.project(chain[:, k]), network.project(other[:, k])) for k in places]
    return torch.stack(losses).mean()


def _nt_xent(a: Tensor, b: Tensor) -> Tensor:
    """Every row of a and b (B, D) has to find its partner among all 2B - 1 others."""
    rows = F.normalize(torch.cat([a, b]).float(), dim=1)
    with torch.autocast(rows.device.type, enabled=False):  # halves would round what is compared
        scores = (rows @ rows.T / TEMPERATURE).fill_diagonal_(-torch.inf)
    return F.cross_entropy(scores, torch.arange(len(rows), device=rows.device).roll(len(a)))


def agreement(p: Tensor, other: Tensor) -> Tensor:
    """Symmetric cross-entropy of two leaf posteriors (B, leaves): small where both views come surely to one leaf."""
    return -(p * (other + TINY).log() + other * (p + TINY).log()).sum(1).mean() / 2


def spread(p: Tensor) -> Tensor:
    """Entropy of the mean posterior (B, leaves): largest where the leaves are equally full."""
    mean = p.mean(0)
    return -(mean * (mean + TINY).log()).sum()
