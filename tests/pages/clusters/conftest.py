"""Small trees, and what was measured of one, planted, for the page "Without labels"."""
import pytest
from planted_clusters import plant
from small_clusters import plant_trees, small_clusters

import branched
from branched.cluster_tree.model import ClusterModel
from pages.ui.clusters.measured import Measured


@pytest.fixture(scope="session")
def planted_folder(tmp_path_factory):
    """A folder with small trees and planted figures; nothing may change it."""
    return plant(plant_trees(tmp_path_factory.mktemp("clusters")))


@pytest.fixture(scope="session")
def labelled_folder(tmp_path_factory):
    """A folder with the shipped models that were told names; what else is shipped would be found before small trees."""
    folder = tmp_path_factory.mktemp("labelled")
    for file in branched.checkpoint.SHIPPED.glob("*.safetensors"):
        if file.stem not in ("mnist-clusters", "mnist-unlabelled"):
            (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture
def planted(planted_folder, labelled_folder, nothing_kept, monkeypatch):
    """The app and the library find these files, and those of models that were told names."""
    monkeypatch.setattr(branched.checkpoint, "SHIPPED", labelled_folder)
    monkeypatch.setenv("BRANCHED_MODELS", str(planted_folder))
    return planted_folder


@pytest.fixture
def alone_here(tmp_path, nothing_kept, monkeypatch):
    """Small trees without figures, and nothing else."""
    monkeypatch.setattr(branched.checkpoint, "SHIPPED", tmp_path)
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def model() -> ClusterModel:
    """Ten leaves, A to J."""
    return small_clusters()


@pytest.fixture
def measured(planted_folder) -> Measured:
    return Measured(branched.measured_clusters(planted_folder))
