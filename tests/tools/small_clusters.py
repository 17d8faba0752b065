"""Small trees of clusters that have learnt nothing, as files that the app finds. For tests of pages."""
from pathlib import Path

import torch
from blobs import CPU, blobs_of

from branched.cluster_tree.fit import begin, planned
from branched.cluster_tree.model import ClusterModel
from branched.cluster_tree.networks import ClusterNetworkConfig
from branched.cluster_tree.path_unet import PathUNetConfig
from branched.cluster_tree.schedule import GrowthConfig
from branched.cluster_tree.snapshot import Snapshot
from branched.cluster_tree.tree import ClusterTree
from branched.data.images import Images

TINY = {"depth": 6, "latent": 3, "width": 8, "channels": 4, "hidden": 4, "decoder": 4}
TEN = "ten-leaves"  # a name that nothing shipped has, which would be found first
COUNTS = tuple(range(91, 101))  # objects in each leaf, of a thousand or so


CUTS = (0, 1, 3, 4, 5, 6, 9, 7, 8)  # leaves in the order in which they are split: 3 has 5 and 6, 4 has 7 and 8


def shape_of_ten() -> ClusterTree:
    """Ten leaves: ((((A B) C) (D E)) ((F G) (H I))) J."""
    return growing()[-1]


def growing() -> list[ClusterTree]:
    """The trees on the way there, from two leaves on."""
    trees = [ClusterTree()]
    for leaf in CUTS:
        trees.append(trees[-1].split(leaf))
    return trees[1:]


def history() -> tuple[Snapshot, ...]:
    """A snapshot of every cut, and of the last phase. Thumbnail i of leaf k, when all are there, has the grey value
    20 k + i, and before that a leaf the pictures of the first of those that come of it."""
    last = growing()[-1]
    of_leaf = (torch.arange(10)[:, None] * 20 + torch.arange(8)).to(torch.uint8)

    def snapshot(index: int, stage: str, tree: ClusterTree) -> Snapshot:
        below = [[last.leaves.index(node) for node in last.below([leaf]) if node in last.leaves]
                 for leaf in tree.leaves]
        levels = of_leaf[[some[0] for some in below]]
        return Snapshot(index, stage, tree, tuple(sum(COUNTS[k] for k in some) for some in below), {},
                        levels[..., None, None, None].expand(-1, -1, 1, 28, 28).contiguous())

    return (*(snapshot(k, "split", tree) for k, tree in enumerate(growing(), 1)), snapshot(10, "final", last))


def small_clusters(snapshot: bool = True, draws: bool = False, partial: float = 0.15) -> ClusterModel:
    """Ten leaves, A to J, of grey pictures; with a `history` or without. If it `draws`, with a diffusion model, which
    has learnt `partial` of the time from paths that end at inner nodes."""
    tree, shape = shape_of_ten(), (1, 28, 28)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = ClusterNetworkConfig(shape, "bernoulli", **TINY).build(tree)
        told = PathUNetConfig(shape, (8, 8), (1, 1, 1), 8, 2, latent=TINY["latent"], nodes=len(tree.nodes))
        diffusion = told.build() if draws else None
        for parameter in diffusion.parameters() if draws else ():
            if not parameter.any():  # as all that a path says is at the start
                torch.nn.init.normal_(parameter, std=0.2)
    training = {"view": 1.0, "information": 20.0} | ({"diffusion": {"partial": partial}} if draws else {})
    facts = {"data": {"name": "mnist", "images": 60_000, "background": 0.0}, "training": training}
    return ClusterModel(network, tree, facts, Images(shape), history() if snapshot else (), "ABCDEFGHIJ",
                        "mnist-clusters", diffusion)


def small_table() -> ClusterModel:
    """Three leaves of the blobs."""
    run = begin(planned(blobs_of(80), GrowthConfig(leaves=3), depth=3, width=32, hidden=16, decoder=16), CPU)
    tree = ClusterTree().split(0).split(2)
    run.network.settle(tree)
    return ClusterModel(run.network, tree, {"data": {"name": "blobs"}}, run.plan.data.form, (), "ABC", "blobs")


def linked(link: str) -> str:
    """A link to the small tree that was planted by the name TEN, or to the model that it asks for."""
    return link + ("" if "model=" in link else f"{'&' if '?' in link else '?'}model={TEN}")


def plant_trees(folder: Path, name: str = "mnist-clusters") -> Path:
    """Write trees into a folder: one of this name; with a diffusion model (`drawing`), also one that has not learnt
    what leaves share (`whole`); a bare one without snapshots (`bare`), and a table's (`blobs`)."""
    small_clusters().save(folder / f"{name}.safetensors")
    small_clusters(draws=True).save(folder / "drawing.safetensors")
    small_clusters(draws=True, partial=0.0).save(folder / "whole.safetensors")
    small_clusters(snapshot=False).save(folder / "bare.safetensors")
    small_table().save(folder / "blobs.safetensors")
    return folder
