"""Who may know whom: read from the imports, folder by folder. A new room has to be placed in a table."""
import ast
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

from branched import family

ROOT = Path(__file__).resolve().parent.parent
GROUND = "ground"   # the few modules that belong to no room: errors, files, checkpoint ...

# Each room of the library, and the rooms that it may know. Every room may know the ground, which knows no room.
LIBRARY = {
    GROUND: set(),
    "noise": set(),
    "shown": set(),
    "photos": set(),
    "networks": set(),
    "learning": {"noise"},
    "data": {"photos", "networks"},
    "denoisers": {"noise", "networks", "learning", "data"},
    "class_tree": {"noise", "networks", "data", "learning", "denoisers"},
    "label": {"noise", "networks", "learning", "data", "denoisers"},
    "cluster_tree": {"noise", "networks", "learning", "data", "denoisers"},
    "engine": {"denoisers"},
    "one_page": {"noise", "shown", "networks", "class_tree"},
    "family": {"noise", "data", "class_tree", "label", "cluster_tree"},
    "measure": {"noise", "data", "learning", "denoisers", "label", "class_tree", "family"},
    "command": {"noise", "networks", "learning", "data", "denoisers", "class_tree", "label", "cluster_tree", "engine",
                "one_page", "family", "measure"},
    "door": {"noise", "shown", "data", "class_tree", "engine", "one_page", "family", "measure", "command"},
}
DOOR = {"__init__", "__main__"}
FAMILIES = {module.split(".")[1] for module in family.FAMILIES.values()}
# The same of the app, below pages/ui. A page's room knows the shared ones alone, and no other page's.
SHARED = {
    "language": set(),
    "serve": {"language"},
    "parts": {"language"},
    "frame": {"language", "serve", "parts"},
    "figures": {"language", "frame", "parts"},
    "questions": {"language", "frame", "parts"},
}
SCREEN = {"streamlit", "plotly"}


def modules(folder: str) -> dict[str, str]:
    """The sources below a folder, by their dotted names."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        found[".".join(path.relative_to(ROOT).with_suffix("").parts)] = path.read_text()
    return found


def imported(name: str, source: str) -> set[str]:
    """All modules that a module names, by dotted names: in its imports, also inside functions, and in texts that are
    the name of one ("branched.class_tree.model", or ".measure.judge"), as tables of what is imported later have them.

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
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            dotted = f"branched{node.value}" if node.value.startswith(".") else node.value
            found |= {dotted} if " " not in dotted and (ROOT / f"{dotted.replace('.', '/')}.py").is_file() else set()
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
    assert folders == set(LIBRARY) - {GROUND, "family", "door"}


@pytest.mark.parametrize("name", KNOWN)
def test_no_room_knows_one_above_it(name):
    assert KNOWN[name] - LIBRARY[name] - {GROUND} == set()


def test_no_permission_is_given_to_nobody():
    assert {name: may - KNOWN[name] for name, may in LIBRARY.items() if may - KNOWN[name]} == {}


def test_no_family_knows_another():
    assert set(LIBRARY) > FAMILIES
    assert all(not LIBRARY[family] & (FAMILIES - {family}) for family in FAMILIES)


@pytest.mark.parametrize("name", PACKAGE)
def test_the_library_knows_no_screen(name):
    assert {other.split(".")[0] for other in imported(name, PACKAGE[name])} & SCREEN == set()


def test_the_tree_needs_the_standard_library_alone():
    heavy = {"torch", "numpy", "scipy", "sklearn"}
    for name in ("branched.class_tree.tree", "branched.class_tree.branch", "branched.class_tree.tree_json",
                 "branched.cluster_tree.tree", "branched.outline", "branched.names", "branched.errors"):
        assert {other.split(".")[0] for other in imported(name, PACKAGE[name])} & heavy == set()


def test_pictures_are_prepared_without_torch():
    for name in PACKAGE:
        if room(name) == "photos":
            assert not any(other.split(".")[0] == "torch" for other in imported(name, PACKAGE[name])), name


@pytest.mark.parametrize("name", PAGES)
def test_the_screen_knows_the_door_alone(name):
    """Pages `import branched`, never its inside, and do no arithmetic on tensors."""
    named = imported(name, PAGES[name])
    assert not any(other in PACKAGE or f"{other}.__init__" in PACKAGE for other in named - {"branched"})
    assert not any(other.split(".")[0] == "torch" for other in named)


# -- the app -----------------------------------------------------------------------------------------------------------

def ui_room(name: str) -> str:
    """The room of a module below pages/ui; "" for what is in none: a page's script, or nothing of the app."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["pages", "ui"] and len(parts) > 2 else ""


def ui_rooms(sources: dict[str, str], name: str) -> set[str]:
    """The rooms below pages/ui that a module names."""
    return {ui_room(other) for other in imported(name, sources[name]) if other in sources
            or f"{other}.__init__" in sources or other.rpartition(".")[0] in sources} - {"", "__init__"}


ROOMS = {path.name for path in (ROOT / "pages/ui").iterdir() if path.is_dir() and path.name != "__pycache__"}
SCRIPTS = {f"pages.{path.stem}": path.stem for path in (ROOT / "pages").glob("*.py")} | {"app": "tree"}


def test_every_room_of_the_app_is_shared_or_a_pages_own():
    assert set(SHARED) <= ROOMS and ROOMS - set(SHARED) == set(SCRIPTS.values())


@pytest.mark.parametrize("name", [name for name in PAGES if ui_room(name) in ROOMS])
def test_rooms_of_the_app_know_what_they_may(name):
    """Shared rooms those that the table says; a page's room the shared ones, and no other page's."""
    allowed = SHARED.get(ui_room(name), set(SHARED)) | {ui_room(name)}
    assert ui_rooms(PAGES, name) - allowed == set()


def test_no_permission_of_the_app_is_given_to_nobody():
    used = {room: set().union(*(ui_rooms(PAGES, name) for name in PAGES if ui_room(name) == room)) for room in SHARED}
    assert {room: may - used[room] for room, may in SHARED.items() if may - used[room]} == {}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_page_knows_its_own_room_and_shared_ones(name):
    assert ui_rooms(PAGES, name) - set(SHARED) - {SCRIPTS[name]} == set()


@pytest.mark.parametrize("name", [name for name in PAGES if ui_room(name)])
def test_every_module_of_the_app_can_be_imported(name):
    """What names a module that is gone is seen here, before a visitor opens the page."""
    import_module(name)


def test_an_arrow_between_pages_is_seen():
    sources = {"pages.ui.tree.a": "from ..teach import b\nfrom ..teach.b import c", "pages.ui.teach.b": "", "app":
               "from pages.ui.teach.b import c\nfrom pages.ui.tree import a"}
    assert ui_rooms(sources, "pages.ui.tree.a") == {"teach"} and ui_rooms(sources, "app") == {"teach", "tree"}


@pytest.mark.parametrize("name", [*(name for name in PAGES if name.endswith(".work")), "pages.ui.serve.request",
                                  "pages.ui.serve.descent"])
def test_what_works_for_a_page_imports_no_screen(name):
    """That nothing else brings one along is tested in a process of its own: see tests/pages/serve/test_request.py."""
    assert {other.split(".")[0] for other in imported(name, PAGES[name])} & SCREEN == set()


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("pages.class_room.")])
def test_a_class_s_room_knows_no_screen(name):
    """Nor anything of the app but how its sentences are marked."""
    assert {other.split(".")[0] for other in imported(name, PAGES[name])} & SCREEN == set()
    assert ui_rooms(PAGES, name) <= {"language"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_experiments_know_no_page(name):
    named = {other.split(".")[0] for other in imported(name, EXPERIMENTS[name])}
    assert named & {"pages", "app"} == set()


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
    ("LATER = {'a': '.noise.seeds', 'b': 'branched.errors', 'c': 'noise.seeds', 'd': 'branched'}",
     {"branched.noise.seeds", "branched.errors"}),
])
def test_the_reader_of_imports_reads(source, found):
    assert imported("branched.class_tree.some", source) == found


def test_a_room_is_told_from_a_name():
    assert [room(name) for name in ("branched", "branched.__main__", "branched.errors", "branched.noise.seeds")] == [
        "door", "door", GROUND, "noise"]


def test_an_arrow_that_runs_up_is_seen():
    sources = {"branched.noise.a": "from ..class_tree.b import B", "branched.class_tree.b": ""}
    assert known_rooms(sources) == {"noise": {"class_tree"}, "class_tree": set()}


def test_there_is_no_circle():
    order = list(TopologicalSorter({name: {other for other in imported(name, source) if other in PACKAGE}
                                    for name, source in PACKAGE.items()}).static_order())
    assert order.index("branched.noise.schedule") < order.index("branched.class_tree.walk")
