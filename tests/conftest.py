"""What the tests share: a small tree with every oddity, untrained models on it, a denoiser known in closed form."""
import sys

import browser
import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import Tensor

from branched import BranchedModel, ClassTree
from branched.data.dataset import Dataset, load
from branched.data.images import Images
from branched.data.table import Table
from branched.networks.base import BranchedNetwork
from branched.networks.mlp import MLPConfig
from branched.networks.unet import UNetConfig
from branched.noise import schedule

SPREAD = 0.3  # standard deviation of every class's pixels, for the denoiser in closed form


def opened(page: str = "app.py", **query: str) -> AppTest:
    """A page of the app as its script leaves it, without a browser, on a first visit with these query parameters."""
    app = AppTest.from_file(str(browser.ROOT / "app.py"), default_timeout=300).switch_page(page)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


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

    def __call__(self, xt: Tensor, t: Tensor, branch: Tensor) -> Tensor:
        self.waves += 1
        self.rows += len(xt)
        for key in zip(branch.tolist(), t.tolist(), strict=True):
            self.asked[key] = self.asked.get(key, 0) + 1
        a, s = (f(t.double())[:, None, None, None] for f in (schedule.alpha, schedule.sigma))
        pattern = torch.stack([self.pattern[k] for k in branch.tolist()]).double()
        deviation = xt - a * pattern
        if self.together:  # the mean of all pixels has the same spread as each, and less noise
            deviation, s = deviation.mean((1, 2, 3), keepdim=True), s / pattern[0].numel() ** 0.5
        return (pattern + a * SPREAD**2 / (a**2 * SPREAD**2 + s**2) * deviation).float()


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
