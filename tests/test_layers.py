"""Who may know whom: read from the imports, folder by folder. A new room has to be placed in a table."""
import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUND = "ground"   # the few modules that belong to no room: errors, files, checkpoint ...

# Each room of the library, and the rooms that it may know. Every room may know the ground, which knows no room.
LIBRARY = {
    GROUND: set(),
    "noise": set(),
    "photos": set(),
    "networks": {"noise"},
    "data": {"photos", "networks"},
    "learning": {"noise", "networks", "data", "class_tree"},
    "class_tree": {"noise", "networks", "data", "photos", "learning", "measure"},
    "measure": {"noise", "networks", "data", "learning", "class_tree"},
    "command": {"noise", "networks", "data", "learning", "class_tree", "measure"},
    "door": {"noise", "class_tree", "measure", "command"},
}
DOOR = {"__init__", "__main__"}
FAMILIES = {"class_tree"}
# The same of the app, below pages/ui. A page's room knows the shared ones alone, and no other page's.
SHARED = {
    "frame": {"serve"},
    "serve": set(),
    "parts": {"frame", "serve"},
    "figures": {"frame", "parts"},
}
SCREEN = {"streamlit", "plotly"}


def modules(folder: str) -> dict[str, str]:
    """The sources below a folder, by their dotted names."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        found[".".join(path.relative_to(ROOT).with_suffix("").parts)] = path.read_text()
    return found


def imported(name: str, source: str) -> set[str]:
    """All modules that a module names in its imports, also inside functions, by dotted names.

    `from . import schedule` may name a module or a thing in one: both readings are there.
    """
    package, found = name.split(".")[:-1], set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[:len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def room(name: str) -> str:
    """The room of a module of the library, by its dotted name."""
    parts = name.split(".")
    if len(parts) > 1 and parts[1] in LIBRARY:
        return parts[1]
    return "door" if len(parts) == 1 or parts[1] in DOOR else GROUND


def known_rooms(sources: dict[str, str]) -> dict[str, set[str]]:
    """The rooms that each room of the library knows, itself left out."""
    known: dict[str, set[str]] = {}
    for name, source in sources.items():
        named = {other for other in imported(name, source) if other in sources or f"{other}.__init__" in sources}
        named -= {"branched"} if room(name) != "door" else set()
        known.setdefault(room(name), set()).update({room(other) for other in named} - {room(name)})
    return known


PACKAGE = modules("branched")
PAGES = {**modules("pages"), "app": (ROOT / "app.py").read_text()}
EXPERIMENTS = modules("experiments")
KNOWN = known_rooms(PACKAGE)


def test_every_folder_has_its_place():
    folders = {path.name for path in (ROOT / "branched").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(LIBRARY) - {GROUND, "door"}


@pytest.mark.parametrize("name", KNOWN)
def test_no_room_knows_one_above_it(name):
    assert KNOWN[name] - LIBRARY[name] - {GROUND} == set()


def test_no_family_knows_another():
    assert all(not LIBRARY[family] & (FAMILIES - {family}) for family in FAMILIES)


@pytest.mark.parametrize("name", PACKAGE)
def test_the_library_knows_no_screen(name):
    assert {other.split(".")[0] for other in imported(name, PACKAGE[name])} & SCREEN == set()


def test_the_tree_needs_the_standard_library_alone():
    heavy = {"torch", "numpy", "scipy", "sklearn"}
    for name in ("branched.class_tree.tree", "branched.errors"):
        assert {other.split(".")[0] for other in imported(name, PACKAGE[name])} & heavy == set()


def test_pictures_are_prepared_without_torch():
    for name in PACKAGE:
        if room(name) == "photos":
            assert not any(other.split(".")[0] == "torch" for other in imported(name, PACKAGE[name])), name


@pytest.mark.parametrize("name", [*PAGES, *EXPERIMENTS])
def test_the_screen_and_experiments_know_what_they_may(name):
    """Pages `import branched`, never its inside, and do no arithmetic on tensors."""
    named = imported(name, (PAGES | EXPERIMENTS)[name])
    if name in PAGES:
        assert not any(other in PACKAGE or f"{other}.__init__" in PACKAGE for other in named - {"branched"})
        assert not any(other.split(".")[0] == "torch" for other in named)


# -- the reader itself -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("source", "found"), [
    ("import branched", {"branched"}),
    ("import branched.noise.seeds", {"branched.noise.seeds"}),
    ("from branched.noise import schedule", {"branched.noise", "branched.noise.schedule"}),
    ("from ..noise import schedule", {"branched.noise", "branched.noise.schedule"}),
    ("from . import tree", {"branched.class_tree", "branched.class_tree.tree"}),
    ("from .tree import Branch", {"branched.class_tree.tree", "branched.class_tree.tree.Branch"}),
    ("from ..errors import BranchedError", {"branched.errors", "branched.errors.BranchedError"}),
    ("def f():\n    from .walk import Walk", {"branched.class_tree.walk", "branched.class_tree.walk.Walk"}),
    ("if 1:\n    import torch.nn", {"torch.nn"}),
])
def test_the_reader_of_imports_reads(source, found):
    assert imported("branched.class_tree.some", source) == found


def test_a_room_is_told_from_a_name():
    assert [room(name) for name in ("branched", "branched.__main__", "branched.errors", "branched.noise.seeds")] == [
        "door", "door", GROUND, "noise"]


def test_an_arrow_that_runs_up_is_seen():
    sources = {"branched.noise.a": "from ..class_tree.b import B", "branched.class_tree.b": ""}
    assert known_rooms(sources) == {"noise": {"class_tree"}, "class_tree": set()}


def test_there_is_no_circle_but_those_that_are_known():
    order = list(TopologicalSorter({name: {other for other in imported(name, source) if other in PACKAGE}
                                    for name, source in PACKAGE.items()}).static_order())
    assert order.index("branched.noise.schedule") < order.index("branched.class_tree.walk")
