"""What is learnt in each stage of a tree's growth: batches, which are functions of the step, and losses."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..learning.loop import LearningConfig, learn, start
from ..noise.seeds import mix
from .contrast import agreement, likeness, spread, view
from .elbo import terms
from .networks import ClusterNetwork
from .schedule import GrowthConfig
from .tree import ClusterTree
from .walk import Standing, decisions, reach, routes, walk

LOW, FULL = 0.15, 1.0    # weight of the divergences while the tree grows, and in the end
LED = 0.5                # more weight of decisions where a cut has taught one router, and the other has to follow
UNSEEN = 2e-3            # a leaf learns nothing from objects that come there less often
CHUNK = 500
CUT_AMONG = 5000         # members among which a cut is looked for
ROUTER = LearningConfig(steps=300, batch=256, learning_rate=3e-3, warmup=1, decay=0.0, ema=0.0, clip=200.0,
                        precision="float32")

Loss = Callable[[nn.Module, NamedTuple], Tensor]


@dataclass(frozen=True)
class Lesson:
    """A stage as `learn` takes it."""

    batches: Callable[[int], NamedTuple]
    loss: Loss
    config: LearningConfig


class Views(NamedTuple):
    """Objects (B, *shape) and a view of each, noise (B, depth + 1, Z), and the divergences' weight (B,)."""

    x: Tensor
    other: Tensor
    noise: Tensor
    alpha: Tensor


class Members(NamedTuple):
    """Members of a leaf (B, *shape), the chain's view of them and of a view of each (B, depth + 1, width); their
    latents (B, Z) and probabilities (B,) in the leaf; noise and weight as in `Views`."""

    x: Tensor
    chain: Tensor
    other: Tensor
    z: Tensor
    p: Tensor
    noise: Tensor
    alpha: Tensor


class Sides(NamedTuple):
    """The chain's view of objects (B, depth + 1, width), and their side of a cut, 0 is left, (B,)."""

    chain: Tensor
    side: Tensor


@dataclass(frozen=True, eq=False)
class Sight:
    """What a frozen chain sees of all objects, and of one view of each: (n, depth + 1, width). On the CPU."""

    clean: Tensor
    other: Tensor = field(repr=False)

    @classmethod
    def of(cls, network: ClusterNetwork, data: Dataset, config: GrowthConfig) -> Sight:
        """Counted anew wherever the chain has learnt. If nothing is asked of views, objects are their own."""
        clean = look(network, data.form.scale(data.x))
        if not (config.cut or config.information):
            return cls(clean, clean)
        generator = torch.Generator().manual_seed(mix(config.seed, 21))
        views = torch.cat([view(data.form, part, config.view, generator) for part in data.x.split(CHUNK)])
        return cls(clean, look(network, views))


@torch.no_grad()
def look(network: ClusterNetwork, x: Tensor) -> Tensor:
    """The chain (n, depth + 1, width) of objects (n, *shape), on the CPU, by the statistics counted in training."""
    network.eval()
    device = network.centre.device
    return torch.cat([network(part.to(device)).cpu() for part in x.split(CHUNK)])


@torch.no_grad()
def assigned(network: ClusterNetwork, tree: ClusterTree, chain: Tensor) -> Tensor:
    """Each object's most probable leaf, its place among the leaves, (n,)."""
    device = network.centre.device
    return torch.cat([routes(network, tree, part.to(device)).argmax(1).cpu() for part in chain.split(CHUNK)])


def ramp(step: int, steps: int, low: float, high: float) -> float:
    """A weight that rises evenly from low to high over so many steps, and stays."""
    return low + (high - low) * min(1.0, step / max(1, steps))


# -- all together ------------------------------------------------------------------------------------------------------

def together(network: ClusterNetwork, tree: ClusterTree, data: Dataset, growth: GrowthConfig, config: LearningConfig,
             stage: str) -> Lesson:
    """The stages in which the chain learns: alone ("contrast"), or with everything ("root", "middle", "final")."""
    seen = stage == "contrast" or growth.likeness or growth.information
    low, high = {"root": (0.0, LOW), "final": (LOW, FULL)}.get(stage, (LOW, LOW))

    def batches(step: int) -> Views:
        generator = torch.Generator().manual_seed(mix(config.seed, step, 1))
        rows = torch.randperm(len(data), generator=generator)[:config.batch]
        noise = torch.randn(len(rows), network.config.depth + 1, network.config.latent, generator=generator)
        other = view(data.form, data.x[rows], growth.view, generator) if seen else data.x[:0]
        alpha = ramp(step, config.steps // 2, low, high)
        x = view(data.form, data.x[rows], growth.view, generator) if stage == "contrast" else data.form.scale(
            data.x[rows])
        return Views(x, other, noise, torch.full((len(rows),), alpha))

    network.train().requires_grad_(False)
    (network.chain() if stage == "contrast" else network).requires_grad_(True)
    learnt = alike if stage == "contrast" else joint_loss(tree, growth) if seen else bound_loss(tree, growth)
    return Lesson(batches, learnt, config)


def alike(network: ClusterNetwork, batch: Views) -> Tensor:
    """What the chain learns alone: InfoNCE."""
    return likeness(network, *network(torch.cat([batch.x, batch.other])).chunk(2))


def bound_loss(tree: ClusterTree, growth: GrowthConfig) -> Loss:
    """The bound alone. Of views nothing is seen, not even by the statistics of batch normalisation."""
    def loss(network: ClusterNetwork, batch: Views) -> Tensor:
        walked = walk(network, tree, batch.noise, network(batch.x))
        return terms(network, walked, batch.x, UNSEEN).weighted(batch.alpha, growth.decisions * batch.alpha).mean()
    return loss


def joint_loss(tree: ClusterTree, growth: GrowthConfig) -> Loss:
    """The bound, the likeness of views, and leaves that are sure and equally full."""
    def loss(network: ClusterNetwork, batch: Views) -> Tensor:
        chain, other = network(torch.cat([batch.x, batch.other])).chunk(2)
        walked = walk(network, tree, batch.noise, chain)
        bound = terms(network, walked, batch.x, UNSEEN).weighted(batch.alpha, growth.decisions * batch.alpha).mean()
        p, q = walked.leaves, routes(network, tree, other)
        information = spread(torch.cat([p, q])) - agreement(p, q)
        return bound + growth.likeness * likeness(network, chain, other) - growth.information * information
    return loss


# -- a split -----------------------------------------------------------------------------------------------------------

def splitting(network: ClusterNetwork, tree: ClusterTree, leaf: int, data: Dataset, sight: Sight, growth: GrowthConfig,
              config_of: Callable[[int], LearningConfig]) -> Lesson:
    """The stage in which the children of `leaf` learn, and all else is frozen; `tree` has them already. The leaf's
    router begins with the cut, if there is to be one. `config_of(members)` says how long."""
    before = ClusterTree(tuple(node for node in tree.nodes if node.parent != leaf))
    places = assigned(network, before, sight.clean)
    members = (places == before.leaves.index(leaf)).nonzero().flatten()
    config = config_of(len(members))
    network.eval().requires_grad_(False)
    if growth.cut:
        _cut_router(network, tree[leaf].depth, leaf, members, data, sight, config.seed)
    root = leaf == tree.root
    for parameter in network.of_nodes(tree.children(leaf) if not root else tree.below([leaf])):
        parameter.requires_grad_(True)
    for routers in (network.routers_q, network.routers_p):
        routers.of(leaf).requires_grad_(True)
    batches = _Splitting(network, before, leaf, members, data, sight, config)
    return Lesson(batches, split_loss(tree, leaf, growth), config)


def _cut_router(network: ClusterNetwork, depth: int, leaf: int, members: Tensor, data: Dataset, sight: Sight,
                seed: int) -> None:
    """Teach the inference model's router of a leaf to send some of its members to the two sides of their cut."""
    from .cut import cut  # brings scikit-learn along

    some = members[torch.randperm(len(members), generator=torch.Generator().manual_seed(mix(seed, 2)))[:CUT_AMONG]]
    device = network.centre.device
    with torch.no_grad():
        embedded = network.project(sight.clean[some, depth].to(device)).cpu()
    sides = cut(embedded, data.form.scale(data.x[some]), seed).repeat(2)
    chains = torch.cat([sight.clean[some, depth], sight.other[some, depth]])

    def batches(step: int) -> Sides:
        picks = torch.randint(len(sides), (ROUTER.batch,), generator=torch.Generator().manual_seed(mix(seed, step, 3)))
        return Sides(chains[picks], sides[picks])

    def loss(router: nn.Module, batch: Sides) -> Tensor:
        seen = F.layer_norm(batch.chain, batch.chain.shape[-1:])
        return F.binary_cross_entropy_with_logits(router(seen[None], [leaf])[0, :, 0], 1.0 - batch.side)

    router = network.routers_q.of(leaf).requires_grad_(True)
    for _ in learn(start(network.routers_q, ROUTER), batches, loss, ROUTER):
        pass
    router.requires_grad_(False)


@dataclass(frozen=True, eq=False)
class _Splitting:
    """A step -> members of a leaf, as the frozen tree `before` sends them there."""

    network: ClusterNetwork
    before: ClusterTree
    leaf: int
    members: Tensor
    data: Dataset
    sight: Sight
    config: LearningConfig
    kept: dict[int, Standing] = field(default_factory=dict)

    def __call__(self, step: int) -> Members:
        config, sizes = self.config, self.network.config
        generator = torch.Generator().manual_seed(mix(config.seed, step, 1))
        picks = torch.randperm(len(self.members), generator=generator)[:config.batch]
        rows, at = self.members[picks], self.standing(step * config.batch // len(self.members))
        noise = torch.randn(len(rows), sizes.depth + 1, sizes.latent, generator=generator)
        alpha = torch.full((len(rows),), ramp(step, config.steps, 0.0, LOW))
        return Members(self.data.form.scale(self.data.x[rows]), self.sight.clean[rows], self.sight.other[rows],
                       at.z[picks], at.p[picks], noise, alpha)

    def standing(self, turn: int) -> Standing:
        """Latents and probabilities of all members in the leaf, drawn anew at every turn; the last turn's are kept."""
        if turn not in self.kept:
            self.kept.clear()
            self.kept[turn] = _standing(self, turn)
        return self.kept[turn]


@torch.no_grad()
def _standing(of: _Splitting, turn: int) -> Standing:
    """Down the path to the leaf alone: a chain is a tree with one leaf."""
    network, before, sizes = of.network, of.before, of.network.config
    generator, device = torch.Generator().manual_seed(mix(of.config.seed, turn, 4)), network.centre.device
    path = ClusterTree(tuple(before[node] for node in before.path(of.leaf)))
    found = []
    for rows in of.members.split(CHUNK):
        chain = of.sight.clean[rows].to(device)
        noise = torch.randn(len(rows), sizes.depth + 1, sizes.latent, generator=generator).to(device)
        logits = decisions(network, before, chain, list(before.forks))
        p = reach(before, logits, {before.root: chain.new_ones(len(rows))})[of.leaf]
        found.append((walk(network, path, noise, chain).z[of.leaf].cpu(), p.cpu()))
    return Standing(*map(torch.cat, zip(*found, strict=True)))


def split_loss(tree: ClusterTree, leaf: int, growth: GrowthConfig) -> Loss:
    """The part of the bound that the children of a leaf have, and decisions that are sure and alike for both views.

    Of their balance nothing is said: a split of one to two is as good.
    """
    def loss(network: ClusterNetwork, batch: Members) -> Tensor:
        begin: Mapping[int, Standing] | None = None if leaf == tree.root else {leaf: Standing(batch.z, batch.p)}
        walked = walk(network, tree, batch.noise, batch.chain, begin)
        decided = batch.alpha + (LED if growth.cut else 0.0)
        bound = terms(network, walked, batch.x, UNSEEN).weighted(batch.alpha, decided).mean()
        p, q = (_sides(decisions(network, tree, chain, [leaf])[leaf]) for chain in (batch.chain, batch.other))
        return bound + growth.information * agreement(p, q)
    return loss


def _sides(logit: Tensor) -> Tensor:
    """Probabilities of left and right (B, 2)."""
    return torch.stack([logit.sigmoid(), (-logit).sigmoid()], 1)
