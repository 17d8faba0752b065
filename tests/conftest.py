"""What the tests share: a small tree with every oddity, untrained models on it, files of odd models, a browser."""
import os
import sys
from pathlib import Path

# A thread each, before torch is imported: the suite runs a process on every core, and threads that wait for each other
# on busy cores cost several times what they gain. Servers that a test starts inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import browser
import numpy as np
import pytest
import torch
from models import Known, tiny, untrained

from branched import BranchedModel, ClassTree
from branched.data import sources
from branched.data.dataset import Dataset, load
from branched.data.table import Table
from branched.networks.mlp import MLPConfig
from branched.networks.unet import UNetConfig

DATA_FILES = {("mnist", "train"): "train-images-idx3-ubyte", ("mnist", "test"): "t10k-images-idx3-ubyte",
              ("letters", "train"): "letter-recognition.data", ("letters", "test"): "letter-recognition.data"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Who asks for a browser is marked so, and skipped where there is none."""
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
            if browser.chromium() is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def known():
    """A class: `known(tree)` is a fresh counting denoiser."""
    return Known


@pytest.fixture(scope="session")
def tree() -> ClassTree:
    """The root splits three ways, into 0, 1 and {4, 7, 9}, which is only 0.001 long and leaves {4, 9} and 7."""
    return ClassTree.from_merges("01479", [(0.35, "49"), (0.599, "479"), (0.6, "01479")])


@pytest.fixture(scope="session")
def config() -> UNetConfig:
    return tiny()


@pytest.fixture(scope="session")
def model(tree, config) -> BranchedModel:
    """Nothing may change it: it serves the whole session."""
    curves = {"times": torch.linspace(0, 1, 5).numpy(), "similarity": torch.rand(5, 5, 5).numpy()}
    return BranchedModel(untrained(config, tree), tree, {"trained": "not at all"}, curves)


@pytest.fixture(scope="session")
def colour_model(tree) -> BranchedModel:
    return BranchedModel(untrained(tiny(channels=3), tree), tree, {}, {})


@pytest.fixture(scope="session")
def flat_model(config) -> BranchedModel:
    tree = ClassTree.flat("01479")
    return BranchedModel(untrained(config, tree), tree, {}, {})


@pytest.fixture(scope="session")
def rows(tree) -> Dataset:
    """A planted table of five features in units of their own, two of them whole numbers, for the classes of the tree:
    each class a Gaussian, with correlations, around a mean of its own."""
    generator = torch.Generator().manual_seed(0)
    mixing = torch.eye(5) + 0.4 * torch.randn(5, 5, generator=generator)
    means = 3 * torch.randn(len(tree.labels), 5, generator=generator)
    y = torch.arange(1000) % len(tree.labels)
    x = means[y] + torch.randn(len(y), 5, generator=generator) @ mixing
    x = x * torch.tensor([1.0, 0.001, 1000, 2, 3]) + torch.tensor([0.0, 5, -1e5, 30, 100])
    x[:, 3:] = x[:, 3:].round()
    return Dataset("planted", tree.labels, x, y, Table.of(["a", "b", "c", "count", "age"], x))


@pytest.fixture(scope="session")
def table_model(tree, rows) -> BranchedModel:
    """An untrained model of that table."""
    return BranchedModel(untrained(MLPConfig((5,), width=16, blocks=2, embedding=16, rank=4), tree), tree, {},
                         {}, rows.form)


@pytest.fixture(scope="session")
def odd_folder(tmp_path_factory, config, table_model):
    """Files of odd models. Of images: a tiny one of three other classes with evil facts, and a damaged one. Of tables:
    planted and untrained; of many features and a flat tree; of one class."""
    folder = tmp_path_factory.mktemp("models")
    tree = ClassTree.from_merges(["cat", "d<b>og", "4"], [(0.4, ("cat", "d<b>og")), (0.7, ("cat", "d<b>og", "4"))])
    facts = {"data": {"name": "<img src=x>"}, "training": {"device": "<script>alert(1)</script>", "steps": 3},
             "quality": {"generation": {"right class": 0.25, "right class per class": {"cat": 0.5}}}}
    curves = {"times": np.linspace(0.1, 1, 10, dtype=np.float32),
              "similarity": np.random.default_rng(0).random((10, 3, 3), dtype=np.float32)}
    BranchedModel(untrained(config, tree), tree, facts, curves).save(folder / "pets.safetensors")
    (folder / "cut short.safetensors").write_bytes((folder / "pets.safetensors").read_bytes()[:5000])
    table_model.save(folder / "planted.safetensors")
    x = np.random.default_rng(0).normal(size=(50, 200)).astype(np.float32)
    for name, labels, names, rows in (("wide", ("<b>p</b>", "a long name & more"), [f"n*{k}_" for k in range(200)], x),
                                      ("alone", ("p",), ["u", "constant"], x[:, :2] * np.float32([1, 0]))):
        flat, form = ClassTree.flat(labels), Table.of(names, torch.from_numpy(rows))
        network = untrained(MLPConfig((len(names),), width=16, blocks=2, embedding=16, rank=4), flat)
        BranchedModel(network, flat, {}, {}, form).save(folder / f"{name}.safetensors")
    return folder


@pytest.fixture
def nothing_kept():
    """The app has nothing in its memory from tests with other files of the same names, and leaves nothing there."""
    def forget():
        if app := sys.modules.get("pages.ui.serve.kept"):
            app.SHARED.clear()

    forget()
    yield
    forget()


@pytest.fixture
def odd_models(odd_folder, nothing_kept, monkeypatch):
    """The app and the library find these files, too."""
    monkeypatch.setenv("BRANCHED_MODELS", str(odd_folder))
    return odd_folder


@pytest.fixture
def known_model(model, known) -> BranchedModel:
    """A model of its own for each test, whose denoiser counts, and whose answers are known in closed form."""
    fresh = BranchedModel(model.denoise.network, model.tree, {}, {})
    fresh.denoise = known(model.tree)
    return fresh


@pytest.fixture(scope="session")
def digits():
    """Scikit-learn's digits, of the classes of the tree."""
    return load("digits").only("01479")


@pytest.fixture(scope="session")
def at_hand():
    """`at_hand("mnist", "test")`: a known data set, if $BRANCHED_DATA has its files; a test downloads nothing. That is
    seen by the names of files alone, so that a reader that is broken fails and does not skip."""
    folder = os.environ.get("BRANCHED_DATA")  # seen here, so that a test's own environment does not matter

    def load_or_skip(name: str, split: str) -> Dataset:
        if not folder or not any(Path(folder).rglob(DATA_FILES[name, split] + "*")):
            pytest.skip(f"BRANCHED_DATA does not name a folder with the {split} part of {name}")
        return load(name, split, folder=folder)

    return load_or_skip


@pytest.fixture(autouse=True)
def main_module():
    """AppTest leaves the app as `__main__`, which processes that a test spawns would then run."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept


@pytest.fixture(scope="session")
def address():
    """Where the app runs, for all tests together; it has been started anew for them."""
    with browser.server() as found:
        yield found


@pytest.fixture(scope="session")
def chromium():
    """A browser. Each test opens its own windows: `browser.page(chromium)`."""
    with browser.browser() as found:
        yield found


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """No network, and neither the developer's data nor their cache."""
    def refuse(url, **_):
        raise OSError("no network in tests")

    monkeypatch.setattr(sources.urllib.request, "urlopen", refuse)
    monkeypatch.delenv("BRANCHED_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
