"""The networks of a tree of clusters: a chain that all nodes look at, and small networks that belong to nodes.

The chain goes from the object (the end, `d` at the greatest depth) to what the root sees; it is shared by all nodes of
a depth. Every node has a dense head, every node but the root a transformation of its parent's latent, every fork a
router of the generative and one of the inference model, every leaf a decoder. Networks of one kind have one shape, so
those of several nodes are one batched product.
"""
from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import BranchedError
from .tree import ClusterTree

LEAST_VARIANCE = 1e-4
LIKELIHOODS = ("bernoulli", "gaussian")


@dataclass(frozen=True)
class ClusterNetworkConfig:
    """Sizes of the networks, saved with the weights."""

    shape: tuple[int, ...]           # of an object: (C, H, W), or (F,)
    likelihood: str = "bernoulli"    # of pixels, from -1 (surely off) to 1; or "gaussian", of variance 1
    depth: int = 8                   # the greatest that a node can have
    latent: int = 8                  # numbers of a node's z
    width: int = 128                 # of the chain
    channels: int = 32               # of the first convolution of pictures
    hidden: int = 64                 # of heads, transformations and routers
    decoder: int = 128               # hidden width of a leaf's decoder

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))
        if self.likelihood not in LIKELIHOODS:
            raise BranchedError(f"The likelihood is bernoulli or gaussian, not {self.likelihood!r}.")
        for name in ("depth", "latent", "width", "channels", "hidden", "decoder"):
            if not (isinstance(value := getattr(self, name), int) and 1 <= value <= 4096):
                raise BranchedError(f"{name} of the networks of a tree is a whole number from 1 to 4096, not {value}.")

    def build(self, tree: ClusterTree) -> ClusterNetwork:
        return ClusterNetwork(self, tree)


class NodeNetworks(nn.Module):
    """One perceptron with one hidden layer for each of some nodes, all of one shape."""

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__()
        self.sizes = inputs, hidden, outputs
        self.nodes = nn.ModuleDict()

    def settle(self, wanted: Iterable[int]) -> list[int]:
        """Have a network for exactly these nodes; those that are there stay as they are. Tells which are new."""
        wanted, (inputs, hidden, outputs) = list(wanted), self.sizes
        for name in set(self.nodes) - set(map(str, wanted)):
            del self.nodes[name]
        new = [node for node in wanted if str(node) not in self.nodes]
        for node in new:
            self.nodes[str(node)] = nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, outputs))
        return new

    def of(self, node: int) -> nn.Module:
        return self.nodes[str(node)]

    def forward(self, x: Tensor, nodes: Sequence[int]) -> Tensor:
        """x (N, B, inputs), what each of the nodes sees -> (N, B, outputs), float32."""
        for place in (0, 2):
            layers = [self.of(node)[place] for node in nodes]
            x = torch.baddbmm(torch.stack([layer.bias for layer in layers])[:, None].to(x.dtype), x,
                              torch.stack([layer.weight for layer in layers]).mT.to(x.dtype))
            x = F.silu(x) if place == 0 else x
        return x.float()


class Gaussian(nn.Module):
    """A diagonal normal distribution for each of some nodes: means and variances by one network of `NodeNetworks`."""

    def __init__(self, inputs: int, hidden: int, latent: int):
        super().__init__()
        self.networks = NodeNetworks(inputs, hidden, 2 * latent)

    def forward(self, x: Tensor, nodes: Sequence[int]) -> tuple[Tensor, Tensor]:
        """x (N, B, inputs) -> means and variances, (N, B, Z) each."""
        mean, raw = self.networks(x, nodes).chunk(2, -1)
        return mean, F.softplus(raw) + LEAST_VARIANCE


class ClusterNetwork(nn.Module):
    """All networks of a tree; `settle` makes them those of another tree, and leaves what both have as it is."""

    def __init__(self, config: ClusterNetworkConfig, tree: ClusterTree):
        super().__init__()
        self.config, width = config, config.width
        self.encoder = _encoder(config)
        self.blocks = nn.ModuleList(_block(width) for _ in range(config.depth))
        self.project = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width // 2))
        self.dense = Gaussian(width, config.hidden, config.latent)
        self.transform = Gaussian(config.latent, config.hidden, config.latent)
        self.routers_q = NodeNetworks(width, config.hidden, 1)
        self.routers_p = NodeNetworks(config.latent, config.hidden, 1)
        self.decoders = NodeNetworks(config.latent, config.decoder, math.prod(config.shape))
        self.register_buffer("centre", torch.zeros(math.prod(config.shape)))  # where a new decoder begins: its bias
        self.settle(tree)

    def settle(self, tree: ClusterTree) -> None:
        """Have the networks of a tree; of what was there and is needed no weight changes."""
        if tree.depth > self.config.depth:
            raise BranchedError(f"The tree is {tree.depth} deep, and its networks reach {self.config.depth}.")
        every = [node.id for node in tree.nodes]
        self.dense.networks.settle(every)
        self.transform.networks.settle(node for node in every if node != tree.root)
        self.routers_q.settle(tree.forks)
        self.routers_p.settle(tree.forks)
        for leaf in self.decoders.settle(tree.leaves):
            self.decoders.of(leaf)[2].bias.data.copy_(self.centre)
        self.to(self.centre.device)

    def chain(self) -> nn.ModuleList:
        """What all nodes share."""
        return nn.ModuleList([self.encoder, self.blocks, self.project])

    def of_nodes(self, nodes: Iterable[int]) -> list[nn.Parameter]:
        """The parameters that belong to some nodes alone."""
        kinds = (self.dense.networks, self.transform.networks, self.routers_q, self.routers_p, self.decoders)
        return [parameter for node in nodes for kind in kinds if str(node) in kind.nodes
                for parameter in kind.of(node).parameters()]

    def forward(self, x: Tensor) -> Tensor:
        """Objects (B, *shape) -> the chain (B, depth + 1, width), float32: what nodes of depth 0, 1 ... see."""
        found = [self.encoder(x)]
        for block in self.blocks:
            found.append(found[-1] + block(found[-1]))
        return torch.stack(found[::-1], 1).float()

    def seen_by(self, chain: Tensor, depths: Sequence[int]) -> Tensor:
        """The chain (B, depth + 1, width) as nodes of some depths see it, normed: (N, B, width)."""
        seen = chain[:, list(depths)].transpose(0, 1)
        return F.layer_norm(seen, seen.shape[-1:])

    def decode(self, leaf: int, z: Tensor) -> Tensor:
        """Latents (B, Z) of a leaf -> objects as its decoder sees them, (B, *shape): logits, or means."""
        return self.decoders(z[None], [leaf])[0].view(-1, *self.config.shape)

    def surprise(self, decoded: Tensor, x: Tensor) -> Tensor:
        """-log p(x | z), (B,), of objects x (B, *shape), up to the constant of the normal distribution."""
        if self.config.likelihood == "gaussian":
            return (decoded - x).square().flatten(1).sum(1) / 2
        return F.binary_cross_entropy_with_logits(decoded, (x + 1) / 2, reduction="none").flatten(1).sum(1)

    def clean(self, decoded: Tensor) -> Tensor:
        """What was decoded, as an object of the core, (B, *shape)."""
        return decoded if self.config.likelihood == "gaussian" else 2 * decoded.sigmoid() - 1


def _block(width: int) -> nn.Module:
    return nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.BatchNorm1d(width), nn.SiLU(), nn.Linear(width, width))


def _encoder(config: ClusterNetworkConfig) -> nn.Module:
    """(B, *shape) -> (B, width): three convolutions of pictures, two linear maps of anything else."""
    if len(config.shape) != 3:
        return nn.Sequential(
            nn.Flatten(), nn.Linear(math.prod(config.shape), config.width), nn.BatchNorm1d(config.width), nn.ReLU(),
            nn.Linear(config.width, config.width), nn.BatchNorm1d(config.width))
    layers, (inputs, height, width) = [], config.shape
    for size, outputs in zip((5, 3, 3), (config.channels, 2 * config.channels, 4 * config.channels), strict=True):
        layers += [nn.Conv2d(inputs, outputs, size, 2, size // 2), nn.BatchNorm2d(outputs), nn.ReLU()]
        inputs, height, width = outputs, (height + 1) // 2, (width + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs * height * width, config.width),
                         nn.BatchNorm1d(config.width))
