"""Who may know whom: read from the imports. A new module has to be placed in the table."""
import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "branched"

# Each module, and what of ours it may know.
LEAVES = {
    "precision": set(),
    "version": set(),
    "errors": set(),
    "seeds": set(),
    "schedule": set(),
    "distort": set(),
    "form": set(),
    "tree": {"errors"},
    "decode": {"errors"},
}
NOUNS = {
    "network": {*LEAVES},
    "unet": {*LEAVES, "network"},
    "mlp": {*LEAVES, "network"},
    "sampler": {*LEAVES} - {"tree"},  # a solver knows neither the network nor the tree
    "checkpoint": {*LEAVES},
    "known": {*LEAVES},
    "data": {*LEAVES, "images", "table", "known"},
    "ink": {"decode"},
    "photo": {"errors", "decode", "ink"},
    "images": {*LEAVES, "checkpoint"},
    "table": {*LEAVES, "checkpoint"},
    "metrics": {*LEAVES},
    "judge": {*LEAVES, "checkpoint", "data"},
}
BELOW = {*LEAVES, *NOUNS}
VERBS = {
    "discovery": BELOW,
    "bridge": BELOW,
    "training": {*BELOW, "bridge"},
    "walk": BELOW,
    "hybrid": {*BELOW, "walk"},
    "generate": {*BELOW, "walk", "hybrid"},
    "transmute": {*BELOW, "walk"},
    "extend": {*BELOW, "bridge", "training", "walk", "generate"},
    "classify": {*BELOW, "walk"},
}
DOOR = {
    "model": {*BELOW, *VERBS},
    "__init__": {*BELOW, *VERBS, "model"},
}
ABOVE = {*BELOW, *VERBS, *DOOR}
COMMANDS = {  # the command line and what it alone uses; nothing else may know them
    "fit": ABOVE,
    "protocol": BELOW,
    "image_quality": {*ABOVE, "protocol"},
    "table_quality": {*ABOVE, "protocol"},
    "evaluate": {*ABOVE, "protocol", "image_quality", "table_quality"},
    "bench": ABOVE,
    "commands": {*ABOVE, "fit", "protocol", "evaluate", "bench"},
    "cli": {*ABOVE, "commands"},
    "__main__": {*ABOVE, "cli"},
}
TABLE = LEAVES | NOUNS | VERBS | DOOR | COMMANDS
SCREEN = {"streamlit", "plotly"}
SLOW_OR_HEAVY = {"torch", "numpy", "scipy", "sklearn"}


def imports(source: str, package: str = "branched") -> set[str]:
    """All modules that a source of a package names, with our own as `branched.name`; also those inside functions."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, [package if node.level else "", node.module]))
            # `from . import schedule` names modules, `from .tree import ClassTree` a module's contents
            found |= {f"{base}.{alias.name}" if base == "branched" and (PACKAGE / f"{alias.name}.py").exists() else base
                      for alias in node.names}
    return found


def ours(source: str, package: str = "branched") -> set[str]:
    found = {tuple(name.split(".")) for name in imports(source, package)}
    return {name[1] if name[1:] else "__init__" for name in found if name[0] == "branched"}


def foreign(source: str) -> set[str]:
    return {name.split(".")[0] for name in imports(source)} - {"branched"}


MODULES = {path.stem: path.read_text() for path in sorted(PACKAGE.glob("*.py"))}
SCREENS = {str(path.relative_to(ROOT)): path.read_text()
           for path in sorted([*ROOT.glob("app.py"), *ROOT.glob("pages/**/*.py")])}


def test_every_module_has_its_place():
    assert set(MODULES) - set(TABLE) == set()
    assert {path.stem for path in PACKAGE.rglob("*.py")} == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_nothing_imports_upward(name):
    assert ours(MODULES[name]) - TABLE[name] == set()


@pytest.mark.parametrize("name", MODULES)
def test_the_library_knows_no_screen(name):
    assert foreign(MODULES[name]) & SCREEN == set()


def test_no_circles():
    order = list(TopologicalSorter({name: ours(source) for name, source in MODULES.items()}).static_order())
    assert order.index("schedule") < order.index("sampler") < order.index("walk") < order.index("model")


def test_the_tree_needs_the_standard_library_alone():
    assert foreign(MODULES["tree"]) & SLOW_OR_HEAVY == set()
    assert foreign(MODULES["errors"]) == set()


def test_pictures_are_prepared_without_torch():
    assert "torch" not in foreign(MODULES["photo"]) | foreign(MODULES["ink"]) | foreign(MODULES["decode"])


def test_the_screen_knows_only_the_door():
    """`import branched`, never its inside, and no arithmetic on tensors."""
    for name, source in SCREENS.items():
        assert ours(source, "pages") <= {"__init__"}, name
        assert "torch" not in foreign(source), name


@pytest.mark.parametrize(("source", "found"), [
    ("import branched", {"__init__"}),
    ("import branched.walk", {"walk"}),
    ("from branched import load", {"__init__"}),
    ("from branched import schedule, tree", {"schedule", "tree"}),
    ("from branched.tree import ClassTree", {"tree"}),
    ("from . import schedule", {"schedule"}),
    ("from . import __version__, training", {"__init__", "training"}),
    ("from .tree import ClassTree", {"tree"}),
    ("def f():\n    from .network import BranchedUNet", {"network"}),
    ("import branchedness, torch.nn", set()),
])
def test_the_reader_of_imports_reads(source, found):
    assert ours(source) == found


def test_relative_imports_belong_to_their_own_package():
    assert ours("from . import tree\nfrom .words import listed", "pages") == set()


def test_the_reader_sees_what_is_foreign():
    source = "import streamlit as st\nfrom plotly.graph_objects import Figure\nif 1:\n    import torch.nn"
    assert foreign(source) == {"streamlit", "plotly", "torch"}
