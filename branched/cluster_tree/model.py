"""A trained tree of clusters, and what one can do with it: ask where objects belong, draw from leaves, keep it."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import believed, checkpoint
from ..data.form import Form, Formed
from ..data.forms import from_header, to_header
from ..denoisers.drawing import Drawing, Space
from ..errors import BranchedError
from ..facts import Facts
from ..made import Made
from ..names import Label, one_of, some_of
from ..noise.samples import Frame, Samples
from ..noise.sampling import Sampling
from ..noise.seeds import fitting, mix, normal
from ..outline import Outline
from .diffusion import denoiser
from .elbo import Terms, terms
from .lessons import CHUNK, look
from .networks import ClusterNetwork, ClusterNetworkConfig
from .path_unet import PathUNet, PathUNetConfig
from .roots import Led, Roots, from_node, swapped
from .snapshot import Snapshot
from .told import decoded, places, told_of
from .tree import ClusterTree
from .walk import passing, routes, walk

KIND = "cluster model"  # of the files
SOLVER = "ddim"         # of the diffusion model, as published
ROOTS = ("own", "shared")
GUIDANCE = 1.0          # where nothing else is asked for: prior roots are less sure than the paths that were trained


class Assigned(np.ndarray):
    """Where objects belong: (B,) places of their most probable leaves among the groups, with the `probabilities` (B,
    leaves) of all."""

    probabilities: np.ndarray

    @classmethod
    def of(cls, probabilities: np.ndarray) -> Assigned:
        """By the probabilities of all leaves (B, leaves)."""
        result = probabilities.argmax(1).view(cls)
        result.probabilities = probabilities
        return result

    @property
    def indices(self) -> np.ndarray:
        """The places alone, as a plain array (B,)."""
        return self.view(np.ndarray)

    @property
    def information(self) -> float:
        """What a leaf tells of an object, in nats: entropy of the mean probabilities less their mean entropy, at most
        the logarithm of the number of leaves. By it trees can be compared without labels."""
        return float(_entropy(self.probabilities.mean(0)) - _entropy(self.probabilities).mean())


@dataclass(frozen=True)
class Decoded(Made):
    """Objects (groups, n, ...) by the leaves' own decoders, `.images` or `.rows`, and how probable their leaf was
    (groups, n), given the latents on the way there."""

    groups: tuple[str, ...]
    made: np.ndarray
    probabilities: np.ndarray
    kind: str


@dataclass(frozen=True)
class Drawn(Samples):
    """Objects by diffusion, and how probable their leaf was (groups, n), given the latents on the way there."""

    probabilities: np.ndarray


def _drawn(samples: Samples, led: Led) -> Drawn:
    return Drawn(**vars(samples), probabilities=led.p.cpu().numpy())


def _entropy(p: np.ndarray) -> np.ndarray:
    """Of distributions (..., leaves), in nats, (...)."""
    return -(p * np.log(np.maximum(p, 1e-12))).sum(-1)


class ClusterModel(Formed):
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

    def outline(self) -> Outline:
        """What is drawn of the tree."""
        return self.tree.outline(self.groups)

    @torch.inference_mode()
    def assign(self, objects: Any) -> Assigned:
        """The leaves to which objects (B, ...) belong, by the inference model."""
        chain = look(self.network, self.form.to_core(objects))
        p = torch.cat([routes(self.network, self.tree, part.to(self.device)).cpu() for part in chain.split(CHUNK)])
        return Assigned.of(p.numpy())

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
    def reached(self, objects: Any) -> dict[int, np.ndarray]:
        """How probably objects (B, ...) pass every node, by its id, (B,) each."""
        chain = look(self.network, self.form.to_core(objects))
        parts = [passing(self.network, self.tree, part.to(self.device)) for part in chain.split(CHUNK)]
        return {node.id: torch.cat([part[node.id].cpu() for part in parts]).numpy() for node in self.tree.nodes}

    # -- drawing -------------------------------------------------------------------------------------------------------

    def sample(self, groups: Label | Iterable[Label] | None = None, n: int = Sampling.n, steps: int = Sampling.steps,
               seed: int = Sampling.seed, solver: str = SOLVER, guidance: float | None = None, roots: str = "own",
               sampling: Sampling | None = None) -> Drawn:
        """n objects of every group (None: of all) by diffusion along the paths to their leaves. Object i of a group
        grows from a root of its `own`, which leads there, or from one that all groups have in common ("shared"); of the
        noise all have the same. Guided as is usual (None), or by so much, 0 being the published way. Raises
        BranchedError for a tree without a diffusion model."""
        strength = self.guidance if guidance is None else guidance
        drawing, led = self._of_groups(groups, sampling or Sampling(n, steps, solver, seed, strength), roots)
        return _drawn(drawing.run(), led)

    def sampling(self, labels: Label | Iterable[Label] | None = None, *, sampling: Sampling | None = None,
                 roots: str = "own") -> Iterator[Frame]:
        """What `sample` gives, wave by wave. A tree without a diffusion model gives what `decode` does, in a single
        frame, for no noise is taken away; then of what is asked for, number and seed count."""
        asked = sampling or self.usual()
        if self.diffusion is None:
            return self._decoding(labels, asked, roots)
        drawing, led = self._of_groups(labels, asked, roots)
        return (frame if frame.result is None else replace(frame, result=_drawn(frame.result, led))
                for frame in drawing.frames())

    def _decoding(self, groups: Any, asked: Sampling, roots: str) -> Iterator[Frame]:
        began = perf_counter()
        if asked.is_guided:
            raise BranchedError("A tree of clusters draws by the decoders of its leaves, and nothing guides those.")
        drawn = self.decode(groups, asked.n, asked.seed, roots)
        looks = len(drawn.groups) * asked.n
        yield Frame.last(Drawn(drawn.made, drawn.kind, drawn.groups, looks, looks, 1, perf_counter() - began, asked,
                               drawn.probabilities))

    @torch.inference_mode()
    def decode(self, groups: Label | Iterable[Label] | None = None, n: int = Sampling.n, seed: int = Sampling.seed,
               roots: str = "own") -> Decoded:
        """The same as `sample`, from the same roots, by the leaves' own decoders."""
        names, leaves = self._leaves(groups)
        led = self._led(leaves, Sampling(n, seed=seed), roots)
        made = decoded(self.network, self.tree, led.latents.flatten(0, 1), self._ends(leaves, n))
        return Decoded(names, self._shown(made.unflatten(0, (len(names), n))), led.p.cpu().numpy(), self.form.kind)

    @torch.inference_mode()
    def reconstruct(self, objects: Any, steps: int = Sampling.steps, seed: int = Sampling.seed,
                    by: str = "diffusion") -> np.ndarray:
        """Objects (B, ...) as the model sees them: by the path to the most probable leaf of each, with the means of the
        latents, by "diffusion" or by the leaf's "decoder"."""
        if by not in ("diffusion", "decoder"):
            raise BranchedError(f"Objects are reconstructed by diffusion or by decoder, not by {by!r}.")
        chain = look(self.network, self.form.to_core(objects))
        still = torch.zeros(CHUNK, self.network.config.depth + 1, self.network.config.latent, device=self.device)
        walks = [walk(self.network, self.tree, still[:len(part)], part.to(self.device)) for part in chain.split(CHUNK)]
        latents, leaves = (torch.cat([getattr(walked, part) for walked in walks]) for part in ("latents", "leaves"))
        ends = self._ends(self.tree.leaves)[leaves.argmax(1)]
        if by == "decoder":
            return self._shown(decoded(self.network, self.tree, latents, ends))
        return self._drawing(latents, ends, ("",), Sampling(len(ends), steps, SOLVER, seed)).run().made[0]

    def inner(self, node: int, n: int = Sampling.n, steps: int = Sampling.steps,
              seed: int = Sampling.seed) -> np.ndarray:
        """n objects (n, ...) of which the path to an inner node is told alone: what its leaves share."""
        return self._inner(node, n, steps, seed).run().made[0]

    def inner_frames(self, node: int, n: int = Sampling.n, steps: int = Sampling.steps,
                     seed: int = Sampling.seed) -> Iterator[Frame]:
        """What `inner` gives, wave by wave, as of one label."""
        return self._inner(node, n, steps, seed).frames()

    def below(self, node: int, n: int = Sampling.n, steps: int = Sampling.steps,
              seed: int = Sampling.seed) -> np.ndarray:
        """n objects of each leaf below an inner node, left to right, (leaves, n, ...): down to that node all have the
        same path, drawn once, and below it each its own."""
        return self._below(node, n, steps, seed).run().made

    def below_frames(self, node: int, n: int = Sampling.n, steps: int = Sampling.steps,
                     seed: int = Sampling.seed) -> Iterator[Frame]:
        """What `below` gives, wave by wave."""
        return self._below(node, n, steps, seed).frames()

    def swap(self, group: Label, depth: int, n: int = Sampling.n, steps: int = Sampling.steps,
             seed: int = Sampling.seed) -> np.ndarray:
        """The first object of a group, and what becomes of it with the latent of one depth of its path (0 is the
        root's) from each of n - 1 others, all else and the noise the same: (n, ...)."""
        asked = self.usual(n, steps, seed)
        [leaf] = self._leaves(one_of(self.groups, group, "this model"))[1]
        last = self.tree[leaf].depth
        if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= last:
            raise BranchedError(f"The path to {group} has the depths 0 to {last}, and not {depth!r}.")
        latents = swapped(self.network, self.tree, leaf, depth, asked.n, asked.seed)
        each = tuple(map(str, range(n)))
        return self._drawing(latents, self._ends([leaf], n), each, replace(asked, n=1)).run().made[:, 0]

    # -- what that takes -----------------------------------------------------------------------------------------------

    @property
    def guides(self) -> tuple[str, ...]:
        """What can guide it: its own estimate without a path, where it has learnt one."""
        return ("model",) if self._learnt("drop") else ()

    @property
    def guidance(self) -> float:
        """How strongly leaves are drawn if nothing is said of it: 0 where nothing can guide."""
        return GUIDANCE if self.guides else 0.0

    def usual(self, n: int = Sampling.n, steps: int = Sampling.steps, seed: int = Sampling.seed) -> Sampling:
        """What is asked of a walk to leaves if nothing is said of solver and guidance."""
        return Sampling(n, steps, SOLVER, seed, self.guidance)

    def _learnt(self, share: str) -> bool:
        """Whether a share of what the diffusion model learnt from, "drop" or "partial", was above 0."""
        training = self.facts.stored.get("training")
        diffusion = training.get("diffusion") if isinstance(training, dict) else None
        value = diffusion.get(share) if isinstance(diffusion, dict) else None
        return self.diffusion is not None and isinstance(value, (int, float)) and value > 0

    def _leaves(self, groups: Label | Iterable[Label] | None) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The names of some groups, and their leaves by their ids."""
        names = some_of(self.groups, groups, "this model")
        return names, tuple(self.tree.leaves[self.groups.index(name)] for name in names)

    def _ends(self, nodes: Sequence[int], n: int = 1) -> Tensor:
        """The place of each of some nodes in the tree, n times."""
        return torch.tensor(places(self.tree, nodes), device=self.device).repeat_interleave(n)

    def _led(self, leaves: tuple[int, ...], asked: Sampling, roots: str) -> Led:
        """Roots of objects of some leaves. Raises BranchedError for a way to choose them that there is not."""
        if roots not in ROOTS:
            raise BranchedError(f"The roots of a tree's objects are {' or '.join(ROOTS)}, not {roots!r}.")
        found = Roots(self.network, self.tree, leaves, asked.seed)
        return found.own(asked.n) if roots == "own" else found.shared(asked.n)

    def _of_groups(self, groups: Any, asked: Sampling, roots: str) -> tuple[Drawing, Led]:
        names, leaves = self._leaves(groups)
        led = self._led(leaves, asked, roots)
        return self._drawing(led.latents.flatten(0, 1), self._ends(leaves, asked.n), names, asked), led

    def _inner(self, node: int, n: int, steps: int, seed: int) -> Drawing:
        self._check_inner(node)
        asked = Sampling(n, steps, SOLVER, seed)
        if self.diffusion is not None and (self.diffusion.config.parts.decoded or not self._learnt("partial")):
            raise BranchedError("The diffusion model of this tree has not learnt what an inner node's leaves share.")
        [latents] = Roots(self.network, self.tree, (node,), asked.seed).own(asked.n).latents
        return self._drawing(latents, self._ends([node], n), ("",), asked)

    def _below(self, node: int, n: int, steps: int, seed: int) -> Drawing:
        self._check_inner(node)
        asked = self.usual(n, steps, seed)
        leaves, latents = from_node(self.network, self.tree, node, asked.n, asked.seed)
        return self._drawing(latents.flatten(0, 1), self._ends(leaves, n), tuple(map(str, leaves)), asked)

    def _check_inner(self, node: int) -> None:
        """Raises BranchedError for a node that is no inner one of the tree."""
        if isinstance(node, bool) or node not in [each.id for each in self.tree.nodes] or node in self.tree.leaves:
            inner = [each.id for each in self.tree.nodes if each.id not in self.tree.leaves]
            raise BranchedError(f"This takes an inner node of the tree, {', '.join(map(str, inner))}, not {node!r}.")

    def _drawing(self, latents: Tensor, ends: Tensor, labels: tuple[str, ...], asked: Sampling) -> Drawing:
        """Objects by diffusion, n of each label, from the latents (N n, nodes, Z) of all nodes, told the paths to the
        places `ends` (N n,). Raises BranchedError where there is no diffusion model, or none that is guided so."""
        network = self.diffusion
        if network is None:
            raise BranchedError("This tree of clusters has no diffusion model: tree-diffusion trains one, of pictures; "
                                "the decoders of its leaves draw without (decode).")
        if asked.is_guided and asked.guide not in self.guides:
            raise BranchedError("A tree's diffusion model is guided by itself alone (guide=\"model\"), if it has also "
                                "learnt without a path (--untold).")
        told = told_of(self.network, self.tree, latents, ends, network.config.parts.decoded)
        space = Space(self.form.shape, self.form.clamp, self.form.from_core, self.form.kind)
        return Drawing(denoiser(network, told, asked.guidance), space, labels, torch.arange(len(ends)), asked)

    def _shown(self, made: Tensor) -> np.ndarray:
        return self.form.from_core(self.form.clamp(made))

    def _noise(self, n: int, seed: int) -> Tensor:
        """(n, depth + 1, Z), each row from its own key: the same in any company."""
        shape = (self.network.config.depth + 1, self.network.config.latent)
        return normal([mix(fitting(seed), i) for i in range(n)], shape)

    # -- keeping -------------------------------------------------------------------------------------------------------

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
        network = believed.record(ClusterNetworkConfig, header["network"]).build(tree)
    if network.config.shape != form.shape:
        raise BranchedError(f"its networks take the shape {network.config.shape}, its objects have {form.shape}")
    network.load_state_dict(checkpoint.whole(tensors, "network"))
    snapshots = [Snapshot.read(told, tensors[f"thumbnails.{k}"]) for k, told in enumerate(header["snapshots"])]
    diffusion = _diffusion(tensors, header, network.config, tree)
    return ClusterModel(network.to(device), tree, header["facts"], form, snapshots,
                        believed.names(header["groups"], "leaf"), name,
                        diffusion and diffusion.to(device, memory_format=diffusion.layout))


def _diffusion(tensors: dict[str, Tensor], header: dict[str, Any], sizes: ClusterNetworkConfig,
               tree: ClusterTree) -> PathUNet | None:
    """The diffusion model in the contents of a file; None where there is none."""
    if header.get("diffusion") is None:
        return None
    config = believed.record(PathUNetConfig, header["diffusion"])
    if (config.shape, config.latent, config.nodes) != (sizes.shape, sizes.latent, len(tree.nodes)):
        raise BranchedError("its diffusion model is of another tree")
    with torch.random.fork_rng(devices=[]):  # networks are initialised before they get their weights
        network = config.build()
    network.load_state_dict(checkpoint.whole(tensors, "diffusion"))
    return network
