"""Small trees of clusters that have learnt nothing, as files that the app finds. For tests of pages."""
from pathlib import Path

import torch
from blobs import CPU, blobs_of

from branched.cluster_tree.fit import begin, planned
from branched.cluster_tree.model import ClusterModel
from branched.cluster_tree.networks import ClusterNetworkConfig
from branched.cluster_tree.schedule import GrowthConfig
from branched.cluster_tree.snapshot import Snapshot
from branched.cluster_tree.tree import ClusterTree
from branched.data.images import Images

TINY = {"depth": 6, "latent": 3, "width": 8, "channels": 4, "hidden": 4, "decoder": 4}
COUNTS = tuple(range(91, 101))  # objects in each leaf, of a thousand or so


def shape_of_ten() -> ClusterTree:
    """Ten leaves: ((((A B) C) (D E)) ((F G) (H I))) J."""
    tree = ClusterTree().split(0).split(1).split(3).split(4)       # 3 has 5 and 6, 4 has 7 and 8
    return tree.split(5).split(6).split(9).split(7).split(8)


def small_clusters(snapshot: bool = True, name: str = "mnist-clusters") -> ClusterModel:
    """Ten leaves, A to J, of grey pictures; thumbnail i of leaf k has the grey value 20 k + i."""
    tree = shape_of_ten()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = ClusterNetworkConfig((1, 28, 28), "bernoulli", **TINY).build(tree)
    levels = torch.arange(10)[:, None] * 20 + torch.arange(8)
    thumbnails = levels.to(torch.uint8)[..., None, None, None].expand(10, 8, 1, 28, 28).contiguous()
    history = (Snapshot(9, "final", tree, COUNTS, {}, thumbnails),) if snapshot else ()
    facts = {"data": {"name": "mnist", "images": 60_000}, "training": {"view": 1.0, "information": 20.0}}
    return ClusterModel(network, tree, facts, Images((1, 28, 28)), history, "ABCDEFGHIJ", name)


def small_table() -> ClusterModel:
    """Three leaves of the blobs."""
    run = begin(planned(blobs_of(80), GrowthConfig(leaves=3), depth=3, width=32, hidden=16, decoder=16), CPU)
    tree = ClusterTree().split(0).split(2)
    run.network.settle(tree)
    return ClusterModel(run.network, tree, {"data": {"name": "blobs"}}, run.plan.data.form, (), "ABC", "blobs")


def plant_trees(folder: Path) -> Path:
    """Write the shipped name, a bare tree without snapshots (`bare`), and a table's (`blobs`) into a folder."""
    small_clusters().save(folder / "mnist-clusters.safetensors")
    small_clusters(snapshot=False).save(folder / "bare.safetensors")
    small_table().save(folder / "blobs.safetensors")
    return folder
