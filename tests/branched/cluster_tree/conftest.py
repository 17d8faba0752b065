"""What the tests of this room share: a tree that was grown on four blobs, and a small one that has learnt nothing."""
from dataclasses import dataclass

import pytest
import torch
from blobs import CPU, SIZES, blobs_of

from branched.cluster_tree.fit import Plan, Told, fit, planned
from branched.cluster_tree.model import ClusterModel, load
from branched.cluster_tree.networks import ClusterNetwork, ClusterNetworkConfig
from branched.cluster_tree.schedule import GrowthConfig
from branched.cluster_tree.tree import ClusterTree
from branched.data.dataset import Dataset


@dataclass
class Grown:
    """A run that went to its end."""

    data: Dataset
    plan: Plan
    told: list[Told]
    model: ClusterModel


@pytest.fixture(scope="session")
def blobs() -> Dataset:
    return blobs_of(800)


@pytest.fixture(scope="session")
def grown(blobs, tmp_path_factory) -> Grown:
    """Four leaves, in some seconds; nothing may change it."""
    path = tmp_path_factory.mktemp("grown") / "blobs.safetensors"
    config = GrowthConfig(leaves=4, contrast=20, split=20, final=20, seed=1, precision="float32")
    plan = planned(blobs, config, **SIZES)
    told = list(fit(plan, path, CPU))
    return Grown(blobs, plan, told, load(path, CPU))


@pytest.fixture
def uneven() -> ClusterTree:
    """0 has 1 and 2; 1 has 3 and 4; 4 has 5 and 6, of which 5 was pruned: 4 passes everything on to 6."""
    return ClusterTree().split(0).split(1).split(4).prune(5)


@pytest.fixture
def network(uneven) -> ClusterNetwork:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return ClusterNetworkConfig((2,), "gaussian", **SIZES).build(uneven).eval()
