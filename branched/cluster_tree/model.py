"""A trained tree of clusters, and what one can do with it: ask where objects belong, draw from leaves, keep it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import checkpoint
from ..data.form import Form
from ..data.forms import from_header, to_header
from ..errors import BranchedError
from ..facts import Facts
from ..made import Made
from ..names import Label, some_of
from ..noise.samples import Frame, Samples
from ..noise.sampling import Sampling
from ..noise.seeds import fitting, mix, normal
from ..outline import Outline
from .elbo import Terms, terms
from .lessons import CHUNK, look
from .networks import ClusterNetwork, ClusterNetworkConfig
from .path_unet import PathUNet, PathUNetConfig
from .snapshot import Snapshot
from .tree import ClusterTree
from .walk import routes, walk

KIND = "cluster model"  # of the files


@dataclass(frozen=True)
class Assigned:
    """Where objects belong: places of leaves among the groups (B,), and the probability of every leaf (B, leaves)."""

    indices: np.ndarray
    probabilities: np.ndarray

    @property
    def information(self) -> float:
        """What a leaf tells of an object, in nats: entropy of the mean probabilities less their mean entropy, at most
        the logarithm of the number of leaves. By it trees can be compared without labels."""
        return float(_entropy(self.probabilities.mean(0)) - _entropy(self.probabilities).mean())


@dataclass(frozen=True)
class Decoded(Made):
    """Objects (groups, n, ...) by the leaves' own decoders, `.images` or `.rows`, and how probable their leaf was
    (groups, n), from the root that object i of every group has in common."""

    groups: tuple[str, ...]
    made: np.ndarray
    probabilities: np.ndarray
    kind: str


def _entropy(p: np.ndarray) -> np.ndarray:
    """Of distributions (..., leaves), in nats, (...)."""
    return -(p * np.log(np.maximum(p, 1e-12))).sum(-1)


class ClusterModel:
    """A tree of clusters with its networks. `groups` are the names of the leaves, left to right; `snapshots` tell of
    its growth; `diffusion` is the network that draws along its paths, None where it has none. Nothing in it changes
    after loading, so that threads can share it."""

    family = "cluster tree"

    def __init__(self, network: ClusterNetwork, tree: ClusterTree, facts: Facts | Mapping[str, Any], form: Form,
                 snapshots: Sequence[Snapshot] = (), groups: Sequence[str] | None = None, name: str = "",
                 diffusion: PathUNet | None = None):
        self.network, self.tree, self.name = network.eval().requires_grad_(False), tree, name
        self.diffusion = None if diffusion is None else diffusion.eval().requires_grad_(False)
        self.groups = tree.outline(groups).groups
        self.facts = facts if isinstance(facts, Facts) else Facts.read(facts, form.kind)
        self.form = form.remembering(self.facts.data)
        self.snapshots = tuple(snapshots)

    @property
    def labels(self) -> tuple[str, ...]:
        """The groups, as other families call what they draw."""
        return self.groups

    @property
    def parameters(self) -> int:
        """How many numbers the networks have learnt."""
        networks = (self.network, self.diffusion) if self.diffusion else (self.network,)
        return sum(parameter.numel() for network in networks for parameter in network.parameters())

    @property
    def device(self) -> torch.device:
        return self.network.centre.device

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one object outside."""
        return self.form.outside_shape

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of a table; none of images."""
        return self.form.features

    def outline(self) -> Outline:
        """What is drawn of the tree."""
        return self.tree.outline(self.groups)

    @torch.inference_mode()
    def assign(self, objects: Any) -> Assigned:
        """The leaves to which objects (B, ...) belong, by the inference model."""
        chain = look(self.network, self.form.to_core(objects))
        p = torch.cat([routes(self.network, self.tree, part.to(self.device)).cpu() for part in chain.split(CHUNK)])
        return Assigned(p.argmax(1).numpy(), p.numpy())

    @torch.inference_mode()
    def terms(self, objects: Any, seed: int = 0) -> Terms:
        """The terms of the evidence lower bound of objects (B, ...), (B,) each, from one draw of the latents."""
        x, found = self.form.to_core(objects), []
        for part, noise in zip(x.split(CHUNK), self._noise(len(x), seed).split(CHUNK), strict=True):
            chain = look(self.network, part).to(self.device)
            walked = walk(self.network, self.tree, noise.to(self.device), chain)
            found.append([value.cpu() for value in terms(self.network, walked, part.to(self.device))])
        return Terms(*map(torch.cat, zip(*found, strict=True)))

    @torch.inference_mode()
    def decode(self, groups: Label | Iterable[Label] | None = None, n: int = 8, seed: int = 0) -> Decoded:
        """n objects of every group (None: of all) by its leaf's decoder. Object i of each has the same noise, and so
        the same root."""
        names = some_of(self.groups, groups, "this model")
        if not 1 <= n <= 10_000:
            raise BranchedError(f"1 to 10000 objects of a group are decoded at a time, not {n}.")
        walked = walk(self.network, self.tree, self._noise(n, seed).to(self.device))
        leaves = [self.tree.leaves[self.groups.index(name)] for name in names]
        made = torch.stack([self.network.clean(self.network.decode(leaf, walked.z[leaf])) for leaf in leaves])
        p = torch.stack([walked.p[leaf] for leaf in leaves])
        return Decoded(names, self.form.from_core(self.form.clamp(made)), p.cpu().numpy(), self.form.kind)

    def sampling(self, labels: Label | Iterable[Label] | None = None, *,
                 sampling: Sampling | None = None) -> Iterator[Frame]:
        """What `decode` gives, as every family gives it: a single frame, for no noise is taken away. Of what is asked
        for, number and seed count. Raises BranchedError where guidance is asked for."""
        asked, began = sampling or Sampling(), perf_counter()
        if asked.is_guided:
            raise BranchedError("A tree of clusters draws by the decoders of its leaves, and nothing guides those.")
        drawn = self.decode(labels, asked.n, asked.seed)
        looks = len(drawn.groups) * asked.n
        yield Frame.last(Samples(drawn.made, drawn.kind, drawn.groups, looks, looks, 1, perf_counter() - began, asked))

    def _noise(self, n: int, seed: int) -> Tensor:
        """(n, depth + 1, Z), each row from its own key: the same in any company."""
        shape = (self.network.config.depth + 1, self.network.config.latent)
        return normal([mix(fitting(seed), i) for i in range(n)], shape)

    def save(self, path: str | PathLike) -> None:
        """Write the model to one safetensors file, its weights in half precision."""
        tensors, diffusion = checkpoint.halved(self.network.state_dict(), "network"), self.diffusion
        tensors |= checkpoint.halved(diffusion.state_dict(), "diffusion") if diffusion else {}
        tensors |= {f"thumbnails.{k}": snapshot.thumbnails for k, snapshot in enumerate(self.snapshots)}
        checkpoint.save(path, KIND, tensors, {
            "network": asdict(self.network.config), "tree": self.tree.to_json(), "groups": self.groups,
            "diffusion": asdict(diffusion.config) if diffusion else None,
            "facts": self.facts.stored, "snapshots": [snapshot.header() for snapshot in self.snapshots],
            **to_header(self.form)})


def load(path: Path, device: torch.device) -> ClusterModel:
    """Load a model from its file. Raises BranchedError if that is missing, cut short, edited or foreign."""
    return checkpoint.assembled(path, KIND, partial(_assembled, device))


def _assembled(device: torch.device, name: str, tensors: dict[str, Tensor], header: dict[str, Any]) -> ClusterModel:
    """A model from the contents of its file."""
    tree, form = ClusterTree.from_json(header["tree"]), from_header(header)
    with torch.random.fork_rng(devices=[]):  # networks are initialised before they get their weights
        network = ClusterNetworkConfig(**header["network"]).build(tree)
    if network.config.shape != form.shape:
        raise BranchedError(f"its networks take the shape {network.config.shape}, its objects have {form.shape}")
    network.load_state_dict(checkpoint.whole(tensors, "network"))
    snapshots = [Snapshot.read(told, tensors[f"thumbnails.{k}"].clone()) for k, told in enumerate(header["snapshots"])]
    diffusion = _diffusion(tensors, header, network.config, tree)
    return ClusterModel(network.to(device), tree, header["facts"], form, snapshots, header["groups"], name,
                        diffusion and diffusion.to(device, memory_format=diffusion.layout))


def _diffusion(tensors: dict[str, Tensor], header: dict[str, Any], sizes: ClusterNetworkConfig,
               tree: ClusterTree) -> PathUNet | None:
    """The diffusion model in the contents of a file; None where there is none."""
    if header.get("diffusion") is None:
        return None
    config = PathUNetConfig(**header["diffusion"])
    if (config.shape, config.latent, config.nodes) != (sizes.shape, sizes.latent, len(tree.nodes)):
        raise BranchedError("its diffusion model is of another tree")
    with torch.random.fork_rng(devices=[]):  # networks are initialised before they get their weights
        network = config.build()
    network.load_state_dict(checkpoint.whole(tensors, "diffusion"))
    return network
