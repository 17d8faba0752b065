"""About a tree of clusters: it is spoken of as what it is, and what it can be asked really can be. And every page, with
such a model chosen, works or says in a sentence which one does."""
import re
import shlex
from dataclasses import asdict
from types import SimpleNamespace

import pytest
import torch
from apptest import opened

import branched
from branched.cluster_tree.diffusion_training import DiffusionConfig
from branched.cluster_tree.model import ClusterModel
from branched.cluster_tree.networks import ClusterNetworkConfig
from branched.cluster_tree.path_unet import PathUNetConfig
from branched.cluster_tree.schedule import GrowthConfig
from branched.cluster_tree.tree import ClusterTree
from branched.command.main import parse
from branched.data.images import Images
from branched.data.table import Table
from pages.ui.about import of_clusters, told
from pages.ui.frame import shell

PAGE = "pages/about.py"
TREE = ClusterTree().split(0).split(2)
GROWN = GrowthConfig(leaves=3, contrast=1.5, split=0.25, middle_every=2, middle=0.5, final=2.5, seed=7)
PUBLISHED = GrowthConfig(leaves=3, contrast=0, root=15, cut=False, likeness=0, information=0, decisions=1)
LEARNT = asdict(DiffusionConfig(steps=1200, seed=3)) | {"told": "path", "trunk": "mnist-unconditional", "seconds": 600,
                                                       "device": "2 CPU cores"}


def made(growth: object, diffusion: dict | None = None, form: object = None) -> ClusterModel:
    """An untrained tree of three leaves, whose file tells this of its growth and of its diffusion model."""
    form = form or Images((1, 8, 8))
    facts = {"data": {"name": "mnist", form.kind: 60_000}, "training": growth, "versions": {"branched": "0.1.0"}}
    if diffusion is not None:
        facts["training"] = growth | {"diffusion": diffusion}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = ClusterNetworkConfig(form.shape, depth=4, width=16, channels=4, hidden=8, decoder=8).build(TREE)
        sizes = {"channels": (16, 32), "blocks": (1, 1, 1), "embedding": 16, "heads": 2, "rank": 4}
        drawing = PathUNetConfig(form.shape, nodes=len(TREE.nodes), **sizes).build() if diffusion is not None else None
    return ClusterModel(network, TREE, facts, form, diffusion=drawing)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder with a tree alone, with its diffusion model, and of a table."""
    folder = tmp_path_factory.mktemp("clusters")
    made(asdict(GROWN)).save(folder / "alone.safetensors")
    made(asdict(GROWN), LEARNT).save(folder / "both.safetensors")
    made(asdict(GROWN), form=Table.of(("a", "b"), torch.randn(9, 2))).save(folder / "rows.safetensors")
    return folder


@pytest.fixture
def known(models, nothing_kept, monkeypatch):
    monkeypatch.setenv("BRANCHED_MODELS", str(models))


def words(app) -> str:
    return "\n".join([*(part.value for part in app.markdown), *(part.proto.body for part in app.get("html"))])


# -- what is told ------------------------------------------------------------------------------------------------------

def test_how_it_grew_is_told_from_its_file():
    rows = dict(told.story(made(asdict(GROWN)), "x"))
    for stage in ("1.5 passes over all pictures", "0.25 passes over its pictures each time",
                  "0.5 passes of all together after every 2 partings", "2.5 passes of all together in the end"):
        assert stage in rows["How it grew"]
    assert "Its diffusion model" not in rows and "diffusion" not in rows["What it is"]
    assert rows["Grown on"] == "MNIST, 60,000 pictures, without their names" and rows["Leaves"] == "3: A, B, C"
    for known in ("how many leaves", "equally full", "turned a little", "point by point"):
        assert known in rows["Put in by people"]


def test_the_published_way_puts_in_less():
    rows = dict(told.story(made(asdict(PUBLISHED)), "x"))
    assert rows["How it grew"].startswith("15 passes in which a tree of two leaves learnt")
    assert rows["Put in by people"] == "how many leaves there are to be"
    assert "turned" not in told.fails(made(asdict(PUBLISHED))) and "turned" in told.fails(made(asdict(GROWN)))


def test_its_diffusion_model_is_told_of():
    rows = dict(told.story(model := made(asdict(GROWN), LEARNT), "x"))
    assert "TreeDiffusion" in rows["What it is"]
    assert rows["Its diffusion model"] == (
        "1,200 steps, 128 pictures a step, 10 minutes, on 2 CPU cores, told the way from the root to the leaf, with "
        "what was drawn on it, begun with the weights of mnist-unconditional")
    assert "another leaf" in told.fails(model)


@pytest.mark.parametrize("odd", [None, 3, [], {"leaves": "many", "contrast": [], "split": float("nan"), "cut": 5},
                                 {"contrast": 1e300, "root": None, "final": True, "middle_every": {}, "seed": "x"},
                                 {"diffusion": 4}, {"diffusion": {"told": 3, "steps": [], "trunk": {}, "seed": None}}],
                         ids=str)
def test_a_file_need_not_tell_anything_that_makes_sense(odd):
    model = made(odd)
    rows = dict(told.story(model, "odd"))
    assert rows["Name"] == "odd" and "nan" not in str(rows) and told.fails(model)
    model.diffusion = model.network
    assert dict(told.story(model, "odd"))
    [parse(shlex.split(line.split(" -m branched ")[1])) for line in of_clusters.commands(model).splitlines()]


def test_the_commands_make_it_anew():
    """With all settings that its file tells."""
    grow, draw = of_clusters.commands(made(asdict(GROWN), LEARNT)).splitlines()
    asked = parse(shlex.split(grow.removeprefix("python -m branched ")))
    assert asked.growth == GROWN and asked.source.data == "mnist" and asked.depth == 4
    asked = parse(shlex.split(draw.removeprefix("python -m branched ")))
    assert "--told path" in draw.replace('"', "") and "mnist-unconditional" in draw
    assert (asked.training if hasattr(asked, "training") else asked.diffusion) == DiffusionConfig(steps=1200, seed=3)
    assert parse(shlex.split(of_clusters.commands(made(asdict(PUBLISHED))).removeprefix("python -m branched "))
                 ).growth == PUBLISHED


def test_the_lines_of_python_run(models, monkeypatch, capsys):
    monkeypatch.setenv("BRANCHED_MODELS", str(models))
    for name in ("alone", "rows"):
        model = branched.load(name)
        kind = model.form.kind
        exec(of_clusters.asking(model, name, kind), space := {kind: torch.rand(5, *model.shape).numpy()})
        assert space["drawn"].shape == (1, 8, *model.shape) and "A" in capsys.readouterr().out
    both = of_clusters.asking(branched.load("both"), "both", "pictures")
    assert "model.sample('A', n=8, steps=20, seed=0)" in both and "sample" not in of_clusters.asking(model, name, kind)


# -- the pages ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["alone", "both", "rows"])
def test_the_page_speaks_of_leaves_and_not_of_classes(known, name):
    app = opened(PAGE, model=name)
    text = words(app) + app.info[0].value
    assert "tree of clusters (TreeVAE)" in text and "without their names" in text
    assert not re.search(r"classes \(|branch points|class that was asked|knows nothing but", text)
    assert ("pictures" in text) == (name != "rows") and ("Its diffusion model" in text) == (name == "both")
    assert len(app.code) == 2 and "branched.load" in app.code[0].value and "grow" in app.code[1].value
    assert "KL" in app.latex[0].value and "through the tree" not in app.latex[0].value


@pytest.mark.parametrize("name", ["alone", "rows"])
@pytest.mark.parametrize("page", shell.PAGES)
def test_every_page_works_with_it_or_says_which_one_does(known, page, name):
    app = opened(page, model=name)
    model = SimpleNamespace(family=of_clusters.FAMILY, form=branched.load(name).form)
    assert not app.error and not app.warning
    if shell.PAGES[page].fits(model) or page == "pages/table.py":
        return
    assert len(app.info) == 1 and "is a tree of clusters" in app.info[0].value
    links = [link.proto for link in app.get("page_link")]
    assert len(links) == len(shell.PAGES) + 2 and "Without labels" in links[-2].label
