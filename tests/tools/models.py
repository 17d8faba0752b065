"""A denoiser known in closed form; small networks, untrained, whose branches differ. For tests."""
import random
from functools import cache

import torch
from torch import Tensor

from branched import ClassTree
from branched.class_tree.diffusion import Diffusion
from branched.cluster_tree.model import ClusterModel
from branched.cluster_tree.networks import ClusterNetworkConfig
from branched.cluster_tree.path_unet import PathUNetConfig
from branched.cluster_tree.tree import ClusterTree
from branched.data.images import Images
from branched.label.autoencoder import AutoencoderConfig
from branched.label.methods import METHODS
from branched.label.model import LabelModel
from branched.networks.base import BranchedNetwork
from branched.networks.mlp import MLPConfig
from branched.networks.unet import UNetConfig
from branched.noise import schedule
from branched.noise.denoiser import Estimate

SPREAD = 0.3  # standard deviation of every class's pixels, for the denoiser in closed form


class Known:
    """E[x0 | xt] in closed form: on each branch the data are Gaussian around a pattern of its own.

    Every pixel varies for itself; or, with `together`, all of them as one, as those of a stroke do. Computed row by row
    in float64, so that a row's answer cannot depend on its company. It remembers what it was asked: `waves` counts
    calls, `rows` objects, and `asked` maps (branch id, time) to the number of objects.
    """

    device = torch.device("cpu")

    def __init__(self, tree: ClassTree, shape: tuple[int, int, int] = (1, 8, 8), together: bool = False):
        self.tree, self.shape, self.together, self.form = tree, shape, together, Images(shape)
        generator = torch.Generator().manual_seed(1)
        leaves = {label: 1.2 * torch.rand(shape, generator=generator) - 0.6 for label in tree.labels}
        self.pattern = {b.id: torch.stack([leaves[c] for c in b.classes]).mean(0) for b in tree.branches}
        self.waves, self.rows, self.asked = 0, 0, {}

    @property
    def diffusion(self) -> Diffusion:
        return Diffusion(self, self.tree, self.form)

    def __call__(self, xt: Tensor, t: Tensor, branch: Tensor) -> Estimate:
        self.waves += 1
        self.rows += len(xt)
        for key in zip(branch.tolist(), t.tolist(), strict=True):
            self.asked[key] = self.asked.get(key, 0) + 1
        a, s = (f(t.double())[:, None, None, None] for f in (schedule.alpha, schedule.sigma))
        pattern = torch.stack([self.pattern[k] for k in branch.tolist()]).double()
        deviation = xt - a * pattern
        if self.together:  # the mean of all pixels has the same spread as each, and less noise
            deviation, s = deviation.mean((1, 2, 3), keepdim=True), s / pattern[0].numel() ** 0.5
        x0 = pattern + a * SPREAD**2 / (a**2 * SPREAD**2 + s**2) * deviation
        return Estimate(x0.float(), torch.ones(len(xt), dtype=torch.long))


def tiny(channels: int = 1) -> UNetConfig:
    return UNetConfig((channels, 8, 8), channels=(16, 32), blocks=(1, 1, 1), embedding=16, heads=2, rank=4)


def untrained(config: UNetConfig | MLPConfig, tree: ClassTree) -> BranchedNetwork:
    """A network whose branches differ: at the start, all that a branch has to itself is zero or nearly so."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = config.build(len(tree.branches))
        for name, parameter in network.named_parameters():
            if name in network.private() or not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    return network


def random_tree(seed: int) -> ClassTree:
    """Merge random groups, two or more at a time, at rising times, some a thousandth apart, until all are one."""
    rng = random.Random(seed)
    labels = [f"c{k}" for k in range(rng.randint(2, 12))]
    groups, merges, time = [(label,) for label in labels], [], 0.0
    while len(groups) > 1:
        time += rng.choice([0.001, 0.08 * rng.random() + 0.001])
        rng.shuffle(groups)
        several = rng.randint(2, min(4, len(groups)))
        merged = sum(groups[:several], ())
        groups = [*groups[several:], merged]
        merges.append((time, merged))
    rng.shuffle(merges)
    return ClassTree.from_merges(labels, merges)


@cache
def tiny_label_model(method: str, drop: float = 0.15) -> LabelModel:
    """A small untrained model that is told the label in some way, on the classes of the tree; nothing may change it."""
    labels, sizes = ("0", "1", "4", "7", "9"), {"channels": (16, 32), "blocks": (1, 1, 1), "embedding": 16, "heads": 2}
    config, autoencoder = METHODS[method], None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if method == "latent":
            autoencoder = AutoencoderConfig((1, 8, 8), widths=(8, 8)).build().eval().requires_grad_(False)
            autoencoder.standardise(torch.rand(64, 1, 8, 8) * 2 - 1)
            network = config(autoencoder.config.latent, channels=(16, 32), embedding=16, heads=2, tokens=3).build(5)
        else:
            network = config((1, 8, 8), **sizes).build(5)
        for parameter in network.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    facts = {"data": {"name": "tiny"}, "training": {"steps": 3, "drop": drop}}
    return LabelModel(method, network, labels, facts, Images((1, 8, 8)), "tiny", autoencoder)


UNEVEN = ClusterTree().split(0).split(1).split(4).prune(5)  # leaves 3, 6 (through 4) and 2


@cache
def tiny_tree(told: str | None = "path", drop: float = 0.1, partial: float = 0.15) -> ClusterModel:
    """A small untrained tree of clusters of pictures, with a diffusion model that is told something, or with none;
    nothing may change it."""
    sizes, shape = {"depth": 4, "latent": 3, "width": 16, "channels": 4, "hidden": 8, "decoder": 8}, (1, 8, 8)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = ClusterNetworkConfig(shape, **sizes).build(UNEVEN)
        diffusion = told and PathUNetConfig(shape, (16, 32), (1, 1, 1), 16, 2, latent=3, nodes=6, told=told).build()
        for parameter in diffusion.parameters() if told else ():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    training = {"leaves": 3} | ({"diffusion": {"drop": drop, "partial": partial}} if told else {})
    facts = {"data": {"name": "tiny"}, "training": training}
    return ClusterModel(network, UNEVEN, facts, Images(shape), name="tiny", diffusion=diffusion)
